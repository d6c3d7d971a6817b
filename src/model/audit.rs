//! One line of the append-only record.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One event of the hash-chained record: `hash` is the SHA-256 of the event's canonical JSON without `hash`, which includes
/// the hash of the event before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// Position in the chain, from 1.
    pub sequence: i64,
    /// When, in UTC.
    pub at: DateTime<Utc>,
    /// Who: `remediate`, `source:<name>`, or `github:<login>`.
    pub actor: String,
    /// What (`finding.received`, `remediation.opened`, …).
    pub action: String,
    /// The finding concerned.
    pub finding: Option<String>,
    /// The remediation concerned.
    pub remediation: Option<String>,
    /// Details, a JSON object without secrets.
    pub details: serde_json::Value,
    /// Hash of the event before; 64 zeros for the first.
    pub previous: String,
    /// Hash of this event, hex.
    pub hash: String,
}
