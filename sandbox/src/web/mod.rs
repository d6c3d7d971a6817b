//! The pages a person looks at.

use axum::response::{IntoResponse, Response};

use crate::rest::Request;
use crate::state::World;

/// The page or form action of a path.
pub fn page(_world: &mut World, request: &Request) -> Response {
    (axum::http::StatusCode::NOT_FOUND, format!("no page {}", request.path)).into_response()
}
