//! Migrations: each is applied to the data of the version before, and the program reads what it finds.

use remediate::lifecycle::Asked;
use remediate::model::{RemediationId, RemediationState};
use remediate::store::{MIGRATIONS, Store, StoreError, Worker};

use crate::databases::{Database, at, begin, on_both_databases, read};

/// Data as each version leaves it behind, in order.
const SAMPLES: &[&str] = &[
    include_str!("../../migrations/samples/0001.sql"),
    include_str!("../../migrations/samples/0002.sql"),
    include_str!("../../migrations/samples/0003.sql"),
    include_str!("../../migrations/samples/0004.sql"),
    include_str!("../../migrations/samples/0005.sql"),
];

async fn sampled(database: &Database) -> Store {
    for (count, sample) in (1..).zip(SAMPLES) {
        database.open_at(count).await.close().await;
        database.run(sample).await;
    }
    database.open().await
}

#[test]
fn every_migration_has_sample_data() {
    assert_eq!(SAMPLES.len(), MIGRATIONS.len());
}

on_both_databases! {
    async fn data_of_every_version_survives(database: &Database) {
        let store = sampled(database).await;
        let id = RemediationId("01890000-0000-7000-8000-000000000001".into());
        let mut session = read(&store).await;
        assert_eq!(session.delivery("wiz", "w-1").await.unwrap().unwrap().body, b"{\"a\":1}");
        assert_eq!(session.dead_jobs(9).await.unwrap()[0].last_error.as_deref(), Some("the repository is archived"));
        assert_eq!(session.counters().await.unwrap(), [("auth_rejected".into(), "wiz".into(), 3)]);
        assert_eq!(session.remediation(&id.0).await.unwrap().unwrap().remediation.state, RemediationState::Received);
        assert_eq!(session.witnesses(&id).await.unwrap()[0].finding.id, "w-1");
        assert_eq!(session.finding_history("01890000-0000-7000-8000-000000000002").await.unwrap().len(), 1);
        assert_eq!(session.unmapped(9).await.unwrap()[0].times, 2);
        assert_eq!(session.verify_audit().await.unwrap().unwrap().events, 1);
        assert!(matches!(session.exceptions("approved", 9).await.unwrap()[0].decision.asked, Asked::Exception { .. }));
        assert_eq!(session.answer("arn:aws:s3:::backups", "aws/s3/versioning").await.unwrap().unwrap().line, 12);
        assert_eq!(session.installations().await.unwrap(), [(7, "acme".into(), false)]);
        assert_eq!(session.repository(42).await.unwrap().unwrap().default_branch.as_deref(), Some("main"));
        assert_eq!(session.index_blobs(42, 1).await.unwrap()[0].1, b"x");
        assert_eq!(session.config(42).await.unwrap().unwrap().text, "enabled: true");
        assert_eq!(session.index_head(42).await.unwrap().unwrap().files, 3);
        assert_eq!(session.repositories_by_keys(&[-7, 4], 9).await.unwrap(), [42]);
        assert_eq!(session.state_errors(9).await.unwrap(), [("s3://acme-state/net".into(), "access denied".into())]);
        assert_eq!(session.states_by_keys(&[-9]).await.unwrap(), [b""]);
        assert_eq!(session.remote(&id.0, "comment:issues").await.unwrap().unwrap().remote_id, "99");
        drop(session);
        let job = store.claim(&Worker::new("w", chrono::Duration::seconds(9)), &[], at(0)).await.unwrap().unwrap();
        assert_eq!(job.kind, "webhook");
        assert_eq!(begin(&store).await.purge_places(at(1)).await.unwrap(), 1);
    }

    async fn opening_again_changes_nothing(database: &Database) {
        let store = sampled(database).await;
        assert_eq!(database.open().await.kind(), store.kind());
        store.ping().await.unwrap();
    }

    async fn replicas_that_start_together_migrate_once(database: &Database) {
        let openings: Vec<_> = (0..4).map(|_| {
            let url = database.url().to_owned();
            tokio::spawn(async move { Store::open(&url, at(0)).await })
        }).collect();
        for opening in openings {
            opening.await.unwrap().unwrap().ping().await.unwrap();
        }
    }

    async fn a_database_of_a_newer_or_other_program_is_left_alone(database: &Database) {
        database.open().await.close().await;
        database.run("INSERT INTO schema_versions (version, name, digest, applied_at) VALUES (999, 'future', 'x', 0)").await;
        let Err(error) = Store::open(database.url(), at(0)).await else { panic!("opened") };
        assert!(matches!(error, StoreError::Newer { found: 999, .. }), "{error}");
        database.run("DELETE FROM schema_versions WHERE version = 999; UPDATE schema_versions SET digest = 'x' WHERE version = 2").await;
        let Err(error) = Store::open(database.url(), at(0)).await else { panic!("opened") };
        assert!(matches!(error, StoreError::MigrationChanged { version: 2 }), "{error}");
    }
}

#[tokio::test]
async fn bad_urls_say_what_to_give_and_hide_the_password() {
    let error = async |url: &str| Store::open(url, at(0)).await.err().expect("not opened").to_string();
    assert!(error("mysql://root:hunter2@db/x").await.contains("sqlite:PATH"));
    assert!(!error("mysql://root:hunter2@db/x").await.contains("hunter2"));
    let refused = error("postgres://root:hunter2@127.0.0.1:1/x").await;
    assert!(refused.contains("127.0.0.1") && !refused.contains("hunter2"), "{refused}");
    assert!(error("sqlite::memory:").await.contains("lose findings"));
    assert!(error("sqlite:/nowhere/at/all/store.db").await.contains("cannot open"));
}
