//! What a caller gets back: a status and a small JSON object that says what happened and what to do next.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An answer to a machine.
#[derive(Debug, Clone)]
pub struct Answer {
    status: StatusCode,
    key: &'static str,
    message: String,
    retry_after: Option<u32>,
}

impl Answer {
    /// Taken, durably or on purpose not.
    #[must_use]
    pub fn accepted(what: &'static str) -> Self {
        Self { status: StatusCode::ACCEPTED, key: "status", message: what.into(), retry_after: None }
    }

    /// Not taken, and why.
    pub fn refused(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, key: "error", message: message.into(), retry_after: None }
    }

    /// Not taken because of us; the caller must send it again.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self { status: StatusCode::SERVICE_UNAVAILABLE, key: "error", message: message.into(), retry_after: Some(10) }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(json!({ self.key: self.message }))).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
