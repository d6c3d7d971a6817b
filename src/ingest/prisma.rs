//! Prisma Cloud alerts: the API's alert object, and the flat keys of its webhook template (a list of alerts in one call).
//!
//! The webhook's template can be edited by its users; the keys read here are those of the default one.

use serde_json::Value;

use super::IngestError;
use super::draft::{finding, resolved, rule, suppressed};
use super::json::{Node, value};
use crate::model::{Finding, FindingState, Resource, Severity};

const FORMAT: &str = "Prisma Cloud alert";

/// Whether `root` is a Prisma Cloud alert or a list of them.
#[must_use]
pub fn recognises(root: &Value) -> bool {
    alerts_of(Node(root)).first().is_some_and(|item| {
        item.has("/policy/policyId")
            || (item.has("/alertId") && (item.has("/policyName") || item.has("/policyId")))
            || item.has("/resource/rrn")
    })
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
                .text(&["/id", "/alertId"])
                .ok_or_else(|| IngestError::shape(FORMAT, format!("/{index}/alertId"), "the alert has neither `id` nor `alertId`"))?;
            Ok(one(item, id, source))
        })
        .collect()
}

fn alerts_of(root: Node<'_>) -> Vec<Node<'_>> {
    for pointer in ["/items", "/alerts"] {
        if root.at(pointer).0.is_array() {
            return root.items(pointer).collect();
        }
    }
    root.each().collect()
}

fn one(item: Node<'_>, id: String, source: &str) -> Finding {
    let mut out = finding(source, id);
    out.state = state(&item.text(&["/status", "/alertStatus"]).unwrap_or_default());
    out.title = item.text(&["/policy/name", "/policyName"]);
    out.description = item.prose(&["/policy/description", "/policyDescription", "/policy/recommendation", "/policyRecommendation"]);
    out.severity = item.text(&["/policy/severity", "/severity"]).as_deref().and_then(Severity::parse).unwrap_or(Severity::Medium);
    out.rules = [item.text(&["/policy/policyId", "/policyId"]), item.text(&["/policy/policyUpi"])]
        .into_iter()
        .flatten()
        .map(|id| rule("prisma", id))
        .collect();
    let raw_id = item
        .text(&["/resource/data/arn", "/resource/data/Arn", "/resource/resourceConfigJsonAvailable/arn"])
        .filter(|arn| arn.starts_with("arn:"));
    out.resource = Resource {
        identity: None,
        raw_id: raw_id.or_else(|| item.text(&["/resource/id", "/resourceId", "/resource/name", "/resourceName"])),
        raw_type: item.text(&["/resource/resourceApiName", "/resourceApiName", "/resource/resourceType", "/resourceType"]),
        tags: if item.has("/resource/resourceTags") { item.tags("/resource/resourceTags") } else { item.tags("/tags") },
    };
    out.account = item.text(&["/resource/accountId", "/accountId"]);
    out.region = item.text(&["/resource/regionId", "/resourceRegionId", "/resource/region"]);
    out.context.account_name = item.text(&["/resource/account", "/accountName"]);
    out.first_seen = item.time(&["/firstSeen", "/alertTime", "/alertTs"]);
    out.last_seen = item.time(&["/lastSeen", "/lastUpdated"]);
    out.url = item.text(&["/callbackUrl", "/resource/url"]);
    out
}

fn state(status: &str) -> FindingState {
    match status.to_ascii_lowercase().as_str() {
        "resolved" => resolved("status=resolved"),
        word @ ("dismissed" | "snoozed") => suppressed(format!("status={word}")),
        _ => FindingState::Active,
    }
}
