//! The last step of creating the app by the manifest flow.

use reqwest::Method;
use secrecy::SecretString;
use serde::Deserialize;

use super::call::Call;
use super::caller::Caller;
use super::error::GithubError;
use super::http::Http;
use super::people::Account;
use super::{Endpoints, Options};

/// The new app with its secrets: store them at once, GitHub does not tell them again.
#[derive(Debug, Clone, Deserialize)]
pub struct AppConversion {
    /// App id.
    pub id: u64,
    /// URL name.
    pub slug: String,
    /// Name for people.
    pub name: String,
    /// Who owns it.
    #[serde(default)]
    pub owner: Option<Account>,
    /// Its page, where it can be installed.
    #[serde(default)]
    pub html_url: String,
    /// Client id.
    #[serde(default)]
    pub client_id: String,
    /// Client secret, for user login.
    #[serde(default)]
    pub client_secret: Option<SecretString>,
    /// Private key, PEM.
    pub pem: SecretString,
    /// Secret that webhooks are signed with; absent when the app has no webhook.
    #[serde(default)]
    pub webhook_secret: Option<SecretString>,
}

/// Exchanges the code that GitHub sent to the set-up page for the app's id and secrets. A code works once, within an hour.
///
/// # Errors
/// As any call; 404 when the code was used or is too old.
pub async fn convert_manifest(endpoints: &Endpoints, options: &Options, code: &str) -> Result<AppConversion, GithubError> {
    let caller = Caller::anonymous(Http::new(endpoints.clone(), options)?, options);
    let call = Call::new(Method::POST, &["app-manifests", code, "conversions"]).no_content();
    caller.json(call).await.map_err(|error| GithubError { call: "POST /app-manifests/{code}/conversions".into(), ..error })
}
