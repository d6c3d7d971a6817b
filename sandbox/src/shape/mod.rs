//! The JSON that GitHub's REST API and webhooks show for each kind of object.

mod account;
mod app;
mod checks;
mod pull;
mod repository;
mod thread;

pub use repository::split_message;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::state::World;

/// A time stamp as GitHub writes it.
pub fn stamp(time: DateTime<Utc>) -> Value {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string().into()
}

/// A time stamp or null.
pub fn stamp_or_null(time: Option<DateTime<Utc>>) -> Value {
    time.map_or(Value::Null, stamp)
}

/// A node id: opaque to callers, unique for kind and number.
pub fn node_id(kind: &str, id: u64) -> Value {
    format!("{kind}_kwDO{id:08x}").into()
}

impl World {
    /// The API URL of a path.
    pub fn api(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}
