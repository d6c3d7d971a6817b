//! Orca Security: a comment on the alert, and after the fix a request to verify it.
//!
//! Calls: `PUT /api/alerts/{id}/comment`, `PUT /api/alerts/{id}/verify`. An alert is closed by Orca's own next look at the asset,
//! never by us.

use serde_json::json;
use url::Url;

use super::{Outcome, OutcomeState, TIMEOUT, TellError};

/// Comments on the alert; a verified fix also asks Orca to verify.
///
/// # Errors
/// When a call fails or Orca says no.
pub async fn tell_orca(http: &reqwest::Client, source: &str, api: &Url, token: &str, outcome: &Outcome) -> Result<(), TellError> {
    put(http, source, api, token, &outcome.finding_id, "comment", json!({ "comment": outcome.note() })).await?;
    if outcome.state == OutcomeState::Verified {
        put(http, source, api, token, &outcome.finding_id, "verify", json!({})).await?;
    }
    Ok(())
}

async fn put(
    http: &reqwest::Client,
    source: &str,
    api: &Url,
    token: &str,
    alert: &str,
    action: &str,
    body: serde_json::Value,
) -> Result<(), TellError> {
    let mut url = api.clone();
    let refused = || TellError::Refused { source_name: source.to_owned(), message: "the configured URL cannot carry a path".into() };
    // Pushed as segments, so that an alert id cannot leave its place in the path.
    url.path_segments_mut().map_err(|()| refused())?.pop_if_empty().extend(["api", "alerts", alert, action]);
    let response = http
        .put(url)
        .timeout(TIMEOUT)
        .header("authorization", format!("Token {token}"))
        .json(&body)
        .send()
        .await
        .map_err(|error| TellError::call(source, error))?;
    if response.status().is_success() { Ok(()) } else { Err(TellError::status(source, response.status())) }
}
