//! `POST /webhooks/github`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use chrono::Utc;
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Doors};
use crate::flow::PEOPLE;
use crate::github::webhook;
use crate::store::{NewDelivery, NewJob, Received};

/// The events that lead to work; `app.yml` subscribes to the same (those of the installation itself always come).
pub const HANDLED_EVENTS: [&str; 8] =
    ["code_scanning_alert", "installation", "installation_repositories", "issue_comment", "issues", "pull_request", "push", "repository"];

/// Checks the signature over the raw body, then stores the delivery with its job, then says 202.
pub(super) async fn receive(State(doors): State<Arc<Doors>>, headers: HeaderMap, body: Bytes) -> Answer {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Err(error) = webhook::verify(&doors.webhook_secret, &body, header("x-hub-signature-256")) {
        metrics::counter!("remediate_rejected_total", "source" => "github", "reason" => "signature").increment(1);
        return Answer::refused(StatusCode::UNAUTHORIZED, error.to_string());
    }
    if !header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
        return Answer::refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "set the webhook's content type to application/json");
    }
    let (Some(event), Some(id)) = (header("x-github-event"), header("x-github-delivery").filter(|id| id.len() <= 100)) else {
        return Answer::refused(StatusCode::BAD_REQUEST, "X-GitHub-Event or X-GitHub-Delivery is missing");
    };
    metrics::counter!("remediate_deliveries_total", "source" => "github", "event" => known(event)).increment(1);
    if !HANDLED_EVENTS.contains(&event) {
        return Answer::accepted("ignored");
    }
    let repository = match serde_json::from_slice::<Envelope>(&body) {
        Ok(envelope) => envelope.repository.map(|repository| repository.id),
        Err(error) => return Answer::refused(StatusCode::BAD_REQUEST, format!("the body is not the JSON of a GitHub event: {error}")),
    };
    let delivery = NewDelivery { source: "github".into(), id: id.into(), event: event.into(), body: body.to_vec() };
    let now = Utc::now();
    let mut job = NewJob::new("delivery", json!({ "source": "github", "id": id }), now).priority(PEOPLE);
    if let Some(repository) = repository {
        job = job.in_order(format!("events-{repository}"));
    }
    store(&doors, delivery, job).await
}

/// Event names come from outside: unknown ones share one label, so that the number of time series stays small.
fn known(event: &str) -> &'static str {
    HANDLED_EVENTS.into_iter().find(|known| *known == event).unwrap_or("other")
}

#[derive(Deserialize)]
struct Envelope {
    repository: Option<EnvelopeRepository>,
}

#[derive(Deserialize)]
struct EnvelopeRepository {
    id: u64,
}

/// Stores a delivery with its job; the answer says whether it was new.
pub(super) async fn store(doors: &Doors, delivery: NewDelivery, job: NewJob) -> Answer {
    let (source, id, event) = (delivery.source.clone(), delivery.id.clone(), delivery.event.clone());
    match doors.store.receive(delivery, job, Utc::now()).await {
        Ok(Received::New) => {
            tracing::info!(delivery = id, source, event, "delivery stored");
            Answer::accepted("accepted")
        }
        Ok(Received::Duplicate) => {
            tracing::info!(delivery = id, source, event, "delivery known already");
            Answer::accepted("duplicate")
        }
        Err(error) => {
            tracing::error!(delivery = id, source, event, %error, "delivery not stored");
            Answer::unavailable("could not store this now; send it again")
        }
    }
}
