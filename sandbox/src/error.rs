//! What an API call can answer when it fails, in GitHub's words.

use serde_json::{Value, json};

/// A refused call: status, message and the parts GitHub adds to them.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// HTTP status.
    pub status: u16,
    /// The `message` of the body.
    pub message: String,
    /// The `errors` of the body; left out when empty.
    pub errors: Vec<Value>,
    /// Extra headers such as `Location` or `Retry-After`.
    pub headers: Vec<(String, String)>,
}

impl ApiError {
    /// An error with a status and a message only.
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), errors: Vec::new(), headers: Vec::new() }
    }

    /// 404: missing, or not to be seen by this caller.
    pub fn not_found() -> Self {
        Self::new(404, "Not Found")
    }

    /// 403 for an installation without the permission; `needed` goes into the header GitHub sends.
    pub fn not_permitted(needed: &str) -> Self {
        Self::new(403, "Resource not accessible by integration").header("x-accepted-github-permissions", needed)
    }

    /// 422 with one entry of the `errors` list.
    pub fn invalid(resource: &str, field: &str, code: &str, message: &str) -> Self {
        let mut entry = json!({ "resource": resource, "field": field, "code": code });
        if !message.is_empty() {
            entry["message"] = message.into();
        }
        Self { errors: vec![entry], ..Self::new(422, "Validation Failed") }
    }

    /// 422 with a `custom` entry that carries only a message.
    pub fn custom(resource: &str, message: &str) -> Self {
        Self { errors: vec![json!({ "resource": resource, "code": "custom", "message": message })], ..Self::new(422, "Validation Failed") }
    }

    /// The same error with one more header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The JSON body GitHub would send.
    pub fn body(&self) -> Value {
        let mut body = json!({ "message": self.message });
        if !self.errors.is_empty() {
            body["errors"] = Value::Array(self.errors.clone());
        }
        body["documentation_url"] = "https://docs.github.com/rest".into();
        body["status"] = self.status.to_string().into();
        body
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, self.message)?;
        for error in &self.errors {
            write!(f, " {error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ApiError {}

impl From<anyhow::Error> for ApiError {
    fn from(error: anyhow::Error) -> Self {
        Self::new(500, format!("{error:#}"))
    }
}

/// The result of everything the sandbox does on behalf of a caller.
pub type Outcome<T> = Result<T, ApiError>;
