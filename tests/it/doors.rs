//! The server's real routes in this process, with stand-ins for Amazon's and Google's hosts behind them.
//!
//! `remediate serve` asks only those hosts for certificates and keys; here the same verifiers are given other addresses. The store may
//! be that of a running [`Bot`](super::bot::Bot): then what comes in here goes down its line.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};

use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use base64::Engine as _;
use chrono::{DateTime, Utc};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use remediate::cloud::{OidcIssuer, OidcVerifier, SnsVerifier};
use remediate::config::{load_settings, read_secret_files};
use remediate::store::Store;
use remediate::web::{Doors, serve};
use serde_json::{Value, json};
use url::Url;

/// The open doors.
pub struct Open {
    pub address: String,
    pub store: Store,
    pub amazon: Amazon,
    pub google: Issuer,
    pub actions: Issuer,
    http: reqwest::Client,
}

/// Opens the doors with these settings over this database.
pub async fn open(settings: &str, store: Store) -> Open {
    let mut settings = load_settings(Some(("remediate.toml", settings)), &[]).expect("settings");
    read_secret_files(&mut settings, |path| Err(std::io::Error::other(path.to_owned()))).expect("complete settings");
    let amazon = Amazon::start().await;
    let google = Issuer::start(&["https://accounts.google.com", "accounts.google.com"]).await;
    let actions = Issuer::start(&["https://token.actions.githubusercontent.com"]).await;
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let doors = Doors {
        settings: Arc::new(settings),
        store: store.clone(),
        webhook_secret: "a-webhook-secret-of-the-tests".to_owned().into(),
        sns: SnsVerifier::new(http.clone(), Some(amazon.base.clone())),
        google: Some(google.verifier(&http)),
        actions: Some(actions.verifier(&http)),
        metrics: metrics(),
        draining: false.into(),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move { serve(listener, Arc::new(doors), std::future::pending()).await });
    Open { address, store, amazon, google, actions, http }
}

/// One registry for the process: counters are told apart by the names of their sources.
fn metrics() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| PrometheusBuilder::new().install_recorder().expect("the only recorder")).clone()
}

impl Open {
    /// Posts; gives status and body.
    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: impl Into<reqwest::Body>) -> (u16, String) {
        let mut request = self.http.post(format!("http://{}{path}", self.address)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.unwrap_or_default())
    }

    /// How often calls of a source were rejected for `reason`, as `/metrics` tells.
    pub async fn rejected(&self, source: &str, reason: &str) -> u64 {
        let page = self.http.get(format!("http://{}/metrics", self.address)).send().await.expect("metrics").text().await.expect("text");
        let start = format!("remediate_rejected_total{{source=\"{source}\",reason=\"{reason}\"}} ");
        page.lines().find_map(|line| line.strip_prefix(&start)?.parse().ok()).unwrap_or(0)
    }

    /// How many jobs there are.
    pub async fn jobs(&self) -> i64 {
        let mut session = self.store.read().await.expect("a session");
        session.queue_counts().await.expect("counts").into_iter().map(|count| count.count).sum()
    }
}

/// Amazon SNS: a signing key, its certificate, and the host that serves it and hears confirmations.
pub struct Amazon {
    pub base: Url,
    key: PathBuf,
    confirmed: Arc<Mutex<Vec<String>>>,
    _folder: tempfile::TempDir,
}

impl Amazon {
    async fn start() -> Self {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).expect("a key");
        let certificate = rcgen::CertificateParams::new(vec!["sns.us-east-1.amazonaws.com".into()]).expect("parameters").self_signed(&key);
        let pem = certificate.expect("a certificate").pem();
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key.pem");
        std::fs::write(&path, key.serialize_pem()).expect("a key file");
        let confirmed: Arc<Mutex<Vec<String>>> = Arc::default();
        let handler = |State((pem, confirmed)): State<(String, Arc<Mutex<Vec<String>>>)>, uri: Uri| async move {
            if uri.path().ends_with(".pem") {
                return pem;
            }
            confirmed.lock().expect("the list").push(uri.to_string());
            "confirmed".to_owned()
        };
        let base = stand_in(Router::new().fallback(handler).with_state((pem, confirmed.clone()))).await;
        Self { base, key: path, confirmed, _folder: folder }
    }

    /// Confirmations that were fetched.
    pub fn confirmed(&self) -> Vec<String> {
        self.confirmed.lock().expect("the list").clone()
    }

    /// A notification as SNS posts it, signed with this version of its signature.
    pub fn notification(&self, topic: &str, id: &str, message: &str, version: &str, sent: DateTime<Utc>) -> Value {
        self.signed(json!({
            "Type": "Notification", "MessageId": id, "TopicArn": topic, "Message": message,
            "Timestamp": sent.to_rfc3339_opts(chrono::SecondsFormat::Millis, true), "SignatureVersion": version,
            "SigningCertURL": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem",
        }))
    }

    /// A request to confirm the subscription at `url`.
    pub fn confirmation(&self, topic: &str, url: &str) -> Value {
        self.signed(json!({
            "Type": "SubscriptionConfirmation", "MessageId": "confirm-1", "TopicArn": topic, "Message": "Confirm?", "Token": "token",
            "Timestamp": Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true), "SignatureVersion": "2", "SubscribeURL": url,
            "SigningCertURL": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem",
        }))
    }

    fn signed(&self, mut message: Value) -> Value {
        let names: &[&str] = if message["Type"] == "Notification" {
            &["Message", "MessageId", "Timestamp", "TopicArn", "Type"]
        } else {
            &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        };
        let text: String = names.iter().map(|name| format!("{name}\n{}\n", message[name].as_str().unwrap_or_default())).collect();
        let digest = if message["SignatureVersion"] == "1" { "-sha1" } else { "-sha256" };
        let signature = self.sign(digest, text.as_bytes());
        message["Signature"] = json!(base64::engine::general_purpose::STANDARD.encode(signature));
        message
    }

    /// By another implementation than the one that verifies; ours does not sign with SHA-1 at all.
    fn sign(&self, digest: &str, text: &[u8]) -> Vec<u8> {
        use std::io::Write as _;
        let mut openssl = Command::new("openssl")
            .args(["dgst", digest, "-sign"])
            .arg(&self.key)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("openssl is installed: `make setup`");
        openssl.stdin.take().expect("its input").write_all(text).expect("it reads");
        let output = openssl.wait_with_output().expect("it ends");
        assert!(output.status.success());
        output.stdout
    }
}

/// A sender with OpenID Connect tokens: a key, and the host that publishes its public half.
pub struct Issuer {
    names: Vec<String>,
    keys: Url,
    key: jsonwebtoken::EncodingKey,
}

impl Issuer {
    async fn start(names: &[&str]) -> Self {
        use aws_lc_rs::encoding::AsDer as _;
        use aws_lc_rs::signature::KeyPair as _;
        let pair = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).expect("a key");
        let pkcs8: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().expect("a key");
        let encoded = base64::engine::general_purpose::STANDARD.encode(pkcs8.as_ref());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{encoded}\n-----END PRIVATE KEY-----\n");
        let encode = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        let public = pair.public_key();
        let (modulus, exponent) = (public.modulus(), public.exponent());
        let set = json!({ "keys": [{ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "k1",
            "n": encode(modulus.big_endian_without_leading_zero()), "e": encode(exponent.big_endian_without_leading_zero()) }] });
        let base = stand_in(Router::new().fallback(move || async move { axum::Json(set) })).await;
        let key = jsonwebtoken::EncodingKey::from_rsa_pem(pem.as_bytes()).expect("a key");
        Self { names: names.iter().map(|name| (*name).to_owned()).collect(), keys: base, key }
    }

    fn verifier(&self, http: &reqwest::Client) -> OidcVerifier {
        OidcVerifier::new(http.clone(), OidcIssuer { issuers: self.names.clone(), keys: self.keys.clone() })
    }

    /// A token for five minutes with these claims over the usual ones.
    pub fn token(&self, claims: &Value) -> String {
        let mut all = json!({ "iss": self.names[0], "sub": "s", "exp": Utc::now().timestamp() + 300 });
        for (name, value) in claims.as_object().into_iter().flatten() {
            all[name] = value.clone();
        }
        let header = jsonwebtoken::Header { kid: Some("k1".into()), ..jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256) };
        jsonwebtoken::encode(&header, &all, &self.key).expect("a token")
    }
}

async fn stand_in(router: Router) -> Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = Url::parse(&format!("http://{}", listener.local_addr().expect("an address"))).expect("a URL");
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}
