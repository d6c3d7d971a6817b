//! The whole line through HTTP and git: a finding comes in, a pull request comes out, and is followed until the fix is proved.

use remediate::model::RemediationState;
use serde_json::json;

use super::bot::{BUCKET, Home, World, eventually, finding};
use super::databases::{Database, on_both_databases};

on_both_databases! {
    async fn a_finding_becomes_a_verified_fix(database: &Database) {
        let world = World::new().await;
        let bot = Home::new(database).start(&world).await;
        bot.finding(&finding()).await;
        bot.becomes(RemediationState::Open).await;
        bot.settled(&world).await;
        let pull = world.pull("a pull request").await;
        let (issue, details) = (pull.issue().unwrap(), pull.pull().unwrap());
        assert_eq!(issue.author, world.app.bot());
        assert!(details.head_ref.starts_with("remediate/aws/s3/public-access-block/"), "{}", details.head_ref);
        assert!(issue.labels.contains("Security-Review-Required"), "{:?}", issue.labels);
        assert_eq!(details.teams.iter().collect::<Vec<_>>(), ["data-platform"]);
        assert!(issue.body.contains("@nobody-here` could not be asked"), "{}", issue.body);
        assert!(issue.body.contains("```mermaid") && issue.body.contains("personal data") && issue.body.contains("<!-- remediate:v1 "), "{}", issue.body);
        let files = pull.files().unwrap();
        assert_eq!(files.len(), 1);
        let after = world.infra.read(&details.head_sha, "storage/main.tf").unwrap();
        assert!(after.starts_with(BUCKET) && after.contains("resource \"aws_s3_bucket_public_access_block\" \"backups\""), "{after}");

        pull.merge("maria").unwrap();
        let verified = bot.becomes(RemediationState::Verified).await;
        assert!(verified.verification.is_some());
        bot.settled(&world).await;
        let comments = pull.comments();
        assert!(comments.iter().any(|comment| comment.body.starts_with("**Verified.**")), "{comments:#?}");
        let checks = world.infra.checks();
        assert!(checks.iter().any(|check| check.name == "remediate" && check.conclusion.as_deref() == Some("success")), "{checks:#?}");

        let mut session = bot.store.read().await.unwrap();
        let events = session.audit_of("", &verified.id.0).await.unwrap();
        let actions: Vec<&str> = events.iter().map(|event| event.action.as_str()).collect();
        for wanted in ["finding.received", "remediation.located", "remediation.opened", "remediation.merged", "remediation.verified"] {
            assert!(actions.contains(&wanted), "{wanted} is not in {actions:?}");
        }
        assert!(session.verify_audit().await.unwrap().is_ok());
        assert_eq!(bot.dead().await, Vec::<String>::new());
        world.sandbox.assert_quiet();
    }

    async fn a_command_on_an_issue_leads_to_the_same_line(database: &Database) {
        let world = World::new().await;
        let bot = Home::new(database).start(&world).await;
        let body = format!("Please fix.\n\n```json\n{}\n```\n", finding());
        let issue = world.infra.open_issue("maria", "Bucket is public", &body).unwrap();
        let command = issue.comment("maria", "/remediate").unwrap();
        let pull = eventually("a pull request", || world.infra.pulls().into_iter().next()).await;
        bot.becomes(RemediationState::Open).await;
        bot.settled(&world).await;
        let comments = issue.comments();
        let reactions: Vec<&str> = comments.iter().filter(|comment| comment.id == command).flat_map(|comment| &comment.reactions).map(|reaction| reaction.content.as_str()).collect();
        assert_eq!(reactions, ["eyes", "rocket"]);
        let ours: Vec<_> = comments.iter().filter(|comment| comment.author == world.app.bot()).collect();
        assert_eq!(ours.len(), 1, "one comment, edited in place: {ours:#?}");
        assert!(ours[0].body.starts_with(&format!("Opened #{}", pull.number())), "{}", ours[0].body);
        pull.merge("maria").unwrap();
        bot.becomes(RemediationState::Verified).await;
        eventually("the issue is closed", || issue.issue().ok().filter(|issue| !issue.open)).await;
        bot.settled(&world).await;
        let comments = issue.comments();
        let ours: Vec<_> = comments.iter().filter(|comment| comment.author == world.app.bot()).collect();
        assert!(ours.len() == 1 && ours[0].body.starts_with("**Verified.**"), "{ours:#?}");
    }

    async fn a_code_scanning_alert_leads_to_the_same_line(database: &Database) {
        let world = World::new().await;
        let bot = Home::new(database).start(&world).await;
        world.infra.raise_alert("checkov", "CKV_AWS_53", "high", "storage/main.tf", (5, 7)).unwrap();
        let pull = world.pull("a pull request").await;
        bot.becomes(RemediationState::Open).await;
        assert!(pull.issue().unwrap().body.contains("`CKV_AWS_53`"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closed_by_a_person_means_no_and_is_remembered() {
    let database = Database::sqlite().await;
    let world = World::new().await;
    let bot = Home::new(&database).start(&world).await;
    bot.finding(&finding()).await;
    let pull = world.pull("a pull request").await;
    bot.becomes(RemediationState::Open).await;
    pull.close("maria").unwrap();
    bot.becomes(RemediationState::Declined).await;
    bot.finding(&finding()).await;
    bot.settled(&world).await;
    bot.becomes(RemediationState::Declined).await;
    assert_eq!(world.infra.pulls().len(), 1);
    // Asked by a person, it opens a new one on a branch of its own.
    pull.comment("maria", "/remediate retry").unwrap();
    eventually("a second pull request", || world.infra.pulls().len().eq(&2).then_some(())).await;
    bot.becomes(RemediationState::Open).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_human_commit_means_hands_off_and_is_still_verified() {
    let database = Database::sqlite().await;
    let world = World::new().await;
    let bot = Home::new(&database).start(&world).await;
    bot.finding(&finding()).await;
    let pull = world.pull("a pull request").await;
    bot.becomes(RemediationState::Open).await;
    let branch = pull.pull().unwrap().head_ref;
    let text = world.infra.read(&branch, "storage/main.tf").unwrap();
    world.infra.commit("maria", &branch, "Say why", &[("storage/main.tf", &format!("# mine\n{text}"))]).unwrap();
    eventually("hands off", || pull.comments().into_iter().find(|comment| comment.body.contains("it is yours now"))).await;
    let head = world.infra.head(&branch);
    bot.finding(&finding()).await;
    bot.settled(&world).await;
    assert_eq!(world.infra.head(&branch), head, "a person's branch is left alone");
    pull.merge("maria").unwrap();
    bot.becomes(RemediationState::Verified).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_merged_block_is_judged_as_it_is_then() {
    let database = Database::sqlite().await;
    let world = World::new().await;
    let bot = Home::new(&database).start(&world).await;
    bot.finding(&finding()).await;
    let pull = world.pull("a pull request").await;
    bot.becomes(RemediationState::Open).await;
    // Before the merge, a person undoes the fix on the branch and moves the block to another file.
    let branch = pull.pull().unwrap().head_ref;
    let text =
        world.infra.read(&branch, "storage/main.tf").unwrap().replace("block_public_acls       = true", "block_public_acls       = false");
    assert!(text.contains("= false"), "{text}");
    world.infra.commit("maria", &branch, "Move", &[("storage/buckets.tf", &text), ("storage/main.tf", "")]).unwrap();
    pull.merge("maria").unwrap();
    let reason =
        eventually("reopened with the reason", || pull.comments().into_iter().find(|comment| comment.body.starts_with("**Reopened.**")))
            .await;
    assert!(reason.body.contains("block_public_acls"), "{}", reason.body);
    // The line begins again: a second pull request, on a branch of its own.
    eventually("a second pull request", || world.infra.pulls().len().eq(&2).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_without_write_permission_and_bots_are_not_obeyed() {
    let database = Database::sqlite().await;
    let world = World::new().await;
    let bot = Home::new(&database).start(&world).await;
    let issue = world.infra.open_issue("maria", "Bucket", &format!("```json\n{}\n```", finding())).unwrap();
    let first = issue.comment("eve", "/remediate").unwrap();
    eventually("an answer", || issue.comments().into_iter().find(|comment| comment.author == world.app.bot())).await;
    let harmless = issue.comment("maria", "```\n/remediate\n```\n> /remediate").unwrap();
    issue.edit_comment("maria", harmless, "/remediate").unwrap();
    bot.settled(&world).await;
    assert!(world.infra.pulls().is_empty() && bot.remediations().await.is_empty());
    let reactions: Vec<String> = issue
        .comments()
        .into_iter()
        .filter(|comment| comment.id == first)
        .flat_map(|comment| comment.reactions)
        .map(|reaction| reaction.content)
        .collect();
    assert_eq!(reactions, ["eyes", "confused"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn help_plan_and_unclear_commands_are_answered() {
    let database = Database::sqlite().await;
    let world = World::new().await;
    let bot = Home::new(&database).start(&world).await;
    let issue = world.infra.open_issue("maria", "Bucket", &format!("```json\n{}\n```", finding())).unwrap();
    let says = |start: &'static str| {
        let issue = issue.clone();
        move || issue.comments().into_iter().find(|comment| comment.author != "maria" && comment.body.contains(start))
    };
    issue.comment("maria", "/remediate help").unwrap();
    eventually("help", says("/remediate status")).await;
    issue.comment("maria", "/remediate plan").unwrap();
    eventually("a plan", says("```diff")).await;
    issue.comment("maria", "/remediate sttaus").unwrap();
    eventually("a hint", says("did you mean")).await;
    bot.settled(&world).await;
    assert!(world.infra.pulls().is_empty(), "a plan changes nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_rule_the_bot_asks_which_one_and_takes_the_answer() {
    let database = Database::sqlite().await;
    let world = World::new().await;
    let bot = Home::new(&database).start(&world).await;
    let issue = world.infra.open_issue("maria", "Which?", "arn:aws:s3:::prod-customer-data-backups").unwrap();
    issue.comment("maria", "/remediate").unwrap();
    let question =
        eventually("a question", || issue.comments().into_iter().find(|comment| comment.body.starts_with("Several rules"))).await;
    let number =
        question.body.lines().find(|line| line.contains("aws/s3/public-access-block")).and_then(|line| line.split('.').next()).unwrap();
    issue.comment("maria", &format!("/remediate at {number}")).unwrap();
    let pull = world.pull("a pull request").await;
    bot.becomes(RemediationState::Open).await;
    assert!(pull.pull().unwrap().head_ref.contains("public-access-block"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_false_positive_needs_two_people_and_never_returns() {
    let database = Database::sqlite().await;
    let policy = "security_team: acme/security\n";
    let world = World::with(&[("storage/main.tf", BUCKET), (".github/remediate.yml", policy)], "main").await;
    let bot = Home::new(&database).start(&world).await;
    bot.finding(&finding()).await;
    let pull = world.pull("a pull request").await;
    bot.becomes(RemediationState::Open).await;
    pull.comment("maria", "/remediate false-positive this is our public website").unwrap();
    bot.becomes(RemediationState::Paused).await;
    pull.comment("maria", "/remediate approve").unwrap();
    eventually("four eyes", || pull.comments().into_iter().find(|comment| comment.body.contains("must be decided by a member"))).await;
    pull.comment("sam", "/remediate approve").unwrap();
    bot.becomes(RemediationState::Ignored).await;
    bot.finding(&finding()).await;
    bot.settled(&world).await;
    bot.becomes(RemediationState::Ignored).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_low_risk_stays_quiet_below_the_repositorys_own_threshold() {
    let database = Database::sqlite().await;
    let world = World::with(&[("storage/main.tf", BUCKET), (".github/remediate.yml", "threshold: 90\n")], "main").await;
    let bot = Home::new(&database).start(&world).await;
    let mut low = finding();
    low["severity"] = json!("LOW");
    low["context"] = json!({});
    bot.finding(&low).await;
    bot.becomes(RemediationState::Ignored).await;
    bot.settled(&world).await;
    assert!(world.infra.pulls().is_empty());
    // A second witness that knows more brings it over the threshold.
    let mut high = finding();
    high["finding_id"] = json!("another");
    bot.finding(&high).await;
    bot.becomes(RemediationState::Open).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hole_that_the_source_closes_needs_no_fix() {
    let database = Database::sqlite().await;
    let world = World::new().await;
    let bot = Home::new(&database).start(&world).await;
    world.infra.raise_alert("checkov", "CKV_AWS_53", "high", "storage/main.tf", (5, 7)).unwrap();
    let pull = world.pull("a pull request").await;
    bot.becomes(RemediationState::Open).await;
    bot.settled(&world).await;
    world.infra.fix_alert(1).unwrap();
    bot.becomes(RemediationState::Superseded).await;
    eventually("it is said so", || pull.comments().into_iter().find(|comment| comment.body.starts_with("No longer needed"))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_policy_is_reported_once_with_its_place_and_the_last_good_one_stays() {
    let database = Database::sqlite().await;
    let world = World::with(&[("storage/main.tf", BUCKET), (".github/remediate.yml", "labels: [from-policy]\n")], "main").await;
    let bot = Home::new(&database).start(&world).await;
    bot.finding(&finding()).await;
    let pull = world.pull("a pull request").await;
    eventually("the policy's label", || pull.issue().ok().filter(|issue| issue.labels.contains("from-policy"))).await;
    let broken =
        world.infra.commit("maria", "main", "Break it", &[(".github/remediate.yml", "labels: [from-policy]\nthreshhold: 3\n")]).unwrap();
    let check = eventually("a failed check", || world.infra.checks().into_iter().find(|check| check.head_sha == broken)).await;
    assert_eq!(check.conclusion.as_deref(), Some("failure"));
    let summary = check.output.to_string();
    assert!(summary.contains("2:1") && summary.contains("did you mean `threshold`?"), "{summary}");
    bot.settled(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_finding_without_a_rule_joins_the_hole_it_turns_out_to_be() {
    let database = Database::sqlite().await;
    let world = World::with(
        &[
            ("storage/main.tf", BUCKET),
            (".github/remediate.yml", "rules:\n  aws/s3/*: { enabled: false }\n  aws/s3/public-access-block: { enabled: true }\n"),
        ],
        "main",
    )
    .await;
    let bot = Home::new(&database).start(&world).await;
    bot.finding(&finding()).await;
    let pull = world.pull("a pull request").await;
    bot.becomes(RemediationState::Open).await;
    let mut vague = finding();
    vague["finding_id"] = json!("vague");
    vague["rule"] = json!(null);
    bot.finding(&vague).await;
    eventually("it joins", || pull.issue().ok().filter(|issue| issue.body.contains("`vague`"))).await;
    bot.settled(&world).await;
    assert_eq!(world.infra.pulls().len(), 1);
    let states: Vec<_> = bot.remediations().await.into_iter().map(|found| found.state).collect();
    assert_eq!(states, [RemediationState::Open, RemediationState::Superseded]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_that_the_code_reads_from_a_file_is_mended_in_that_file() {
    let database = Database::sqlite().await;
    let queue =
        "resource \"aws_sqs_queue\" \"orders\" {\n  name   = \"orders\"\n  policy = file(\"${path.module}/policies/orders.json\")\n}\n";
    let policy = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\",\n      \"Principal\": \"*\",\n      \"Action\": \"sqs:SendMessage\",\n      \"Resource\": \"*\"\n    }\n  ]\n}\n";
    let settings = "params:\n  trusted_principals: [\"arn:aws:iam::123456789012:root\"]\n";
    let world =
        World::with(&[("queues/main.tf", queue), ("queues/policies/orders.json", policy), (".github/remediate.yml", settings)], "main")
            .await;
    let bot = Home::new(&database).start(&world).await;
    let mut about = finding();
    about["resource_arn"] = json!("arn:aws:sqs:us-east-1:123456789012:orders");
    about["rule"] = json!("aws/sqs/policy-named-principals");
    bot.finding(&about).await;
    let pull = world.pull("a pull request").await;
    let head = pull.pull().unwrap().head_ref;
    let changed = world.infra.read(&head, "queues/policies/orders.json").unwrap();
    let principal: serde_json::Value = serde_json::from_str(&changed).unwrap();
    assert_eq!(principal["Statement"][0]["Principal"], json!({ "AWS": "arn:aws:iam::123456789012:root" }), "{changed}");
    assert!(policy.lines().filter(|line| !line.contains("Principal")).all(|line| changed.contains(line)), "{changed}");
    assert_eq!(world.infra.read(&head, "queues/main.tf").unwrap(), queue);
    // Merged, the file has changed without the code that names it.
    pull.merge("maria").unwrap();
    bot.becomes(RemediationState::Verified).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits_by_the_api_are_made_by_github_itself() {
    let database = Database::sqlite().await;
    let world = World::new().await;
    let bot = Home::new(&database).set("REMEDIATE_COMMIT_VIA", "api").start(&world).await;
    bot.finding(&finding()).await;
    bot.becomes(RemediationState::Open).await;
    let pull = world.pull("a pull request").await;
    let head = pull.pull().unwrap().head_ref;
    assert!(world.infra.read(&head, "storage/main.tf").unwrap().contains("aws_s3_bucket_public_access_block"));
    assert_eq!(world.sandbox.count("POST", "/repos/{owner}/{repo}/git/commits"), 1);
    pull.merge("maria").unwrap();
    bot.becomes(RemediationState::Verified).await;
}

/// A rule of the organisation about a bucket's `force_destroy`, by its own scanner's id.
fn own_rule(argument: &str) -> String {
    format!(
        r#"rule "acme/s3/keep" {{
  title      = "Keep the objects of a bucket that is destroyed"
  severity   = "high"
  status     = "preview"
  since      = "1.0.0"
  rationale  = "Nobody at Acme deletes data with a plan."
  references = ["https://acme.example/rules/keep"]

  aliases {{
    checkov = ["ACME_S3_1"]
  }}

  target {{
    resource = "aws_s3_bucket"
  }}

  set "{argument}" {{
    value = false
  }}

  applicability {{
    level = "safe"
  }}

  example "not mentioned" {{
    before = <<-EOT
      resource "aws_s3_bucket" "main" {{
      }}
    EOT
    after  = <<-EOT
      resource "aws_s3_bucket" "main" {{
        {argument} = false
      }}
    EOT
  }}

  example "already right" {{
    before    = <<-EOT
      resource "aws_s3_bucket" "main" {{
        {argument} = false
      }}
    EOT
    unchanged = true
  }}
}}
"#
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_of_the_organisation_are_in_force_and_mistakes_in_them_are_reported() {
    let database = Database::sqlite().await;
    let world = World::new().await;
    let acme = world.sandbox.organization("acme").unwrap();
    let shared = acme.repository_with(".github", "main").unwrap();
    shared.commit("maria", "main", "Our rules", &[(".github/remediate/rules/acme/s3/keep.hcl", &own_rule("force_destroy"))]).unwrap();
    let bot = Home::new(&database).start(&world).await;
    world.infra.raise_alert("checkov", "ACME_S3_1", "high", "storage/main.tf", (5, 7)).unwrap();
    let pull = world.pull("a pull request").await;
    bot.becomes(RemediationState::Open).await;
    let (issue, details) = (pull.issue().unwrap(), pull.pull().unwrap());
    assert!(issue.title.contains("Keep the objects of a bucket") && details.head_ref.contains("acme/s3/keep"), "{issue:#?}");
    assert!(world.infra.read(&details.head_sha, "storage/main.tf").unwrap().contains("force_destroy = false"));

    // An argument that does not exist: the rule is left out, and its author is told where and what is near.
    let broken =
        shared.commit("maria", "main", "Break it", &[(".github/remediate/rules/acme/s3/keep.hcl", &own_rule("force_destroyed"))]).unwrap();
    let check = eventually("a failed check", || shared.checks().into_iter().find(|check| check.head_sha == broken)).await;
    assert_eq!(check.conclusion.as_deref(), Some("failure"));
    let summary = check.output.to_string();
    assert!(summary.contains("rules/acme/s3/keep.hcl:17:7") && summary.contains("did you mean `force_destroy`?"), "{summary}");
    bot.settled(&world).await;
    world.sandbox.assert_quiet();
}
