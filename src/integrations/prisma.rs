//! Prisma Cloud: an alert that was agreed to stay is dismissed, or snoozed until the exception ends, and opened again afterwards.
//!
//! An alert takes no note and no "in progress" from outside: other outcomes cannot be told, and are told by nobody.
//! Calls: `POST /login`, `POST /alert/dismiss`, `POST /alert/reopen`.
//! Source: <https://pan.dev/prisma-cloud/api/cspm/dismiss-alerts>.

use serde_json::{Value, json};
use url::Url;

use super::{TellError, answer, path};
use crate::model::{Outcome, OutcomeState};

/// Where Prisma Cloud is and who asks.
#[derive(Debug, Clone, Copy)]
pub struct PrismaAccess<'a> {
    /// API of the tenant's stack, `https://api.prismacloud.io`.
    pub api: &'a Url,
    /// Access key id.
    pub key: &'a str,
    /// Its secret.
    pub secret: &'a str,
}

/// Dismisses, snoozes or reopens the alert; gives whether there was something to tell.
///
/// # Errors
/// When a call fails or Prisma Cloud says no.
pub async fn tell_prisma(http: &reqwest::Client, source: &str, access: PrismaAccess<'_>, outcome: &Outcome) -> Result<bool, TellError> {
    let Some((action, body)) = call(outcome) else { return Ok(false) };
    let login = json!({ "username": access.key, "password": access.secret });
    let login = answer(source, http.post(path(source, access.api, &["login"])?).json(&login)).await?;
    let token = login.get("token").and_then(Value::as_str).ok_or_else(|| TellError::refused(source, "the login gave no token"))?;
    let url = path(source, access.api, &["alert", action])?;
    answer(source, http.post(url).header("x-redlock-auth", token).json(&body)).await?;
    Ok(true)
}

/// The call that tells the outcome, and its body.
fn call(outcome: &Outcome) -> Option<(&'static str, Value)> {
    let mut body = json!({
        "alerts": [outcome.finding_id],
        "filter": { "timeRange": { "type": "to_now", "value": "epoch" } },
    });
    match outcome.state {
        OutcomeState::FalsePositive | OutcomeState::Accepted => {
            body["dismissalNote"] = json!(outcome.note());
            // Rounded up: it is the bot that brings the finding back, not Prisma Cloud a day before.
            if let (OutcomeState::Accepted, Some(until)) = (outcome.state, outcome.until) {
                let days = (until - outcome.at).num_days().max(0) + 1;
                body["dismissalTimeRange"] = json!({ "type": "relative", "value": { "amount": days, "unit": "day" } });
            }
            Some(("dismiss", body))
        }
        OutcomeState::Reopened if outcome.ends_agreement() => Some(("reopen", body)),
        _ => None,
    }
}
