//! A storm: 5,000 findings at once, half of them repeats, the most dangerous one last. What is taken a second, what becomes of it,
//! and which pull request is first.
//!
//! `make bench ARGS=storm`. The real program runs against the stand-in for GitHub: on SQLite, and as two replicas on PostgreSQL.

#[allow(dead_code, unused_imports, unused_macros, reason = "the tests need more of it")]
#[path = "../tests/it/bot.rs"]
mod bot;
#[allow(dead_code, unused_imports, unused_macros, reason = "the tests need more of it")]
#[path = "../tests/it/checked_sandbox.rs"]
mod checked_sandbox;
#[allow(dead_code, unused_imports, unused_macros, reason = "the tests need more of it")]
#[path = "../tests/it/contract.rs"]
mod contract;
#[allow(dead_code, unused_imports, unused_macros, reason = "the tests need more of it")]
#[path = "../tests/it/databases.rs"]
mod databases;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bot::{Bot, Home, TOKEN, World, finding};
use databases::Database;
use remediate::model::RemediationState;
use serde_json::{Value, json};

/// Calls that are sent.
const FINDINGS: usize = 5_000;
/// Holes that they are about; every hole is told of by two findings, and every finding is sent again.
const HOLES: usize = 1_250;
/// Senders at once, each waiting for its answer.
const SENDERS: usize = 64;
/// Places for pull requests.
const PLACES: usize = 10;
/// Buckets in a folder.
const FOLDER: usize = 50;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        println!("{FINDINGS} findings about {HOLES} holes, {SENDERS} senders, at most {PLACES} open pull requests");
        run("SQLite, one process", &Database::sqlite().await, 1).await;
        if std::env::var("REMEDIATE_TEST_POSTGRES_URL").is_ok() {
            run("PostgreSQL, two replicas", &Database::postgres().await, 2).await;
        } else {
            println!("PostgreSQL: not measured; run through scripts/postgres-for-tests");
        }
    });
}

/// A bucket each, in folders.
fn files() -> Vec<(String, String)> {
    let folder = |number: usize| {
        let buckets = (number * FOLDER..(number + 1) * FOLDER).filter(|n| *n < HOLES);
        let text = buckets.map(|n| format!("resource \"aws_s3_bucket\" \"b{n}\" {{\n  bucket = \"acme-bucket-{n}\"\n}}\n\n")).collect();
        (format!("team-{number}/main.tf"), text)
    };
    (0..HOLES.div_ceil(FOLDER)).map(folder).collect()
}

/// The call of that number. The last one is the only one about its hole, and the worst.
fn call(number: usize) -> String {
    let hole = if number + 1 == FINDINGS { HOLES - 1 } else { number % (HOLES - 1) };
    let mut one: Value = finding();
    one["resource_arn"] = json!(format!("arn:aws:s3:::acme-bucket-{hole}"));
    if number + 1 < FINDINGS {
        let tool = ["first", "second"][(number / (HOLES - 1)) % 2];
        one["finding_id"] = json!(format!("{tool}-{hole}"));
        one["severity"] = json!(["MEDIUM", "HIGH", "LOW", "CRITICAL"][hole % 4]);
        one["context"] = json!({ "is_internet_reachable": hole % 3 == 0 });
    }
    one.to_string()
}

async fn run(what: &str, database: &Database, replicas: usize) {
    let policy = format!("limits:\n  open_pull_requests: {PLACES}\n");
    let files = files();
    let mut all: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    all.push((".github/remediate.yml", &policy));
    let world = World::with(&all, "main").await;
    let mut bots = Vec::new();
    for _ in 0..replicas {
        bots.push(Home::new(database).set("REMEDIATE_LOG", "warn,remediate::cli=info").start(&world).await);
    }
    let before = memory(&bots);
    let begun = Instant::now();
    let watch = tokio::spawn(first_pull_request(world.infra.clone(), begun));
    let mut times = send(&bots).await;
    let sent = begun.elapsed();
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)].as_secs_f64() * 1_000.0;
    let (first, title) = watch.await.expect("the watch");
    let scored = until(&bots[0], begun, |counts| !counts.jobs.iter().any(|kind| kind == "delivery" || kind == "assess")).await;
    let done =
        until(&bots[0], begun, |counts| counts.jobs.iter().all(|kind| kind == "reconcile") && counts.of(RemediationState::Received) == 0)
            .await;
    println!("\n{what}");
    println!(
        "  accepted             {:>8.0} a second, all {} in {:.1} s; p50 {:.0} ms, p99 {:.0} ms",
        times.len() as f64 / sent.as_secs_f64(),
        times.len(),
        sent.as_secs_f64(),
        at(50),
        at(99)
    );
    let mut session = bots[0].store.read().await.expect("a session");
    let findings: i64 = session.finding_counts().await.expect("counts").iter().map(|(_, _, count)| count).sum();
    let remediations = bots[0].remediations().await;
    println!(
        "  kept                 {findings:>8} findings, {} remediations; {} calls were repeats or second witnesses",
        remediations.len(),
        FINDINGS - remediations.len()
    );
    println!(
        "  first pull request   {:>8.1} s after the first call, {:.1} s after the last; it is {title}",
        first.as_secs_f64(),
        first.saturating_sub(sent).as_secs_f64()
    );
    println!("  all read and scored  {:>8.1} s, all located and planned {:.1} s", scored.as_secs_f64(), done.as_secs_f64());
    let in_state = |state| remediations.iter().filter(|found| found.state == state).count();
    println!(
        "  then                 {:>8} open, {} wait for a place, {} below the threshold",
        in_state(RemediationState::Open),
        in_state(RemediationState::Planned),
        in_state(RemediationState::Ignored)
    );
    println!("  memory               {:>8.0} MB at most in one process, {:.0} MB before", memory(&bots), before);
    println!("  dead letters         {:>8}", bots[0].dead().await.len());
}

/// Sends every call; gives how long each took.
async fn send(bots: &[Bot]) -> Vec<Duration> {
    let next = Arc::new(AtomicUsize::new(0));
    let addresses: Vec<String> = bots.iter().map(|bot| bot.address.clone()).collect();
    let http = reqwest::Client::new();
    let tasks: Vec<_> = (0..SENDERS)
        .map(|sender| {
            let (next, http) = (next.clone(), http.clone());
            let url = format!("http://{}/findings", addresses[sender % addresses.len()]);
            tokio::spawn(async move {
                let mut times = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= FINDINGS {
                        return times;
                    }
                    let begun = Instant::now();
                    let answer = http.post(&url).bearer_auth(TOKEN).body(call(number)).send().await.expect("an answer");
                    assert_eq!(answer.status().as_u16(), 202);
                    times.push(begun.elapsed());
                }
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.expect("a sender"));
    }
    times
}

/// When the first pull request was there, and which it is.
async fn first_pull_request(infra: remediate_sandbox::RepositoryHandle, begun: Instant) -> (Duration, String) {
    loop {
        if let Some(pull) = infra.pulls().into_iter().next() {
            let body = pull.issue().map(|issue| issue.body).unwrap_or_default();
            let worst = format!("acme-bucket-{}", HOLES - 1);
            let which = if body.contains(&worst) { "the most dangerous one, which arrived last" } else { "NOT the most dangerous one" };
            return (begun.elapsed(), which.into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// When `done` is true of the number of waiting jobs by kind and of remediations by state.
async fn until(bot: &Bot, begun: Instant, done: impl Fn(&Counts) -> bool) -> Duration {
    loop {
        let mut session = bot.store.read().await.expect("a session");
        let jobs = session.queue_counts().await.expect("counts");
        let jobs = jobs.into_iter().filter(|count| matches!(count.state.as_str(), "ready" | "running")).map(|count| count.kind).collect();
        let counts = Counts { jobs, states: session.remediation_counts().await.expect("counts") };
        drop(session);
        if done(&counts) {
            return begun.elapsed();
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

struct Counts {
    /// Kinds of jobs that are ready or run.
    jobs: Vec<String>,
    /// Remediations by state.
    states: Vec<(String, i64)>,
}

impl Counts {
    fn of(&self, state: RemediationState) -> i64 {
        self.states.iter().find(|(name, _)| name == state.name()).map_or(0, |(_, count)| *count)
    }
}

/// The largest resident set that any of the processes ever had, in MB.
fn memory(bots: &[Bot]) -> f64 {
    let peak = |bot: &Bot| {
        let status = std::fs::read_to_string(format!("/proc/{}/status", bot.id())).unwrap_or_default();
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()).unwrap_or(0.0)
    };
    bots.iter().map(peak).fold(0.0, f64::max) / 1_024.0
}
