//! What was asked of the sandbox, for tests to look at.

use chrono::{DateTime, Utc};
use serde_json::Value;

/// One request and what was answered.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// When it was answered.
    pub at: DateTime<Utc>,
    /// HTTP method.
    pub method: String,
    /// Path as sent, without `/api/v3`.
    pub path: String,
    /// The template of the operation in GitHub's OpenAPI description, when one matched.
    pub template: Option<&'static str>,
    /// Query as sent, without the question mark.
    pub query: String,
    /// Request headers with lower-case names; credentials are cut to their scheme.
    pub headers: Vec<(String, String)>,
    /// The body when it was JSON.
    pub body: Option<Value>,
    /// Status of the answer; 0 when the connection was dropped.
    pub status: u16,
    /// The answer when it was JSON.
    pub answer: Option<Value>,
}

impl Exchange {
    /// Whether this was git over HTTP rather than REST or a page.
    pub fn is_git(&self) -> bool {
        self.path.ends_with("/info/refs") || self.path.ends_with("/git-upload-pack") || self.path.ends_with("/git-receive-pack")
    }
}
