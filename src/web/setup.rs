//! The pages that create the GitHub App by the manifest flow.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;
use tokio::sync::mpsc;

use crate::github::{AppConversion, Endpoints, Options, convert_manifest};

/// `app.yml`: the one source of the App's permissions and events.
pub const APP_MANIFEST: &str = include_str!("../../app.yml");

/// Stores a new App's credentials.
pub type StoreCredentials = Box<dyn Fn(&AppConversion) -> std::io::Result<()> + Send + Sync>;

/// What the set-up pages need.
pub struct SetUp {
    /// Where GitHub is.
    pub endpoints: Endpoints,
    /// How GitHub and the browser reach this server.
    pub public_url: String,
    /// Name of the App; GitHub wants it to be unique.
    pub name: Option<String>,
    /// Organisation that will own the App; `None`: the user who clicks.
    pub organisation: Option<String>,
    /// Random text that GitHub sends back, so that no other page can finish the set-up.
    pub state: String,
    /// Stores the new App's credentials.
    pub store: StoreCredentials,
    /// Told when the App is there.
    pub done: mpsc::Sender<SetUpOutcome>,
}

/// The App that was created.
#[derive(Debug, Clone)]
pub struct SetUpOutcome {
    /// Its id.
    pub app_id: u64,
    /// Its name.
    pub name: String,
    /// Where it can be installed.
    pub install_url: String,
}

/// The manifest for `public_url`, made of `app.yml`.
///
/// # Errors
/// Only when `app.yml` itself is broken.
pub fn manifest(public_url: &str, name: Option<&str>) -> Result<Value, String> {
    let mut manifest: Value = serde_saphyr::from_str(APP_MANIFEST).map_err(|error| format!("app.yml: {error}"))?;
    let base = public_url.trim_end_matches('/');
    if let Some(name) = name {
        manifest["name"] = name.into();
    }
    manifest["url"] = base.into();
    manifest["hook_attributes"] = json!({ "url": format!("{base}/webhooks/github"), "active": true });
    manifest["redirect_url"] = format!("{base}/setup/done").into();
    Ok(manifest)
}

/// The two pages: the button, and what GitHub comes back to.
pub fn setup_router(set_up: Arc<SetUp>) -> Router {
    Router::new().route("/", get(begin)).route("/setup", get(begin)).route("/setup/done", get(finish)).with_state(set_up)
}

#[derive(Template)]
#[template(path = "setup.html")]
struct BeginPage {
    organisation: Option<String>,
    webhook_url: String,
    permissions: String,
    action: String,
    manifest: String,
}

#[derive(Template)]
#[template(path = "setup_done.html")]
struct DonePage {
    name: String,
    install_url: String,
}

async fn begin(State(set_up): State<Arc<SetUp>>) -> Response {
    let manifest = match manifest(&set_up.public_url, set_up.name.as_deref()) {
        Ok(manifest) => manifest,
        Err(error) => return (StatusCode::INTERNAL_SERVER_ERROR, error).into_response(),
    };
    let web = set_up.endpoints.web().as_str().trim_end_matches('/');
    let path =
        set_up.organisation.as_ref().map_or_else(|| "settings/apps/new".into(), |name| format!("organizations/{name}/settings/apps/new"));
    page(&BeginPage {
        organisation: set_up.organisation.clone(),
        webhook_url: manifest["hook_attributes"]["url"].as_str().unwrap_or_default().into(),
        permissions: lines(&manifest),
        action: format!("{web}/{path}?state={}", set_up.state),
        manifest: manifest.to_string(),
    })
}

fn lines(manifest: &Value) -> String {
    let permissions = manifest["default_permissions"].as_object().into_iter().flatten();
    let mut lines: Vec<String> = permissions.map(|(name, level)| format!("{name}: {}", level.as_str().unwrap_or_default())).collect();
    let events: Vec<&str> = manifest["default_events"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    lines.push(format!("events: {}", events.join(", ")));
    lines.join("\n")
}

#[derive(Deserialize)]
struct Returned {
    code: String,
    state: String,
}

async fn finish(State(set_up): State<Arc<SetUp>>, Query(returned): Query<Returned>) -> Response {
    if !bool::from(returned.state.as_bytes().ct_eq(set_up.state.as_bytes())) {
        return (StatusCode::FORBIDDEN, "this answer does not belong to the page that was opened here; start again\n").into_response();
    }
    let app = match convert_manifest(&set_up.endpoints, &Options::default(), &returned.code).await {
        Ok(app) => app,
        Err(error) => return (StatusCode::BAD_GATEWAY, format!("GitHub did not give the App's credentials: {error}\n")).into_response(),
    };
    if let Err(error) = (set_up.store)(&app) {
        let message = format!(
            "the App {} exists, but its credentials could not be stored: {error}. Delete it on GitHub and start again.\n",
            app.slug
        );
        return (StatusCode::INTERNAL_SERVER_ERROR, message).into_response();
    }
    let install_url = format!("{}/installations/new", app.html_url.trim_end_matches('/'));
    let outcome = SetUpOutcome { app_id: app.id, name: app.name.clone(), install_url: install_url.clone() };
    // Nobody listens any more when the page is reloaded after the end.
    let _ = set_up.done.send(outcome).await;
    page(&DonePage { name: app.name, install_url })
}

fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::HANDLED_EVENTS;

    #[test]
    fn the_app_hears_of_exactly_the_events_that_are_handled() {
        let manifest = manifest("https://remediate.example.org/", None).unwrap();
        let subscribed: Vec<&str> = manifest["default_events"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        // Those of the installation itself come without a subscription.
        let handled: Vec<&str> = HANDLED_EVENTS.into_iter().filter(|event| !event.starts_with("installation")).collect();
        assert_eq!(subscribed, handled);
        assert_eq!(manifest["hook_attributes"]["url"], "https://remediate.example.org/webhooks/github");
    }

    #[test]
    fn the_app_asks_for_exactly_the_permissions_that_are_needed() {
        let manifest = manifest("https://remediate.example.org", None).unwrap();
        let asked: Vec<(&str, &str)> = manifest["default_permissions"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, level)| (name.as_str(), level.as_str().unwrap()))
            .collect();
        let needed: Vec<(&str, &str)> = crate::flow::NEEDED_PERMISSIONS.iter().map(|(name, level, _)| (*name, *level)).collect();
        assert_eq!(asked, needed);
    }
}
