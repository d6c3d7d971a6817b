//! What the buttons do.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

use super::apps;
use super::layout::{escape, go, missing, page_with};
use crate::act::MergeMethod;
use crate::error::{ApiError, Outcome};
use crate::rest::Request;
use crate::state::{AccountKind, AppKey, World};

/// Handles one form.
pub fn submit(world: &mut World, request: &Request, parts: &[&str]) -> Response {
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(&request.body).into_owned().collect();
    let done = match parts {
        ["settings", "apps", "new"] | ["organizations", _, "settings", "apps", "new"] => return apps::new_app(request, parts),
        ["-", "apps"] => create_app(world, &form),
        ["-", "apps", slug, "install"] => install(world, slug, &form),
        ["-", "deliveries", id] => redeliver(world, id),
        [owner, name, "issues", "new"] => open_issue(world, owner, name, &form),
        [owner, name, kind @ ("issues" | "pull"), number, action] => {
            thread(world, &[owner, name, number, action], &form).map(|()| format!("/{owner}/{name}/{kind}/{number}"))
        }
        _ => return missing(),
    };
    match done {
        Ok(to) => go(&to),
        Err(error) => refused(&error),
    }
}

fn refused(error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
    let body = format!("<div class=\"box\"><div class=\"blank\">{}</div></div>", escape(&error.to_string()));
    page_with(status, "Refused", &body)
}

fn field<'a>(form: &'a BTreeMap<String, String>, key: &str) -> &'a str {
    form.get(key).map_or("", String::as_str)
}

/// Who presses the button; made known when new.
fn user(world: &mut World, form: &BTreeMap<String, String>) -> String {
    let login = form.get("user").filter(|login| !login.is_empty()).map_or("octo-reviewer", String::as_str);
    world.add_account(login, AccountKind::User);
    login.to_string()
}

fn thread(world: &mut World, parts: &[&str; 4], form: &BTreeMap<String, String>) -> Outcome<()> {
    let [owner, name, number, action] = parts;
    let id = world.find_repository(owner, name).ok_or_else(ApiError::not_found)?.id;
    let number = number.parse().map_err(|_| ApiError::not_found())?;
    let user = user(world, form);
    let body = field(form, "body").replace("\r\n", "\n");
    match *action {
        "merge" => world.merge_pull(id, number, &user, MergeMethod::Merge, None).map(drop),
        "approve" => world.review(id, number, &user, "APPROVED", "").map(drop),
        "ready" => world.set_draft(id, number, &user, false),
        "comment" => world.comment(id, number, &user, &body).map(drop),
        "close" | "reopen" => {
            if !body.trim().is_empty() {
                world.comment(id, number, &user, &body)?;
            }
            if *action == "close" { world.close_thread(id, number, &user, None) } else { world.reopen_thread(id, number, &user) }
        }
        _ => Err(ApiError::not_found()),
    }
}

fn open_issue(world: &mut World, owner: &str, name: &str, form: &BTreeMap<String, String>) -> Outcome<String> {
    let id = world.find_repository(owner, name).ok_or_else(ApiError::not_found)?.id;
    let user = user(world, form);
    let number = world.open_issue(id, &user, field(form, "title"), &field(form, "body").replace("\r\n", "\n"), &[])?;
    Ok(format!("/{owner}/{name}/issues/{number}"))
}

fn redeliver(world: &mut World, id: &str) -> Outcome<String> {
    world.redeliver(id.parse().map_err(|_| ApiError::not_found())?)?;
    Ok("/-/deliveries".into())
}

/// Makes the app and leads back to whoever sent the manifest, with the code.
fn create_app(world: &mut World, form: &BTreeMap<String, String>) -> Outcome<String> {
    let manifest: Value = serde_json::from_str(field(form, "manifest")).map_err(|_| ApiError::new(422, "The manifest is not JSON."))?;
    let back = manifest.get("redirect_url").and_then(Value::as_str).unwrap_or_default();
    let mut back = url::Url::parse(back).map_err(|_| ApiError::new(422, "The manifest's redirect_url is not a URL."))?;
    let code = world.accept_manifest(field(form, "owner"), &manifest, AppKey::generate()?)?;
    back.query_pairs_mut().append_pair("code", &code);
    if !field(form, "state").is_empty() {
        back.query_pairs_mut().append_pair("state", field(form, "state"));
    }
    Ok(back.into())
}

fn install(world: &mut World, slug: &str, form: &BTreeMap<String, String>) -> Outcome<String> {
    let app = world.apps.values().find(|app| app.slug == slug).ok_or_else(ApiError::not_found)?.id;
    let account = field(form, "account").to_string();
    world.install(app, &account, &account, None)?;
    Ok(format!("/{account}"))
}
