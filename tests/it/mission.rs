//! The mission's flow as one story: a Security Hub event arrives as a signed SNS notification, is scored with its reasons, located in
//! the right repository, and becomes a pull request of the right team; a second tool's finding joins it; a low risk stays quiet; a
//! false positive never returns; an accepted risk comes back on its day.

use axum::Router;
use axum::routing::get;
use base64::Engine as _;
use chrono::{TimeDelta, Utc};
use remediate::cloud::SnsVerifier;
use remediate::ingest::SnsMessage;
use remediate::model::{Remediation, RemediationState as State, Tier};
use remediate::web::Doors;
use remediate_sandbox::{RepositoryHandle, ThreadHandle};
use serde_json::{Value, json};

use super::bot::{Bot, Home, World, eventually, finding};
use super::databases::Database;

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:security-hub";
const EVENT: &str = include_str!("../../testdata/findings/security-hub-asff/consolidated.json");

const POLICY: &str = "threshold: 50\nsecurity_team: acme/security\nfallback_team: acme/platform\nteams:\n  data-platform: { github: acme/data-platform, jira: DATAPLAT, slack: '#data' }\n";

/// Where the bucket of the event is: its name is put together of a variable and a suffix, in one of two environments.
const STORAGE: &str = r#"variable "env" {
  type = string
}

resource "aws_s3_bucket" "backups" {
  bucket = "${var.env}-customer-data-backups"
}
"#;

fn site(name: &str) -> String {
    format!("resource \"aws_s3_bucket\" \"{name}\" {{\n  bucket = \"acme-{name}\"\n}}\n")
}

/// The acme organisation: the bucket's repository, one of websites, and the organisation's policy.
async fn world() -> (World, RepositoryHandle) {
    let root = |env: &str| format!("module \"storage\" {{\n  source = \"../../modules/storage\"\n  env    = \"{env}\"\n}}\n");
    let (prod, dev) = (root("prod"), root("dev"));
    let files = [
        ("modules/storage/main.tf", STORAGE),
        ("envs/prod/main.tf", &prod),
        ("envs/dev/main.tf", &dev),
        (".github/CODEOWNERS", "* @acme/platform\n"),
    ];
    let world = World::with(&files, "main").await;
    let acme = world.sandbox.organization("acme").unwrap();
    acme.team("platform", &["maria"]).unwrap();
    world.infra.grant_team("platform", remediate_sandbox::Level::Write).unwrap();
    let shared = acme.repository_with(".github", "main").unwrap();
    shared.commit("maria", "main", "Policy", &[(".github/remediate.yml", POLICY)]).unwrap();
    let web = acme.repository_with("web", "main").unwrap();
    web.grant("maria", remediate_sandbox::Level::Write).unwrap();
    web.grant("sam", remediate_sandbox::Level::Write).unwrap();
    let sites = format!("{}\n{}\n{}", site("www"), site("legacy"), site("scratch"));
    web.commit("maria", "main", "Sites", &[("sites.tf", &sites)]).unwrap();
    (world, web)
}

/// A stand-in of Amazon SNS: its key, and the host where its certificate is.
struct Sns {
    key: rcgen::KeyPair,
    base: url::Url,
}

impl Sns {
    async fn start() -> Self {
        let key = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap();
        let named = rcgen::CertificateParams::new(vec!["sns.us-east-1.amazonaws.com".to_owned()]).unwrap();
        let certificate = named.self_signed(&key).unwrap().pem();
        let answer = move || {
            let certificate = certificate.clone();
            async move { certificate }
        };
        let host = Router::new().route("/SimpleNotificationService-0000.pem", get(answer));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move { axum::serve(listener, host).await.unwrap() });
        Self { key, base }
    }

    /// Doors that fetch the certificate from here.
    fn behind(&self, doors: Doors) -> Doors {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Doors { sns: SnsVerifier::new(http, Some(self.base.clone())), ..doors }
    }

    /// Posts `event` in a signed notification; it must be accepted.
    async fn notify(&self, bot: &Bot, event: &Value) {
        let (status, body) = bot.post("/sources/security-hub", &[], notification(&self.key, event)).await;
        assert_eq!(status, 202, "{body}");
    }
}

/// A notification with `event` in it, signed as SNS signs.
fn notification(key: &rcgen::KeyPair, event: &Value) -> String {
    let mut envelope = json!({
        "Type": "Notification", "MessageId": uuid::Uuid::now_v7().to_string(), "TopicArn": TOPIC, "Message": event.to_string(),
        "Timestamp": Utc::now().format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(), "SignatureVersion": "2", "Signature": "",
        "SigningCertURL": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0000.pem",
    });
    let message = SnsMessage::parse(envelope.to_string().as_bytes()).unwrap();
    let key = aws_lc_rs::rsa::KeyPair::from_pkcs8(&key.serialize_der()).unwrap();
    let mut signature = vec![0; key.public_modulus_len()];
    let random = aws_lc_rs::rand::SystemRandom::new();
    key.sign(&aws_lc_rs::signature::RSA_PKCS1_SHA256, &random, message.string_to_sign().as_bytes(), &mut signature).unwrap();
    envelope["Signature"] = json!(base64::engine::general_purpose::STANDARD.encode(signature));
    envelope.to_string()
}

/// The event of Security Hub about another bucket, with its own finding id and severity.
fn event_about(bucket: &str, severity: &str) -> Value {
    let mut event: Value = serde_json::from_str(EVENT).unwrap();
    let finding = &mut event["detail"]["findings"][0];
    let id = finding["Id"].as_str().unwrap().replace("6b1c2c9e", &format!("{:08x}", bucket.len()));
    finding["Id"] = json!(format!("{id}-{bucket}"));
    finding["Resources"][0]["Id"] = json!(format!("arn:aws:s3:::{bucket}"));
    finding["Resources"][0]["Tags"] = json!({});
    finding["Resources"][0]["Details"] = json!({});
    finding["AwsAccountName"] = json!("web");
    finding["Severity"]["Label"] = json!(severity);
    finding["FirstObservedAt"] = json!("2026-11-20T08:12:45.123Z");
    event
}

/// The remediation about a bucket, once it is in this state.
async fn about(bot: &Bot, world: &World, bucket: &str, state: State) -> Remediation {
    for _ in 0..200 {
        bot.settled(world).await;
        let found = bot.remediations().await.into_iter().find(|found| found.key.contains(bucket));
        if let Some(found) = found.filter(|found| found.state == state) {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{bucket} is not {}: {:#?}", state.name(), bot.remediations().await);
}

async fn says(thread: &ThreadHandle, words: &str) {
    eventually(words, || thread.comments().into_iter().find(|comment| comment.body.contains(words))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_a_signed_notification_to_the_right_team_and_to_every_kind_of_no() {
    let database = Database::sqlite().await;
    let (world, web) = world().await;
    let home = Home::new(&database).settings(&format!("[sources.security-hub]\nauth = \"sns\"\ntopics = [\"{TOPIC}\"]\n"));
    let sns = Sns::start().await;
    let bot = home.start_inside(&world, |doors| sns.behind(doors)).await;

    // What nobody signed is not believed.
    let mut forged: Value = serde_json::from_str(&notification(&sns.key, &serde_json::from_str(EVENT).unwrap())).unwrap();
    forged["Message"] = json!(event_about("acme-www", "CRITICAL").to_string());
    assert_eq!(bot.post("/sources/security-hub", &[], forged.to_string()).await.0, 401);
    assert!(bot.remediations().await.is_empty());

    // A signed event → scored with reasons → the right repository and block → a pull request of the right team.
    sns.notify(&bot, &serde_json::from_str(EVENT).unwrap()).await;
    let backups = about(&bot, &world, "prod-customer-data-backups", State::Open).await;
    let risk = backups.risk.clone().unwrap();
    assert_eq!((risk.tier, risk.threshold), (Tier::Production, 50));
    let points: Vec<&str> = risk.points.iter().map(|point| point.name.as_str()).collect();
    assert!(points.contains(&"severity_high") && points.contains(&"environment_production"), "{points:?}");
    assert_eq!(risk.score, risk.points.iter().map(|point| point.points).sum::<i32>());
    assert_eq!(backups.repository.as_ref().unwrap().name, "infra");
    assert_eq!(backups.target.as_ref().unwrap().path, "modules/storage/main.tf");
    let pull = world.pull("a pull request").await;
    let body = pull.issue().unwrap().body;
    assert_eq!(pull.pull().unwrap().teams.iter().collect::<Vec<_>>(), ["data-platform", "platform"], "owner by tag, and code owners");
    assert!(body.contains("| Owner | `@acme/data-platform`, named by tag `Team`; Jira `DATAPLAT`; Slack `#data` |"), "{body}");
    assert!(body.contains("- +15 `environment_production`") && body.contains("tag `Environment` is `prod`"), "{body}");
    assert!(body.contains("| Due | "), "{body}");
    assert!(web.pulls().is_empty());

    // A second tool sees the same hole: one pull request with two witnesses, and what it knows more raises the risk.
    bot.finding(&finding()).await;
    eventually("it joins", || pull.issue().ok().filter(|issue| issue.body.contains("cspm-aws-s3-042"))).await;
    let joined = about(&bot, &world, "prod-customer-data-backups", State::Open).await;
    assert_eq!(world.infra.pulls().len(), 1);
    let body = pull.issue().unwrap().body;
    assert!(body.contains("tier critical path") && body.contains("```mermaid"), "{body}");
    let tier = joined.risk.unwrap().tier;
    assert_eq!(tier, Tier::CriticalPath, "an attack path from the internet");

    // A low risk stays quiet, with its reasons on record.
    sns.notify(&bot, &event_about("acme-scratch", "LOW")).await;
    let quiet = about(&bot, &world, "acme-scratch", State::Ignored).await;
    assert!(!quiet.risk.unwrap().above_threshold);
    assert!(web.pulls().is_empty());

    // A false positive: asked by one, agreed by another, and never back.
    sns.notify(&bot, &event_about("acme-www", "CRITICAL")).await;
    about(&bot, &world, "acme-www", State::Open).await;
    let www = web.pulls().remove(0);
    www.comment("maria", "/remediate false-positive this is the public website").unwrap();
    about(&bot, &world, "acme-www", State::Paused).await;
    www.comment("sam", "/remediate approve").unwrap();
    about(&bot, &world, "acme-www", State::Ignored).await;
    www.close("maria").unwrap();
    sns.notify(&bot, &event_about("acme-www", "CRITICAL")).await;
    bot.advance(TimeDelta::days(200));
    sns.notify(&bot, &event_about("acme-www", "CRITICAL")).await;
    about(&bot, &world, "acme-www", State::Ignored).await;
    assert_eq!(web.pulls().len(), 1);

    // An accepted risk: quiet until its day, then it is back, and says so.
    sns.notify(&bot, &event_about("acme-legacy", "CRITICAL")).await;
    about(&bot, &world, "acme-legacy", State::Open).await;
    let legacy = web.pulls().into_iter().find(|pull| pull.issue().is_ok_and(|issue| issue.body.contains("acme-legacy"))).unwrap();
    legacy.comment("maria", "/remediate exception 30d it is switched off next month").unwrap();
    about(&bot, &world, "acme-legacy", State::Paused).await;
    legacy.comment("sam", "/remediate approve").unwrap();
    about(&bot, &world, "acme-legacy", State::Ignored).await;
    bot.advance(TimeDelta::days(29));
    sns.notify(&bot, &event_about("acme-legacy", "CRITICAL")).await;
    about(&bot, &world, "acme-legacy", State::Ignored).await;
    bot.advance(TimeDelta::days(2));
    let back = about(&bot, &world, "acme-legacy", State::Open).await;
    says(&legacy, "The time for which this risk was accepted is over").await;

    // Every step is on record, and the record is whole.
    let actions = bot.actions(&back).await;
    for wanted in [
        "finding.received",
        "remediation.scored",
        "remediation.located",
        "remediation.opened",
        "decision.requested",
        "remediation.excepted",
        "remediation.exception_ended",
    ] {
        assert!(actions.iter().any(|action| action == wanted), "{wanted} is not in {actions:?}");
    }
    let mut session = bot.store.read().await.unwrap();
    assert!(session.verify_audit().await.unwrap().is_ok());
    drop(session);
    assert_eq!(bot.dead().await, Vec::<String>::new());
}
