//! Everything that `.github/remediate.yml` says has an effect, and a file that cannot be read is reported once and changes nothing.

use chrono::TimeDelta;
use remediate::model::RemediationState as State;
use serde_json::{Value, json};

use super::bot::{BUCKET, Bot, Home, World, eventually, finding};
use super::databases::Database;

const FILE: &str = ".github/remediate.yml";

async fn with_policy(policy: &str) -> (World, Bot, Database) {
    let database = Database::sqlite().await;
    let world = World::with(&[("storage/main.tf", BUCKET), (FILE, policy)], "main").await;
    let bot = Home::new(&database).start_inside(&world, |doors| doors).await;
    (world, bot, database)
}

/// What becomes of the mission's finding under a policy that keeps it from becoming a pull request: the state and the reason.
async fn kept_back(policy: &str, state: State) -> String {
    let (world, bot, _database) = with_policy(policy).await;
    bot.finding(&finding()).await;
    let found = bot.becomes(state).await;
    bot.settled(&world).await;
    assert!(world.infra.pulls().is_empty(), "{policy}");
    found.refusal.map(|refusal| refusal.message).or(found.note).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_switched_off_is_refused_by_name() {
    for (policy, wanted) in [
        ("enabled: false\n", "switched off here (`enabled: false`)"),
        ("sources:\n  cspm: { enabled: false }\n", "the source of this finding is switched off here"),
        ("rules:\n  aws/s3/*: { enabled: false }\n", "the rule `aws/s3/public-access-block` is switched off here"),
        ("applicability: [disruptive]\n", "which the policy does not allow here (`applicability`)"),
    ] {
        let reason = kept_back(policy, State::Refused).await;
        assert!(reason.contains(wanted), "{policy}: {reason}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn weights_and_threshold_decide_what_stays_quiet() {
    let reason = kept_back("weights:\n  internet_reachable: -90\n", State::Ignored).await;
    assert!(reason.contains("is below the threshold 40"), "{reason}");
    // A lower threshold of the repository itself lets through what the organisation's would not.
    let (world, bot, _database) = with_policy("").await;
    world.infra.commit("maria", "main", "Look closer", &[(FILE, "threshold: 5\n")]).unwrap();
    bot.settled(&world).await;
    let mut low = finding();
    low["severity"] = json!("INFORMATIONAL");
    low["context"] = json!({});
    bot.finding(&low).await;
    let risk = bot.becomes(State::Open).await.risk.unwrap();
    assert!(risk.score < 40 && risk.threshold == 5, "{risk:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn labels_reviewers_and_due_dates_are_the_policys() {
    let (world, bot, _database) =
        with_policy("labels: [from-policy]\nreviewers: ['@sam', acme/security]\nsla: { critical_path: 5d }\nowner_tags: [squad]\nteams: { data-platform: { github: acme/data-platform, jira: DP } }\n").await;
    world.infra.grant_team("security", remediate_sandbox::Level::Read).unwrap();
    bot.finding(&finding()).await;
    let found = bot.becomes(State::Open).await;
    bot.settled(&world).await;
    let pull = world.pull("a pull request").await;
    assert!(pull.issue().unwrap().labels.is_superset(&["from-policy".to_owned(), "Security-Review-Required".to_owned()].into()));
    let details = pull.pull().unwrap();
    assert_eq!(details.teams.iter().collect::<Vec<_>>(), ["data-platform", "security"]);
    assert!(details.reviewers.iter().any(|login| login == "sam"), "{:?}", details.reviewers);
    assert_eq!(found.due.unwrap() - found.created_at, TimeDelta::days(5));
    assert_eq!(found.route.unwrap().jira.as_deref(), Some("DATAPLAT"), "what the finding says of Jira comes first");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_pull_requests_an_hour_than_allowed() {
    let database = Database::sqlite().await;
    let buckets: String =
        (0..3).map(|n| format!("resource \"aws_s3_bucket\" \"b{n}\" {{\n  bucket = \"acme-bucket-{n}\"\n}}\n\n")).collect();
    let world = World::with(&[("main.tf", &buckets), (FILE, "limits: { per_hour: 2 }\n")], "main").await;
    let bot = Home::new(&database).start_inside(&world, |doors| doors).await;
    let all: Vec<Value> = (0..3)
        .map(|n| {
            let mut one = finding();
            one["finding_id"] = json!(format!("f-{n}"));
            one["resource_arn"] = json!(format!("arn:aws:s3:::acme-bucket-{n}"));
            // What lies on a critical attack path would not wait.
            one["severity"] = json!("HIGH");
            one["context"] = json!({ "is_internet_reachable": true });
            one
        })
        .collect();
    bot.finding(&json!(all)).await;
    eventually("two pull requests", || (world.infra.pulls().len() == 2).then_some(())).await;
    bot.settled(&world).await;
    assert_eq!(world.infra.pulls().len(), 2);
    assert_eq!(bot.remediations().await.iter().filter(|found| found.state == State::Planned).count(), 1);
    bot.advance(TimeDelta::minutes(61));
    eventually("the third", || (world.infra.pulls().len() == 3).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parameter_of_the_policy_reaches_the_fix() {
    const PARAM_RULE: &str = "aws/s3/access-logging";
    let (world, bot, _database) = with_policy("params: { log_bucket: acme-logs }\n").await;
    let mut logging = finding();
    logging["rule"] = json!(PARAM_RULE);
    bot.finding(&logging).await;
    bot.becomes(State::Open).await;
    let pull = world.pull("a pull request").await;
    let head = pull.pull().unwrap().head_sha;
    let changed: String = pull.files().unwrap().iter().filter_map(|file| world.infra.read(&head, &file.path)).collect();
    assert!(changed.contains("\"acme-logs\""), "{changed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_policy_brings_back_what_it_had_kept() {
    let (world, bot, _database) = with_policy("enabled: false\n").await;
    bot.finding(&finding()).await;
    bot.becomes(State::Refused).await;
    bot.settled(&world).await;
    world.infra.commit("maria", "main", "Switch it on", &[(FILE, "enabled: true\n")]).unwrap();
    bot.becomes(State::Open).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_that_never_could_be_read_lets_nothing_through() {
    let (world, bot, _database) = with_policy("enabled: flase\n").await;
    bot.finding(&finding()).await;
    let refused = bot.becomes(State::Refused).await;
    assert!(refused.refusal.unwrap().message.contains("the policy cannot be read"));
    bot.settled(&world).await;
    assert!(world.infra.pulls().is_empty());
    world.infra.commit("maria", "main", "Mend it", &[(FILE, "labels: [mended]\n")]).unwrap();
    bot.becomes(State::Open).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_policy_is_reported_once_on_its_commit_and_the_last_good_one_outlives_a_restart() {
    let database = Database::sqlite().await;
    let world = World::with(&[("storage/main.tf", BUCKET), (FILE, "labels: [from-policy]\n")], "main").await;
    let home = Home::new(&database);
    let mut bot = home.start(&world).await;
    world.infra.commit("maria", "main", "Touch it", &[(FILE, "labels: [from-policy]\nthreshold: 41\n")]).unwrap();
    bot.settled(&world).await;
    let text = "labels: [from-policy]\nrules:\n  aws/s3/public-acces-block: { enabled: false }\n";
    let broken = world.infra.commit("maria", "main", "Break it", &[(FILE, text)]).unwrap();
    eventually("a failed check", || world.infra.checks().into_iter().find(|check| check.head_sha == broken)).await;
    bot.settled(&world).await;
    assert!(bot.stop().await);
    drop(bot);
    // Another commit that leaves the mistake as it is, and a restart.
    world.infra.commit("maria", "main", "Something else", &[("README.md", "hello\n")]).unwrap();
    let bot = home.start(&world).await;
    bot.finding(&finding()).await;
    let pull = world.pull("a pull request").await;
    eventually("the last good one is in force", || pull.issue().ok().filter(|issue| issue.labels.contains("from-policy"))).await;
    bot.settled(&world).await;
    let checks: Vec<_> = world.infra.checks().into_iter().filter(|check| check.name == "remediate policy").collect();
    let [check] = checks.as_slice() else { panic!("reported once: {checks:#?}") };
    let summary = check.output.to_string();
    assert!(check.head_sha == broken && check.conclusion.as_deref() == Some("failure"), "{check:#?}");
    assert!(summary.contains(":3:3: unknown rule `aws/s3/public-acces-block`; did you mean `aws/s3/public-access-block`?"), "{summary}");
    assert!(summary.contains("  ^"), "{summary}");
}
