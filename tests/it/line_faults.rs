//! The line when things go wrong: GitHub's faults, lost and repeated webhooks, races, and repositories in every condition.

use std::sync::Arc;

use remediate::model::{RefusalKind, RemediationState};
use remediate_sandbox::{Effect, Fault, FileChange, WebhookEffect, WebhookFault};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::bot::{BUCKET, Bot, Home, TOKEN, World, eventually, finding};
use super::databases::{Database, on_both_databases};

/// A world and a bot that have just started.
async fn started(database: &Database) -> (World, Bot) {
    let world = World::new().await;
    let bot = Home::new(database).start(&world).await;
    (world, bot)
}

/// The finding goes in and exactly one pull request comes out.
async fn one_pull_request(world: &World, bot: &Bot) {
    bot.finding(&finding()).await;
    bot.becomes(RemediationState::Open).await;
    bot.settled(world).await;
    assert_eq!(world.infra.pulls().len(), 1);
    assert_eq!(bot.dead().await, Vec::<String>::new());
}

const PULLS: &str = "/repos/{owner}/{repo}/pulls";
const RECEIVE: &str = "/{owner}/{repo}/git-receive-pack";

on_both_databases! {
    async fn a_502_after_the_work_was_done_opens_no_second_pull_request(database: &Database) {
        let (world, bot) = started(database).await;
        let fault = world.sandbox.fault(Fault::new(Effect::StatusAfter(502)).on("POST", PULLS));
        one_pull_request(&world, &bot).await;
        assert_eq!(fault.hits(), 1);
    }

    async fn a_redelivery_is_recognised_and_a_repeated_finding_joins(database: &Database) {
        let (world, bot) = started(database).await;
        world.sandbox.webhook_fault(WebhookFault::new("issue_comment", WebhookEffect::Duplicate));
        let issue = world.infra.open_issue("maria", "Bucket", &format!("```json\n{}\n```", finding())).unwrap();
        issue.comment("maria", "/remediate").unwrap();
        bot.becomes(RemediationState::Open).await;
        let mut second = finding();
        second["finding_id"] = json!("another-tool");
        bot.finding(&second).await;
        bot.finding(&second).await;
        let pull = world.pull("a pull request").await;
        eventually("both witnesses are named", || pull.issue().ok().filter(|issue| issue.body.contains("another-tool"))).await;
        bot.settled(&world).await;
        assert_eq!(world.infra.pulls().len(), 1);
        bot.becomes(RemediationState::Open).await;
    }

    async fn a_hundred_findings_at_once_keep_to_the_limit_and_the_worst_goes_first(database: &Database) {
        let buckets: String = (0..100).map(|n| format!("resource \"aws_s3_bucket\" \"b{n}\" {{\n  bucket = \"acme-bucket-{n}\"\n}}\n\n")).collect();
        let world = World::with(&[("main.tf", &buckets), (".github/remediate.yml", "limits:\n  open_pull_requests: 3\n")], "main").await;
        let bot = Home::new(database).start(&world).await;
        let all: Vec<_> = (0..100)
            .map(|n| {
                let mut one = finding();
                one["finding_id"] = json!(format!("f-{n}"));
                one["resource_arn"] = json!(format!("arn:aws:s3:::acme-bucket-{n}"));
                if n != 99 {
                    one["severity"] = json!("MEDIUM");
                    one["context"] = json!({ "is_internet_reachable": true });
                }
                one
            })
            .collect();
        bot.finding(&json!(all)).await;
        eventually("three pull requests", || world.infra.pulls().len().eq(&3).then_some(())).await;
        bot.settled(&world).await;
        assert_eq!(world.infra.pulls().len(), 3);
        let planned = bot.remediations().await.into_iter().filter(|found| found.state == RemediationState::Planned).count();
        assert_eq!(planned, 97);
        // A place that becomes free is taken by the next.
        let first = world.infra.pulls().remove(0);
        first.close("maria").unwrap();
        eventually("a fourth pull request", || world.infra.pulls().len().eq(&4).then_some(())).await;
        let bodies: Vec<String> = world.infra.pulls().iter().map(|pull| pull.issue().unwrap().body).collect();
        assert!(bodies.iter().any(|body| body.contains("acme-bucket-99")), "the most dangerous one is among the first");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn github_failing_now_and_then_only_delays() {
    let database = Database::sqlite().await;
    let (world, bot) = started(&database).await;
    world.sandbox.fault(Fault::new(Effect::ExpireToken).on("GET", PULLS));
    world.sandbox.fault(Fault::new(Effect::Drop).on("POST", PULLS));
    world.sandbox.fault(Fault::new(Effect::DropAfter).on("POST", "/repos/{owner}/{repo}/issues/{issue_number}/labels"));
    world.sandbox.fault(Fault::new(Effect::Status(503)).on("*", RECEIVE));
    world.sandbox.fault(Fault::new(Effect::SecondaryLimit(403, 1)).on("GET", "/installation/repositories"));
    one_pull_request(&world, &bot).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_webhook_only_delays_the_merge_and_the_command() {
    let database = Database::sqlite().await;
    let world = World::new().await;
    let bot = Home::new(&database).set("REMEDIATE_WORKERS_RECONCILE", "2s").start(&world).await;
    world.sandbox.webhook_fault(WebhookFault::new("issue_comment", WebhookEffect::Lose));
    let issue = world.infra.open_issue("maria", "Bucket", &format!("```json\n{}\n```", finding())).unwrap();
    issue.comment("maria", "/remediate").unwrap();
    bot.becomes(RemediationState::Open).await;
    let pull = world.pull("a pull request").await;
    world.sandbox.webhook_fault(WebhookFault::new("pull_request", WebhookEffect::Lose));
    world.sandbox.webhook_fault(WebhookFault::new("push", WebhookEffect::Lose));
    pull.merge("maria").unwrap();
    bot.becomes(RemediationState::Verified).await;
}

/// The branch of the rule for `BUCKET`: the same in every run, so that a person can meet it.
fn branch() -> String {
    let hash = hex::encode(Sha256::digest("storage\naws_s3_bucket.backups"));
    format!("remediate/aws/s3/public-access-block/{}", &hash[..12])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_default_branch_may_move_while_we_push() {
    let database = Database::sqlite().await;
    let (world, bot) = started(&database).await;
    let infra = world.infra.id();
    let move_on = Arc::new(move |sandbox: &mut remediate_sandbox::World| {
        let change = [FileChange::write("README.md", "hello\n")];
        sandbox.commit_files(infra, "maria", "main", "Something else", &change).expect("main moves on");
    });
    let fault = world.sandbox.fault(Fault::new(Effect::Before(move_on)).on("*", RECEIVE));
    one_pull_request(&world, &bot).await;
    assert_eq!(fault.hits(), 1);
    world.pull("a pull request").await.merge("maria").unwrap();
    bot.becomes(RemediationState::Verified).await;
    assert_eq!(world.infra.read("main", "README.md").as_deref(), Some("hello\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_pushes_to_our_branch_while_we_push_keeps_it() {
    let database = Database::sqlite().await;
    let (world, bot) = started(&database).await;
    let infra = world.infra.id();
    let be_first = Arc::new(move |sandbox: &mut remediate_sandbox::World| {
        let change = [FileChange::write("storage/mine.tf", "# mine\n")];
        sandbox.commit_files(infra, "maria", &branch(), "Mine", &change).expect("somebody is first");
    });
    let fault = world.sandbox.fault(Fault::new(Effect::Before(be_first)).on("*", RECEIVE));
    bot.finding(&finding()).await;
    let refused = bot.becomes(RemediationState::Refused).await;
    bot.settled(&world).await;
    assert_eq!(fault.hits(), 1);
    assert_eq!(refused.refusal.map(|refusal| refusal.kind), Some(RefusalKind::HumanEdited));
    assert_eq!(world.infra.read(&branch(), "storage/mine.tf").as_deref(), Some("# mine\n"));
    assert!(world.infra.pulls().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_that_may_no_longer_write_says_what_is_missing_and_goes_on_when_it_may() {
    let database = Database::sqlite().await;
    let (world, bot) = started(&database).await;
    let set = |sandbox: &mut remediate_sandbox::World, level: &str| {
        let installation = *sandbox.installations.keys().next().expect("the installation");
        let mut permissions = sandbox.installations[&installation].permissions.clone();
        permissions.insert("contents".into(), level.into());
        sandbox.set_permissions(installation, "maria", permissions).expect("other permissions");
    };
    let take_away = Arc::new(move |sandbox: &mut remediate_sandbox::World| {
        set(sandbox, "read");
        // A token keeps what it was given; the next one has less.
        sandbox.tokens.clear();
    });
    world.sandbox.fault(Fault::new(Effect::Before(take_away)).on("*", RECEIVE));
    let issue = world.infra.open_issue("maria", "Bucket", &format!("```json\n{}\n```", finding())).unwrap();
    issue.comment("maria", "/remediate").unwrap();
    let refused = bot.becomes(RemediationState::Refused).await;
    let refusal = refused.refusal.expect("a reason");
    assert_eq!(refusal.kind, RefusalKind::NotAllowed);
    assert!(refusal.message.contains("may not write") && refusal.next.as_deref().unwrap_or_default().contains("retry"), "{refusal:?}");
    assert!(world.infra.pulls().is_empty());
    set(&mut world.sandbox.world(), "write");
    issue.comment("maria", "/remediate retry").unwrap();
    bot.becomes(RemediationState::Open).await;
    bot.settled(&world).await;
    assert_eq!(world.infra.pulls().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_repository_and_another_default_branch_are_no_trouble() {
    let database = Database::sqlite().await;
    let world = World::with(&[("storage/main.tf", BUCKET)], "trunk").await;
    let acme = world.sandbox.organization("acme").unwrap();
    acme.repository("empty").unwrap();
    let bot = Home::new(&database).start(&world).await;
    one_pull_request(&world, &bot).await;
    let pull = world.pull("a pull request").await;
    assert_eq!(pull.pull().unwrap().base_ref, "trunk");
    pull.merge("maria").unwrap();
    bot.becomes(RemediationState::Verified).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renamed_repository_is_followed() {
    let database = Database::sqlite().await;
    let (world, bot) = started(&database).await;
    one_pull_request(&world, &bot).await;
    world.infra.rename("infrastructure").unwrap();
    let pull = world.pull("the pull request").await;
    pull.merge("maria").unwrap();
    bot.becomes(RemediationState::Verified).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_archived_repository_gets_no_pull_request_and_a_reason() {
    let database = Database::sqlite().await;
    let world = World::new().await;
    world.infra.archive(true).unwrap();
    let bot = Home::new(&database).start(&world).await;
    bot.finding(&finding()).await;
    let refused = bot.becomes(RemediationState::Refused).await;
    assert!(refused.refusal.is_some());
    assert!(world.infra.pulls().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_code_owners_and_broken_terraform_are_said_so() {
    let database = Database::sqlite().await;
    let files = [
        ("storage/main.tf", BUCKET),
        ("other/broken.tf", "resource \"x\" {{{"),
        (".github/CODEOWNERS", "*.tf @acme/data-platform\n/docs[x] @acme/data-platform\n"),
    ];
    let world = World::with(&files, "main").await;
    let bot = Home::new(&database).start(&world).await;
    one_pull_request(&world, &bot).await;
    let pull = world.pull("a pull request").await;
    eventually("the mistake is named", || pull.issue().ok().filter(|issue| issue.body.contains("CODEOWNERS"))).await;
    assert_eq!(pull.pull().unwrap().teams.iter().collect::<Vec<_>>(), ["data-platform"]);
}

/// Path, headers, body, and the status that must come back.
type BadCall<'a> = (&'a str, &'a [(&'a str, &'a str)], String, u16);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_calls_are_refused_with_a_clear_word_and_leave_nothing() {
    let database = Database::sqlite().await;
    let (world, bot) = started(&database).await;
    let token = format!("Bearer {TOKEN}");
    let good = finding().to_string();
    let deep = "[".repeat(100_000);
    let cases: [BadCall<'_>; 7] = [
        ("/findings", &[], good.clone(), 401),
        ("/findings", &[("authorization", "Bearer wrong-token-0123456789")], good.clone(), 401),
        ("/sources/nobody", &[("authorization", &token)], good.clone(), 401),
        ("/findings", &[("authorization", &token)], good[..good.len() / 2].to_owned(), 422),
        ("/findings", &[("authorization", &token)], deep, 422),
        (
            "/webhooks/github",
            &[("content-type", "application/json"), ("x-github-event", "push"), ("x-github-delivery", "1")],
            "{}".into(),
            401,
        ),
        (
            "/webhooks/github",
            &[("x-hub-signature-256", "sha256=00"), ("x-github-event", "push"), ("x-github-delivery", "1")],
            "{}".into(),
            401,
        ),
    ];
    for (path, headers, body, wanted) in cases {
        let shown: String = body.chars().take(40).collect();
        let (status, answer) = bot.post(path, headers, body).await;
        assert_eq!(status, wanted, "{path} {shown}: {answer}");
        assert!(!answer.contains(TOKEN) && !answer.contains("wrong-token"), "{answer}");
    }
    assert!(bot.announce("/findings", &token, 20_000_000).await.contains(" 413 "), "a body of 20 MB is refused");
    world.sandbox.webhook_fault(WebhookFault::new("issues", WebhookEffect::WrongSignature));
    world.sandbox.webhook_fault(WebhookFault::new("issues", WebhookEffect::Truncate));
    world.infra.open_issue("maria", "One", "/remediate").unwrap();
    bot.settled(&world).await;
    assert!(bot.remediations().await.is_empty());
    assert!(!bot.log().contains(TOKEN));
    assert_eq!(bot.get("/healthz").await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_words_in_every_field_do_no_harm() {
    let database = Database::sqlite().await;
    let (world, bot) = started(&database).await;
    let hostile = "@acme/security <script>alert(1)</script> [x](https://evil.example) \u{202e}\n\n# h\n--> ``` ; rm -rf / $(id) ../../x";
    let mut finding = finding();
    finding["finding_id"] = json!(hostile);
    finding["title"] = json!(hostile);
    for key in ["attack_path_detected", "owner_team", "jira_project", "remediation_steps"] {
        finding["context"][key] = json!(hostile);
    }
    bot.finding(&finding).await;
    let pull = world.pull("a pull request").await;
    bot.settled(&world).await;
    let body = pull.issue().unwrap().body;
    // In code it is only shown; anywhere else nothing of it may be left.
    let outside_code = body.lines().filter(|line| !line.contains('`') || line.starts_with("- Attack path"));
    for line in outside_code {
        assert!(!line.contains("<script>") && !line.contains("](https://evil") && !line.starts_with("# h"), "{line}");
    }
    assert_eq!(pull.pull().unwrap().teams.len(), 1, "only the code owners are asked");
    let branch = pull.pull().unwrap().head_ref;
    assert!(branch.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-".contains(&byte)), "{branch}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_for_machines_tell_the_truth_and_a_stop_is_clean() {
    let database = Database::sqlite().await;
    let (world, mut bot) = started(&database).await;
    one_pull_request(&world, &bot).await;
    assert_eq!(bot.get("/readyz").await.0, 200);
    let (status, metrics) = bot.get("/metrics").await;
    assert_eq!(status, 200);
    for wanted in ["remediate_deliveries_total", "remediate_jobs_total", "remediate_remediations{state=\"open\"} 1"] {
        assert!(metrics.contains(wanted), "{wanted} is not in {metrics}");
    }
    assert!(bot.stop().await, "{}", bot.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_share_the_work_without_doing_it_twice() {
    let database = Database::postgres().await;
    let buckets: String =
        (0..12).map(|n| format!("resource \"aws_s3_bucket\" \"b{n}\" {{\n  bucket = \"acme-bucket-{n}\"\n}}\n\n")).collect();
    let world = World::with(&[("main.tf", &buckets), (".github/remediate.yml", "limits:\n  open_pull_requests: 0\n")], "main").await;
    let (one, two) = (Home::new(&database).start(&world).await, Home::new(&database).start(&world).await);
    for n in 0..12 {
        let mut next = finding();
        next["finding_id"] = json!(format!("f-{n}"));
        next["resource_arn"] = json!(format!("arn:aws:s3:::acme-bucket-{n}"));
        let bot = if n % 2 == 0 { &one } else { &two };
        bot.finding(&next).await;
        bot.finding(&next).await;
    }
    eventually("twelve pull requests", || world.infra.pulls().len().eq(&12).then_some(())).await;
    one.settled(&world).await;
    assert_eq!(world.infra.pulls().len(), 12);
    assert!(one.remediations().await.iter().all(|found| found.state == RemediationState::Open));
    assert_eq!(one.dead().await, Vec::<String>::new());
    drop((one, two));
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_compare_with_github_once_a_period_however_many_they_are() {
    let database = Database::postgres().await;
    let world = World::new().await;
    let look_on = Effect::Before(Arc::new(|_: &mut remediate_sandbox::World| ()));
    let comparisons = world.sandbox.fault(Fault::new(look_on).on("GET", "/app/hook/deliveries").always());
    let home = || Home::new(&database).set("REMEDIATE_WORKERS_RECONCILE", "5m");
    let bots = [home().start_inside(&world, |doors| doors).await, home().start_inside(&world, |doors| doors).await];
    let mut due = bots[0].next_comparison(chrono::Utc::now()).await;
    for _ in 0..3 {
        bots.iter().for_each(|bot| bot.advance(chrono::TimeDelta::minutes(6)));
        due = bots[0].next_comparison(due).await;
    }
    assert!((4..=5).contains(&comparisons.hits()), "at most one for each start and one for each period: {}", comparisons.hits());
    drop(bots);
    database.remove().await;
}
