//! Pages around apps: making one from a manifest, installing it, its webhooks.

use axum::response::Response;
use serde_json::Value;

use super::layout::{escape, missing, page};
use crate::rest::Request;
use crate::state::{AccountKind, World};

/// The page that asks whether to make the app a manifest describes. Manifests come as a form field, by GET or POST.
pub fn new_app(request: &Request, parts: &[&str]) -> Response {
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&request.body).into_owned().collect();
    let field = |key: &str| form.iter().find(|(name, _)| name == key).map(|(_, value)| value).or_else(|| request.query.get(key)).cloned();
    let Some(manifest) = field("manifest") else {
        return page(
            "New app",
            "<div class=\"box\"><div class=\"blank\">Send a manifest to this page: a form field named <code>manifest</code>.</div></div>",
        );
    };
    let owner = match parts {
        ["organizations", owner, ..] => owner,
        _ => "octo-admin",
    };
    let Ok(read) = serde_json::from_str::<Value>(&manifest) else {
        return page("New app", "<div class=\"box\"><div class=\"blank\">The manifest is not JSON.</div></div>");
    };
    let list = |pointer: &str| -> String {
        let rows = read.pointer(pointer).into_iter().flat_map(|value| match value {
            Value::Object(map) => map.iter().map(|(name, level)| format!("{name}: {}", level.as_str().unwrap_or_default())).collect(),
            Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_string).collect::<Vec<_>>(),
            _ => Vec::new(),
        });
        rows.map(|row| format!("<li>{}</li>", escape(&row))).collect()
    };
    let name = read.get("name").and_then(Value::as_str).unwrap_or("app");
    let state = field("state").unwrap_or_default();
    let body = format!(
        "<h1 class=\"subject\">Create GitHub App for <b>{0}</b></h1><div class=\"box\"><div class=\"head\"><b>{1}</b></div><div class=\"body\">\
         <div style=\"display:flex;gap:60px\"><div><b>Permissions</b><ul>{2}</ul></div><div><b>Events</b><ul>{3}</ul></div></div>\
         <form method=\"post\" action=\"/-/apps\"><input type=\"hidden\" name=\"owner\" value=\"{0}\"><input type=\"hidden\" name=\"manifest\" value=\"{4}\">\
         <input type=\"hidden\" name=\"state\" value=\"{5}\"><button class=\"go\">Create GitHub App for {0}</button></form></div></div>",
        escape(owner),
        escape(name),
        list("/default_permissions"),
        list("/default_events"),
        escape(&manifest),
        escape(&state)
    );
    page("New app", &body)
}

/// The page that asks where to install an app.
pub fn install(world: &World, slug: &str) -> Response {
    let Some(app) = world.apps.values().find(|app| app.slug == slug) else { return missing() };
    let rows: String = world.accounts.values().filter(|account| account.kind == AccountKind::Organization).map(|account| format!(
        "<div class=\"row\"><b>{0}</b><form class=\"line end\" method=\"post\" action=\"/-/apps/{1}/install\"><input type=\"hidden\" name=\"account\" value=\"{0}\">\
         <button class=\"go\">Install on all repositories</button></form></div>",
        escape(&account.login), escape(slug)
    )).collect();
    page("Install", &format!("<h1 class=\"subject\">Install <b>{}</b></h1><div class=\"box\">{rows}</div>", escape(&app.name)))
}

/// The log of webhooks.
pub fn deliveries(world: &World) -> Response {
    let rows: String = world.deliveries.iter().rev().take(200).map(|one| {
        let (class, words) = match &one.result {
            None => ("", "waits".to_string()),
            Some(result) if (200..300).contains(&result.status_code) => ("success", format!("{} in {:.2} s", result.status_code, result.duration)),
            Some(result) => ("failure", format!("{} {}", result.status_code, result.status)),
        };
        let action = one.action.as_ref().map_or(String::new(), |action| format!(".{action}"));
        let again = if one.redelivery { " <span class=\"tag\">again</span>" } else { "" };
        format!(
            "<div class=\"row\"><span class=\"dot {class}\"></span><b>{}{}</b>{again} <code class=\"meta\">{}</code><span class=\"meta\">{}</span>\
             <form class=\"line end\" method=\"post\" action=\"/-/deliveries/{}\"><button>Redeliver</button></form></div>",
            escape(&one.event), escape(&action), escape(&one.guid), escape(&words), one.id
        )
    }).collect();
    let rows = if rows.is_empty() { "<div class=\"blank\">Nothing was sent yet.</div>".into() } else { rows };
    page("Webhooks", &format!("<h1 class=\"subject\">Webhook deliveries</h1><div class=\"box\">{rows}</div>"))
}
