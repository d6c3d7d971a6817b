//! `POST /findings`, `/sources/NAME` and `/reports/OWNER/REPOSITORY`: findings of other systems.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use chrono::Utc;
use serde::Deserialize;
use serde_json::json;

use super::github::store;
use super::{Answer, Doors, authentication};
use crate::config::{Authentication, SourceSettings};
use crate::flow::{FINDINGS, REPORT_EVENT, parse_report, parse_source};
use crate::ingest::{SnsKind, SnsMessage};
use crate::store::{NewDelivery, NewJob};

/// The source follows from its token.
pub(super) async fn findings(State(doors): State<Arc<Doors>>, headers: HeaderMap, body: Bytes) -> Answer {
    match authentication::source_of(&doors.settings, &headers, &body) {
        Some((name, source)) => take(&doors, name, source, call_id(&headers), &body).await,
        None => not_known("findings"),
    }
}

/// The source is named by the path. An unknown name and a wrong token look the same from outside.
pub(super) async fn source(State(doors): State<Arc<Doors>>, Path(name): Path<String>, headers: HeaderMap, body: Bytes) -> Answer {
    let Some((name, source)) = doors.settings.sources.get_key_value(&name) else { return not_known("unknown") };
    match source.auth {
        Authentication::Sns => notification(&doors, name, source, &body).await,
        Authentication::PubSub => push(&doors, name, source, &headers, &body).await,
        _ if authentication::is_by(source, &headers, &body) => take(&doors, name, source, call_id(&headers), &body).await,
        _ => not_known(name),
    }
}

/// A scanner's report of a repository, from its CI with a GitHub Actions token, or with a source's token.
pub(super) async fn report(
    State(doors): State<Arc<Doors>>,
    Path((owner, repository)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let full_name = format!("{owner}/{repository}");
    let name = match authentication::source_of(&doors.settings, &headers, &body) {
        Some((name, _)) => name.to_owned(),
        None if from_actions(&doors, &headers, &full_name).await => "github-actions".to_owned(),
        None => return not_known("reports"),
    };
    if let Err(error) = parse_report(&full_name, &body) {
        return malformed(&name, &error.to_string());
    }
    let id = call_id(&headers).unwrap_or_else(|| crate::store::new_id(Utc::now()));
    keep(&doors, &name, format!("{REPORT_EVENT}{full_name}"), id, body.to_vec()).await
}

/// Whether the bearer token is one of GitHub Actions, for us, of a workflow of that repository.
async fn from_actions(doors: &Doors, headers: &HeaderMap, repository: &str) -> bool {
    let (Some(verifier), Some(token)) = (&doors.actions, bearer(headers)) else { return false };
    let audience = doors.settings.server.public_url.as_deref().unwrap_or("remediate");
    match verifier.verify(token, audience).await {
        Ok(claims) => claims.repository.is_some_and(|claimed| claimed.eq_ignore_ascii_case(repository)),
        Err(error) => {
            tracing::info!(%error, repository, "a report's token is not believed");
            false
        }
    }
}

/// An SNS message: believed by its signature, confirmed or unwrapped.
async fn notification(doors: &Doors, name: &str, source: &SourceSettings, body: &Bytes) -> Answer {
    let message = match SnsMessage::parse(body) {
        Ok(message) => message,
        Err(error) => return malformed(name, &error.to_string()),
    };
    let window = source.replay_window.as_std();
    if let Err(error) = doors.sns.verify(&message, &source.topics, window, Utc::now()).await {
        tracing::warn!(source = name, %error, "an SNS message is not believed");
        return not_known(name);
    }
    match message.kind {
        SnsKind::Notification => take(doors, name, source, Some(message.message_id.clone()), message.message.as_bytes()).await,
        SnsKind::SubscriptionConfirmation => match doors.sns.confirm(&message).await {
            Ok(()) => {
                tracing::info!(source = name, topic = message.topic_arn, "subscription confirmed");
                Answer::accepted("confirmed")
            }
            Err(error) => Answer::unavailable(format!("the subscription could not be confirmed: {error}")),
        },
        SnsKind::UnsubscribeConfirmation => Answer::accepted("ignored"),
    }
}

#[derive(Deserialize)]
struct PushEnvelope {
    message: PushMessage,
}

#[derive(Deserialize)]
struct PushMessage {
    data: String,
    #[serde(rename = "messageId", alias = "message_id")]
    id: String,
}

/// A Pub/Sub push: believed by its OIDC token, then unwrapped.
async fn push(doors: &Doors, name: &str, source: &SourceSettings, headers: &HeaderMap, body: &Bytes) -> Answer {
    let audience = source.audience.as_deref().unwrap_or_default();
    let claims = match (&doors.google, bearer(headers)) {
        (Some(google), Some(token)) => google.verify(token, audience).await.ok(),
        _ => None,
    };
    let allowed = claims.is_some_and(|claims| {
        claims.email_verified == Some(true) && claims.email.is_some_and(|email| source.service_accounts.contains(&email))
    });
    if !allowed {
        return not_known(name);
    }
    let envelope: PushEnvelope = match serde_json::from_slice(body) {
        Ok(envelope) => envelope,
        Err(error) => return malformed(name, &format!("the body is no Pub/Sub push: {error}")),
    };
    match base64::engine::general_purpose::STANDARD.decode(&envelope.message.data) {
        Ok(data) => take(doors, name, source, Some(envelope.message.id), &data).await,
        Err(error) => malformed(name, &format!("message.data is no base64: {error}")),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")
}

fn not_known(source: &str) -> Answer {
    metrics::counter!("remediate_rejected_total", "source" => source.to_owned(), "reason" => "authentication").increment(1);
    Answer::refused(StatusCode::UNAUTHORIZED, "the token, signature or certificate is not that of a configured source")
}

fn malformed(source: &str, message: &str) -> Answer {
    metrics::counter!("remediate_rejected_total", "source" => source.to_owned(), "reason" => "format").increment(1);
    Answer::refused(StatusCode::UNPROCESSABLE_ENTITY, message)
}

/// Sent again after a timeout, the same call must not count twice; senders that name their calls say so.
fn call_id(headers: &HeaderMap) -> Option<String> {
    let given = ["idempotency-key", "x-delivery-id"].iter().find_map(|key| headers.get(*key)?.to_str().ok());
    given.filter(|id| !id.is_empty() && id.len() <= 200).map(str::to_owned)
}

/// Reads the body once, so that the sender hears of a mistake, and stores it as it came.
async fn take(doors: &Doors, name: &str, source: &SourceSettings, id: Option<String>, body: &[u8]) -> Answer {
    if let Err(error) = parse_source(name, source, body) {
        return malformed(name, &error.to_string());
    }
    let id = id.unwrap_or_else(|| crate::store::new_id(Utc::now()));
    keep(doors, name, "findings".into(), id, body.to_vec()).await
}

async fn keep(doors: &Doors, name: &str, event: String, id: String, body: Vec<u8>) -> Answer {
    metrics::counter!("remediate_deliveries_total", "source" => name.to_owned(), "event" => "findings").increment(1);
    let job = NewJob::new("delivery", json!({ "source": name, "id": id }), Utc::now()).priority(FINDINGS);
    store(doors, NewDelivery { source: name.into(), id, event, body }, job).await
}
