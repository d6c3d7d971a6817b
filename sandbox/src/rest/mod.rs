//! The REST API: a table of routes, each with what it needs, and synchronous handlers over the state.

mod apps;
mod auth;
mod call;
mod checks;
mod contents;
mod git;
mod graphql;
mod issues;
mod organizations;
mod pulls;
mod repositories;
mod search;
mod table;

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub use auth::{Caller, identify};
pub use call::{Answer, Body, Call};

use crate::error::{ApiError, Outcome};
use crate::state::World;

/// Who may call a route.
#[derive(Debug, Clone, Copy)]
pub enum Access {
    /// Everybody.
    Anyone,
    /// An app with its JWT.
    App,
    /// An installation token.
    Installation,
    /// An installation token with one of these permissions (`contents:write`).
    Needs(&'static [&'static str]),
}

/// What handlers look like.
pub type Handler = fn(&mut Call<'_>) -> Outcome<Answer>;

/// One operation of the API.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// HTTP method.
    pub method: &'static str,
    /// Path as in GitHub's OpenAPI description.
    pub template: &'static str,
    /// Who may call it.
    pub access: Access,
    /// What it does.
    pub run: Handler,
}

/// First path segments that belong to the API; everything else is the web view.
const ROOTS: &[&str] = &[
    "app",
    "app-manifests",
    "apps",
    "installation",
    "repos",
    "repositories",
    "orgs",
    "users",
    "user",
    "rate_limit",
    "search",
    "graphql",
    "meta",
    "zen",
    "organizations",
];

/// One request as the API sees it.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// HTTP method.
    pub method: String,
    /// Path without `/api/v3`, still percent-encoded.
    pub path: String,
    /// What was cut off the path: `/api/v3` or nothing.
    pub prefix: String,
    /// Decoded query.
    pub query: BTreeMap<String, String>,
    /// Headers with lower-case names.
    pub headers: BTreeMap<String, String>,
    /// The body as sent.
    pub body: Vec<u8>,
}

/// Whether a path is one of the API's (as opposed to a web page).
pub fn is_api(path: &str) -> bool {
    let mut segments = path.trim_matches('/').split('/');
    let first = segments.next().unwrap_or_default();
    // The settings pages of an organisation, where apps are made, are web pages.
    let page = first == "organizations" && segments.clone().nth(1) == Some("settings");
    let app_page = first == "apps" && segments.count() > 1;
    ROOTS.contains(&first) && !page && !app_page
}

/// Answers one request. The template of the matched route comes back too, for the log.
pub fn dispatch(world: &mut World, request: &Request) -> (Option<&'static str>, Outcome<Answer>) {
    let path = match renumbered(world, &request.path) {
        Some(path) => path,
        None => request.path.clone(),
    };
    let segments: Vec<String> = path.trim_matches('/').split('/').map(decode).collect();
    let mut known_path = false;
    for route in table::ROUTES {
        let Some(params) = matches(route.template, &segments) else { continue };
        known_path = true;
        if route.method == request.method {
            return (Some(route.template), run(world, request, route, params));
        }
    }
    let status = if known_path { 405 } else { 404 };
    (None, Err(ApiError::new(status, if known_path { "Method Not Allowed" } else { "Not Found" })))
}

fn run(world: &mut World, request: &Request, route: &Route, params: Vec<(&'static str, String)>) -> Outcome<Answer> {
    let caller = identify(world, request)?;
    auth::admit(route.access, &caller)?;
    let body = parse_body(request)?;
    let mut call = Call {
        world,
        caller,
        params,
        query: &request.query,
        body,
        prefix: &request.prefix,
        path: &request.path,
        repository: 0,
        headers: &request.headers,
    };
    call.spend()?;
    if route.template.starts_with("/repos/{owner}/{repo}") {
        call.repository = call.find_repository(route, request)?;
    }
    let answer = (route.run)(&mut call);
    let limits = call.limit_headers();
    match answer {
        Ok(mut answer) => {
            answer.headers.extend(limits);
            Ok(answer)
        }
        Err(mut error) => {
            error.headers.extend(limits);
            Err(error)
        }
    }
}

fn parse_body(request: &Request) -> Outcome<Value> {
    if request.body.is_empty() || request.method == "GET" {
        return Ok(json!({}));
    }
    let value: Value = serde_json::from_slice(&request.body).map_err(|_| ApiError::new(400, "Problems parsing JSON"))?;
    if value.is_object() || value.is_array() { Ok(value) } else { Err(ApiError::new(400, "Body should be a JSON object")) }
}

/// `/repositories/{id}/…` as the path with the present name.
fn renumbered(world: &World, path: &str) -> Option<String> {
    let rest = path.strip_prefix("/repositories/")?;
    let (id, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let found = world.repositories.get(&id.parse().ok()?)?;
    Some(format!("/repos/{}/{rest}", found.full_name()).trim_end_matches('/').to_string())
}

/// Parameters whose values may hold slashes.
const SPANNING: &[&str] = &["path", "ref", "branch", "basehead"];

/// Matches path segments with a template; gives the values of its parameters.
pub fn matches(template: &'static str, segments: &[String]) -> Option<Vec<(&'static str, String)>> {
    let pattern: Vec<&'static str> = template.trim_matches('/').split('/').collect();
    let mut params = Vec::new();
    match_from(&pattern, segments, &mut params).then_some(params)
}

fn match_from(pattern: &[&'static str], segments: &[String], params: &mut Vec<(&'static str, String)>) -> bool {
    let Some((first, pattern)) = pattern.split_first() else { return segments.is_empty() };
    let Some(name) = first.strip_prefix('{').and_then(|name| name.strip_suffix('}')) else {
        return segments.split_first().is_some_and(|(segment, rest)| segment == first && match_from(pattern, rest, params));
    };
    let longest = if SPANNING.contains(&name) { segments.len() } else { segments.len().min(1) };
    for length in 1..=longest {
        let (value, rest) = segments.split_at(length);
        params.push((name, value.join("/")));
        if !value.iter().all(String::is_empty) && match_from(pattern, rest, params) {
            return true;
        }
        params.pop();
    }
    false
}

/// Percent-decodes one path segment or query value.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let pair = text.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (byte, pair) {
            (b'%', Some(value)) => {
                decoded.push(value);
                at += 3;
            }
            _ => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}
