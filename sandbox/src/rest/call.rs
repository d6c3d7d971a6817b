//! What a handler gets and gives.

use std::collections::BTreeMap;

use chrono::Duration;
use serde_json::{Value, json};

use super::{Access, Caller, Request, Route};
use crate::error::{ApiError, Outcome};
use crate::state::{Repository, World};

/// What goes out.
#[derive(Debug, Clone)]
pub enum Body {
    /// JSON.
    Json(Value),
    /// Bytes with their content type.
    Raw(String, Vec<u8>),
    /// Nothing.
    Empty,
}

/// An answer that is not an error.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: Body,
    /// Extra headers.
    pub headers: Vec<(String, String)>,
}

impl Answer {
    /// JSON with a status.
    pub fn json(status: u16, value: Value) -> Self {
        Self { status, body: Body::Json(value), headers: Vec::new() }
    }

    /// 200 with JSON.
    pub fn ok(value: Value) -> Outcome<Self> {
        Ok(Self::json(200, value))
    }

    /// 201 with JSON.
    pub fn created(value: Value) -> Outcome<Self> {
        Ok(Self::json(201, value))
    }

    /// 204.
    pub fn nothing() -> Outcome<Self> {
        Ok(Self { status: 204, body: Body::Empty, headers: Vec::new() })
    }

    /// 200 with bytes of a type.
    pub fn raw(content_type: &str, bytes: Vec<u8>) -> Outcome<Self> {
        Ok(Self { status: 200, body: Body::Raw(content_type.into(), bytes), headers: Vec::new() })
    }
}

/// One admitted call.
pub struct Call<'a> {
    /// The state.
    pub world: &'a mut World,
    /// Who calls.
    pub caller: Caller,
    /// Values of the template's parameters.
    pub params: Vec<(&'static str, String)>,
    /// Decoded query.
    pub query: &'a BTreeMap<String, String>,
    /// Parsed body; an empty object when there was none.
    pub body: Value,
    /// `/api/v3` or nothing.
    pub prefix: &'a str,
    /// Path as sent, without the prefix.
    pub path: &'a str,
    /// Id of the repository of `/repos/{owner}/{repo}` routes, already checked.
    pub repository: u64,
    /// Headers with lower-case names.
    pub headers: &'a BTreeMap<String, String>,
}

impl Call<'_> {
    /// The value of a path parameter.
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value)
    }

    /// A path parameter that is a number; 404 otherwise.
    pub fn number(&self, name: &str) -> Outcome<u64> {
        self.param(name).parse().map_err(|_| ApiError::not_found())
    }

    /// A string of the body.
    pub fn text(&self, key: &str) -> Option<String> {
        self.body.get(key).and_then(Value::as_str).map(str::to_string)
    }

    /// A string of the body that must be there.
    pub fn required(&self, resource: &str, key: &str) -> Outcome<String> {
        self.text(key).ok_or_else(|| ApiError::invalid(resource, key, "missing_field", ""))
    }

    /// A list of strings of the body.
    pub fn texts(&self, key: &str) -> Vec<String> {
        let list = self.body.get(key).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).map(str::to_string).collect()
    }

    /// A value of the query.
    pub fn asked(&self, key: &str) -> Option<&str> {
        self.query.get(key).map(String::as_str)
    }

    /// The repository of the route.
    pub fn repo(&self) -> Outcome<&Repository> {
        self.world.repository(self.repository)
    }

    /// The login under which the caller acts.
    pub fn actor(&self) -> String {
        let app = match &self.caller {
            Caller::App(app) | Caller::Installation { app, .. } => *app,
            Caller::Nobody => 0,
        };
        self.world.apps.get(&app).map_or_else(|| "ghost".into(), |app| app.bot())
    }

    /// The app behind the caller.
    pub fn app(&self) -> Outcome<u64> {
        match &self.caller {
            Caller::App(app) | Caller::Installation { app, .. } => Ok(*app),
            Caller::Nobody => Err(ApiError::new(401, "Requires authentication")),
        }
    }

    /// The installation behind the caller.
    pub fn installation(&self) -> Outcome<u64> {
        match &self.caller {
            Caller::Installation { id, .. } => Ok(*id),
            _ => Err(ApiError::new(403, "You must authenticate with an installation access token in order to access this endpoint.")),
        }
    }

    /// Repositories the caller's token reaches.
    pub fn visible(&self) -> Vec<u64> {
        let Caller::Installation { id, token, .. } = &self.caller else { return Vec::new() };
        let narrowed = self.world.tokens.get(token).and_then(|token| token.repositories.as_ref());
        let mut ids = self.world.installed_repositories(*id);
        ids.retain(|id| narrowed.is_none_or(|chosen| chosen.contains(id)));
        ids
    }

    /// Whether the token has a permission such as `contents:write`. Metadata can always be read.
    pub fn has(&self, need: &str) -> bool {
        let Caller::Installation { id, token, .. } = &self.caller else { return false };
        let (name, level) = need.split_once(':').unwrap_or((need, "read"));
        let granted = self.world.tokens.get(token).and_then(|token| token.permissions.get(name));
        // Taking a permission back works at once, also for tokens that are out.
        let still = self.world.installations.get(id).is_some_and(|found| name == "metadata" || found.permissions.contains_key(name));
        still && granted.is_some_and(|granted| rank(granted) >= rank(level))
    }

    /// Finds the repository of the path and checks that this caller may do this with it.
    pub(super) fn find_repository(&self, route: &Route, request: &Request) -> Outcome<u64> {
        let (owner, name) = (self.param("owner"), self.param("repo"));
        let renamed = self.world.former_names.get(&format!("{owner}/{name}").to_lowercase());
        if let Some(id) = renamed.filter(|id| self.visible().contains(id)) {
            return Err(self.moved(*id, request));
        }
        let found = self.world.find_repository(owner, name).ok_or_else(ApiError::not_found)?;
        if matches!(route.access, Access::App | Access::Anyone) {
            return Ok(found.id);
        }
        let within = self.visible().contains(&found.id);
        let readable = within || (!found.private && request.method == "GET");
        if !readable {
            return Err(if found.private { ApiError::not_found() } else { ApiError::not_permitted("") });
        }
        if let Access::Needs(needs) = route.access {
            let public_read = !found.private && request.method == "GET";
            if !public_read && !needs.iter().any(|need| self.has(need)) {
                return Err(ApiError::not_permitted(&needs.join("; ").replace(':', "=")));
            }
        }
        Ok(found.id)
    }

    fn moved(&self, id: u64, request: &Request) -> ApiError {
        let rest: Vec<&str> = request.path.trim_start_matches('/').splitn(4, '/').collect();
        let rest = rest.get(3).map_or(String::new(), |rest| format!("/{rest}"));
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(self.query).finish();
        let query = if query.is_empty() { query } else { format!("?{query}") };
        let location = format!("{}{}/repositories/{id}{rest}{query}", self.world.url, self.prefix);
        let status = if request.method == "GET" { 301 } else { 307 };
        let message = if status == 301 { "Moved Permanently" } else { "Temporary Redirect" };
        ApiError::new(status, message).header("location", &location)
    }

    /// Counts the request against the hourly limit.
    pub(super) fn spend(&mut self) -> Outcome<()> {
        let Caller::Installation { id, .. } = &self.caller else { return Ok(()) };
        let (id, now, limit) = (*id, self.world.now(), self.world.hourly_limit);
        let Some(found) = self.world.installations.get_mut(&id) else { return Ok(()) };
        if found.resets_at <= now {
            found.used = 0;
            found.resets_at = now + Duration::hours(1);
        }
        if found.used >= limit {
            let mut error = ApiError::new(403, format!("API rate limit exceeded for installation ID {id}."));
            error.headers = self.limit_headers();
            return Err(error);
        }
        found.used += 1;
        Ok(())
    }

    /// The `X-RateLimit-*` headers.
    pub fn limit_headers(&self) -> Vec<(String, String)> {
        let Caller::Installation { id, .. } = &self.caller else { return Vec::new() };
        let Some(found) = self.world.installations.get(id) else { return Vec::new() };
        let limit = self.world.hourly_limit;
        vec![
            ("x-ratelimit-limit".into(), limit.to_string()),
            ("x-ratelimit-remaining".into(), limit.saturating_sub(found.used).to_string()),
            ("x-ratelimit-used".into(), found.used.to_string()),
            ("x-ratelimit-reset".into(), found.resets_at.timestamp().to_string()),
            ("x-ratelimit-resource".into(), "core".into()),
        ]
    }

    /// One page of a list, with the `Link` header.
    pub fn page<T>(&mut self, items: &[T], mut show: impl FnMut(&mut World, &T) -> Value) -> Answer {
        let (page, size) = self.page_and_size();
        let from = (page - 1).saturating_mul(size);
        let shown = items.iter().skip(from).take(size).map(|item| show(self.world, item)).collect();
        let mut answer = Answer::json(200, shown);
        answer.headers.extend(self.links(items.len(), page, size));
        answer
    }

    /// One page of a list inside an object with a total.
    pub fn counted_page<T>(&mut self, key: &str, items: &[T], show: impl FnMut(&mut World, &T) -> Value) -> Answer {
        let mut answer = self.page(items, show);
        if let Body::Json(list) = &mut answer.body {
            let list = list.take();
            answer.body = Body::Json(json!({ "total_count": items.len(), key: list }));
        }
        answer
    }

    fn page_and_size(&self) -> (usize, usize) {
        let read = |key: &str| self.asked(key).and_then(|text| text.parse::<usize>().ok());
        (read("page").unwrap_or(1).max(1), read("per_page").unwrap_or(30).clamp(1, 100))
    }

    fn links(&self, total: usize, page: usize, size: usize) -> Option<(String, String)> {
        let last = total.div_ceil(size).max(1);
        let url = |page: usize| {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(self.query.iter().filter(|(key, _)| *key != "page"));
            query.append_pair("page", &page.to_string());
            format!("{}{}{}?{}", self.world.url, self.prefix, self.path, query.finish())
        };
        let mut links = Vec::new();
        if page > 1 {
            links.push(format!("<{}>; rel=\"prev\"", url(page - 1)));
        }
        if page < last {
            links.push(format!("<{}>; rel=\"next\"", url(page + 1)));
            links.push(format!("<{}>; rel=\"last\"", url(last)));
        }
        if page > 1 {
            links.push(format!("<{}>; rel=\"first\"", url(1)));
        }
        (!links.is_empty()).then(|| ("link".into(), links.join(", ")))
    }
}

fn rank(level: &str) -> u8 {
    match level {
        "read" => 1,
        "write" => 2,
        "admin" => 3,
        _ => 0,
    }
}
