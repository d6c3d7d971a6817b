//! The HTTP door: faults, log, and the way to REST, git or pages.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Request as HttpRequest, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::error::{ApiError, Outcome};
use crate::fault::{Effect, Fault, WebhookFault};
use crate::log::Exchange;
use crate::rest::{self, Answer, Body, Caller, Request};
use crate::state::World;
use crate::{smart, web};

/// Largest body taken, enough for a push of a large repository.
const LARGEST_BODY: usize = 512 << 20;

/// What all requests share.
pub struct Shared {
    world: Mutex<World>,
    /// Faults on requests.
    pub faults: Mutex<Vec<Fault>>,
    /// Faults on webhooks.
    pub webhook_faults: Mutex<Vec<WebhookFault>>,
    /// The log.
    pub log: Mutex<Vec<Exchange>>,
}

impl Shared {
    /// The shared state of a new server.
    pub fn new(world: World) -> Self {
        Self { world: Mutex::new(world), faults: Mutex::default(), webhook_faults: Mutex::default(), log: Mutex::default() }
    }

    /// The state. A test that panicked while holding it does not take the others down.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first fault that strikes this request.
    fn fault(&self, method: &str, path: &str) -> Option<Effect> {
        let faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        faults.iter().find(|fault| fault.strikes(method, path)).map(|fault| fault.effect.clone())
    }

    fn record(&self, exchange: Exchange) {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
    }
}

/// The one handler of the server.
pub async fn serve(State(shared): State<Arc<Shared>>, request: HttpRequest) -> Response {
    let (parts, body) = request.into_parts();
    let body = match axum::body::to_bytes(body, LARGEST_BODY).await {
        Ok(body) => body,
        Err(_) => return (StatusCode::PAYLOAD_TOO_LARGE, "the body is too large").into_response(),
    };
    let query = parts.uri.query().unwrap_or_default().to_string();
    let request = read(parts.method.as_str(), parts.uri.path(), &query, &parts.headers, &body);
    let mut exchange = Exchange {
        at: chrono::Utc::now(),
        method: request.method.clone(),
        path: request.path.clone(),
        template: None,
        query: query.clone(),
        headers: shown_headers(&request.headers),
        body: serde_json::from_slice(&body).ok(),
        status: 0,
        answer: None,
    };
    let mut after = None;
    match shared.fault(&request.method, &request.path) {
        Some(Effect::Drop) => {
            shared.record(exchange);
            drop_connection();
        }
        Some(Effect::Delay(pause)) => tokio::time::sleep(pause).await,
        Some(Effect::ExpireToken) => expire_token(&shared, &request),
        Some(Effect::Before(intrusion)) => intrude(&shared, intrusion).await,
        Some(effect @ (Effect::StatusAfter(_) | Effect::DropAfter)) => after = Some(effect),
        Some(effect) => {
            let response = stricken(&effect);
            exchange.status = response.status().as_u16();
            shared.record(exchange);
            return response;
        }
        None => {}
    }
    let (response, template, answer) = answer(&shared, &request, &query, body).await;
    exchange.template = template;
    exchange.answer = answer;
    let response = match after {
        Some(Effect::StatusAfter(status)) => stricken(&Effect::Status(status)),
        Some(_) => {
            shared.record(exchange);
            drop_connection();
        }
        None => response,
    };
    exchange.status = response.status().as_u16();
    shared.record(exchange);
    response
}

/// Ends the connection's task without an answer. Resuming (unlike panicking) prints nothing.
fn drop_connection() -> ! {
    std::panic::resume_unwind(Box::new("connection dropped by a fault"))
}

async fn intrude(shared: &Arc<Shared>, intrusion: crate::fault::Intrusion) {
    let shared = shared.clone();
    let done = tokio::task::spawn_blocking(move || intrusion(&mut shared.world())).await;
    if let Err(error) = done {
        tracing::error!(%error, "a fault's own action failed");
    }
}

fn expire_token(shared: &Shared, request: &Request) {
    let mut world = shared.world();
    if let Ok(Caller::Installation { token, .. }) = rest::identify(&world, request) {
        world.tokens.remove(&token);
    }
}

/// The answer of a fault that does no work.
fn stricken(effect: &Effect) -> Response {
    let now = chrono::Utc::now().timestamp();
    let error = match effect {
        Effect::SecondaryLimit(status, seconds) => {
            ApiError::new(*status, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.")
                .header("retry-after", &seconds.to_string())
        }
        Effect::PrimaryLimit(seconds) => ApiError::new(403, "API rate limit exceeded for installation.")
            .header("x-ratelimit-limit", "5000")
            .header("x-ratelimit-remaining", "0")
            .header("x-ratelimit-used", "5000")
            .header("x-ratelimit-resource", "core")
            .header("x-ratelimit-reset", &(now + i64::try_from(*seconds).unwrap_or(0)).to_string()),
        Effect::Status(status) => ApiError::new(*status, "Server Error"),
        _ => ApiError::new(500, "Server Error"),
    };
    api_response(Err(error), &BTreeMap::new()).0
}

type Answered = (Response, Option<&'static str>, Option<Value>);

async fn answer(shared: &Arc<Shared>, request: &Request, query: &str, body: Bytes) -> Answered {
    if smart::is_git(&request.path) {
        return (smart::serve(shared, request, query, body).await, None, None);
    }
    let (shared, request) = (shared.clone(), request.clone());
    let done = tokio::task::spawn_blocking(move || {
        let mut world = shared.world();
        if !rest::is_api(&request.path) {
            return (web::page(&mut world, &request), None, None);
        }
        let (template, outcome) = rest::dispatch(&mut world, &request);
        let (response, value) = api_response(outcome, &request.headers);
        (response, template, value)
    });
    match done.await {
        Ok(answered) => answered,
        Err(error) => {
            tracing::error!(%error, "a handler of the sandbox failed");
            (api_response(Err(ApiError::new(500, "the sandbox itself failed; see its log")), &BTreeMap::new()).0, None, None)
        }
    }
}

fn read(method: &str, path: &str, query: &str, headers: &HeaderMap, body: &Bytes) -> Request {
    let (prefix, path) = match path.strip_prefix("/api/v3") {
        Some("") => ("/api/v3", "/"),
        Some(rest) if rest.starts_with('/') => ("/api/v3", rest),
        _ => ("", if path == "/api/graphql" { "/graphql" } else { path }),
    };
    let headers = headers.iter().filter_map(|(name, value)| Some((name.as_str().to_string(), value.to_str().ok()?.to_string())));
    Request {
        method: method.into(),
        path: path.into(),
        prefix: prefix.into(),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: headers.collect(),
        body: body.to_vec(),
    }
}

fn shown_headers(headers: &BTreeMap<String, String>) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let secret = matches!(name.as_str(), "authorization" | "cookie");
            let shown = if secret { value.split(' ').next().unwrap_or_default() } else { value };
            (name.clone(), shown.to_string())
        })
        .collect()
}

/// A REST answer with the headers every GitHub answer has, and its JSON for the log.
fn api_response(outcome: Outcome<Answer>, request_headers: &BTreeMap<String, String>) -> (Response, Option<Value>) {
    let (status, extra, body) = match outcome {
        Ok(answer) => (answer.status, answer.headers, answer.body),
        Err(error) => (error.status, error.headers.clone(), Body::Json(error.body())),
    };
    let (content_type, bytes, value) = match body {
        Body::Json(value) => ("application/json; charset=utf-8".to_string(), value.to_string().into_bytes(), Some(value)),
        Body::Raw(content_type, bytes) => (content_type, bytes, None),
        Body::Empty => (String::new(), Vec::new(), None),
    };
    let mut status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut headers = HeaderMap::new();
    if !content_type.is_empty() {
        set(&mut headers, "content-type", &content_type);
    }
    set(&mut headers, "x-github-request-id", &crate::act::random_hex(12).to_uppercase());
    set(&mut headers, "x-github-media-type", "github.v3; format=json");
    for (name, value) in &extra {
        set(&mut headers, name, value);
    }
    let mut bytes = bytes;
    if status == StatusCode::OK {
        let etag = format!("W/\"{}\"", hex::encode(Sha256::digest(&bytes)));
        set(&mut headers, "etag", &etag);
        if request_headers.get("if-none-match") == Some(&etag) {
            status = StatusCode::NOT_MODIFIED;
            bytes.clear();
            headers.remove(header::CONTENT_TYPE);
        }
    }
    ((status, headers, bytes).into_response(), value)
}

fn set(headers: &mut HeaderMap, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
        headers.insert(name, value);
    }
}

/// Longest time a webhook receiver may take, as on GitHub.
pub const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(10);
