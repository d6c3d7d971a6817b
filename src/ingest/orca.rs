//! Orca Security alerts, as its API and webhooks give them.
//!
//! Source: the alert objects of public integrations (`state.alert_id`, `asset_unique_id`, `cloud_vendor_id`, `model.data.<Type>.Arn`).

use serde_json::Value;

use super::IngestError;
use super::draft::{finding, resolved, rule, suppressed};
use super::json::{Node, value};
use crate::model::{DataClass, Finding, FindingState, Resource, Severity};

const FORMAT: &str = "Orca alert";

/// Whether `root` is an Orca alert or a list of them.
#[must_use]
pub fn recognises(root: &Value) -> bool {
    alerts_of(Node(root))
        .first()
        .is_some_and(|item| item.has("/state/alert_id") && (item.has("/asset_unique_id") || item.has("/type_string")))
}

/// Reads every alert; `source` is the configured name of the sender.
///
/// # Errors
/// When it is no JSON or an item has no alert id.
pub fn parse(bytes: &[u8], source: &str) -> Result<Vec<Finding>, IngestError> {
    let root = value(bytes, FORMAT)?;
    alerts_of(Node(&root))
        .into_iter()
        .enumerate()
        .map(|(index, item)| {
            let id = item
                .text(&["/state/alert_id"])
                .ok_or_else(|| IngestError::shape(FORMAT, format!("/{index}/state/alert_id"), "the alert has no `state.alert_id`"))?;
            Ok(one(item, id, source))
        })
        .collect()
}

fn alerts_of(root: Node<'_>) -> Vec<Node<'_>> {
    for pointer in ["/data", "/alerts"] {
        if root.at(pointer).0.is_array() {
            return root.items(pointer).collect();
        }
    }
    root.each().collect()
}

fn one(item: Node<'_>, id: String, source: &str) -> Finding {
    let mut out = finding(source, id);
    out.state = state(&item.text(&["/state/status"]).unwrap_or_default());
    out.title = item.text(&["/type_string", "/title", "/description"]);
    out.description = item.prose(&["/details", "/description", "/recommendation"]);
    out.severity = severity(item);
    out.rules = [item.text(&["/rule_id"]), item.text(&["/type"])].into_iter().flatten().map(|id| rule("orca", id)).collect();
    out.resource = Resource {
        identity: None,
        raw_id: arn(item).or_else(|| item.text(&["/asset_vendor_id", "/asset_name", "/asset_unique_id"])),
        raw_type: item.text(&["/asset_type", "/asset_type_string"]),
        tags: if item.has("/tags_info_list") { item.tags("/tags_info_list") } else { item.tags("/asset_tags_info_list") },
    };
    out.account = item.text(&["/cloud_vendor_id", "/cloud_account_id"]);
    out.region = item.text(&["/asset_regions/0", "/region"]);
    out.context.account_name = item.text(&["/account_name", "/cloud_account_name"]);
    out.context.internet_reachable = item.flag(&["/asset_is_internet_facing", "/is_internet_facing"]);
    if item.text(&["/category"]).is_some_and(|category| category.to_ascii_lowercase().contains("data at risk")) {
        out.context.data_classes.push(DataClass::Sensitive);
    }
    out.first_seen = item.time(&["/state/created_at"]);
    out.last_seen = item.time(&["/state/last_seen", "/state/last_updated"]);
    out.url = item.text(&["/link", "/url"]);
    out
}

/// The ARN below `model.data.<Type>`, whatever the type is called.
fn arn(item: Node<'_>) -> Option<String> {
    let types = item.at("/model/data").0.as_object()?;
    types.values().find_map(|data| Node(data).text(&["/Arn", "/arn"])).filter(|arn| arn.starts_with("arn:"))
}

fn severity(item: Node<'_>) -> Severity {
    item.text(&["/state/risk_level", "/state/severity"])
        .as_deref()
        .map(|word| {
            if word.eq_ignore_ascii_case("hazardous") {
                "medium"
            } else if word.eq_ignore_ascii_case("imminent compromise") {
                "high"
            } else if word.eq_ignore_ascii_case("compromised") {
                "critical"
            } else {
                word
            }
        })
        .and_then(Severity::parse)
        .unwrap_or(Severity::Medium)
}

fn state(status: &str) -> FindingState {
    match status {
        "closed" => resolved("status=closed"),
        "dismissed" => suppressed("status=dismissed"),
        "snoozed" => suppressed("status=snoozed"),
        _ => FindingState::Active,
    }
}
