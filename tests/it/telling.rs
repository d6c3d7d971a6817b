//! Sources learn what became of their findings: durably, in order, and in each one's own way.

use hmac::{Hmac, KeyInit as _, Mac as _};
use remediate::model::RemediationState;
use serde_json::{Value, json};

use super::bot::{BUCKET, Bot, Home, World, eventually, finding};
use super::databases::{Database, on_both_databases};
use super::ear::Ear;

const HUB_TOKEN: &str = "hub-token-0123456789";

/// The settings that call back at `ear` for the source `cspm`.
fn callback(ear: &Ear) -> String {
    format!("[sources.cspm.tell]\nvia = \"callback\"\nurl = \"{}/outcomes\"\nsecret = \"key-of-the-callback\"\n", ear.url())
}

/// The actions of the record of the only remediation.
async fn record(bot: &Bot) -> Vec<(String, Value)> {
    let id = bot.remediations().await.remove(0).id;
    let mut session = bot.store.read().await.unwrap();
    let events = session.audit_of("", &id.0).await.unwrap();
    events.into_iter().map(|event| (event.action, event.details)).collect()
}

on_both_databases! {
    async fn a_callback_is_signed_repeated_until_it_arrives_and_never_out_of_order(database: &Database) {
        let ear = Ear::start(&[503, 429]).await;
        let world = World::new().await;
        let bot = Home::new(database).settings(&callback(&ear)).start(&world).await;
        bot.finding(&finding()).await;
        let calls = ear.hears(3).await;
        for call in &calls {
            let signature = call.headers["x-remediate-signature-256"].to_str().unwrap().strip_prefix("sha256=").unwrap().to_owned();
            let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"key-of-the-callback").unwrap();
            mac.update(&call.bytes);
            mac.verify_slice(&hex::decode(signature).unwrap()).unwrap();
            assert_eq!(call.json(), calls[0].json(), "a repeat is the same news");
        }
        let pull = world.pull("a pull request").await;
        let news = calls[2].json();
        assert_eq!((news["state"].as_str(), news["finding_id"].as_str()), (Some("in_progress"), Some("cspm-aws-s3-042")));
        assert!(news["pull_request"].as_str().unwrap().ends_with(&format!("/pull/{}", pull.number())), "{news}");
        pull.merge("maria").unwrap();
        let calls = ear.hears(4).await;
        let news = calls[3].json();
        assert_eq!((news["state"].as_str(), news["previous"].as_str()), (Some("verified"), Some("in_progress")));
        assert!(news["commit"].is_string() && news["message"].as_str().unwrap().contains("once it is applied"), "{news}");
        bot.settled(&world).await;
        assert_eq!(ear.heard().len(), 4, "each piece of news once");
        let told: Vec<Value> = record(&bot).await.into_iter().filter(|(action, _)| action == "source.told").map(|(_, details)| details["state"].clone()).collect();
        assert_eq!(told, ["in_progress", "verified"]);
    }

    async fn a_source_that_says_no_is_a_dead_letter_and_the_fix_goes_on(database: &Database) {
        let ear = Ear::start(&[403]).await;
        let world = World::new().await;
        let bot = Home::new(database).settings(&callback(&ear)).start(&world).await;
        bot.finding(&finding()).await;
        ear.hears(1).await;
        bot.becomes(RemediationState::Open).await;
        bot.settled(&world).await;
        assert_eq!(bot.dead().await, ["tell: cspm refused what it was told: HTTP 403 Forbidden"]);
        let failed = record(&bot).await.into_iter().find(|(action, _)| action == "source.not_told").expect("it is in the record");
        assert!(failed.1["error"].as_str().unwrap().contains("403"), "{}", failed.1);
        let (_, metrics) = bot.get("/metrics").await;
        assert!(metrics.contains(r#"remediate_sources_told_total{source="cspm",outcome="failed"} 1"#), "{metrics}");
        // A person mends the receiver and has it told again.
        let mut session = bot.store.begin().await.unwrap();
        let dead = session.dead_jobs(1).await.unwrap().remove(0);
        session.retry_dead(dead.id, chrono::Utc::now()).await.unwrap();
        session.commit().await.unwrap();
        ear.hears(2).await;
        bot.becomes(RemediationState::Open).await;
    }
}

/// An event of Security Hub about the bucket, with these changes to the finding.
fn hub_event(changes: &Value) -> String {
    let mut finding = json!({
        "SchemaVersion": "2018-10-08",
        "Id": "arn:aws:securityhub:eu-west-1:123456789012:security-control/S3.8/finding/1",
        "ProductArn": "arn:aws:securityhub:eu-west-1::product/aws/securityhub",
        "GeneratorId": "security-control/S3.8",
        "AwsAccountId": "123456789012",
        "Title": "S3 general purpose buckets should block public access",
        "Severity": { "Label": "HIGH" },
        "Compliance": { "Status": "FAILED", "SecurityControlId": "S3.8" },
        "Workflow": { "Status": "NEW" },
        "RecordState": "ACTIVE",
        "Resources": [{ "Type": "AwsS3Bucket", "Id": "arn:aws:s3:::prod-customer-data-backups", "Region": "us-east-1" }],
    });
    for (key, value) in changes.as_object().unwrap() {
        finding[key] = value.clone();
    }
    json!({ "source": "aws.securityhub", "detail-type": "Security Hub Findings - Imported", "detail": { "findings": [finding] } })
        .to_string()
}

async fn hub_sends(bot: &Bot, changes: &Value) {
    let headers = [("authorization", &*format!("Bearer {HUB_TOKEN}"))];
    let (status, body) = bot.post("/sources/hub", &headers, hub_event(changes)).await;
    assert_eq!(status, 202, "{body}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_hub_gets_status_and_note_and_its_echo_is_no_evidence() {
    let (ear, database, world) = (Ear::start(&[]).await, Database::sqlite().await, World::new().await);
    let settings = format!("[sources.hub]\ntoken = \"{HUB_TOKEN}\"\n[sources.hub.tell]\nvia = \"security-hub\"\n");
    let home = Home::new(&database)
        .settings(&settings)
        .set("AWS_ENDPOINT_URL", ear.url())
        .set("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .set("AWS_SECRET_ACCESS_KEY", "not-a-secret")
        .set("AWS_REGION", "us-east-1");
    let bot = home.start(&world).await;
    hub_sends(&bot, &json!({})).await;
    let first = ear.hears(1).await.remove(0);
    assert_eq!(first.call, "PATCH /findings/batchupdate");
    let signed = first.headers["authorization"].to_str().unwrap();
    assert!(signed.contains("/eu-west-1/securityhub/aws4_request"), "in the finding's own region: {signed}");
    let body = first.json();
    assert_eq!((body["Workflow"]["Status"].as_str(), body["Note"]["UpdatedBy"].as_str()), (Some("NOTIFIED"), Some("remediate")));
    assert!(body["Note"]["Text"].as_str().unwrap().contains("/pull/"), "{body}");
    world.pull("a pull request").await.merge("maria").unwrap();
    let second = ear.hears(2).await.remove(1).json();
    assert_eq!(second["Workflow"]["Status"], "RESOLVED");
    bot.becomes(RemediationState::Verified).await;
    // Security Hub sends what we wrote back to us: that proves nothing.
    hub_sends(&bot, &json!({ "Workflow": { "Status": "RESOLVED" }, "Note": second["Note"] })).await;
    bot.settled(&world).await;
    assert!(!record(&bot).await.iter().any(|(action, _)| action == "finding.resolved" || action == "remediation.rescan_confirmed"));
    hub_sends(&bot, &json!({ "Compliance": { "Status": "PASSED", "SecurityControlId": "S3.8" }, "Note": second["Note"] })).await;
    bot.settled(&world).await;
    let confirmed = record(&bot).await.into_iter().find(|(action, _)| action == "remediation.rescan_confirmed").expect("a second proof");
    assert_eq!(confirmed.1["evidence"], "Compliance.Status=PASSED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_joins_is_told_how_it_stands_in_its_own_way() {
    let (ear, database, world) = (Ear::start(&[]).await, Database::sqlite().await, World::new().await);
    let url = ear.url();
    let wiz = format!(
        "[sources.wiz]\ntoken = \"wiz-token-0123456789\"\n[sources.wiz.tell]\nvia = \"wiz\"\nurl = \"{url}/graphql\"\nauth_url = \"{url}/token\"\nclient_id = \"id\"\nsecret = \"secret\"\n"
    );
    let bot = Home::new(&database).settings(&wiz).start(&world).await;
    bot.finding(&finding()).await;
    bot.becomes(RemediationState::Open).await;
    bot.settled(&world).await;
    assert!(ear.heard().is_empty(), "`cspm` is not to be told");
    // In our own format, as an organisation's webhook template may write it.
    let mut same_hole = finding();
    same_hole["finding_id"] = json!("wiz-issue-1");
    let (status, body) = bot.post("/sources/wiz", &[("authorization", "Bearer wiz-token-0123456789")], same_hole.to_string()).await;
    assert_eq!(status, 202, "{body}");
    let calls = ear.hears(2).await;
    assert_eq!(calls[0].call, "POST /token");
    let variables = calls[1].json()["variables"].clone();
    assert_eq!((variables["id"].as_str(), variables["patch"]["status"].as_str()), (Some("wiz-issue-1"), Some("IN_PROGRESS")));
    bot.becomes(RemediationState::Open).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_of_github_is_dismissed_for_an_agreed_false_positive_and_never_set_to_fixed() {
    let database = Database::sqlite().await;
    let policy = "security_team: acme/security\n";
    let world = World::with(&[("storage/main.tf", BUCKET), (".github/remediate.yml", policy)], "main").await;
    let bot = Home::new(&database).start(&world).await;
    world.infra.raise_alert("checkov", "CKV_AWS_53", "high", "storage/main.tf", (5, 7)).unwrap();
    let pull = world.pull("a pull request").await;
    bot.becomes(RemediationState::Open).await;
    bot.settled(&world).await;
    assert_eq!(world.infra.alerts()[0].state, "open", "in progress is no state of an alert");
    pull.comment("maria", "/remediate false-positive this is our public website").unwrap();
    bot.becomes(RemediationState::Paused).await;
    pull.comment("sam", "/remediate approve").unwrap();
    bot.becomes(RemediationState::Ignored).await;
    let alert = eventually("the alert is dismissed", || world.infra.alerts().into_iter().find(|alert| alert.state == "dismissed")).await;
    assert_eq!(alert.dismissed_reason.as_deref(), Some("false positive"));
    assert!(alert.dismissed_comment.unwrap().contains("this is our public website"));
    bot.settled(&world).await;
    assert_eq!(bot.dead().await, Vec::<String>::new());
    bot.becomes(RemediationState::Ignored).await;
}
