//! Findings, remediations and their steps.

use chrono::Duration;
use remediate::lifecycle::{Action, Event, Follow, Note, Policy};
use remediate::model::{
    Finding, FindingState, PullRequestRef, Remediation, RemediationId, RemediationState, Repository, Risk, Severity, Tier,
};
use remediate::store::{Limit, NewJob, Sighting, Store, StoreError, VersionedRemediation, Worker, new_id};

use crate::databases::{Database, at, begin, on_both_databases, read};

fn finding(source: &str, id: &str) -> Finding {
    let finding = serde_json::json!({
        "id": id, "source": source, "state": { "state": "active" }, "title": "A bucket \u{0}without versioning", "severity": "HIGH",
        "rules": [], "resource": { "tags": {} }, "context": {}, "first_seen": at(-1000),
    });
    serde_json::from_value(finding).expect("a finding")
}

fn closed(mut finding: Finding) -> Finding {
    finding.state = FindingState::Resolved { evidence: "Compliance.Status=PASSED".into() };
    finding
}

async fn record(store: &Store, finding: &Finding, key: &str, seconds: i64) -> Option<(Sighting, String, RemediationId)> {
    let mut session = begin(store).await;
    let recorded = session.record_finding(finding, key, at(seconds)).await.unwrap();
    session.commit().await.unwrap();
    recorded.map(|recorded| (recorded.sighting, recorded.finding, recorded.remediation.remediation.id))
}

async fn stored(store: &Store, id: &RemediationId) -> VersionedRemediation {
    read(store).await.remediation(&id.0).await.unwrap().unwrap()
}

on_both_databases! {
    async fn two_tools_that_see_one_hole_are_two_witnesses(database: &Database) {
        let store = database.open().await;
        let (sighting, first, remediation) = record(&store, &finding("wiz", "w1"), "k1", 0).await.unwrap();
        assert_eq!(sighting, Sighting::New);
        let (sighting, second, same) = record(&store, &finding("orca", "o1"), "k1", 1).await.unwrap();
        assert_eq!((sighting, &same), (Sighting::Joined, &remediation));
        // What the source says later does not move it to another hole.
        assert_eq!(record(&store, &finding("wiz", "w1"), "k2", 2).await.unwrap(), (Sighting::Repeated, first.clone(), remediation.clone()));
        assert_ne!(record(&store, &finding("wiz", "w2"), "k2", 2).await.unwrap().2, remediation);

        let mut session = read(&store).await;
        let witnesses = session.witnesses(&remediation).await.unwrap();
        assert_eq!(witnesses.iter().map(|witness| &witness.id).collect::<Vec<_>>(), [&first, &second]);
        assert_eq!((witnesses[0].first_seen, witnesses[0].last_seen, witnesses[0].times_seen), (at(-1000), at(2), 2));
        assert_eq!(witnesses[0].finding, finding("wiz", "w1"));
        assert_eq!(session.active_witnesses(&remediation).await.unwrap(), 2);
        assert_eq!(session.findings_named("w1").await.unwrap()[0].id, first);
        assert_eq!(session.findings_named(&first).await.unwrap()[0].finding.id, "w1");
        assert_eq!(session.findings_after("", "active", 2).await.unwrap().len(), 2);
        assert_eq!(session.findings_after(&second, "", 9).await.unwrap().len(), 1);
        assert_eq!(session.finding_counts().await.unwrap(), [("orca".into(), "active".into(), 1), ("wiz".into(), "active".into(), 2)]);
    }

    async fn a_finding_that_is_resolved_and_returns_keeps_its_history(database: &Database) {
        let store = database.open().await;
        assert_eq!(record(&store, &closed(finding("wiz", "w1")), "k", 0).await, None, "nothing to do about what was never open");
        let (_, id, remediation) = record(&store, &finding("wiz", "w1"), "k", 1).await.unwrap();
        assert_eq!(record(&store, &closed(finding("wiz", "w1")), "k", 2).await.unwrap().0, Sighting::Resolved);
        assert_eq!(record(&store, &closed(finding("wiz", "w1")), "k", 3).await.unwrap().0, Sighting::Resolved);
        let witness = read(&store).await.findings_named("w1").await.unwrap().remove(0);
        assert_eq!((witness.state.as_str(), witness.resolved_at), ("resolved", Some(at(2))));
        assert_eq!(read(&store).await.active_witnesses(&remediation).await.unwrap(), 0);
        let worse = Finding { severity: Severity::Critical, ..finding("wiz", "w1") };
        assert_eq!(record(&store, &worse, "k", 4).await.unwrap(), (Sighting::Returned, id.clone(), remediation));
        let history = read(&store).await.finding_history(&id).await.unwrap();
        assert_eq!(history.iter().map(|line| (line.what.as_str(), line.at)).collect::<Vec<_>>(), [
            ("new", at(1)), ("resolved", at(2)), ("returned", at(4)), ("severity", at(4)),
        ]);
        assert_eq!(history[1].detail, "Compliance.Status=PASSED");
    }

    async fn findings_that_come_at_once_are_one_remediation(database: &Database) {
        let store = database.open().await;
        let other = database.open().await;
        let records: Vec<_> = (0..40).map(|n| {
            let store = if n % 2 == 0 { store.clone() } else { other.clone() };
            // Twenty findings of one hole, each told twice.
            tokio::spawn(async move {
                loop {
                    let mut session = begin(&store).await;
                    match session.record_finding(&finding("wiz", &format!("w{}", n / 2)), "one hole", at(0)).await {
                        Ok(recorded) => {
                            session.commit().await.unwrap();
                            break recorded.unwrap().sighting;
                        }
                        Err(error) => assert!(error.is_transient(), "{error}"),
                    }
                }
            })
        }).collect();
        let mut sightings = Vec::new();
        for record in records {
            sightings.push(record.await.unwrap());
        }
        let count = |wanted| sightings.iter().filter(|sighting| **sighting == wanted).count();
        assert_eq!((count(Sighting::New), count(Sighting::Joined), count(Sighting::Repeated)), (1, 19, 20));
    }

    async fn two_remediations_that_turn_out_to_be_one_are_joined(database: &Database) {
        let store = database.open().await;
        let (_, finding_id, first) = record(&store, &finding("wiz", "w1"), "bucket/?", 0).await.unwrap();
        let (_, _, second) = record(&store, &finding("orca", "o1"), "bucket/versioning", 0).await.unwrap();
        let mut session = begin(&store).await;
        let mut found = session.remediation(&first.0).await.unwrap().unwrap();
        found.remediation.key = "bucket/versioning".into();
        let taken = session.save_remediation(&found.remediation, found.version).await;
        assert!(matches!(taken, Err(StoreError::KeyTaken { .. })), "{taken:?}");
        assert_eq!(session.move_findings(&first, &second, at(1)).await.unwrap(), 1);
        assert_eq!(session.witnesses(&second).await.unwrap().len(), 2);
        assert_eq!(session.finding_history(&finding_id).await.unwrap().last().unwrap().what, "moved");
        session.commit().await.unwrap();
    }

    async fn of_two_writers_one_notices(database: &Database) {
        let store = database.open().await;
        let (_, _, id) = record(&store, &finding("wiz", "w1"), "k", 0).await.unwrap();
        let mut found = stored(&store, &id).await;
        found.remediation.owner = Some("@acme/data".into());
        let mut session = begin(&store).await;
        assert_eq!(session.save_remediation(&found.remediation, found.version).await.unwrap(), 2);
        session.commit().await.unwrap();
        let mut session = begin(&store).await;
        let late = session.save_remediation(&found.remediation, found.version).await.unwrap_err();
        assert!(matches!(late, StoreError::Conflict { .. }) && late.is_transient());
        assert_eq!(stored(&store, &id).await.remediation.owner.as_deref(), Some("@acme/data"));
    }

    async fn a_remediation_is_found_by_whatever_is_known_of_it(database: &Database) {
        let store = database.open().await;
        let mut session = begin(&store).await;
        let mut open = Remediation::new(RemediationId(new_id(at(0))), "k1", at(0));
        open.state = RemediationState::Open;
        open.due = Some(at(100));
        open.repository = Some(Repository { id: 42, installation: 7, owner: "acme".into(), name: "infra".into() });
        open.pull_request = Some(PullRequestRef {
            number: 12, url: "https://github.example/12".into(), branch: "remediate/a/b".into(), head: "c0ffee".into(), merge_commit: None,
        });
        session.insert_remediation(&open).await.unwrap();
        assert!(matches!(session.insert_remediation(&open).await, Err(StoreError::KeyTaken { .. })));
        let mut risky = Remediation::new(RemediationId(new_id(at(1))), "k2", at(1));
        risky.risk = Some(Risk { score: 90, points: vec![], tier: Tier::CriticalPath, above_threshold: true, threshold: 50 });
        session.insert_remediation(&risky).await.unwrap();
        let plain = Remediation::new(RemediationId(new_id(at(1))), "k3", at(1));
        session.insert_remediation(&plain).await.unwrap();

        assert_eq!(session.remediation_by_key("k1").await.unwrap().unwrap().remediation, open);
        assert_eq!(session.remediation_by_pull_request(42, 12).await.unwrap().unwrap().remediation, open);
        assert_eq!(session.remediation_by_branch(42, "remediate/a/b").await.unwrap().unwrap().remediation, open);
        assert!(session.remediation_by_branch(43, "remediate/a/b").await.unwrap().is_none());
        let received = session.remediations_in(RemediationState::Received, 9).await.unwrap();
        assert_eq!(received.iter().map(|found| found.remediation.key.as_str()).collect::<Vec<_>>(), ["k2", "k3"]);
        assert_eq!(session.overdue_remediations(at(99), 9).await.unwrap().len(), 0);
        assert_eq!(session.overdue_remediations(at(100), 9).await.unwrap().len(), 1);
        assert_eq!(session.remediations_after(None, 9).await.unwrap().len(), 3);
        assert_eq!(session.remediations_after(Some(&open.id), 9).await.unwrap().len(), 2);
        assert_eq!(session.remediation_counts().await.unwrap(), [("open".into(), 1), ("received".into(), 2)]);
    }

    async fn a_step_writes_its_state_its_record_and_its_next_job_together(database: &Database) {
        let store = database.open().await;
        let (_, finding_id, id) = record(&store, &finding("wiz", "w1"), "k", 0).await.unwrap();
        let received = Event::FindingReceived { source: "wiz".into(), finding: finding_id.clone(), joined: false };
        let risk = Risk { score: 80, points: vec![], tier: Tier::Production, above_threshold: true, threshold: 50 };
        let scored = Event::Scored { risk, due: Some(at(1000)) };
        let policy = Policy::default();

        // Nothing of a step that is not committed is seen.
        let mut session = begin(&store).await;
        let found = session.remediation(&id.0).await.unwrap().unwrap();
        session.transition(&found, &scored, at(1), &policy).await.unwrap();
        drop(session);
        assert_eq!(stored(&store, &id).await.version, 1);
        assert!(read(&store).await.queue_counts().await.unwrap().is_empty());

        let mut session = begin(&store).await;
        let found = session.remediation(&id.0).await.unwrap().unwrap();
        let step = session.transition(&found, &received, at(1), &policy).await.unwrap();
        assert_eq!(step.remediation.version, 1, "nothing of the remediation itself changed");
        let step = session.transition(&step.remediation, &scored, at(1), &policy).await.unwrap();
        let gone = Event::GaveUp { error: "no network".into() };
        let step = session.transition(&step.remediation, &gone, at(2), &policy).await.unwrap();
        assert!(step.actions.contains(&Action::Escalate { note: Note::Failed }));
        assert!(step.actions.iter().all(|action| !matches!(action, Action::Record { .. } | Action::Schedule { .. })));
        let illegal = Event::RuleHolds { commit: "c".into(), evidence: "e".into() };
        assert!(matches!(session.transition(&step.remediation, &illegal, at(2), &policy).await, Err(StoreError::Illegal(_))));
        session.commit().await.unwrap();

        let after = stored(&store, &id).await;
        assert_eq!((after.remediation.state, after.version), (RemediationState::Failed, 3));
        let mut session = read(&store).await;
        let events = session.audit_of(&finding_id, &id.0).await.unwrap();
        let told: Vec<_> = events.iter().map(|event| (event.action.as_str(), event.actor.as_str())).collect();
        assert_eq!(told, [("finding.received", "source:wiz"), ("remediation.scored", "remediate"), ("remediation.failed", "remediate")]);
        assert_eq!(events[0].finding.as_ref(), Some(&finding_id));
        assert_eq!(events[2].details["to"], "failed");
        drop(session);
        let worker = Worker::new("w", Duration::seconds(60));
        // What came in is scored before anything is located, so that the most dangerous can go first.
        assert_eq!(store.claim(&worker, &[], at(1)).await.unwrap().unwrap().kind, "assess");
        let next = store.claim(&worker, &[], at(1)).await.unwrap().unwrap();
        assert_eq!((next.kind.as_str(), next.priority, next.payload["remediation"].as_str()), ("locate", 80, Some(id.0.as_str())));
    }

    async fn a_result_that_comes_too_late_is_not_written(database: &Database) {
        let store = database.open().await;
        let (_, _, id) = record(&store, &finding("wiz", "w1"), "k", 0).await.unwrap();
        let found = stored(&store, &id).await;
        let mut session = begin(&store).await;
        session.enqueue(&NewJob::follow(&found.remediation, Follow::Assess, at(0)), at(0)).await.unwrap();
        session.commit().await.unwrap();
        let slow = store.claim(&Worker::new("slow", Duration::seconds(10)), &[], at(0)).await.unwrap().unwrap();
        store.claim(&Worker::new("other", Duration::seconds(10)), &[], at(20)).await.unwrap().unwrap();
        let mut session = begin(&store).await;
        session.transition(&found, &Event::GaveUp { error: "slow".into() }, at(21), &Policy::default()).await.unwrap();
        assert!(matches!(session.complete(&slow).await, Err(StoreError::LeaseLost { .. })));
        drop(session);
        assert_eq!(stored(&store, &id).await, found);
        assert_eq!(read(&store).await.verify_audit().await.unwrap().unwrap().events, 0);
    }

    async fn limits_are_kept_by_all_replicas_together(database: &Database) {
        let store = database.open().await;
        let limits = |seconds: i64| vec![
            Limit { scope: "repository:42".into(), since: at(seconds - 3600), most: 3 },
            Limit { scope: "all".into(), since: at(seconds - 86_400), most: 5 },
        ];
        let attempts: Vec<_> = (0..8).map(|n| {
            let (store, limits) = (store.clone(), limits(0));
            tokio::spawn(async move {
                let mut session = begin(&store).await;
                let taken = session.take_place(&format!("r{n}"), &limits, at(0)).await.unwrap();
                session.commit().await.unwrap();
                taken.is_ok()
            })
        }).collect();
        let mut taken = 0;
        for attempt in attempts {
            taken += usize::from(attempt.await.unwrap());
        }
        assert_eq!(taken, 3);
        let mut session = begin(&store).await;
        let (full, oldest) = session.take_place("r9", &limits(10), at(10)).await.unwrap().unwrap_err();
        assert_eq!((full.scope.as_str(), oldest), ("repository:42", at(0)));
        assert!(session.take_place("r9", &limits(3600), at(3600)).await.unwrap().is_ok(), "the hour is over");
        assert!(session.take_place("r9", &limits(3600), at(3600)).await.unwrap().is_ok(), "a place is kept, not taken twice");
        assert!(session.take_place("r10", &limits(3600), at(3600)).await.unwrap().is_ok());
        assert_eq!(session.take_place("r11", &limits(3600), at(3600)).await.unwrap().unwrap_err().0.scope, "all");
        session.give_place_back("r10").await.unwrap();
        assert!(session.take_place("r11", &limits(3600), at(3600)).await.unwrap().is_ok());
        session.commit().await.unwrap();
    }
}
