//! The frame of every page, and small pieces that many pages use.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};

use crate::state::{Issue, Label, Repository, World};

/// The style sheet.
pub const STYLE: &str = include_str!("../../assets/style.css");

/// Text made harmless for HTML, also inside quoted attributes.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// A whole page.
pub fn page(title: &str, body: &str) -> Response {
    page_with(StatusCode::OK, title, body)
}

/// A whole page with a status.
pub fn page_with(status: StatusCode, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><link rel=\"icon\" href=\"data:,\">\
         <link rel=\"stylesheet\" href=\"/-/style.css\"></head><body>\
         <div class=\"top\"><a href=\"/\"><span class=\"mark\"></span>Sandbox</a><a href=\"/-/deliveries\">Webhooks</a>\
         <span class=\"note\">a stand-in for GitHub on this machine</span></div><div class=\"wrap\">{body}</div></body></html>",
        escape(title)
    );
    // Nothing a body could smuggle in may run or load from elsewhere.
    let policy = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src data:; form-action *";
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, policy)], html).into_response()
}

/// The page of something that is not there.
pub fn missing() -> Response {
    page_with(StatusCode::NOT_FOUND, "Not found", "<div class=\"box\"><div class=\"blank\">There is nothing here.</div></div>")
}

/// Sends the browser elsewhere after a form.
pub fn go(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, to.to_string())]).into_response()
}

/// A round face with the initials of a login.
pub fn face(login: &str) -> String {
    let hue = login.bytes().fold(7_u32, |hue, byte| (hue * 31 + u32::from(byte)) % 360);
    let initials: String = login.split(['-', '_']).filter_map(|part| part.chars().next()).take(2).collect();
    let bot = if login.ends_with("[bot]") { " bot" } else { "" };
    format!("<span class=\"face{bot}\" style=\"background:hsl({hue} 55% 42%)\">{}</span>", escape(&initials.to_uppercase()))
}

/// A label in its colour, with text that can be read on it.
pub fn label(label: &Label) -> String {
    let part = |at: usize| label.color.get(at..at + 2).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(200);
    let light = part(0) * 299 + part(2) * 587 + part(4) * 114 > 140_000;
    let ink = if light { "#1f2328" } else { "#fff" };
    let color: String = label.color.chars().filter(char::is_ascii_hexdigit).collect();
    format!(
        "<span class=\"label\" style=\"background:#{color};color:{ink}\" title=\"{}\">{}</span>",
        escape(&label.description),
        escape(&label.name)
    )
}

/// The labels of a thread.
pub fn labels(repository: &Repository, issue: &Issue) -> String {
    repository.labels.iter().filter(|one| issue.labels.contains(&one.name)).map(label).collect()
}

/// A time as people say it.
pub fn ago(time: DateTime<Utc>) -> String {
    let seconds = (Utc::now() - time).num_seconds().max(0);
    match seconds {
        0..=9 => "just now".into(),
        10..=59 => format!("{seconds} seconds ago"),
        60..=119 => "a minute ago".into(),
        120..=3599 => format!("{} minutes ago", seconds / 60),
        3600..=7199 => "an hour ago".into(),
        _ => time.format("%-d %b %Y, %H:%M UTC").to_string(),
    }
}

/// The head of a repository's pages: name and tabs.
pub fn repository_head(repository: &Repository, here: &str) -> String {
    let full = repository.full_name();
    let count = |pull: bool| repository.issues.values().filter(|issue| issue.open && issue.pull.is_some() == pull).count();
    let tab = |name: &str, path: &str, count: Option<usize>| {
        let class = if name == here { " class=\"here\"" } else { "" };
        let count = count.map_or(String::new(), |count| format!("<span class=\"count\">{count}</span>"));
        format!("<a{class} href=\"/{full}{path}\">{name}{count}</a>")
    };
    let (owner, name) = (escape(&repository.owner), escape(&repository.name));
    let kind = match (repository.archived, repository.private) {
        (true, _) => "Archived",
        (false, true) => "Private",
        (false, false) => "Public",
    };
    format!(
        "<p class=\"crumb\"><a href=\"/{owner}\">{owner}</a> / <a href=\"/{full}\"><b>{name}</b></a><span class=\"tag\">{kind}</span></p>\
         <div class=\"tabs\">{}{}{}</div>",
        tab("Code", "", None),
        tab("Issues", "/issues", Some(count(false))),
        tab("Pull requests", "/pulls", Some(count(true))),
    )
}

/// A choice of the users who may act: the organisation's members first.
pub fn user_choice(world: &World, repository: &Repository) -> String {
    let mut users: Vec<&str> = Vec::new();
    if let Ok(owner) = world.account(&repository.owner) {
        users.extend(owner.members.keys().map(String::as_str));
    }
    users.sort_by_key(|login| (*login != "octo-reviewer", login.to_string()));
    if users.is_empty() {
        users.push("octo-reviewer");
    }
    let options: String = users.iter().map(|login| format!("<option>{}</option>", escape(login))).collect();
    format!("<span class=\"meta\">as</span> <select name=\"user\">{options}</select>")
}
