//! Google Security Command Center notifications, bare or inside a Pub/Sub push message.
//!
//! Sources: the `NotificationMessage` of the Security Command Center API; the Pub/Sub push format
//! (<https://cloud.google.com/pubsub/docs/push>): `message.data` is base64.

use base64::Engine as _;
use serde_json::Value;

use super::IngestError;
use super::draft::{finding, resolved, rule, suppressed};
use super::json::{Node, value};
use crate::model::{Finding, FindingState, Resource, Severity};

const FORMAT: &str = "Security Command Center notification";

/// Whether `root` is a notification, bare or pushed.
#[must_use]
pub fn recognises(root: &Value) -> bool {
    let node = Node(root);
    node.has("/finding/resourceName") || node.has("/notificationConfigName") || (node.has("/message/data") && node.has("/subscription"))
}

/// Reads the notification; `source` is the configured name of the sender.
///
/// # Errors
/// When it is no JSON, the pushed data is not base64 of JSON, or the finding has no name.
pub fn parse(bytes: &[u8], source: &str) -> Result<Vec<Finding>, IngestError> {
    let root = value(bytes, FORMAT)?;
    let inner = match Node(&root).at("/message/data").0 {
        Value::String(data) => Some(pushed(data)?),
        _ => None,
    };
    let root = inner.as_ref().unwrap_or(&root);
    Node(root)
        .each()
        .enumerate()
        .map(|(index, item)| {
            let id = item
                .text(&["/finding/canonicalName", "/finding/name"])
                .ok_or_else(|| IngestError::shape(FORMAT, format!("/{index}/finding/name"), "the notification has no `finding.name`"))?;
            Ok(one(item, id, source))
        })
        .collect()
}

fn pushed(data: &str) -> Result<Value, IngestError> {
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(data.trim())
        .map_err(|error| IngestError::shape(FORMAT, "/message/data", format!("not base64: {error}")))?;
    value(&bytes, FORMAT)
}

fn one(item: Node<'_>, id: String, source: &str) -> Finding {
    let mut out = finding(source, id);
    let category = item.text(&["/finding/category"]);
    out.state = state(item);
    out.title = category.clone().map(|category| category.replace('_', " "));
    out.description = item.prose(&["/finding/description", "/finding/sourceProperties/Explanation"]);
    out.severity = item.text(&["/finding/severity"]).as_deref().and_then(Severity::parse).unwrap_or(Severity::Medium);
    out.rules = category.map(|id| rule("scc", id)).into_iter().collect();
    out.resource = Resource {
        identity: None,
        raw_id: item.text(&["/finding/resourceName", "/resource/name"]),
        raw_type: item.text(&["/resource/type", "/resource/gcpMetadata/type"]),
        tags: item.tags("/finding/securityMarks/marks"),
    };
    out.account = item
        .text(&["/resource/projectDisplayName", "/resource/gcpMetadata/projectDisplayName", "/resource/project"])
        .map(|project| project.rsplit('/').next().unwrap_or_default().to_owned());
    out.context.account_name = item.text(&["/resource/projectDisplayName", "/resource/gcpMetadata/projectDisplayName"]);
    out.region = item.text(&["/resource/location"]);
    out.first_seen = item.time(&["/finding/createTime"]);
    out.last_seen = item.time(&["/finding/eventTime"]);
    out.url = item.text(&["/finding/externalUri"]);
    out.context.choke_point = item.text(&["/finding/chokepoint/relatedFindings/0"]).map(|_| true);
    out.context.attack_path = item.text(&["/finding/attackExposure/attackExposureResult"]);
    out
}

fn state(item: Node<'_>) -> FindingState {
    if item.text(&["/finding/state"]).as_deref() == Some("INACTIVE") {
        resolved("state=INACTIVE")
    } else if item.text(&["/finding/mute"]).as_deref() == Some("MUTED") {
        suppressed("mute=MUTED")
    } else {
        FindingState::Active
    }
}
