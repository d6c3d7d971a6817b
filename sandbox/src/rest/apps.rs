//! Apps, installations, tokens, webhook deliveries.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Answer, Call};
use crate::error::{ApiError, Outcome};
use crate::shape::stamp;
use crate::state::{Delivery, Installation, Level};

pub fn own(call: &mut Call<'_>) -> Outcome<Answer> {
    let app = call.app()?;
    let app = call.world.apps.get(&app).ok_or_else(ApiError::not_found)?;
    Answer::ok(call.world.own_app_json(app))
}

pub fn public(call: &mut Call<'_>) -> Outcome<Answer> {
    let slug = call.param("app_slug");
    let app = call.world.apps.values().find(|app| app.slug == slug).ok_or_else(ApiError::not_found)?;
    Answer::ok(call.world.app_json(app))
}

pub fn installations(call: &mut Call<'_>) -> Outcome<Answer> {
    let app = call.app()?;
    let list: Vec<Installation> = call.world.installations.values().filter(|one| one.app == app).cloned().collect();
    Ok(call.page(&list, |world, one| world.installation_json(one)))
}

fn find_installation(call: &Call<'_>) -> Outcome<Installation> {
    let (id, app) = (call.number("installation_id")?, call.app()?);
    call.world.installations.get(&id).filter(|one| one.app == app).cloned().ok_or_else(ApiError::not_found)
}

pub fn installation(call: &mut Call<'_>) -> Outcome<Answer> {
    let found = find_installation(call)?;
    Answer::ok(call.world.installation_json(&found))
}

pub fn uninstall(call: &mut Call<'_>) -> Outcome<Answer> {
    let found = find_installation(call)?;
    let actor = call.actor();
    call.world.uninstall(found.id, &actor)?;
    Answer::nothing()
}

pub fn for_account(call: &mut Call<'_>) -> Outcome<Answer> {
    let app = call.app()?;
    let login = if call.param("org").is_empty() { call.param("username") } else { call.param("org") };
    let found = call.world.installations.values().find(|one| one.app == app && one.account.eq_ignore_ascii_case(login));
    Answer::ok(call.world.installation_json(found.ok_or_else(ApiError::not_found)?))
}

pub fn for_repository(call: &mut Call<'_>) -> Outcome<Answer> {
    let app = call.app()?;
    let found = call
        .world
        .installations
        .values()
        .find(|one| one.app == app && call.world.installed_repositories(one.id).contains(&call.repository));
    Answer::ok(call.world.installation_json(found.ok_or_else(ApiError::not_found)?))
}

pub fn issue_token(call: &mut Call<'_>) -> Outcome<Answer> {
    let found = find_installation(call)?;
    if found.suspended_at.is_some() {
        return Err(ApiError::new(403, "This installation has been suspended"));
    }
    let repositories = asked_repositories(call, &found)?;
    let permissions = asked_permissions(call, &found)?;
    let (text, token) = call.world.issue_token(found.id, repositories.clone(), permissions);
    let mut value = json!({
        "token": text, "expires_at": stamp(token.expires_at), "permissions": token.permissions,
        "repository_selection": if repositories.is_some() || found.repositories.is_some() { "selected" } else { "all" },
    });
    if let Some(chosen) = repositories {
        let list = chosen.iter().filter_map(|id| call.world.repositories.get(id));
        value["repositories"] = list.map(|one| call.world.repository_full_json(one, Level::None)).collect();
    }
    Answer::created(value)
}

fn asked_repositories(call: &Call<'_>, installation: &Installation) -> Outcome<Option<BTreeSet<u64>>> {
    let installed = call.world.installed_repositories(installation.id);
    let refused =
        || ApiError::new(422, "There is at least one repository that does not exist or is not accessible to the parent installation.");
    let mut chosen = BTreeSet::new();
    for name in call.texts("repositories") {
        let found = call.world.find_repository(&installation.account, &name).filter(|one| installed.contains(&one.id));
        chosen.insert(found.ok_or_else(refused)?.id);
    }
    for id in call.body.get("repository_ids").and_then(Value::as_array).into_iter().flatten() {
        let id = id.as_u64().filter(|id| installed.contains(id)).ok_or_else(refused)?;
        chosen.insert(id);
    }
    Ok((!chosen.is_empty()).then_some(chosen))
}

fn asked_permissions(call: &Call<'_>, installation: &Installation) -> Outcome<BTreeMap<String, String>> {
    let Some(asked) = call.body.get("permissions").and_then(Value::as_object) else { return Ok(installation.permissions.clone()) };
    let mut chosen = BTreeMap::from([("metadata".to_string(), "read".to_string())]);
    for (name, level) in asked {
        let level = level.as_str().unwrap_or_default();
        let granted = installation.permissions.get(name).map(String::as_str);
        if !matches!((granted, level), (Some("write" | "admin"), "read" | "write") | (Some("read"), "read")) {
            return Err(ApiError::new(422, "The permissions requested are not granted to this installation."));
        }
        chosen.insert(name.clone(), level.into());
    }
    Ok(chosen)
}

pub fn revoke(call: &mut Call<'_>) -> Outcome<Answer> {
    if let super::Caller::Installation { token, .. } = &call.caller {
        call.world.tokens.remove(token);
    }
    Answer::nothing()
}

pub fn repositories(call: &mut Call<'_>) -> Outcome<Answer> {
    let ids = call.visible();
    let selected = call.world.installations.get(&call.installation()?).is_some_and(|one| one.repositories.is_some());
    let mut answer = call.counted_page("repositories", &ids, |world, id| match world.repositories.get(id) {
        Some(one) => world.repository_full_json(one, Level::Write),
        None => Value::Null,
    });
    if let super::Body::Json(value) = &mut answer.body {
        value["repository_selection"] = if selected { "selected" } else { "all" }.into();
    }
    Ok(answer)
}

pub fn hook(call: &mut Call<'_>) -> Outcome<Answer> {
    let app = call.app()?;
    let app = call.world.apps.get(&app).ok_or_else(ApiError::not_found)?;
    Answer::ok(json!({ "content_type": "json", "insecure_ssl": "0", "secret": "********", "url": app.webhook_url }))
}

pub fn set_hook(call: &mut Call<'_>) -> Outcome<Answer> {
    let (id, url, secret) = (call.app()?, call.text("url"), call.text("secret"));
    let app = call.world.apps.get_mut(&id).ok_or_else(ApiError::not_found)?;
    if let Some(url) = url {
        app.webhook_url = url;
    }
    if let Some(secret) = secret {
        app.webhook_secret = secret;
    }
    hook(call)
}

pub fn deliveries(call: &mut Call<'_>) -> Outcome<Answer> {
    let app = call.app()?;
    let failed_only = call.asked("status") == Some("failure");
    let before = call.asked("cursor").and_then(|text| text.strip_prefix("v1_")).and_then(|text| text.parse::<u64>().ok());
    let mut list: Vec<Delivery> = call.world.deliveries.iter().filter(|one| one.app == app && one.result.is_some()).cloned().collect();
    list.retain(|one| before.is_none_or(|before| one.id < before));
    list.retain(|one| !failed_only || one.result.as_ref().is_some_and(|result| !(200..300).contains(&result.status_code)));
    list.reverse();
    // This list is paged by cursor, not by number.
    let size = call.asked("per_page").and_then(|text| text.parse().ok()).unwrap_or(30).clamp(1, 100);
    let more = list.len() > size;
    list.truncate(size);
    let mut answer = Answer::json(200, list.iter().map(|one| call.world.delivery_json(one)).collect());
    if let Some(last) = list.last().filter(|_| more) {
        let url = format!("{}{}/app/hook/deliveries?per_page={size}&cursor=v1_{}", call.world.url, call.prefix, last.id);
        answer.headers.push(("link".into(), format!("<{url}>; rel=\"next\"")));
    }
    Ok(answer)
}

fn find_delivery(call: &Call<'_>) -> Outcome<Delivery> {
    let (id, app) = (call.number("delivery_id")?, call.app()?);
    call.world.deliveries.iter().find(|one| one.id == id && one.app == app).cloned().ok_or_else(ApiError::not_found)
}

pub fn delivery(call: &mut Call<'_>) -> Outcome<Answer> {
    let found = find_delivery(call)?;
    Answer::ok(call.world.delivery_full_json(&found))
}

pub fn redeliver(call: &mut Call<'_>) -> Outcome<Answer> {
    let found = find_delivery(call)?;
    call.world.redeliver(found.id)?;
    Ok(Answer::json(202, json!({})))
}

pub fn convert(call: &mut Call<'_>) -> Outcome<Answer> {
    let code = call.param("code").to_string();
    let now = call.world.now();
    // A code works once.
    let manifest = call.world.manifests.remove(&code).filter(|one| one.expires_at > now).ok_or_else(ApiError::not_found)?;
    let app = call.world.apps.get(&manifest.app).ok_or_else(ApiError::not_found)?;
    let mut value = call.world.app_json(app);
    value["client_secret"] = app.client_secret.clone().into();
    value["webhook_secret"] = app.webhook_secret.clone().into();
    value["pem"] = app.key.private_pem.clone().into();
    Answer::created(value)
}

pub fn rate_limit(call: &mut Call<'_>) -> Outcome<Answer> {
    let id = call.installation()?;
    let limit = call.world.hourly_limit;
    let found = call.world.installations.get_mut(&id).ok_or_else(ApiError::not_found)?;
    // Asking costs nothing.
    found.used = found.used.saturating_sub(1);
    let core = json!({
        "limit": limit, "used": found.used, "remaining": limit.saturating_sub(found.used), "reset": found.resets_at.timestamp(),
    });
    let search = json!({ "limit": 30, "used": 0, "remaining": 30, "reset": found.resets_at.timestamp() });
    Answer::ok(json!({ "resources": { "core": core, "search": search, "graphql": core }, "rate": core }))
}

pub fn meta(_: &mut Call<'_>) -> Outcome<Answer> {
    Answer::ok(json!({ "verifiable_password_authentication": false, "hooks": ["127.0.0.0/8"], "git": ["127.0.0.0/8"] }))
}
