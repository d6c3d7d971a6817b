//! Webhook deliveries.

use chrono::{DateTime, Utc};
use serde_json::Value;

/// One delivery of one event to one app, sent or still to be sent.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Numeric id.
    pub id: u64,
    /// `X-GitHub-Delivery`; a redelivery has the same.
    pub guid: String,
    /// The app.
    pub app: u64,
    /// Event name.
    pub event: String,
    /// `action` of the payload.
    pub action: Option<String>,
    /// The body.
    pub payload: Value,
    /// The installation it belongs to.
    pub installation: Option<u64>,
    /// The repository it belongs to.
    pub repository: Option<u64>,
    /// Sent again on request.
    pub redelivery: bool,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// What came of it; `None` while it waits.
    pub result: Option<DeliveryResult>,
}

/// What came of a delivery.
#[derive(Debug, Clone)]
pub struct DeliveryResult {
    /// The receiver's status; 0 when it could not be reached.
    pub status_code: u16,
    /// Text for the log: `OK`, `failed to connect to host`, `lost`, …
    pub status: String,
    /// Seconds it took.
    pub duration: f64,
    /// The receiver's answer.
    pub response: String,
    /// When it was sent.
    pub delivered_at: DateTime<Utc>,
}
