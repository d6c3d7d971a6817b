//! The audit chain: appended by many, never forked, and every change to it is found.

use remediate::model::RemediationId;
use remediate::store::{NewEvent, Store, check};
use serde_json::json;

use crate::databases::{Database, at, begin, on_both_databases, read};

async fn append(store: &Store, count: i64) {
    let mut session = begin(store).await;
    for n in 0..count {
        let event = NewEvent::new("remediation.opened", at(n)).by("github:ann").of_finding("f1").about(&RemediationId("r1".into()));
        session.audit(event.details(json!({ "n": n, "text": "O'Brien \u{0} \u{2028} {\"a\"}" })));
    }
    session.commit().await.unwrap();
}

async fn broken(store: &Store) -> String {
    read(store).await.verify_audit().await.unwrap().unwrap_err().to_string()
}

on_both_databases! {
    async fn the_chain_holds_and_can_be_checked_elsewhere(database: &Database) {
        let store = database.open().await;
        assert_eq!(read(&store).await.verify_audit().await.unwrap().unwrap().events, 0);
        append(&store, 3).await;
        append(&store, 2).await;
        let mut session = read(&store).await;
        let verified = session.verify_audit().await.unwrap().unwrap();
        assert_eq!(verified.events, 5);
        let events = session.audit_after(0, 100).await.unwrap();
        assert_eq!(check(&events).unwrap(), verified);
        assert_eq!(session.audit_after(3, 1).await.unwrap()[0].sequence, 4);
        assert_eq!(session.audit_of("f1", "").await.unwrap().len(), 5);
    }

    async fn writers_at_once_do_not_fork_the_chain(database: &Database) {
        let store = database.open().await;
        let replicas = [store.clone(), database.open().await, database.open().await];
        let writers: Vec<_> = (0..30).map(|n| {
            let store = replicas[n % 3].clone();
            tokio::spawn(async move { append(&store, 1 + i64::try_from(n % 4).unwrap()).await })
        }).collect();
        for writer in writers {
            writer.await.unwrap();
        }
        assert_eq!(read(&store).await.verify_audit().await.unwrap().unwrap().events, 73);
    }

    async fn long_records_are_checked_to_the_end(database: &Database) {
        let store = database.open().await;
        append(&store, 2_345).await;
        assert_eq!(read(&store).await.verify_audit().await.unwrap().unwrap().events, 2_345);
        database.run("UPDATE audit_events SET line = REPLACE(line, 'ann', 'eve') WHERE sequence = 2344").await;
        assert!(broken(&store).await.starts_with("event 2344 "));
    }

    async fn a_changed_event_is_named(database: &Database) {
        let store = database.open().await;
        append(&store, 5).await;
        database.run("UPDATE audit_events SET line = REPLACE(line, 'github:ann', 'github:eve') WHERE sequence = 3").await;
        let message = broken(&store).await;
        assert!(message.starts_with("event 3 ") && message.contains("was changed"), "{message}");
    }

    async fn a_removed_event_is_named(database: &Database) {
        let store = database.open().await;
        append(&store, 5).await;
        database.run("DELETE FROM audit_events WHERE sequence = 2").await;
        assert!(broken(&store).await.starts_with("event 2 (sequence 3)"));
    }

    async fn a_record_cut_short_is_noticed(database: &Database) {
        let store = database.open().await;
        append(&store, 5).await;
        database.run("DELETE FROM audit_events WHERE sequence > 3").await;
        let message = broken(&store).await;
        assert!(message.starts_with("event 4 ") && message.contains("missing"), "{message}");
    }

    async fn a_column_that_says_something_else_than_its_line_is_noticed(database: &Database) {
        let store = database.open().await;
        append(&store, 5).await;
        database.run("UPDATE audit_events SET finding = 'f2' WHERE sequence = 4").await;
        assert!(broken(&store).await.starts_with("event 4 "));
    }
}
