//! Many findings at once: none is lost, each hole is one remediation, and the limits give their places by risk.

use remediate::model::RemediationState;
use serde_json::{Value, json};

use super::bot::{Bot, Home, TOKEN, World, eventually, finding};
use super::databases::{Database, on_both_databases};
use super::doors::open;

/// A world with `count` buckets and these limits.
async fn world(count: usize, limits: &str) -> World {
    let buckets: String =
        (0..count).map(|n| format!("resource \"aws_s3_bucket\" \"b{n}\" {{\n  bucket = \"acme-bucket-{n}\"\n}}\n\n")).collect();
    World::with(&[("main.tf", &buckets), (".github/remediate.yml", &format!("limits:\n{limits}"))], "main").await
}

/// An ordinary finding about bucket `n`: above the threshold, far from the top.
fn ordinary(n: usize) -> Value {
    let mut one = finding();
    one["finding_id"] = json!(format!("f-{n}"));
    one["resource_arn"] = json!(format!("arn:aws:s3:::acme-bucket-{n}"));
    one["severity"] = json!("MEDIUM");
    one["context"] = json!({ "is_internet_reachable": true });
    one
}

/// The worst there is, about bucket `n`.
fn worst(n: usize) -> Value {
    let mut one = finding();
    one["finding_id"] = json!(format!("worst-{n}"));
    one["resource_arn"] = json!(format!("arn:aws:s3:::acme-bucket-{n}"));
    one
}

async fn planned(bot: &Bot) -> usize {
    bot.remediations().await.into_iter().filter(|found| found.state == RemediationState::Planned).count()
}

/// Bodies of the open pull requests, oldest first.
fn open_bodies(world: &World) -> Vec<String> {
    let issues = world.infra.pulls().into_iter().map(|pull| pull.issue().unwrap());
    issues.filter(|issue| issue.open).map(|issue| issue.body).collect()
}

on_both_databases! {
    async fn the_most_dangerous_is_first_even_when_it_arrives_last(database: &Database) {
        let world = world(24, "  open_pull_requests: 1\n").await;
        // Everything is accepted before anybody works on it: each hole is told of twice, by two findings, in deliveries of their own.
        let doors = open(&format!("[sources.cspm]\ntoken = \"{TOKEN}\"\n"), database.open().await).await;
        let bearer = format!("Bearer {TOKEN}");
        for round in ["", "-again"] {
            for n in 0..23 {
                let mut one = ordinary(n);
                one["finding_id"] = json!(format!("f-{n}{round}"));
                let (status, answer) = doors.post("/findings", &[("authorization", &bearer)], one.to_string()).await;
                assert_eq!(status, 202, "{answer}");
            }
        }
        let (status, _) = doors.post("/findings", &[("authorization", &bearer)], worst(23).to_string()).await;
        assert_eq!((status, doors.jobs().await), (202, 47));
        let bot = Home::new(database).start(&world).await;
        let first = eventually("a pull request", || world.infra.pulls().into_iter().next()).await;
        assert!(first.issue().unwrap().body.contains("acme-bucket-23"), "{}", first.issue().unwrap().body);
        // It waited until everything was read: none is lost, and repeats joined.
        assert_eq!(bot.remediations().await.len(), 24);
        let mut session = bot.store.read().await.unwrap();
        assert_eq!(session.finding_counts().await.unwrap(), [("cspm".to_owned(), "active".to_owned(), 47)]);
        drop(session);
        bot.settled(&world).await;
        assert_eq!((open_bodies(&world).len(), planned(&bot).await), (1, 23));
        assert_eq!(bot.dead().await, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_and_more_dangerous_finding_overtakes_those_that_wait_for_a_place() {
    let database = Database::sqlite().await;
    let world = world(6, "  open_pull_requests: 1\n").await;
    let bot = Home::new(&database).start(&world).await;
    bot.finding(&json!((0..5).map(ordinary).collect::<Vec<_>>())).await;
    let first = world.pull("a pull request").await;
    bot.settled(&world).await;
    assert_eq!(planned(&bot).await, 4);
    bot.finding(&worst(5)).await;
    bot.settled(&world).await;
    assert_eq!((world.infra.pulls().len(), planned(&bot).await), (1, 5), "there is one place, and it is taken");
    first.close("maria").unwrap();
    eventually("a second pull request", || world.infra.pulls().len().eq(&2).then_some(())).await;
    let bodies = open_bodies(&world);
    assert!(bodies[0].contains("acme-bucket-5"), "{bodies:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_critical_attack_path_does_not_wait_for_the_hour_to_pass() {
    let database = Database::sqlite().await;
    let world = world(4, "  per_hour: 1\n").await;
    let bot = Home::new(&database).start(&world).await;
    bot.finding(&json!((0..3).map(ordinary).collect::<Vec<_>>())).await;
    world.pull("a pull request").await;
    bot.settled(&world).await;
    assert_eq!((world.infra.pulls().len(), planned(&bot).await), (1, 2));
    bot.finding(&worst(3)).await;
    eventually("a second pull request", || world.infra.pulls().len().eq(&2).then_some(())).await;
    bot.settled(&world).await;
    assert!(open_bodies(&world)[1].contains("acme-bucket-3"));
    assert_eq!(planned(&bot).await, 2, "the others wait still");
}
