//! The queue and the intake.

use chrono::Duration;
use remediate::store::{Enqueued, Housekeeping, Job, JobFate, NewDelivery, NewJob, Received, Store, StoreError, Worker, backoff};
use serde_json::json;

use crate::databases::{Database, at, begin, on_both_databases, read};

fn worker(name: &str) -> Worker {
    Worker::new(name, Duration::seconds(60))
}

fn delivery(id: &str, body: &[u8]) -> NewDelivery {
    NewDelivery { source: "github".into(), id: id.into(), event: "push".into(), body: body.to_vec() }
}

async fn enqueue(store: &Store, job: NewJob, seconds: i64) -> Enqueued {
    let mut session = begin(store).await;
    let result = session.enqueue(&job, at(seconds)).await.unwrap();
    session.commit().await.unwrap();
    result
}

async fn claim(store: &Store, seconds: i64) -> Option<Job> {
    store.claim(&worker("one"), &[], at(seconds)).await.unwrap()
}

async fn complete(store: &Store, job: &Job) -> Result<(), StoreError> {
    let mut session = begin(store).await;
    session.complete(job).await?;
    session.commit().await
}

async fn waiting(store: &Store) -> i64 {
    read(store).await.queue_counts().await.unwrap().iter().filter(|count| count.state != "dead").map(|count| count.count).sum()
}

on_both_databases! {
    async fn a_delivery_is_stored_once_with_its_job(database: &Database) {
        let store = database.open().await;
        let job = || NewJob::new("webhook", json!({ "id": "d1" }), at(0));
        assert_eq!(store.receive(delivery("d1", b"\x00{}\xff"), job(), at(0)).await.unwrap(), Received::New);
        assert_eq!(store.receive(delivery("d1", b"other"), job(), at(1)).await.unwrap(), Received::Duplicate);
        let mut session = read(&store).await;
        let stored = session.delivery("github", "d1").await.unwrap().unwrap();
        assert_eq!((stored.body.as_slice(), stored.received_at, stored.outcome), (b"\x00{}\xff".as_slice(), at(0), None));
        assert!(session.delivery("other", "d1").await.unwrap().is_none());
        assert_eq!(waiting(&store).await, 1);

        let mut session = begin(&store).await;
        assert_eq!(session.purge_deliveries(at(100)).await.unwrap(), 0, "what is not processed is not forgotten");
        session.delivery_processed("github", "d1", "2 findings", at(2)).await.unwrap();
        assert_eq!(session.delivery("github", "d1").await.unwrap().unwrap().outcome.as_deref(), Some("2 findings"));
        assert_eq!(session.purge_deliveries(at(100)).await.unwrap(), 1);
        session.commit().await.unwrap();
    }

    async fn only_what_nobody_needs_is_forgotten(database: &Database) {
        let store = database.open().await;
        for id in ["done", "waiting"] {
            store.receive(delivery(id, b"{}"), NewJob::new("webhook", json!({}), at(0)), at(0)).await.unwrap();
        }
        let mut session = begin(&store).await;
        session.delivery_processed("github", "done", "ok", at(1)).await.unwrap();
        session.save_index_blob(1, 1, "a", b"x", at(0)).await.unwrap();
        session.commit().await.unwrap();
        assert_eq!(store.housekeep(at(29 * 86_400)).await.unwrap(), Housekeeping::default());
        let done = store.housekeep(at(61 * 86_400)).await.unwrap();
        assert_eq!(done, Housekeeping { deliveries: 1, index_blobs: 1, places: 0 });
        assert!(read(&store).await.delivery("github", "waiting").await.unwrap().is_some());
    }

    async fn a_storm_of_deliveries_is_stored_completely(database: &Database) {
        let store = database.open().await;
        let calls: Vec<_> = (0..600).map(|n| {
            let store = store.clone();
            // Every delivery comes twice, and one cannot be stored at all.
            let (id, kind) = (format!("d{}", n / 2), if n == 599 { "not a kind" } else { "webhook" });
            tokio::spawn(async move { store.receive(delivery(&id, b"{}"), NewJob::new(kind, json!({}), at(0)), at(0)).await })
        }).collect();
        let (mut new, mut duplicate, mut refused) = (0, 0, 0);
        for call in calls {
            match call.await.unwrap() {
                Ok(Received::New) => new += 1,
                Ok(Received::Duplicate) => duplicate += 1,
                Err(_) => refused += 1,
            }
        }
        // The bad one is refused, or recognised as a repetition of its good twin.
        assert_eq!((new, duplicate + refused), (300, 300));
        assert!(refused <= 1);
        assert_eq!(waiting(&store).await, 300);
    }

    async fn urgent_work_goes_first_then_the_oldest(database: &Database) {
        let store = database.open().await;
        for (name, priority) in [("a", 10), ("b", 90), ("c", 10), ("d", 50)] {
            enqueue(&store, NewJob::new("fix", json!(name), at(0)).priority(priority), 0).await;
        }
        enqueue(&store, NewJob::new("fix", json!("later"), at(10)).priority(100), 0).await;
        let mut order = Vec::new();
        while let Some(job) = claim(&store, 5).await {
            order.push(job.payload.as_str().unwrap().to_owned());
            complete(&store, &job).await.unwrap();
        }
        assert_eq!(order, ["b", "d", "a", "c"]);
        assert_eq!(claim(&store, 10).await.unwrap().payload, "later");
    }

    async fn workers_take_only_the_kinds_they_ask_for(database: &Database) {
        let store = database.open().await;
        enqueue(&store, NewJob::new("publish", json!(1), at(0)), 0).await;
        assert!(store.claim(&worker("w"), &["locate", "pub"], at(0)).await.unwrap().is_none());
        assert!(store.claim(&worker("w"), &["locate", "publish"], at(0)).await.unwrap().is_some());
        let mut session = begin(&store).await;
        assert!(matches!(session.enqueue(&NewJob::new("no spaces, please", json!(1), at(0)), at(0)).await, Err(StoreError::Refused { .. })));
    }

    async fn of_equal_jobs_one_waits_and_moves_forward(database: &Database) {
        let store = database.open().await;
        let job = |seconds, priority| NewJob::new("track", json!("r1"), at(seconds)).once("track:r1").priority(priority);
        let Enqueued::New(id) = enqueue(&store, job(100, 1), 0).await else { panic!("the first is new") };
        assert_eq!(enqueue(&store, job(200, 5), 0).await, Enqueued::Waiting(id));
        assert!(claim(&store, 50).await.is_none());
        assert_eq!(enqueue(&store, job(60, 2), 60).await, Enqueued::Waiting(id));
        let running = claim(&store, 60).await.unwrap();
        assert_eq!(running.priority, 5);
        // While it runs, asking again means once more afterwards: it may have read the old state.
        let Enqueued::New(again) = enqueue(&store, job(61, 1), 61).await else { panic!("a running job does not count") };
        assert_eq!(store.fail(&running, "git is down", at(62)).await.unwrap(), JobFate::Replaced);
        assert_eq!(claim(&store, 62).await.unwrap().id, again);
        assert_eq!(waiting(&store).await, 1);
    }

    async fn jobs_of_one_repository_run_one_at_a_time(database: &Database) {
        let store = database.open().await;
        for (name, repository) in [("a", "r1"), ("b", "r1"), ("c", "r2")] {
            enqueue(&store, NewJob::new("publish", json!(name), at(0)).in_order(repository), 0).await;
        }
        let first = claim(&store, 0).await.unwrap();
        let second = claim(&store, 0).await.unwrap();
        assert_eq!((first.payload.as_str(), second.payload.as_str()), (Some("a"), Some("c")));
        assert!(claim(&store, 0).await.is_none(), "b waits for a");
        complete(&store, &first).await.unwrap();
        assert_eq!(claim(&store, 0).await.unwrap().payload, "b");
    }

    async fn a_vanished_worker_loses_its_job(database: &Database) {
        let store = database.open().await;
        let mut job = NewJob::new("publish", json!(1), at(0)).in_order("r1");
        job.max_attempts = 2;
        enqueue(&store, job, 0).await;
        let (slow, other) = (worker("slow"), worker("other"));
        let first = store.claim(&slow, &[], at(0)).await.unwrap().unwrap();
        store.heartbeat(&first, &slow, at(40)).await.unwrap();
        assert!(store.claim(&other, &[], at(90)).await.unwrap().is_none(), "the heartbeat kept it");
        let second = store.claim(&other, &[], at(101)).await.unwrap().unwrap();
        assert_eq!((second.id, second.attempt), (first.id, 2));
        for lost in [
            store.heartbeat(&first, &slow, at(102)).await,
            complete(&store, &first).await,
            store.fail(&first, "late", at(102)).await.map(drop),
        ] {
            assert!(matches!(lost, Err(StoreError::LeaseLost { job }) if job == first.id), "{lost:?}");
        }
        // It took its worker down with every attempt: that is a dead letter, not a loop.
        assert!(claim(&store, 500).await.is_none());
        let dead = read(&store).await.dead_jobs(10).await.unwrap();
        assert_eq!(dead.len(), 1);
        assert!(dead[0].last_error.as_deref().unwrap().contains("vanished"));
    }

    async fn a_failing_job_is_tried_again_then_becomes_a_dead_letter(database: &Database) {
        let store = database.open().await;
        let mut job = NewJob::new("locate", json!({ "r": 1 }), at(0)).once("locate:1");
        job.max_attempts = 2;
        enqueue(&store, job.clone(), 0).await;
        let first = claim(&store, 0).await.unwrap();
        let again = at(0) + backoff(first.id, 1);
        assert_eq!(store.fail(&first, "no network\u{0}", at(0)).await.unwrap(), JobFate::Retry(again));
        assert!(claim(&store, 0).await.is_none());
        let second = store.claim(&worker("one"), &[], again).await.unwrap().unwrap();
        assert_eq!(store.fail(&second, "still no network", again).await.unwrap(), JobFate::Dead);

        let dead = read(&store).await.dead_jobs(10).await.unwrap();
        assert_eq!((dead[0].id, dead[0].attempts, dead[0].last_error.as_deref()), (first.id, 2, Some("still no network")));
        let mut session = begin(&store).await;
        assert_eq!(session.retry_dead(first.id, at(100)).await.unwrap(), JobFate::Retry(at(100)));
        assert!(matches!(session.retry_dead(first.id, at(100)).await, Err(StoreError::Missing { .. })));
        session.commit().await.unwrap();
        let third = claim(&store, 100).await.unwrap();
        assert_eq!(third.attempt, 1);

        // A dead letter whose successor waits already is not run twice.
        let mut session = begin(&store).await;
        session.bury(&third, "cannot work").await.unwrap();
        session.enqueue(&job, at(100)).await.unwrap();
        assert_eq!(session.retry_dead(third.id, at(101)).await.unwrap(), JobFate::Replaced);
        session.commit().await.unwrap();
        assert_eq!(waiting(&store).await, 1);
    }

    async fn waiting_for_a_limit_is_not_a_failure(database: &Database) {
        let store = database.open().await;
        enqueue(&store, NewJob::new("publish", json!(1), at(0)), 0).await;
        for round in 0..30 {
            let job = claim(&store, round).await.unwrap();
            assert_eq!(job.attempt, 1);
            let mut session = begin(&store).await;
            assert_eq!(session.postpone(&job, at(round + 1)).await.unwrap(), JobFate::Retry(at(round + 1)));
            session.commit().await.unwrap();
        }
    }

    async fn nothing_is_written_without_commit(database: &Database) {
        let store = database.open().await;
        let mut session = begin(&store).await;
        session.enqueue(&NewJob::new("locate", json!(1), at(0)), at(0)).await.unwrap();
        drop(session);
        assert!(claim(&store, 0).await.is_none());
        let mut session = read(&store).await;
        assert!(session.enqueue(&NewJob::new("locate", json!(1), at(0)), at(0)).await.is_err(), "a reading session does not write");
    }

    async fn several_replicas_share_the_work_without_doing_it_twice(database: &Database) {
        let store = database.open().await;
        for n in 0..120 {
            enqueue(&store, NewJob::new("publish", json!(n), at(0)).in_order(format!("r{}", n % 5)), 0).await;
        }
        let running = std::sync::Arc::new(std::sync::Mutex::new((Vec::new(), std::collections::BTreeSet::new())));
        let mut workers = Vec::new();
        for replica in 0..3 {
            let store = database.open().await;
            for thread in 0..2 {
                let (store, running) = (store.clone(), running.clone());
                workers.push(tokio::spawn(async move {
                    let worker = worker(&format!("{replica}/{thread}"));
                    loop {
                        let Some(job) = store.claim(&worker, &[], at(1)).await.unwrap() else {
                            if waiting(&store).await == 0 {
                                break;
                            }
                            store.wait_for_work(std::time::Duration::from_millis(5)).await;
                            continue;
                        };
                        let repository = job.ordering_key.clone().unwrap();
                        {
                            let mut running = running.lock().unwrap();
                            running.0.push(job.payload.as_i64().unwrap());
                            assert!(running.1.insert(repository.clone()), "two jobs of {repository} at once");
                        }
                        tokio::task::yield_now().await;
                        running.lock().unwrap().1.remove(&repository);
                        complete(&store, &job).await.unwrap();
                    }
                }));
            }
        }
        for worker in workers {
            worker.await.unwrap();
        }
        let mut done = running.lock().unwrap().0.clone();
        done.sort_unstable();
        assert_eq!(done, (0..120).collect::<Vec<i64>>());
    }
}
