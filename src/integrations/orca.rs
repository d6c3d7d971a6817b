//! Orca Security: a comment on the alert and its status, and after the fix a request to verify it.
//!
//! Calls: `PUT /api/alerts/{id}/comment`, `PUT /api/alerts/{id}/status/{status}`, `PUT /api/alerts/{id}/verify`. An alert is closed by
//! Orca's own next look at the asset, never by us.

use serde_json::json;
use url::Url;

use super::{TellError, answer, path};
use crate::model::{Outcome, OutcomeState};

/// Comments on the alert and sets its status; a verified fix asks Orca to verify.
///
/// # Errors
/// When a call fails or Orca says no.
pub async fn tell_orca(http: &reqwest::Client, source: &str, api: &Url, token: &str, outcome: &Outcome) -> Result<(), TellError> {
    let put = async |action: &[&str], body: serde_json::Value| {
        let segments: Vec<&str> = ["api", "alerts", outcome.finding_id.as_str()].iter().chain(action).copied().collect();
        let request = http.put(path(source, api, &segments)?).header("authorization", format!("Token {token}")).json(&body);
        answer(source, request).await.map(|_| ())
    };
    // The comment comes last: a repeat after a failure then says nothing twice.
    match outcome.state {
        OutcomeState::InProgress => put(&["status", "in_progress"], json!({})).await?,
        OutcomeState::FalsePositive | OutcomeState::Accepted => put(&["status", "dismissed"], json!({})).await?,
        OutcomeState::Reopened if outcome.ends_agreement() => put(&["status", "open"], json!({})).await?,
        OutcomeState::Verified => put(&["verify"], json!({})).await?,
        OutcomeState::Reopened | OutcomeState::Refused | OutcomeState::Declined => {}
    }
    put(&["comment"], json!({ "comment": outcome.note() })).await
}
