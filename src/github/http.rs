//! Sending one request and reading the answer; nothing is decided here.

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, IF_NONE_MATCH, LOCATION};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use url::Url;

use super::call::Call;
use super::error::{GithubError, GithubErrorKind};
use super::{Endpoints, Options};

/// The version of the REST interface that our structs were written for.
const API_VERSION: &str = "2022-11-28";
/// The largest answer that is read.
const LARGEST_ANSWER: usize = 32 * 1024 * 1024;
/// A renamed repository answers with one redirection; more than this is a loop.
const MOST_REDIRECTIONS: usize = 3;

/// The connection pool that all installations share.
#[derive(Debug, Clone)]
pub(super) struct Http {
    client: reqwest::Client,
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

impl Http {
    pub(super) fn new(endpoints: Endpoints, options: &Options) -> Result<Self, GithubError> {
        let client = reqwest::Client::builder()
            .user_agent(concat!("remediate/", env!("CARGO_PKG_VERSION")))
            .timeout(options.timeout)
            .connect_timeout(options.timeout.min(std::time::Duration::from_secs(10)))
            // reqwest would turn a redirected POST into a GET: a renamed repository must not swallow a write.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| GithubError::new("start of the HTTP client", GithubErrorKind::Transport, chain(&error)))?;
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
        Err(NoAnswer { never_sent: false, message: "redirected in circles".into() })
    }

    async fn send_to(
        &self,
        url: &Url,
        method: &Method,
        body: Option<&Value>,
        authorization: Option<&HeaderValue>,
        etag: Option<&str>,
    ) -> Result<Answer, NoAnswer> {
        let mut request = self
            .client
            .request(method.clone(), url.clone())
            .header(ACCEPT, "application/vnd.github+json")
            .header("x-github-api-version", API_VERSION);
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        if let Some(etag) = etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let mut response = request.send().await.map_err(|error| no_answer(error, true))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut read = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| no_answer(error, false))? {
            if read.len() + chunk.len() > LARGEST_ANSWER {
                return Err(NoAnswer { never_sent: false, message: format!("the answer is larger than {LARGEST_ANSWER} bytes") });
            }
            read.extend_from_slice(&chunk);
        }
        Ok(Answer { status, headers, body: read })
    }
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

fn no_answer(error: reqwest::Error, sending: bool) -> NoAnswer {
    // The address is taken out: its query may hold what people typed.
    let error = error.without_url();
    NoAnswer { never_sent: sending && error.is_connect(), message: chain(&error) }
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
