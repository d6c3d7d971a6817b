//! Every way in, through HTTP: who may come in, who may not, and that nothing of theirs is kept.

use base64::Engine as _;
use chrono::{TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};

use super::bot::finding;
use super::databases::Database;
use super::doors::{Open, open};

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:security-hub";

/// A delivery of that source and id is stored.
async fn stored(doors: &Open, source: &str, id: &str) -> bool {
    let mut session = doors.store.read().await.unwrap();
    session.delivery(source, id).await.unwrap().is_some()
}

/// The doors over an empty database, which goes when the test ends.
async fn opened(settings: &str) -> (Open, Database) {
    let database = Database::sqlite().await;
    let store = database.open().await;
    (open(settings, store).await, database)
}

/// The call is answered with 401, leaves nothing behind, and is counted.
async fn is_turned_away(doors: &Open, counted_as: &str, path: &str, headers: &[(&str, &str)], body: String) {
    let before = (doors.jobs().await, doors.rejected(counted_as, "authentication").await);
    let (status, answer) = doors.post(path, headers, body).await;
    assert_eq!(status, 401, "{path} {headers:?}: {answer}");
    assert_eq!(doors.jobs().await, before.0, "{path}: nothing is stored");
    assert_eq!(doors.rejected(counted_as, "authentication").await, before.1 + 1, "{path}: it is counted");
}

fn sns(name: &str) -> String {
    format!("[sources.{name}]\nauth = \"sns\"\ntopics = [\"{TOPIC}\"]\nreplay_window = \"10m\"\n")
}

#[tokio::test]
async fn a_signed_notification_is_taken_once_whatever_its_signature_version() {
    let (doors, _database) = opened(&sns("hub-a")).await;
    let event = include_str!("../../testdata/findings/security-hub-asff/consolidated.json");
    for version in ["1", "2"] {
        let message = doors.amazon.notification(TOPIC, &format!("id-{version}"), event, version, Utc::now()).to_string();
        let (status, answer) = doors.post("/sources/hub-a", &[("x-amz-sns-message-type", "Notification")], message.clone()).await;
        assert_eq!((status, answer.as_str()), (202, r#"{"status":"accepted"}"#), "version {version}");
        assert!(stored(&doors, "hub-a", &format!("id-{version}")).await);
        // SNS repeats a message under its own id until it is acknowledged.
        let (status, answer) = doors.post("/sources/hub-a", &[], message).await;
        assert_eq!((status, answer.as_str()), (202, r#"{"status":"duplicate"}"#), "version {version}");
    }
    assert_eq!(doors.jobs().await, 2);
}

#[tokio::test]
async fn a_notification_that_is_changed_old_foreign_or_signed_by_another_is_turned_away() {
    let (doors, _database) = opened(&sns("hub-b")).await;
    let now = Utc::now();
    let good = |id: &str| doors.amazon.notification(TOPIC, id, "{}", "2", now);
    let changed = |key: &str, value: &str| {
        let mut message = good("x");
        message[key] = json!(value);
        message.to_string()
    };
    let (other, _other_database) = opened(&sns("hub-other")).await;
    let cases = [
        changed("Message", "{\"findings\":[]}"),
        changed("MessageId", "y"),
        changed("SignatureVersion", "1"),
        changed("Signature", "AAAA"),
        changed("SigningCertURL", "https://sns.us-east-1.amazonaws.com.evil.example/a.pem"),
        changed("SigningCertURL", "http://169.254.169.254/a.pem"),
        doors.amazon.notification("arn:aws:sns:us-east-1:999999999999:theirs", "x", "{}", "2", now).to_string(),
        doors.amazon.notification(TOPIC, "x", "{}", "2", now - TimeDelta::minutes(11)).to_string(),
        doors.amazon.notification(TOPIC, "x", "{}", "2", now + TimeDelta::minutes(11)).to_string(),
        other.amazon.notification(TOPIC, "x", "{}", "2", now).to_string(),
    ];
    for case in cases {
        is_turned_away(&doors, "hub-b", "/sources/hub-b", &[], case).await;
    }
    assert_eq!(doors.amazon.confirmed(), Vec::<String>::new());
}

#[tokio::test]
async fn a_subscription_is_confirmed_for_a_configured_topic_at_amazons_host_only() {
    let (doors, _database) = opened(&sns("hub-c")).await;
    let url = "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=abc";
    is_turned_away(&doors, "hub-c", "/sources/hub-c", &[], doors.amazon.confirmation("arn:aws:sns:us-east-1:1:theirs", url).to_string())
        .await;
    for elsewhere in ["https://evil.example/?Token=abc", "http://sns.us-east-1.amazonaws.com/?Token=abc", "http://127.0.0.1/"] {
        let (status, _) = doors.post("/sources/hub-c", &[], doors.amazon.confirmation(TOPIC, elsewhere).to_string()).await;
        assert_eq!(status, 503, "signed, but not confirmed at {elsewhere}");
    }
    assert_eq!(doors.amazon.confirmed(), Vec::<String>::new(), "nothing was fetched so far");
    let (status, answer) = doors.post("/sources/hub-c", &[], doors.amazon.confirmation(TOPIC, url).to_string()).await;
    assert_eq!((status, answer.as_str()), (202, r#"{"status":"confirmed"}"#));
    assert_eq!(doors.amazon.confirmed(), ["/?Action=ConfirmSubscription&Token=abc"]);
    assert_eq!(doors.jobs().await, 0, "a confirmation is no finding");
}

const PUB_SUB: &str = "[sources.scc]\nauth = \"pub-sub\"\naudience = \"https://remediate.example/sources/scc\"\nservice_accounts = [\"push@acme.iam.gserviceaccount.com\"]\n";

#[tokio::test]
async fn a_push_of_pub_sub_needs_googles_token_for_us_from_our_account() {
    let (doors, _database) = opened(PUB_SUB).await;
    let notification = include_str!("../../testdata/findings/scc/notification.json");
    let data = base64::engine::general_purpose::STANDARD.encode(notification);
    let body = json!({ "message": { "data": data, "messageId": "m-1" }, "subscription": "projects/p/subscriptions/s" }).to_string();
    let claims =
        json!({ "aud": "https://remediate.example/sources/scc", "email": "push@acme.iam.gserviceaccount.com", "email_verified": true });
    let with = |key: &str, value: Value| {
        let mut changed = claims.clone();
        changed[key] = value;
        doors.google.token(&changed)
    };
    let wrong = [
        with("aud", json!("https://another.example")),
        with("email", json!("push@evil.iam.gserviceaccount.com")),
        with("email_verified", json!(false)),
        with("iss", json!("https://evil.example")),
        with("exp", json!(1_000)),
        doors.actions.token(&claims),
        "not.a.token".into(),
        String::new(),
    ];
    for token in wrong {
        is_turned_away(&doors, "scc", "/sources/scc", &[("authorization", &format!("Bearer {token}"))], body.clone()).await;
    }
    is_turned_away(&doors, "scc", "/sources/scc", &[], body.clone()).await;
    let bearer = format!("Bearer {}", doors.google.token(&claims));
    let headers = [("authorization", bearer.as_str())];
    assert_eq!(doors.post("/sources/scc", &headers, body.clone()).await, (202, r#"{"status":"accepted"}"#.into()));
    assert_eq!(doors.post("/sources/scc", &headers, body).await, (202, r#"{"status":"duplicate"}"#.into()));
    assert!(stored(&doors, "scc", "m-1").await);
    let (status, _) = doors.post("/sources/scc", &headers, r#"{"message":{"data":"%%%","messageId":"m-2"}}"#).await;
    assert_eq!((status, doors.rejected("scc", "format").await), (422, 1));
}

#[tokio::test]
async fn a_report_is_taken_from_the_repositorys_own_workflow_or_a_known_source() {
    let settings = "[server]\npublic_url = \"https://remediate.example\"\n[sources.ci]\ntoken = \"ci-token-0123456789\"\n";
    let (doors, _database) = opened(settings).await;
    let report = include_str!("../../testdata/findings/checkov/object.json").to_owned();
    let token = |claims: Value| format!("Bearer {}", doors.actions.token(&claims));
    let own = json!({ "aud": "https://remediate.example", "repository": "Acme/Infra" });
    let wrong = [
        token(json!({ "aud": "https://remediate.example", "repository": "acme/other" })),
        token(json!({ "aud": "https://remediate.example" })),
        token(json!({ "aud": "sts.amazonaws.com", "repository": "acme/infra" })),
        format!("Bearer {}", doors.google.token(&own)),
        "Bearer ci-token-0123456788".into(),
    ];
    for header in wrong {
        is_turned_away(&doors, "reports", "/reports/acme/infra", &[("authorization", &header)], report.clone()).await;
    }
    for header in [token(own), "Bearer ci-token-0123456789".into()] {
        let (status, answer) = doors.post("/reports/acme/infra", &[("authorization", &header)], report.clone()).await;
        assert_eq!(status, 202, "{answer}");
    }
    assert_eq!(doors.jobs().await, 2);
    let (status, answer) = doors.post("/reports/acme/infra", &[("authorization", "Bearer ci-token-0123456789")], "{\"hello\":1}").await;
    assert!(status == 422 && answer.contains("hello"), "{status} {answer}");
}

#[tokio::test]
async fn basic_hmac_and_the_proxys_header_open_the_door_and_nothing_near_them_does() {
    let settings = "[sources.by-basic]\nauth = \"basic\"\nuser = \"scanner\"\ntoken = \"basic-password-0123\"\n\
        [sources.by-hmac]\nauth = \"hmac\"\nheader = \"x-scanner-signature\"\ntoken = \"hmac-key-0123456789\"\n\
        [sources.by-proxy]\nauth = \"mtls-header\"\nheader = \"x-client-dn\"\ntoken = \"CN=scanner.acme.example\"\n";
    let (doors, _database) = opened(settings).await;
    let body = finding().to_string();
    let basic = |text: &str| format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text));
    let signature = |key: &[u8], body: &str| {
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
        mac.update(body.as_bytes());
        format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
    };
    let good = [
        ("by-basic", "authorization", basic("scanner:basic-password-0123")),
        ("by-hmac", "x-scanner-signature", signature(b"hmac-key-0123456789", &body)),
        ("by-proxy", "x-client-dn", "CN=scanner.acme.example".to_owned()),
    ];
    for (name, header, value) in &good {
        let (status, answer) = doors.post(&format!("/sources/{name}"), &[(header, value)], body.clone()).await;
        assert_eq!(status, 202, "{name}: {answer}");
        // The same secret opens no other door.
        for (other, ..) in good.iter().filter(|(other, ..)| other != name) {
            is_turned_away(&doors, other, &format!("/sources/{other}"), &[(header, value)], body.clone()).await;
        }
    }
    let near = [
        ("by-basic", "authorization", basic("scanner:basic-password-0124")),
        ("by-basic", "authorization", basic("other:basic-password-0123")),
        ("by-basic", "authorization", "Bearer basic-password-0123".into()),
        ("by-hmac", "x-scanner-signature", signature(b"hmac-key-0123456789", &format!("{body} "))),
        ("by-hmac", "x-signature-256", signature(b"hmac-key-0123456789", &body)),
        ("by-proxy", "x-client-dn", "CN=scanner.acme.example,O=evil".into()),
        ("by-proxy", "x-client-cn", "CN=scanner.acme.example".into()),
    ];
    for (name, header, value) in near {
        is_turned_away(&doors, name, &format!("/sources/{name}"), &[(header, &value)], body.clone()).await;
    }
    is_turned_away(&doors, "unknown", "/sources/nobody", &[], body.clone()).await;
    assert_eq!(doors.jobs().await, 3);
}
