//! The router and its life from bind to drain.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::{get, post};
use metrics_exporter_prometheus::PrometheusHandle;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use super::{github, health, sources};
use crate::cloud::{OidcVerifier, SnsVerifier};
use crate::config::Settings;
use crate::store::Store;

/// What the handlers share.
pub struct Doors {
    /// Settings.
    pub settings: Arc<Settings>,
    /// The database.
    pub store: Store,
    /// The secret GitHub signs with.
    pub webhook_secret: SecretString,
    /// Verifies SNS messages.
    pub sns: SnsVerifier,
    /// Verifies Google's tokens (Pub/Sub push).
    pub google: Option<OidcVerifier>,
    /// Verifies tokens of GitHub Actions (reports).
    pub actions: Option<OidcVerifier>,
    /// Prometheus' registry.
    pub metrics: PrometheusHandle,
    /// Set once the process was asked to stop.
    pub draining: AtomicBool,
}

/// All routes of the server.
pub fn router(doors: Arc<Doors>) -> Router {
    let limit = doors.settings.server.body_limit;
    let timeout = doors.settings.server.request_timeout.as_std();
    Router::new()
        .route("/webhooks/github", post(github::receive))
        .route("/findings", post(sources::findings))
        .route("/sources/{name}", post(sources::source))
        .route("/reports/{owner}/{repository}", post(sources::report))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .layer(DefaultBodyLimit::max(limit))
        // Answers at once when the announced length is too large, before anything is read.
        .layer(RequestBodyLimitLayer::new(limit))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, timeout))
        .layer(CatchPanicLayer::new())
        .with_state(doors)
}

/// Serves until `stop` resolves; calls that are being answered then are still answered.
///
/// # Errors
/// The listener's.
pub async fn serve(listener: TcpListener, doors: Arc<Doors>, stop: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
    let draining = doors.clone();
    let stop = async move {
        stop.await;
        draining.draining.store(true, Ordering::Relaxed);
    };
    axum::serve(listener, router(doors)).with_graceful_shutdown(stop).await
}
