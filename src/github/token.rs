//! Installation tokens: minted once for all who ask, renewed before they expire.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::call::Call;
use super::caller::Caller;
use super::error::GithubError;

/// A token is renewed when less than this is left: long enough for a slow push to end with it.
const RENEW_BEFORE: TimeDelta = TimeDelta::minutes(5);

/// What a token may do, narrower than the installation. Empty lists mean "everything the installation may".
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct TokenScope {
    /// Names of repositories (without owner).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub repositories: Vec<String>,
    /// Permission name (`contents`, `pull_requests`, …) and level (`read`, `write`).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub permissions: BTreeMap<String, String>,
}

/// A token and the moment it stops working.
#[derive(Debug, Clone)]
pub struct InstallationToken {
    /// The secret, for `Authorization: Bearer` and as git's password with the user `x-access-token`.
    pub secret: SecretString,
    /// When GitHub stops taking it (one hour after minting).
    pub expires_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Minted {
    token: SecretString,
    expires_at: DateTime<Utc>,
}

/// Where one installation's tokens of one scope come from.
#[derive(Debug)]
pub(super) struct TokenSource {
    installation: u64,
    scope: TokenScope,
    /// Held while minting: whoever comes meanwhile waits for the same token.
    current: Mutex<Option<InstallationToken>>,
}

impl TokenSource {
    pub(super) fn new(installation: u64, scope: TokenScope) -> Self {
        Self { installation, scope, current: Mutex::new(None) }
    }

    /// The current token, or a new one minted through `app`.
    pub(super) async fn token(&self, app: &Caller, now: DateTime<Utc>) -> Result<InstallationToken, GithubError> {
        let mut current = self.current.lock().await;
        if let Some(token) = current.as_ref().filter(|token| token.expires_at - now > RENEW_BEFORE) {
            return Ok(token.clone());
        }
        let call = Call::new(Method::POST, &["app", "installations", &self.installation.to_string(), "access_tokens"])
            .body(&self.scope)
            .repeatable()
            .no_content();
        let minted: Minted = Box::pin(app.json(call)).await?;
        let token = InstallationToken { secret: minted.token, expires_at: minted.expires_at };
        *current = Some(token.clone());
        Ok(token)
    }

    /// Forgets `refused`, unless somebody else has replaced it already.
    pub(super) async fn forget(&self, refused: &SecretString) {
        let mut current = self.current.lock().await;
        if current.as_ref().is_some_and(|token| token.secret.expose_secret() == refused.expose_secret()) {
            *current = None;
        }
    }
}
