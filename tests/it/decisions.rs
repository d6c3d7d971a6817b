//! Clocks and decisions, through the sandbox, with a clock that the test moves: reminders and due dates, false positives and
//! exceptions, and what people type about them.

use chrono::TimeDelta;
use remediate::model::{IgnoredBecause, RemediationState as State};
use remediate_sandbox::ThreadHandle;
use serde_json::json;

use super::bot::{BUCKET, Bot, Home, World, eventually, finding};
use super::databases::Database;

const POLICY: &str = "security_team: acme/security\nfallback_team: acme/data-platform\n";
const OWNERS: (&str, &str) = (".github/CODEOWNERS", "*.tf @acme/data-platform\n");

/// A bot inside the test, and its open pull request.
async fn open(database: &Database, policy: &str) -> (World, Bot, ThreadHandle) {
    let world = World::with(&[("storage/main.tf", BUCKET), OWNERS, (".github/remediate.yml", policy)], "main").await;
    let bot = Home::new(database).start_inside(&world, |doors| doors).await;
    bot.finding(&finding()).await;
    let pull = world.pull("a pull request").await;
    bot.becomes(State::Open).await;
    bot.settled(&world).await;
    (world, bot, pull)
}

/// The comment of the bot that contains `words`, once it is there.
async fn says(thread: &ThreadHandle, words: &str) -> String {
    eventually(words, || thread.comments().into_iter().map(|comment| comment.body).find(|body| body.contains(words))).await
}

/// How many comments contain `words`.
fn said(thread: &ThreadHandle, words: &str) -> usize {
    thread.comments().iter().filter(|comment| comment.body.contains(words)).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reviewers_are_reminded_before_and_at_the_due_date_and_then_the_team_hears() {
    let database = Database::sqlite().await;
    let (world, bot, pull) = open(&database, POLICY).await;
    bot.advance(TimeDelta::hours(23));
    bot.settled(&world).await;
    assert_eq!(said(&pull, "waits for a review"), 0, "not a day before it is due");
    bot.advance(TimeDelta::hours(2));
    let reminder = says(&pull, "waits for a review").await;
    assert!(reminder.starts_with("@acme/data-platform: This is due on "), "{reminder}");
    assert_eq!(said(&pull, "the hole is still open"), 0);
    bot.advance(TimeDelta::hours(23));
    says(&pull, "@acme/data-platform: This was due on ").await;
    says(&pull, "@acme/security: This was due on ").await;
    eventually("a label", || pull.issue().ok().filter(|issue| issue.labels.contains("SLA-Overdue"))).await;
    bot.settled(&world).await;
    let overdue = bot.becomes(State::Open).await;
    let actions = bot.actions(&overdue).await;
    assert_eq!(actions.iter().filter(|action| *action == "remediation.reminded").count(), 1, "{actions:?}");
    assert_eq!(actions.iter().filter(|action| *action == "remediation.overdue").count(), 1, "{actions:?}");
    assert_eq!(bot.dead().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_nobody_decides_lapses_after_a_day_and_so_does_the_next() {
    let database = Database::sqlite().await;
    let (world, bot, pull) = open(&database, POLICY).await;
    pull.comment("maria", "/remediate false-positive this is our public website").unwrap();
    bot.becomes(State::Paused).await;
    says(&pull, "@acme/security: `maria` says that this is a false positive. Please decide by ").await;
    // Withdrawn and asked again: the second request has a day of its own.
    bot.advance(TimeDelta::hours(20));
    pull.comment("maria", "/remediate reject I looked at the wrong bucket").unwrap();
    bot.becomes(State::Open).await;
    pull.comment("maria", "/remediate false-positive no, it was the right one").unwrap();
    bot.becomes(State::Paused).await;
    bot.settled(&world).await;
    bot.advance(TimeDelta::hours(10));
    bot.settled(&world).await;
    bot.becomes(State::Paused).await;
    bot.advance(TimeDelta::hours(15));
    bot.becomes(State::Open).await;
    says(&pull, "nobody decided in time").await;
    pull.comment("sam", "/remediate approve").unwrap();
    says(&pull, "nothing was asked here").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exception_ends_on_its_day_and_an_extension_needs_a_new_approval() {
    let database = Database::sqlite().await;
    let (world, bot, pull) = open(&database, POLICY).await;
    pull.comment("maria", "/remediate exception 30d the bucket moves to another account").unwrap();
    bot.becomes(State::Paused).await;
    says(&pull, "asks to accept this risk until ").await;
    pull.comment("sam", "/remediate approve").unwrap();
    let excepted = bot.becomes(State::Ignored).await;
    says(&pull, "This pull request may be closed.").await;
    bot.settled(&world).await;
    // Reported again and again, it stays quiet.
    bot.finding(&finding()).await;
    bot.settled(&world).await;
    bot.becomes(State::Ignored).await;

    bot.advance(TimeDelta::days(20));
    pull.comment("maria", "/remediate exception 40d the move takes longer").unwrap();
    says(&pull, "asks to extend the exception until ").await;
    bot.settled(&world).await;
    assert_eq!(bot.becomes(State::Ignored).await.ignored, excepted.ignored, "asking alone extends nothing");
    pull.comment("maria", "/remediate approve").unwrap();
    says(&pull, "must be decided by a member of the team").await;
    pull.comment("sam", "/remediate approve").unwrap();
    bot.settled(&world).await;
    let extended = bot.becomes(State::Ignored).await;
    assert_ne!(extended.ignored, excepted.ignored);

    bot.advance(TimeDelta::days(15));
    bot.settled(&world).await;
    assert_eq!(bot.becomes(State::Ignored).await.ignored, extended.ignored, "the first end is none any more");
    bot.advance(TimeDelta::days(30));
    let back = bot.becomes(State::Open).await;
    says(&pull, "The time for which this risk was accepted is over").await;
    eventually("the pull request says why", || pull.issue().ok().filter(|issue| issue.body.contains("That time is over."))).await;
    assert!(back.due.unwrap() > back.counts_from.unwrap(), "the time to the due date begins anew");
    let actions = bot.actions(&back).await;
    for wanted in ["decision.requested", "remediation.excepted", "remediation.exception_ended"] {
        assert!(actions.iter().any(|action| action == wanted), "{wanted} is not in {actions:?}");
    }
    assert_eq!(bot.dead().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pull_request_closed_during_an_exception_is_followed_by_a_new_one() {
    let database = Database::sqlite().await;
    let (world, bot, pull) = open(&database, POLICY).await;
    pull.comment("maria", "/remediate exception 7d after the release").unwrap();
    bot.becomes(State::Paused).await;
    pull.comment("sam", "/remediate approve").unwrap();
    bot.becomes(State::Ignored).await;
    pull.close("maria").unwrap();
    bot.settled(&world).await;
    bot.advance(TimeDelta::days(8));
    let second =
        eventually("a second pull request", || world.infra.pulls().into_iter().find(|other| other.number() != pull.number())).await;
    bot.becomes(State::Open).await;
    assert!(second.issue().unwrap().body.contains("> It was accepted as a risk until "), "{}", second.issue().unwrap().body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_false_positive_of_a_rule_covers_what_is_open_and_what_comes() {
    let database = Database::sqlite().await;
    let buckets: String =
        (0..3).map(|n| format!("resource \"aws_s3_bucket\" \"b{n}\" {{\n  bucket = \"acme-bucket-{n}\"\n}}\n\n")).collect();
    let world = World::with(&[("main.tf", &buckets), OWNERS, (".github/remediate.yml", POLICY)], "main").await;
    let bot = Home::new(&database).start_inside(&world, |doors| doors).await;
    let on = |n: u32| {
        let mut one = finding();
        one["finding_id"] = json!(format!("f-{n}"));
        one["resource_arn"] = json!(format!("arn:aws:s3:::acme-bucket-{n}"));
        one
    };
    bot.finding(&json!([on(0), on(1)])).await;
    bot.become_all(&[State::Open, State::Open]).await;
    bot.settled(&world).await;
    let pulls = world.infra.pulls();
    pulls[0].comment("maria", "/remediate false-positive our buckets are public websites").unwrap();
    says(&pulls[0], "`approve repository` does so for this rule").await;
    pulls[0].comment("sam", "/remediate approve repository").unwrap();
    let all = bot.become_all(&[State::Ignored, State::Ignored]).await;
    assert!(all.iter().all(|found| found.ignored == Some(IgnoredBecause::Suppressed)));
    says(&pulls[1], "agreed that this is a false positive").await;
    bot.finding(&on(2)).await;
    bot.become_all(&[State::Ignored, State::Ignored, State::Ignored]).await;
    bot.settled(&world).await;
    assert_eq!(world.infra.pulls().len(), 2, "the third one never became a pull request");

    pulls[0].comment("maria", "/remediate revoke they are not").unwrap();
    says(&pulls[0], "must be decided by a member of the team").await;
    pulls[0].comment("sam", "/remediate revoke they are not public after all").unwrap();
    says(&pulls[0], "took back the decision").await;
    bot.become_all(&[State::Open, State::Open, State::Open]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_decide_and_only_people_of_the_team() {
    let database = Database::sqlite().await;
    let (world, bot, pull) = open(&database, "security_team: acme/security\nanalyst_team: acme/analysts\n").await;
    let acme = world.sandbox.organization("acme").unwrap();
    // Eve may only read this repository, and is an analyst.
    acme.team("analysts", &["eve"]).unwrap();
    pull.comment("eve", "/remediate false-positive I may only read here").unwrap();
    says(&pull, "I act only for people with write permission").await;
    pull.comment("sam", "/remediate false-positive no").unwrap();
    says(&pull, "A reason is needed").await;
    pull.comment("sam", "/remediate false-positive it is the public website").unwrap();
    bot.becomes(State::Paused).await;
    pull.comment("maria", "/remediate exception 30d something else meanwhile").unwrap();
    says(&pull, "it must be decided first").await;
    pull.comment("sam", "/remediate approve").unwrap();
    says(&pull, "must be decided by a member").await;
    let comment = pull.comment("eve", "I think so too").unwrap();
    pull.edit_comment("eve", comment, "/remediate approve").unwrap();
    bot.settled(&world).await;
    bot.becomes(State::Paused).await;
    pull.comment("eve", "/remediate approve").unwrap();
    bot.becomes(State::Ignored).await;
    says(&pull, "`eve` agreed that this is a false positive").await;
    // An exception is another team's.
    pull.comment("eve", "/remediate revoke I was wrong about this").unwrap();
    bot.becomes(State::Open).await;
    pull.comment("maria", "/remediate exception until=2020-01-01 too late").unwrap();
    says(&pull, "is in the past").await;
    pull.comment("maria", "/remediate exception 30d until the migration").unwrap();
    bot.becomes(State::Paused).await;
    pull.comment("eve", "/remediate approve").unwrap();
    bot.settled(&world).await;
    bot.becomes(State::Paused).await;
    pull.comment("sam", "/remediate approve everywhere").unwrap();
    says(&pull, "an exception is for one resource").await;
    pull.comment("sam", "/remediate reject it takes an hour to fix").unwrap();
    bot.becomes(State::Open).await;
    says(&pull, "turned the request down").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_team_that_could_decide_nothing_is_paused() {
    let database = Database::sqlite().await;
    let (world, bot, pull) = open(&database, "threshold: 40\n").await;
    pull.comment("maria", "/remediate false-positive this is our public website").unwrap();
    says(&pull, "no `security_team` is set").await;
    bot.settled(&world).await;
    bot.becomes(State::Open).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_can_ask_wait_and_go_on() {
    let database = Database::sqlite().await;
    let (world, bot, pull) = open(&database, POLICY).await;
    pull.comment("maria", "/remediate status").unwrap();
    let status = says(&pull, "**Open.**").await;
    assert!(status.contains("- Owner: `@acme/data-platform`, named by the finding; Jira `DATAPLAT`"), "{status}");
    pull.comment("maria", "/remediate explain").unwrap();
    let explained = says(&pull, "**Risk ").await;
    assert!(explained.contains("+15 `internet_reachable`: it is reachable from the internet"), "{explained}");
    pull.comment("maria", "/remediate audit").unwrap();
    let audit = says(&pull, "| when | who | what |").await;
    assert!(audit.contains("| `source:cspm` | finding received |") && audit.contains("remediation opened (planned → open)"), "{audit}");
    pull.comment("maria", "/remediate verify").unwrap();
    says(&pull, "does not hold yet").await;

    pull.comment("maria", "/remediate snooze 3d release week").unwrap();
    bot.becomes(State::Paused).await;
    says(&pull, "Snoozed by `maria` until ").await;
    pull.comment("maria", "/remediate resume").unwrap();
    bot.becomes(State::Open).await;
    pull.comment("maria", "/remediate snooze 3d release week again").unwrap();
    bot.becomes(State::Paused).await;
    bot.settled(&world).await;
    bot.advance(TimeDelta::days(4));
    bot.becomes(State::Open).await;
    says(&pull, "the snooze is over").await;

    pull.merge("maria").unwrap();
    bot.becomes(State::Verified).await;
    pull.comment("maria", "/remediate verify").unwrap();
    says(&pull, "`aws/s3/public-access-block` holds").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebase_makes_the_change_again_and_never_over_a_person() {
    let database = Database::sqlite().await;
    let (world, bot, pull) = open(&database, POLICY).await;
    pull.comment("maria", "/remediate rebase").unwrap();
    says(&pull, "is made on `main`").await;
    let moved = world.infra.commit(
        "maria",
        "main",
        "Tags",
        &[("storage/main.tf", &BUCKET.replace("  bucket =", "  force_destroy = true\n  bucket ="))],
    );
    pull.comment("maria", "/remediate rebase").unwrap();
    says(&pull, "Made again on `main`").await;
    bot.settled(&world).await;
    let head = pull.pull().unwrap().head_sha;
    let text = world.infra.read(&head, "storage/main.tf").unwrap();
    assert!(text.contains("force_destroy") && text.contains("aws_s3_bucket_public_access_block"), "{text}");
    assert!(pull.issue().unwrap().body.contains(&moved.unwrap()), "the links go to the new base");
    assert_eq!(bot.becomes(State::Open).await.pull_request.unwrap().head, head);

    let branch = pull.pull().unwrap().head_ref;
    let theirs = world.infra.commit("maria", &branch, "Mine", &[("NOTES.md", "mine\n")]).unwrap();
    pull.comment("maria", "/remediate rebase").unwrap();
    eventually("it is left alone", || {
        pull.comments().into_iter().find(|comment| comment.body.contains("left alone") || comment.body.contains("see above"))
    })
    .await;
    bot.settled(&world).await;
    assert_eq!(world.infra.head(&branch).as_deref(), Some(theirs.as_str()));
}
