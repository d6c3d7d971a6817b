//! SNS and OIDC against a server on loopback that plays the part of AWS' and Google's hosts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use chrono::{DateTime, Utc};
use url::Url;

use super::*;
use crate::ingest::SnsMessage;

const CERTIFICATE: &str = include_str!("../../testdata/sns/certificate.pem");
const V1: &str = include_str!("../../testdata/sns/notification-v1.json");
const V2: &str = include_str!("../../testdata/sns/notification-v2.json");
const CONFIRMATION: &str = include_str!("../../testdata/sns/subscription-confirmation.json");
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:security-hub";

/// Serves `router` on a free port of the loopback address.
async fn serve(router: Router) -> Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

/// A verifier whose fetches reach a stand-in of SNS; counts them.
async fn verifier() -> (SnsVerifier, Arc<AtomicUsize>) {
    let fetched = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&fetched);
    let answer = move || {
        counter.fetch_add(1, Ordering::SeqCst);
        async { CERTIFICATE }
    };
    let base =
        serve(Router::new().route("/SimpleNotificationService-0000.pem", get(answer)).route("/", get(|| async { "confirmed" }))).await;
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    (SnsVerifier::new(http, Some(base)), fetched)
}

fn message(text: &str) -> SnsMessage {
    SnsMessage::parse(text.as_bytes()).unwrap()
}

fn at(time: &str) -> DateTime<Utc> {
    time.parse().unwrap()
}

async fn check(verifier: &SnsVerifier, message: &SnsMessage, now: &str) -> Result<(), SnsError> {
    verifier.verify(message, &[TOPIC.to_owned()], Duration::from_secs(3_600), at(now)).await
}

#[tokio::test]
async fn both_signature_versions_are_verified_and_the_certificate_is_kept() {
    let (verifier, fetched) = verifier().await;
    for text in [V1, V2, CONFIRMATION] {
        check(&verifier, &message(text), "2027-01-10T08:14:00Z").await.unwrap();
    }
    assert_eq!(fetched.load(Ordering::SeqCst), 1);
    verifier.confirm(&message(CONFIRMATION)).await.unwrap();
}

#[tokio::test]
async fn what_was_changed_after_signing_is_refused() {
    let (verifier, _) = verifier().await;
    let changed = SnsMessage { message: "{}".into(), ..message(V2) };
    assert_eq!(check(&verifier, &changed, "2027-01-10T08:14:00Z").await, Err(SnsError::Signature));
    let downgraded = SnsMessage { signature_version: "1".into(), ..message(V2) };
    assert_eq!(check(&verifier, &downgraded, "2027-01-10T08:14:00Z").await, Err(SnsError::Signature));
}

#[tokio::test]
async fn a_foreign_topic_an_old_message_and_a_foreign_host_are_refused_before_anything_is_fetched() {
    let (verifier, fetched) = verifier().await;
    let foreign = SnsMessage { topic_arn: "arn:aws:sns:us-east-1:999999999999:theirs".into(), ..message(V2) };
    assert!(matches!(check(&verifier, &foreign, "2027-01-10T08:14:00Z").await, Err(SnsError::Topic(_))));
    assert!(matches!(check(&verifier, &message(V2), "2027-01-10T12:00:00Z").await, Err(SnsError::Window(_))));
    assert!(matches!(check(&verifier, &message(V2), "2027-01-10T07:00:00Z").await, Err(SnsError::Window(_))));
    let elsewhere = SnsMessage { signing_cert_url: "https://sns.us-east-1.amazonaws.com.evil.net/a.pem".into(), ..message(V2) };
    assert_eq!(check(&verifier, &elsewhere, "2027-01-10T08:14:00Z").await, Err(SnsError::Url));
    let internal = SnsMessage { subscribe_url: Some("http://169.254.169.254/latest/meta-data".into()), ..message(CONFIRMATION) };
    assert_eq!(verifier.confirm(&internal).await, Err(SnsError::Url));
    assert_eq!(fetched.load(Ordering::SeqCst), 0);
}

/// A key pair, its public half as a key set, and an issuer that serves it.
struct Issuer {
    key: jsonwebtoken::EncodingKey,
    verifier: OidcVerifier,
}

async fn issuer() -> Issuer {
    use aws_lc_rs::encoding::AsDer as _;
    use aws_lc_rs::signature::KeyPair as _;
    use base64::Engine as _;
    let pair = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let pkcs8: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        base64::engine::general_purpose::STANDARD.encode(pkcs8.as_ref())
    );
    let encode = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
    let public = pair.public_key();
    let keys = serde_json::json!({"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "k1",
        "n": encode(public.modulus().big_endian_without_leading_zero()), "e": encode(public.exponent().big_endian_without_leading_zero())}]});
    let base = serve(Router::new().route("/keys", get(move || async move { axum::Json(keys) }))).await;
    let issuer = OidcIssuer { issuers: vec!["https://issuer.example".into()], keys: base.join("keys").unwrap() };
    Issuer {
        key: jsonwebtoken::EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap(),
        verifier: OidcVerifier::new(reqwest::Client::new(), issuer),
    }
}

impl Issuer {
    fn token(&self, kid: &str, changes: serde_json::Value) -> String {
        let mut claims = serde_json::json!({"iss": "https://issuer.example", "aud": "remediate", "sub": "s", "exp": Utc::now().timestamp() + 300,
            "email": "push@project.iam.gserviceaccount.com", "email_verified": true, "repository": "octo-org/infrastructure"});
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let header = jsonwebtoken::Header { kid: Some(kid.into()), ..jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256) };
        jsonwebtoken::encode(&header, &claims, &self.key).unwrap()
    }
}

#[tokio::test]
async fn a_token_of_the_issuer_for_us_is_believed_and_any_other_is_not() {
    let issuer = issuer().await;
    let none = serde_json::json!({});
    let claims = issuer.verifier.verify(&issuer.token("k1", none.clone()), "remediate").await.unwrap();
    assert_eq!(claims.repository.as_deref(), Some("octo-org/infrastructure"));
    assert_eq!(claims.email_verified, Some(true));
    for (kid, changes) in [
        ("k1", serde_json::json!({"aud": "another"})),
        ("k1", serde_json::json!({"iss": "https://evil.example"})),
        ("k1", serde_json::json!({"exp": 1_000})),
        ("k2", none),
    ] {
        let token = issuer.token(kid, changes);
        assert!(matches!(issuer.verifier.verify(&token, "remediate").await, Err(OidcError::Token(_))));
    }
    assert!(issuer.verifier.verify("not.a.token", "remediate").await.is_err());
    let unsigned = "eyJhbGciOiJub25lIiwia2lkIjoiazEifQ.eyJhdWQiOiJyZW1lZGlhdGUifQ.";
    assert!(issuer.verifier.verify(unsigned, "remediate").await.is_err());
}

fn asff(id: &str) -> HubFinding<'_> {
    HubFinding::Asff { id, product_arn: "arn:aws:securityhub:us-east-1::product/aws/securityhub" }
}

#[tokio::test]
async fn security_hub_is_told_with_a_signed_call_and_its_no_is_heard() {
    let heard: Arc<std::sync::Mutex<Vec<(axum::http::HeaderMap, serde_json::Value)>>> = Arc::default();
    let log = Arc::clone(&heard);
    let answer = move |headers: axum::http::HeaderMap, axum::Json(body): axum::Json<serde_json::Value>| async move {
        let unknown = body["FindingIdentifiers"][0]["Id"] == "unknown";
        log.lock().unwrap().push((headers, body));
        let unprocessed = if unknown { serde_json::json!([{"ErrorCode": "FindingNotFound"}]) } else { serde_json::json!([]) };
        axum::Json(serde_json::json!({"ProcessedFindings": [], "UnprocessedFindings": unprocessed}))
    };
    let base = serve(Router::new().route("/findings/batchupdate", axum::routing::patch(answer))).await;
    let config = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .endpoint_url(base.as_str().trim_end_matches('/'))
        .credentials_provider(
            aws_credential_types::provider::SharedCredentialsProvider::new(aws_credential_types::Credentials::for_tests()),
        )
        .build();
    let caller = AwsCaller::new(reqwest::Client::new(), config);
    update_finding(&caller, "us-east-1", asff("f"), Some(WorkflowStatus::Resolved), &"x".repeat(900)).await.unwrap();
    let (headers, body) = heard.lock().unwrap().remove(0);
    assert!(headers["authorization"].to_str().unwrap().contains("/us-east-1/securityhub/aws4_request"));
    assert_eq!(body["Workflow"]["Status"], "RESOLVED");
    assert_eq!(body["Note"]["Text"].as_str().unwrap().len(), 512);
    let error = update_finding(&caller, "us-east-1", asff("unknown"), Some(WorkflowStatus::Notified), "n").await.unwrap_err();
    assert!(error.to_string().contains("FindingNotFound") && !error.is_passing(), "{error}");
}
