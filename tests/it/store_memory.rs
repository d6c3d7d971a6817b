//! Decisions, answers, repositories, and what was written on the code host.

use remediate::lifecycle::{Asked, Decision, DecisionRules, Scope, Speaker};
use remediate::model::{Remediation, RemediationId, Repository};
use remediate::store::{Answer, KnownRepository, RemoteObject, Session, StoreError};

use crate::databases::{Database, at, begin, on_both_databases, read};

const DAY: i64 = 86_400;

fn speaker(login: &str) -> Speaker {
    Speaker { login: login.into(), is_person: true, edited: false, may_write: true, in_team: true }
}

fn request(id: &str, asked: Asked, scope: Scope) -> Decision {
    let remediation = RemediationId("r1".into());
    Decision::request(id, &remediation, (asked, scope), "the bucket is being emptied", &speaker("ann"), at(0), &DecisionRules::default())
        .unwrap()
}

async fn approve(session: &mut Session, decision: &Decision) {
    let stored = session.insert_decision(decision, at(0)).await.unwrap();
    let approved = decision.approve(&speaker("bob"), at(1)).unwrap();
    session.save_decision(&approved, stored.version, at(1)).await.unwrap();
}

async fn in_force(session: &mut Session, key: &str, repository: Option<u64>, rule: &str, seconds: i64) -> Option<String> {
    session.decision_in_force(key, repository, rule, at(seconds)).await.unwrap().map(|found| found.decision.id)
}

fn known(id: u64, name: &str) -> KnownRepository {
    let repository = Repository { id, installation: 7, owner: "Acme".into(), name: name.into() };
    KnownRepository { repository, default_branch: Some("main".into()), archived: false, removed: false }
}

on_both_databases! {
    async fn decisions_are_in_force_where_and_while_they_should(database: &Database) {
        let store = database.open().await;
        let mut session = begin(&store).await;
        session.insert_remediation(&Remediation::new(RemediationId("r1".into()), "k1", at(0))).await.unwrap();
        let until = at(30 * DAY);
        approve(&mut session, &request("d1", Asked::Exception { until }, Scope::Resource { key: "k1".into() })).await;
        approve(&mut session, &request("d2", Asked::FalsePositive, Scope::Repository { repository: 42, rule: "aws/s3/logging".into() })).await;
        approve(&mut session, &request("d3", Asked::FalsePositive, Scope::Everywhere { rule: "aws/s3/tags".into() })).await;
        assert_eq!(in_force(&mut session, "k1", None, "r", DAY).await.as_deref(), Some("d1"));
        assert_eq!(in_force(&mut session, "k1", None, "r", 30 * DAY).await, None, "its date has come");
        assert_eq!(in_force(&mut session, "k2", Some(42), "aws/s3/logging", DAY).await.as_deref(), Some("d2"));
        assert_eq!(in_force(&mut session, "k2", Some(43), "aws/s3/logging", DAY).await, None);
        assert_eq!(in_force(&mut session, "k2", None, "aws/s3/tags", DAY).await.as_deref(), Some("d3"));
        assert_eq!(in_force(&mut session, "k1", None, "aws/s3/tags", DAY).await.as_deref(), Some("d3"), "a suppression before an exception");

        // Asked for is not in force, and lapses after its day.
        let open = request("d4", Asked::FalsePositive, Scope::Resource { key: "k9".into() });
        session.insert_decision(&open, at(0)).await.unwrap();
        assert_eq!(in_force(&mut session, "k9", None, "r", 1).await, None);
        assert_eq!(session.open_decision(&open.remediation).await.unwrap().unwrap().decision, open);
        assert!(session.undecided(at(DAY - 1), 9).await.unwrap().is_empty());
        let undecided = session.undecided(at(DAY), 9).await.unwrap().remove(0);
        let lapsed = undecided.decision.lapse(at(DAY)).unwrap();
        session.save_decision(&lapsed, undecided.version, at(DAY)).await.unwrap();
        let late = session.save_decision(&lapsed, undecided.version, at(DAY)).await;
        assert!(matches!(late, Err(StoreError::Conflict { what: "decision", .. })));
        assert!(session.open_decision(&open.remediation).await.unwrap().is_none());

        assert!(session.expired_exceptions(at(30 * DAY - 1), 9).await.unwrap().is_empty());
        let expired = session.expired_exceptions(until, 9).await.unwrap().remove(0);
        session.save_decision(&expired.decision.expire(until).unwrap(), expired.version, until).await.unwrap();
        assert!(session.expired_exceptions(until, 9).await.unwrap().is_empty());
        session.commit().await.unwrap();

        let mut session = read(&store).await;
        let ids = |found: Vec<remediate::store::VersionedDecision>| found.into_iter().map(|found| found.decision.id).collect::<Vec<_>>();
        assert_eq!(ids(session.suppressions("approved", 9).await.unwrap()), ["d3", "d2"]);
        assert_eq!(ids(session.suppressions("", 9).await.unwrap()), ["d4", "d3", "d2"]);
        assert_eq!(ids(session.exceptions("ended", 9).await.unwrap()), ["d1"]);
        assert_eq!(session.decisions_of(&open.remediation).await.unwrap().len(), 4);
        assert_eq!(session.decision("d4").await.unwrap().unwrap().decision, lapsed);
    }

    async fn an_answer_is_remembered_and_corrected(database: &Database) {
        let store = database.open().await;
        let mut session = begin(&store).await;
        let answer = |rule: &str, line| Answer {
            resource: "arn:aws:s3:::b".into(), rule: rule.into(), repository: "acme/infra".into(), path: "main.tf".into(),
            line, answered_by: "ann".into(), answered_at: at(0),
        };
        session.remember_answer(&answer("", 1)).await.unwrap();
        assert_eq!(session.answer("arn:aws:s3:::b", "aws/s3/versioning").await.unwrap(), Some(answer("", 1)));
        session.remember_answer(&answer("aws/s3/versioning", 2)).await.unwrap();
        session.remember_answer(&answer("aws/s3/versioning", 3)).await.unwrap();
        assert_eq!(session.answer("arn:aws:s3:::b", "aws/s3/versioning").await.unwrap().unwrap().line, 3);
        assert_eq!(session.answer("arn:aws:s3:::b", "aws/s3/logging").await.unwrap().unwrap().line, 1);
        assert_eq!(session.answer("arn:aws:s3:::other", "").await.unwrap(), None);
    }

    async fn repositories_survive_a_rename_and_the_loss_of_access(database: &Database) {
        let store = database.open().await;
        let mut session = begin(&store).await;
        session.save_installation(7, "acme", false, at(0)).await.unwrap();
        session.save_installation(7, "Acme", true, at(1)).await.unwrap();
        assert_eq!(session.installations().await.unwrap(), [(7, "Acme".into(), true)]);
        session.save_repository(&known(42, "infra"), at(0)).await.unwrap();
        session.save_repository(&KnownRepository { archived: true, ..known(43, "old") }, at(0)).await.unwrap();
        let renamed = KnownRepository { default_branch: None, ..known(42, "Platform") };
        session.save_repository(&renamed, at(1)).await.unwrap();
        assert_eq!(session.repository(42).await.unwrap().unwrap(), known(42, "Platform"), "the branch is not forgotten");
        assert_eq!(session.repository_named("acme", "platform").await.unwrap().unwrap().repository.id, 42);
        assert!(session.repository_named("acme", "infra").await.unwrap().is_none());
        assert_eq!(session.usable_repositories(7).await.unwrap(), [known(42, "Platform")]);
        assert_eq!(session.usable_repositories(0).await.unwrap().len(), 1);
        session.remove_installation(7, at(2)).await.unwrap();
        assert!(session.installations().await.unwrap().is_empty());
        assert!(session.usable_repositories(0).await.unwrap().is_empty());
        assert!(session.repository(42).await.unwrap().unwrap().removed);
    }

    async fn the_last_good_configuration_stays(database: &Database) {
        let store = database.open().await;
        let mut session = begin(&store).await;
        session.config_broken(1, "bad0", "line 1: no", at(0)).await.unwrap();
        let first = session.config(1).await.unwrap().unwrap();
        assert_eq!((first.commit.as_str(), first.broken), ("", Some(("bad0".into(), "line 1: no".into()))));
        session.save_config(1, "good", "enabled: true", at(1)).await.unwrap();
        assert_eq!(session.config(1).await.unwrap().unwrap().broken, None);
        session.config_broken(1, "bad1", "line 2: no", at(2)).await.unwrap();
        let broken = session.config(1).await.unwrap().unwrap();
        assert_eq!((broken.commit.as_str(), broken.text.as_str()), ("good", "enabled: true"));
        assert_eq!(broken.broken.unwrap().0, "bad1");
        assert!(session.config(2).await.unwrap().is_none());
        session.save_config(3, "c", "threshold: 5\n", at(3)).await.unwrap();
        session.save_config(4, "c", "threshold: 5\n", at(3)).await.unwrap();
        assert_eq!(session.configs_that_score().await.unwrap(), ["threshold: 5\n"], "each text once, and only those about the score");
    }

    async fn index_entries_are_kept_by_version_and_use(database: &Database) {
        let store = database.open().await;
        let mut session = begin(&store).await;
        for (repository, version, blob) in [(1, 1, "a"), (1, 1, "b"), (1, 2, "a"), (2, 1, "a")] {
            session.save_index_blob(repository, version, blob, b"old", at(0)).await.unwrap();
        }
        session.save_index_blob(1, 1, "a", &[0, 255], at(0)).await.unwrap();
        let mut entries = session.index_blobs(1, 1).await.unwrap();
        entries.sort();
        assert_eq!(entries, [("a".into(), vec![0, 255]), ("b".into(), b"old".to_vec())]);
        session.remove_index_blob(1, 1, "b").await.unwrap();
        session.touch_index_blobs(1, 1, at(10)).await.unwrap();
        assert_eq!(session.purge_index_blobs(at(5)).await.unwrap(), 2);
        assert_eq!(session.index_blobs(1, 1).await.unwrap().len(), 1);
    }

    async fn what_was_written_on_the_code_host_is_edited_in_place(database: &Database) {
        let store = database.open().await;
        let mut session = begin(&store).await;
        let object = |digest: &str| RemoteObject { remote_id: "99".into(), digest: digest.into() };
        assert_eq!(session.remote("r1", "comment").await.unwrap(), None);
        session.save_remote("r1", "comment", &object("a"), at(0)).await.unwrap();
        session.save_remote("r1", "comment", &object("b"), at(1)).await.unwrap();
        assert_eq!(session.remote("r1", "comment").await.unwrap(), Some(object("b")));
        assert_eq!(session.remote("r1", "check").await.unwrap(), None);
        session.forget_remote("r1", "comment").await.unwrap();
        assert_eq!(session.remote("r1", "comment").await.unwrap(), None);
    }

    async fn rejected_calls_and_unknown_rules_are_counted(database: &Database) {
        let store = database.open().await;
        let mut session = begin(&store).await;
        session.count("auth_rejected", "wiz", 1, at(0)).await.unwrap();
        session.count("auth_rejected", "wiz", 2, at(1)).await.unwrap();
        session.count("auth_rejected", "github", 1, at(1)).await.unwrap();
        assert_eq!(session.counters().await.unwrap(), [("auth_rejected".into(), "github".into(), 1), ("auth_rejected".into(), "wiz".into(), 3)]);
        session.note_unmapped("wiz", "rule", "wc-1", "w1", at(0)).await.unwrap();
        session.note_unmapped("orca", "type", "Widget", "o1", at(0)).await.unwrap();
        session.note_unmapped("orca", "type", "Widget", "o2", at(5)).await.unwrap();
        let unmapped = session.unmapped(9).await.unwrap();
        assert_eq!((unmapped[0].value.as_str(), unmapped[0].times, unmapped[0].example.as_str()), ("Widget", 2, "o1"));
        assert_eq!((unmapped[0].last_seen, unmapped.len()), (at(5), 2));
    }
}
