//! Measures the store: durable intake of deliveries and the queue, on SQLite and on PostgreSQL.
//!
//! `scripts/postgres-for-tests cargo bench --bench queue` (without PostgreSQL: only SQLite is measured). Each line is one run;
//! latencies are those of the caller, from the call until the transaction is on the disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::Utc;
use remediate::store::{NewDelivery, NewJob, Store, Worker};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _};

const DELIVERIES: usize = 5_000;
const BODY: usize = 8_000;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        println!("{:<12} {:<44} {:>10} {:>9} {:>9} {:>9}", "database", "what", "per second", "p50 ms", "p99 ms", "max ms");
        let folder = tempfile::tempdir().expect("a folder");
        measure(&format!("sqlite:{}", folder.path().join("bench.db").display())).await;
        match std::env::var("REMEDIATE_TEST_POSTGRES_URL") {
            Ok(server) => measure_postgres(&server).await,
            Err(_) => println!("postgresql   not measured: run through scripts/postgres-for-tests"),
        }
    });
}

async fn measure_postgres(server: &str) {
    let name = format!("remediate_bench_{}", std::process::id());
    let mut connection = sqlx::PgConnection::connect(server).await.expect("the server answers");
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.expect("a database");
    let mut url = url::Url::parse(server).expect("a URL");
    url.set_path(&name);
    measure(url.as_str()).await;
    let drop = AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"));
    sqlx::raw_sql(drop).execute(&mut connection).await.expect("the database is dropped");
}

async fn measure(url: &str) {
    let store = Store::open(url, Utc::now()).await.expect("the database opens");
    for senders in [1, 16, 64] {
        let deliveries = if senders == 1 { DELIVERIES / 5 } else { DELIVERIES };
        intake(&store, &format!("new-{senders}"), senders, deliveries, "durable intake").await;
    }
    intake(&store, "new-64", 64, DELIVERIES, "recognise a redelivery").await;
    for workers in [1, 8] {
        drain(&store, workers, 2_000).await;
    }
    store.close().await;
}

/// `senders` at once, each waiting for its answer before it sends the next.
async fn intake(store: &Store, series: &str, senders: usize, deliveries: usize, what: &str) {
    let (next, body) = (Arc::new(AtomicUsize::new(0)), vec![b'x'; BODY]);
    let started = Instant::now();
    let tasks: Vec<_> = (0..senders)
        .map(|_| {
            let (store, next, series, body) = (store.clone(), next.clone(), series.to_owned(), body.clone());
            tokio::spawn(async move {
                let mut times = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= deliveries {
                        return times;
                    }
                    let id = format!("{series}-{number}");
                    let job = NewJob::new("webhook", json!({ "id": id }), Utc::now());
                    let delivery = NewDelivery { source: "github".into(), id, event: "push".into(), body: body.clone() };
                    let sent = Instant::now();
                    store.receive(delivery, job, Utc::now()).await.expect("stored");
                    times.push(sent.elapsed());
                }
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.expect("a sender"));
    }
    report(store, &format!("{what}, {senders} senders, {} KB", BODY / 1_000), started.elapsed(), times);
}

async fn drain(store: &Store, workers: usize, jobs: usize) {
    let done = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let tasks: Vec<_> = (0..workers)
        .map(|number| {
            let (store, done) = (store.clone(), done.clone());
            tokio::spawn(async move {
                let worker = Worker::new(format!("bench-{number}"), chrono::Duration::seconds(60));
                let mut times = Vec::new();
                while done.fetch_add(1, Ordering::Relaxed) < jobs {
                    let asked = Instant::now();
                    let Some(job) = store.claim(&worker, &[], Utc::now()).await.expect("a claim") else { break };
                    let mut session = store.begin().await.expect("a session");
                    session.complete(&job).await.expect("still ours");
                    session.commit().await.expect("committed");
                    times.push(asked.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.expect("a worker"));
    }
    report(store, &format!("claim and complete a job, {workers} workers"), started.elapsed(), times);
}

fn report(store: &Store, what: &str, whole: Duration, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: usize| {
        times.get((times.len() * percent / 100).min(times.len().saturating_sub(1))).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
    };
    #[allow(clippy::cast_precision_loss)]
    let rate = times.len() as f64 / whole.as_secs_f64();
    println!("{:<12} {what:<44} {rate:>10.0} {:>9.2} {:>9.2} {:>9.2}", store.kind(), at(50), at(99), at(100));
}
