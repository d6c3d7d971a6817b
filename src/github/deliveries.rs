//! The app's webhook: where it points, what was delivered, and asking for lost deliveries again.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::app::Github;
use super::call::Call;
use super::error::GithubError;

/// Where GitHub sends the app's webhooks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct HookConfig {
    /// Address.
    #[serde(default)]
    pub url: String,
    /// `json` or `form`; only `json` is understood by the product.
    #[serde(default)]
    pub content_type: String,
}

/// One attempt to deliver a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Delivery {
    /// Id of this attempt.
    pub id: u64,
    /// Id of the delivery, the same for all its attempts (`X-GitHub-Delivery`).
    pub guid: String,
    /// When.
    pub delivered_at: DateTime<Utc>,
    /// Whether this attempt repeats an earlier one.
    #[serde(default)]
    pub redelivery: bool,
    /// `OK`, or what went wrong.
    #[serde(default)]
    pub status: String,
    /// Our answer's status; 0 when none came.
    #[serde(default)]
    pub status_code: u16,
    /// Event name.
    pub event: String,
    /// Action, for events that have one.
    #[serde(default)]
    pub action: Option<String>,
    /// Installation concerned.
    #[serde(default)]
    pub installation_id: Option<u64>,
}

impl Delivery {
    /// Whether we took it.
    #[must_use]
    pub fn arrived(&self) -> bool {
        (200..300).contains(&self.status_code)
    }
}

impl Github {
    /// Where the app's webhook points.
    ///
    /// # Errors
    /// As any call.
    pub async fn hook_config(&self) -> Result<HookConfig, GithubError> {
        self.caller().json(Call::new(Method::GET, &["app", "hook", "config"])).await
    }

    /// Points the app's webhook to `url` and sets its secret.
    ///
    /// # Errors
    /// As any call.
    pub async fn set_hook_config(&self, url: &str, secret: &SecretString) -> Result<HookConfig, GithubError> {
        let body = json!({ "url": url, "content_type": "json", "secret": secret.expose_secret(), "insecure_ssl": "0" });
        self.caller().json(Call::new(Method::PATCH, &["app", "hook", "config"]).body(&body).no_content()).await
    }

    /// The attempts since `since`, newest first. GitHub keeps them for three days.
    ///
    /// # Errors
    /// As any call.
    pub async fn deliveries(&self, since: DateTime<Utc>) -> Result<Vec<Delivery>, GithubError> {
        let call = Call::new(Method::GET, &["app", "hook", "deliveries"]);
        let reached = |known: &[Delivery]| known.last().is_some_and(|delivery| delivery.delivered_at < since);
        let mut deliveries = self.caller().list_by_cursor(call, reached).await?;
        deliveries.retain(|delivery| delivery.delivered_at >= since);
        Ok(deliveries)
    }

    /// Deliveries since `since` of which no attempt arrived, oldest first: what to ask for again after an outage.
    ///
    /// # Errors
    /// As any call.
    pub async fn lost_deliveries(&self, since: DateTime<Utc>) -> Result<Vec<Delivery>, GithubError> {
        let all = self.deliveries(since).await?;
        let mut seen: BTreeSet<&str> = all.iter().filter(|delivery| delivery.arrived()).map(|delivery| delivery.guid.as_str()).collect();
        Ok(all.iter().rev().filter(|delivery| seen.insert(&delivery.guid)).cloned().collect())
    }

    /// Asks GitHub to deliver again. The copy carries the same delivery id, so that it is recognised.
    ///
    /// # Errors
    /// As any call.
    pub async fn redeliver(&self, attempt: u64) -> Result<(), GithubError> {
        let call = Call::new(Method::POST, &["app", "hook", "deliveries", &attempt.to_string(), "attempts"]).repeatable().no_content();
        self.caller().done(call).await
    }
}
