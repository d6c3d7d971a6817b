//! `/healthz`, `/readyz`, `/metrics`.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use subtle::ConstantTimeEq as _;

use super::{Answer, Doors};

/// The process is alive.
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// The process can take calls: the database answers and nobody asked it to stop.
pub(super) async fn ready(State(doors): State<Arc<Doors>>) -> Response {
    if doors.draining.load(Ordering::Relaxed) {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    match doors.store.ping().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

/// Prometheus' text format; gauges of queue and remediations are read at each call.
pub(super) async fn metrics(State(doors): State<Arc<Doors>>, headers: HeaderMap) -> Response {
    if let Some(token) = &doors.settings.server.metrics_token {
        let given =
            headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.strip_prefix("Bearer "));
        if !given.is_some_and(|given| bool::from(given.as_bytes().ct_eq(token.expose().as_bytes()))) {
            return Answer::refused(StatusCode::UNAUTHORIZED, "server.metrics_token is asked for as a bearer token").into_response();
        }
    }
    if let Err(error) = gauges(&doors).await {
        tracing::warn!(%error, "gauges could not be read");
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], doors.metrics.render()).into_response()
}

async fn gauges(doors: &Doors) -> Result<(), crate::store::StoreError> {
    let mut session = doors.store.read().await?;
    for count in session.queue_counts().await? {
        let age = (Utc::now() - count.oldest).num_seconds().max(0);
        metrics::gauge!("remediate_jobs", "kind" => count.kind.clone(), "state" => count.state.clone()).set(count.count as f64);
        metrics::gauge!("remediate_oldest_job_seconds", "kind" => count.kind, "state" => count.state).set(age as f64);
    }
    for (state, count) in session.remediation_counts().await? {
        metrics::gauge!("remediate_remediations", "state" => state).set(count as f64);
    }
    Ok(())
}
