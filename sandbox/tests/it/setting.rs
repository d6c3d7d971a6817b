//! A small organisation with an app, and a caller with its token.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::HeaderMap;
use remediate_sandbox::{AppHandle, InstallationHandle, Level, NewApp, RepositoryHandle, Sandbox, SandboxConfig};
use serde_json::{Value, json};

/// Everything a test needs.
pub struct Setting {
    pub sandbox: Sandbox,
    pub app: AppHandle,
    pub installation: InstallationHandle,
    pub infra: RepositoryHandle,
}

const PERMISSIONS: &[&str] = &["contents", "pull_requests", "issues", "checks", "statuses", "security_events"];
const EVENTS: &[&str] = &["push", "pull_request", "issues", "issue_comment", "code_scanning_alert", "repository", "check_run"];

impl Setting {
    pub async fn new() -> Self {
        let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
        let acme = sandbox.organization("acme").unwrap();
        acme.member("octo-admin", true).unwrap();
        acme.team("data-platform", &["octo-reviewer"]).unwrap();
        acme.team("strangers", &[]).unwrap();
        let infra = acme.repository("infra").unwrap();
        infra.grant_team("data-platform", Level::Write).unwrap();
        infra.commit("octo-admin", "main", "Start", &[("main.tf", "# empty\n")]).unwrap();
        let mut permissions: BTreeMap<String, String> = PERMISSIONS.iter().map(|name| (name.to_string(), "write".to_string())).collect();
        permissions.insert("members".into(), "read".into());
        let new = NewApp {
            name: "Remediate Bot".into(),
            permissions,
            events: EVENTS.iter().map(ToString::to_string).collect(),
            ..NewApp::default()
        };
        let app = sandbox.register_app("acme", new).unwrap();
        let installation = app.install("acme", None).unwrap();
        Self { sandbox, app, installation, infra }
    }

    /// A branch with one change, ready for a pull request.
    pub fn branch(&self, name: &str) {
        self.infra.commit(&self.app.bot(), name, "Change", &[(&format!("{name}.tf"), "# changed\n")]).unwrap();
    }

    pub async fn call(&self, method: &str, path: &str, body: Value) -> Reply {
        self.call_with(&format!("token {}", self.installation.token()), method, path, body).await
    }

    pub async fn call_with(&self, authorization: &str, method: &str, path: &str, body: Value) -> Reply {
        send(self.request(authorization, method, path, body)).await.unwrap()
    }

    pub fn request(&self, authorization: &str, method: &str, path: &str, body: Value) -> reqwest::RequestBuilder {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        let request =
            client.request(method.parse().unwrap(), format!("{}{path}", self.sandbox.url())).header("authorization", authorization);
        if body.is_null() { request } else { request.json(&body) }
    }

    /// A pull request opened through the API.
    pub async fn pull(&self, branch: &str) -> Reply {
        self.branch(branch);
        self.call("POST", "/repos/acme/infra/pulls", json!({ "title": "Fix", "head": branch, "base": "main", "body": "why" })).await
    }
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

pub async fn send(request: reqwest::RequestBuilder) -> Result<Reply, reqwest::Error> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await?;
    Ok(Reply { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::Null) })
}

/// One webhook as its receiver saw it.
#[derive(Debug, Clone)]
pub struct Received {
    pub event: String,
    pub delivery: String,
    pub signature: String,
    pub raw: Vec<u8>,
    pub body: Value,
}

/// A receiver of webhooks that takes everything.
#[derive(Clone, Default)]
pub struct Receiver {
    taken: Arc<Mutex<Vec<Received>>>,
}

impl Receiver {
    /// Starts it and sends the app's webhooks there.
    pub async fn listen(app: &AppHandle) -> Self {
        let receiver = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        app.set_webhook_url(&format!("http://{}/hook", listener.local_addr().unwrap())).unwrap();
        let router = axum::Router::new().fallback(take).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    pub fn all(&self) -> Vec<Received> {
        self.taken.lock().unwrap().clone()
    }

    /// `event.action`, in order.
    pub fn names(&self) -> Vec<String> {
        let name = |one: &Received| match one.body.get("action").and_then(Value::as_str) {
            Some(action) => format!("{}.{action}", one.event),
            None => one.event.clone(),
        };
        self.all().iter().map(name).collect()
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: axum::body::Bytes) {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_string();
    receiver.taken.lock().unwrap().push(Received {
        event: header("x-github-event"),
        delivery: header("x-github-delivery"),
        signature: header("x-hub-signature-256"),
        raw: body.to_vec(),
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    });
}
