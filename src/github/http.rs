//! Sending one request through octocrab and reading the answer; nothing is decided here.
//!
//! octocrab brings the base address, GitHub's own headers and media type, JSON bodies and the service stack. Its own
//! retries and its own keeping of tokens are not used: they would send a creating request twice after a 502, and mint one
//! token for each of several calls at the same time ([`super::caller`] does both with care).

use http::request::Builder;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use octocrab::service::middleware::base_uri::BaseUriLayer;
use octocrab::service::middleware::extra_headers::ExtraHeadersLayer;
use octocrab::service::middleware::reqwest_connector::ReqwestConnector;
use octocrab::{AuthState, Octocrab, OctocrabBuilder};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH, LOCATION, USER_AGENT};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use url::Url;

use super::call::Call;
use super::error::{GithubError, GithubErrorKind};
use super::{Endpoints, Options};

/// The largest answer that is read.
const LARGEST_ANSWER: usize = 32 * 1024 * 1024;
/// A renamed repository answers with one redirection; more than this is a loop.
const MOST_REDIRECTIONS: usize = 3;

/// The connection pool that all installations share.
#[derive(Debug, Clone)]
pub(super) struct Http {
    client: Octocrab,
    endpoints: Endpoints,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// Why no answer came.
#[derive(Debug)]
pub(super) struct NoAnswer {
    /// The request did not leave: repeating it is safe.
    pub(super) never_sent: bool,
    pub(super) message: String,
}

impl NoAnswer {
    /// Something that may have happened after the request left.
    fn doubtful(message: impl Into<String>) -> Self {
        Self { never_sent: false, message: message.into() }
    }
}

impl Http {
    pub(super) fn new(endpoints: Endpoints, options: &Options) -> Result<Self, GithubError> {
        let failed = |message: String| GithubError::new("start of the HTTP client", GithubErrorKind::Transport, message);
        // reqwest at the bottom: it honours the proxy settings of the environment.
        let connector = reqwest::Client::builder()
            .timeout(options.timeout)
            .connect_timeout(options.timeout.min(std::time::Duration::from_secs(10)))
            // A redirected POST would become a GET: a renamed repository must not swallow a write.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| failed(chain(&error)))?;
        let base = endpoints.api().as_str().parse().map_err(|error: http::uri::InvalidUri| failed(error.to_string()))?;
        let client = OctocrabBuilder::new_empty()
            .with_service(ReqwestConnector::new(connector))
            .with_layer(&ExtraHeadersLayer::new(std::sync::Arc::new(standing_headers())))
            .with_layer(&BaseUriLayer::new(base))
            .with_auth(AuthState::None)
            .build()
            .unwrap_or_else(|never| match never {});
        Ok(Self { client, endpoints })
    }

    pub(super) fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// The address of a call, with its query.
    pub(super) fn address(&self, call: &Call) -> Url {
        let mut url = self.endpoints.rest(&call.segments);
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        url
    }

    /// Sends `call` once, following redirections on GitHub's own host with method and body kept.
    pub(super) async fn send(&self, call: &Call, authorization: Option<&HeaderValue>, etag: Option<&str>) -> Result<Answer, NoAnswer> {
        let mut url = self.address(call);
        for _ in 0..=MOST_REDIRECTIONS {
            let answer = self.send_to(&url, &call.method, call.body.as_ref(), authorization, etag).await?;
            match redirection(&answer, &url) {
                Some(next) => url = next,
                None => return Ok(answer),
            }
        }
        Err(NoAnswer::doubtful("redirected in circles"))
    }

    async fn send_to(
        &self,
        url: &Url,
        method: &Method,
        body: Option<&Value>,
        authorization: Option<&HeaderValue>,
        etag: Option<&str>,
    ) -> Result<Answer, NoAnswer> {
        let mut request = Builder::new().method(method.clone()).uri(url.as_str());
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        if let Some(etag) = etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        let request = self.client.build_request(request, body).map_err(|error| no_answer(&error, true))?;
        let response = self.client.execute(request).await.map_err(|error| no_answer(&error, true))?;
        let (parts, body) = response.into_parts();
        let body = match Limited::new(body, LARGEST_ANSWER).collect().await {
            Ok(body) => body.to_bytes().to_vec(),
            Err(error) if error.is::<LengthLimitError>() => {
                return Err(NoAnswer::doubtful(format!("the answer is larger than {LARGEST_ANSWER} bytes")));
            }
            Err(error) => return Err(no_answer(error.as_ref(), false)),
        };
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
    }
}

/// What every request says of itself; octocrab adds the version of the REST interface (2022-11-28, for which our structs are written).
fn standing_headers() -> Vec<(HeaderName, HeaderValue)> {
    vec![
        (USER_AGENT, HeaderValue::from_static(concat!("remediate/", env!("CARGO_PKG_VERSION")))),
        (ACCEPT, HeaderValue::from_static("application/vnd.github+json")),
    ]
}

/// Where a redirection leads, if it stays on the same host: credentials never travel to another one.
fn redirection(answer: &Answer, from: &Url) -> Option<Url> {
    if ![StatusCode::MOVED_PERMANENTLY, StatusCode::FOUND, StatusCode::TEMPORARY_REDIRECT, StatusCode::PERMANENT_REDIRECT]
        .iter()
        .any(|status| status.as_u16() == answer.status)
    {
        return None;
    }
    let next = from.join(answer.headers.get(LOCATION)?.to_str().ok()?).ok()?;
    (next.origin() == from.origin()).then_some(next)
}

/// `sending`: the failure came before any part of an answer.
fn no_answer(error: &(dyn std::error::Error + 'static), sending: bool) -> NoAnswer {
    match http_failure(error) {
        Some(error) => NoAnswer { never_sent: sending && error.is_connect(), message: without_address(error) },
        None => NoAnswer::doubtful(chain(error)),
    }
}

/// The failure of the connection below octocrab's own errors.
fn http_failure<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e reqwest::Error> {
    std::iter::successors(Some(error), |error| error.source()).find_map(|error| error.downcast_ref())
}

/// What happened to the connection. reqwest's own message names the address, whose query may hold what people typed.
fn without_address(error: &reqwest::Error) -> String {
    let what = match error {
        error if error.is_timeout() => "timed out",
        error if error.is_connect() => "no connection",
        _ => "the connection failed",
    };
    std::error::Error::source(error).map_or_else(|| what.to_owned(), |cause| format!("{what}: {}", chain(cause)))
}

/// The message of an error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
