//! How a call is made: limits, token, attempts, and what its answer means.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use reqwest::header::{ETAG, HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::call::{Call, Creation};
use super::credentials::AppCredentials;
use super::error::{GithubError, GithubErrorKind};
use super::etag::EtagCache;
use super::http::{Answer, Http, NoAnswer};
use super::limits::{self, Limits};
use super::token::{InstallationToken, TokenSource};
use super::{Options, TokenScope};

/// The most pages of one list that are read; at 100 a page, more than any list we ask for should have.
const MOST_PAGES: u32 = 50;
const PER_PAGE: usize = 100;

/// As whom calls are made.
#[derive(Debug)]
enum Identity {
    Nobody,
    App(AppCredentials),
    Installation { app: Arc<Caller>, tokens: TokenSource },
}

/// Makes calls as one identity. Everything that shares the identity shares limits and kept answers.
#[derive(Debug)]
pub(super) struct Caller {
    http: Http,
    identity: Identity,
    limits: Limits,
    kept: EtagCache,
    options: Options,
}

/// What to do after an attempt that brought no good answer.
enum Next {
    /// Try again after a pause.
    Again(Duration),
    /// Try again with a new token.
    NewToken,
    /// Give up.
    Fail(GithubError),
}

impl Caller {
    fn new(http: Http, identity: Identity, options: &Options) -> Self {
        Self { http, identity, limits: Limits::new(options), kept: EtagCache::new(options.cache_bytes), options: options.clone() }
    }

    pub(super) fn anonymous(http: Http, options: &Options) -> Self {
        Self::new(http, Identity::Nobody, options)
    }

    pub(super) fn app(http: Http, credentials: AppCredentials, options: &Options) -> Self {
        Self::new(http, Identity::App(credentials), options)
    }

    pub(super) fn installation(app: &Arc<Self>, id: u64, scope: TokenScope) -> Self {
        let identity = Identity::Installation { app: Arc::clone(app), tokens: TokenSource::new(id, scope) };
        Self::new(app.http.clone(), identity, &app.options)
    }

    pub(super) fn endpoints(&self) -> &super::Endpoints {
        self.http.endpoints()
    }

    /// The installation's token; an error for callers that are no installation.
    pub(super) async fn token(&self) -> Result<InstallationToken, GithubError> {
        match &self.identity {
            Identity::Installation { app, tokens } => tokens.token(app, Utc::now()).await,
            _ => Err(GithubError::new("asking for a token", GithubErrorKind::Credentials, "only installations have tokens")),
        }
    }

    /// Forgets a token that GitHub refused (git over HTTP says so, too).
    pub(super) async fn forget_token(&self, refused: &SecretString) {
        if let Identity::Installation { tokens, .. } = &self.identity {
            tokens.forget(refused).await;
        }
    }

    /// Makes a call and reads its answer as `T`.
    pub(super) async fn json<T: DeserializeOwned>(&self, call: Call) -> Result<T, GithubError> {
        let name = call.name();
        let (value, request_id) = self.value(call).await?;
        serde_json::from_value(value)
            .map_err(|error| GithubError { request_id, ..GithubError::new(name, GithubErrorKind::Decode, error.to_string()) })
    }

    /// Makes a call whose answer does not matter.
    pub(super) async fn done(&self, call: Call) -> Result<(), GithubError> {
        self.answer(&call, None).await.map(drop)
    }

    /// Makes a call; 404 and 410 give `None`.
    pub(super) async fn optional<T: DeserializeOwned>(&self, call: Call) -> Result<Option<T>, GithubError> {
        match self.json(call).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether a call that answers 204 or 404 says yes.
    pub(super) async fn says_yes(&self, call: Call) -> Result<bool, GithubError> {
        match self.done(call).await {
            Ok(()) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Sends a creating call. When the answer leaves doubt, or says that the thing exists, `look` is asked for it; only when
    /// it is not there is the call sent once more.
    pub(super) async fn create<T, F>(&self, call: Call, look: impl Fn() -> F) -> Result<Creation<T>, GithubError>
    where
        T: DeserializeOwned,
        F: Future<Output = Result<Option<T>, GithubError>>,
    {
        for attempt in 1.. {
            let error = match self.json(call.clone()).await {
                Ok(created) => return Ok(Creation::Created(created)),
                Err(error) => error,
            };
            let exists = error.status() == Some(409) || error.is_already_exists();
            if !exists && !error.is_doubtful() {
                return Err(error);
            }
            // GitHub may still be carrying out a request whose answer was lost.
            tokio::time::sleep(self.pause(attempt)).await;
            if let Some(found) = look().await? {
                return Ok(Creation::Existed(found));
            }
            if exists || attempt >= self.options.attempts.min(3) {
                return Err(error);
            }
        }
        unreachable!("the loop ends by returning")
    }

    /// All entries of a list. `key` names the list in answers that wrap it (`{"repositories": [...]}`).
    pub(super) async fn list<T: DeserializeOwned>(&self, call: Call, key: Option<&str>) -> Result<Vec<T>, GithubError> {
        let mut all = Vec::new();
        for page in 1..=MOST_PAGES {
            let mut batch = self.page(call.clone().query("per_page", PER_PAGE).query("page", page), key).await?;
            let full = batch.len() >= PER_PAGE;
            all.append(&mut batch);
            if !full {
                break;
            }
        }
        Ok(all)
    }

    /// Entries of a list that is paged by cursor, newest first, until `enough` says so.
    pub(super) async fn list_by_cursor<T: DeserializeOwned>(
        &self,
        call: Call,
        enough: impl Fn(&[T]) -> bool,
    ) -> Result<Vec<T>, GithubError> {
        let mut all: Vec<T> = Vec::new();
        let mut next = call.clone().query("per_page", PER_PAGE);
        for _ in 0..MOST_PAGES {
            let answer = self.answer(&next, None).await?;
            let batch: Vec<T> = serde_json::from_slice(&answer.body)
                .map_err(|error| GithubError::new(call.name(), GithubErrorKind::Decode, error.to_string()))?;
            all.extend(batch);
            match next_cursor(&answer.headers) {
                Some(cursor) if !enough(&all) => next = call.clone().query("per_page", PER_PAGE).query("cursor", cursor),
                _ => break,
            }
        }
        Ok(all)
    }

    async fn page<T: DeserializeOwned>(&self, call: Call, key: Option<&str>) -> Result<Vec<T>, GithubError> {
        let name = call.name();
        let mut value: Value = self.json(call).await?;
        let list = match key {
            Some(key) => value.get_mut(key).map(Value::take).unwrap_or_default(),
            None => value,
        };
        serde_json::from_value(list).map_err(|error| GithubError::new(name, GithubErrorKind::Decode, error.to_string()))
    }

    /// The server's clock, from the `Date` of whatever it answers.
    pub(super) async fn server_time(&self, call: &Call) -> Result<Option<DateTime<Utc>>, GithubError> {
        let answer = self
            .http
            .send(call, None, None)
            .await
            .map_err(|failure| GithubError::new(call.name(), GithubErrorKind::Transport, failure.message))?;
        Ok(header(&answer.headers, "date").and_then(|date| DateTime::parse_from_rfc2822(&date).ok()).map(Into::into))
    }

    /// The decoded answer and its request id; from the kept answers if GitHub says that nothing changed.
    async fn value(&self, call: Call) -> Result<(Value, Option<String>), GithubError> {
        let address = call.conditional.then(|| self.http.address(&call).to_string());
        let kept = address.as_deref().and_then(|address| self.kept.get(address));
        let answer = self.answer(&call, kept.as_ref().map(|(etag, _)| etag.as_str())).await?;
        let request_id = header(&answer.headers, "x-github-request-id");
        if let (304, Some((_, value))) = (answer.status, kept) {
            return Ok((value, request_id));
        }
        if answer.body.is_empty() {
            return Ok((Value::Null, request_id));
        }
        let value: Value = serde_json::from_slice(&answer.body).map_err(|error| GithubError {
            request_id: request_id.clone(),
            ..GithubError::new(call.name(), GithubErrorKind::Decode, error.to_string())
        })?;
        if let (Some(address), Some(etag)) = (address, header(&answer.headers, ETAG.as_str())) {
            self.kept.put(&address, &etag, &value, answer.body.len() as u64);
        }
        Ok((value, request_id))
    }

    /// Makes a call until it brings a good answer (2xx or 304) or must be given up.
    async fn answer(&self, call: &Call, etag: Option<&str>) -> Result<Answer, GithubError> {
        let mut attempt = 1;
        let mut refused_once = false;
        loop {
            self.admit(call).await?;
            let secret = self.secret().await?;
            let authorization = secret.as_ref().map(|secret| bearer(secret, call)).transpose()?;
            let next = match self.http.send(call, authorization.as_ref(), etag).await {
                Ok(answer) if answer.status < 300 || answer.status == 304 => {
                    if let Some(pause) = limits::pause_announced(&answer.headers, Utc::now()) {
                        self.limits.block(pause, Instant::now());
                    }
                    return Ok(answer);
                }
                Ok(answer) => self.after_refusal(call, &answer, attempt, refused_once),
                Err(failure) => self.after_silence(call, failure, attempt),
            };
            match next {
                Next::Again(pause) => tokio::time::sleep(pause).await,
                Next::NewToken => {
                    refused_once = true;
                    if let Some(secret) = &secret {
                        self.forget_token(secret).await;
                    }
                }
                Next::Fail(error) => return Err(error),
            }
            attempt += 1;
        }
    }

    /// Waits until the limits let the call go, as long as patience lasts.
    async fn admit(&self, call: &Call) -> Result<(), GithubError> {
        let started = Instant::now();
        while let Some(pause) = self.limits.ask(call.creates_content, Instant::now()) {
            if started.elapsed() + pause > self.options.patience {
                return Err(rate_limited(call, pause, "the rate limit leaves no room now"));
            }
            tokio::time::sleep(pause).await;
        }
        Ok(())
    }

    async fn secret(&self) -> Result<Option<SecretString>, GithubError> {
        match &self.identity {
            Identity::Nobody => Ok(None),
            Identity::App(credentials) => credentials.jwt(Utc::now()).map(Some),
            Identity::Installation { .. } => Ok(Some(self.token().await?.secret)),
        }
    }

    fn after_refusal(&self, call: &Call, answer: &Answer, attempt: u32, refused_once: bool) -> Next {
        let error = refusal(call, answer);
        if let Some(pause) = limits::pause_asked(answer.status, &answer.headers, &error.message, Utc::now()) {
            self.limits.block(pause, Instant::now());
            // The request was not carried out, so it may be sent again; `admit` waits or gives up.
            return match attempt < self.options.attempts {
                true if pause <= self.options.patience => Next::Again(Duration::ZERO),
                _ => Next::Fail(GithubError { request_id: error.request_id, ..rate_limited(call, pause, &error.message) }),
            };
        }
        match answer.status {
            401 if !refused_once && matches!(self.identity, Identity::Installation { .. }) => Next::NewToken,
            500.. if call.repeatable && attempt < self.options.attempts => Next::Again(self.pause(attempt)),
            _ => Next::Fail(error),
        }
    }

    fn after_silence(&self, call: &Call, failure: NoAnswer, attempt: u32) -> Next {
        if (call.repeatable || failure.never_sent) && attempt < self.options.attempts {
            tracing::debug!(call = call.name(), attempt, reason = failure.message, "no answer from GitHub, trying again");
            return Next::Again(self.pause(attempt));
        }
        Next::Fail(GithubError::new(call.name(), GithubErrorKind::Transport, failure.message))
    }

    /// The pause after failed attempt number `attempt`: doubled each time, with jitter, at most ten seconds.
    pub(super) fn pause(&self, attempt: u32) -> Duration {
        let full = self.options.retry_base.saturating_mul(1 << attempt.saturating_sub(1).min(10)).min(Duration::from_secs(10));
        full.mul_f64(rand::random_range(0.5..=1.0))
    }
}

fn rate_limited(call: &Call, pause: Duration, message: &str) -> GithubError {
    let pause = chrono::TimeDelta::from_std(pause).unwrap_or_default();
    GithubError::new(call.name(), GithubErrorKind::RateLimited { until: Utc::now() + pause }, message)
}

fn bearer(secret: &SecretString, call: &Call) -> Result<HeaderValue, GithubError> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", secret.expose_secret()))
        .map_err(|_| GithubError::new(call.name(), GithubErrorKind::Credentials, "the token holds characters no header can carry"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(ToOwned::to_owned)
}

/// The cursor in `Link: <https://…?cursor=…>; rel="next"`.
fn next_cursor(headers: &HeaderMap) -> Option<String> {
    let links = header(headers, "link")?;
    let next = links.split(',').find(|link| link.contains("rel=\"next\""))?;
    let address = next.split_once('<')?.1.split_once('>')?.0;
    let url = url::Url::parse(address).ok()?;
    url.query_pairs().find(|(name, _)| name == "cursor").map(|(_, value)| value.into_owned())
}

/// GitHub's error body: `errors` holds objects or plain texts, depending on the call.
#[derive(Deserialize, Default)]
struct ErrorBody {
    #[serde(default)]
    message: String,
    #[serde(default)]
    errors: Value,
}

fn refusal(call: &Call, answer: &Answer) -> GithubError {
    let body: ErrorBody = serde_json::from_slice(&answer.body).unwrap_or_default();
    let message = if body.message.is_empty() { "no message".to_owned() } else { body.message };
    let details = match &body.errors {
        Value::Array(errors) => errors.iter().take(10).map(detail).collect(),
        Value::Null => Vec::new(),
        other => vec![detail(other)],
    };
    GithubError {
        details,
        request_id: header(&answer.headers, "x-github-request-id"),
        ..GithubError::new(call.name(), GithubErrorKind::Status(answer.status), message)
    }
}

fn detail(error: &Value) -> String {
    let text = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default();
    let line = match error {
        Value::String(text) => text.clone(),
        Value::Object(_) => {
            [text("field"), text("code"), text("message")].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    };
    line.chars().take(200).collect()
}
