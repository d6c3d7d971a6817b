//! Wiz: a note on the issue and the status IN_PROGRESS while a fix is on its way.
//!
//! An issue of a configuration cannot be set to RESOLVED from outside ("Only a Threat Detection Issue can be resolved"): Wiz
//! resolves it at its next scan. A false positive or accepted risk is REJECTED with its reason.
//! API: OAuth 2 client credentials, then GraphQL `updateIssue`.

use serde_json::{Value, json};
use url::Url;

use super::{TellError, answer};
use crate::model::{Outcome, OutcomeState};

const UPDATE: &str =
    "mutation UpdateIssue($id: ID!, $patch: UpdateIssuePatch!) { updateIssue(input: { id: $id, patch: $patch }) { issue { id status } } }";

/// Where Wiz is and who asks.
#[derive(Debug, Clone, Copy)]
pub struct WizAccess<'a> {
    /// GraphQL endpoint of the tenant.
    pub api: &'a Url,
    /// Token endpoint.
    pub auth: &'a Url,
    /// Service account's client id.
    pub client_id: &'a str,
    /// Its secret.
    pub client_secret: &'a str,
}

/// Notes the outcome on the issue.
///
/// # Errors
/// When a call fails, or Wiz answers with errors.
pub async fn tell_wiz(http: &reqwest::Client, source: &str, access: WizAccess<'_>, outcome: &Outcome) -> Result<(), TellError> {
    let token = token(http, source, access).await?;
    let body = json!({ "query": UPDATE, "variables": { "id": outcome.finding_id, "patch": patch(outcome) } });
    let answer = answer(source, http.post(access.api.clone()).bearer_auth(token).json(&body)).await?;
    match answer.pointer("/errors/0/message").and_then(Value::as_str) {
        Some(message) => Err(TellError::refused(source, message.chars().take(300).collect::<String>())),
        None => Ok(()),
    }
}

/// What is changed on the issue.
fn patch(outcome: &Outcome) -> Value {
    let mut patch = json!({ "note": outcome.note() });
    match outcome.state {
        OutcomeState::InProgress => patch["status"] = json!("IN_PROGRESS"),
        OutcomeState::Reopened if outcome.ends_agreement() => patch["status"] = json!("OPEN"),
        OutcomeState::Reopened => patch["status"] = json!("IN_PROGRESS"),
        OutcomeState::FalsePositive => {
            patch["status"] = json!("REJECTED");
            patch["resolutionReason"] = json!("FALSE_POSITIVE");
        }
        OutcomeState::Accepted => {
            patch["status"] = json!("REJECTED");
            patch["resolutionReason"] = json!("EXCEPTION");
        }
        OutcomeState::Verified | OutcomeState::Refused | OutcomeState::Declined => {}
    }
    patch
}

async fn token(http: &reqwest::Client, source: &str, access: WizAccess<'_>) -> Result<String, TellError> {
    let form = [
        ("grant_type", "client_credentials"),
        ("audience", "wiz-api"),
        ("client_id", access.client_id),
        ("client_secret", access.client_secret),
    ];
    let answer = answer(source, http.post(access.auth.clone()).form(&form)).await?;
    let token = answer.get("access_token").and_then(Value::as_str).map(str::to_owned);
    token.ok_or_else(|| TellError::refused(source, "the token endpoint gave no access_token"))
}
