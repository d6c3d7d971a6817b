//! Microsoft Defender for Cloud assessments (recommendations), as continuous export and workflow automation send them.
//!
//! Source: the Microsoft.Security/assessments resource; `name` is the GUID of the recommendation, which is its rule id.

use serde_json::Value;

use super::IngestError;
use super::draft::{finding, resolved, rule, suppressed};
use super::json::{Node, value};
use crate::model::{Finding, FindingState, Resource, Severity};

const FORMAT: &str = "Defender for Cloud assessment";

/// Whether `root` is an assessment or a list of them.
#[must_use]
pub fn recognises(root: &Value) -> bool {
    assessments_of(Node(root)).first().is_some_and(|item| {
        item.text(&["/id"]).is_some_and(|id| id.to_ascii_lowercase().contains("/providers/microsoft.security/assessments/"))
            || item.has("/properties/resourceDetails")
    })
}

/// Reads every assessment; `source` is the configured name of the sender.
///
/// # Errors
/// When it is no JSON or an item has no id.
pub fn parse(bytes: &[u8], source: &str) -> Result<Vec<Finding>, IngestError> {
    let root = value(bytes, FORMAT)?;
    assessments_of(Node(&root))
        .into_iter()
        .enumerate()
        .map(|(index, item)| {
            let id = item.text(&["/id"]).ok_or_else(|| IngestError::shape(FORMAT, format!("/{index}/id"), "the assessment has no `id`"))?;
            Ok(one(item, id, source))
        })
        .collect()
}

fn assessments_of(root: Node<'_>) -> Vec<Node<'_>> {
    for pointer in ["/value", "/assessments"] {
        if root.at(pointer).0.is_array() {
            return root.items(pointer).collect();
        }
    }
    if root.at("/assessment").0.is_object() { vec![root.at("/assessment")] } else { root.each().collect() }
}

fn one(item: Node<'_>, id: String, source: &str) -> Finding {
    let below = id.to_ascii_lowercase().find("/providers/microsoft.security/assessments/").and_then(|at| id.get(..at)).map(str::to_owned);
    let subscription = id.split('/').skip_while(|part| !part.eq_ignore_ascii_case("subscriptions")).nth(1).map(str::to_owned);
    let kind = item.text(&["/name"]).or_else(|| id.rsplit('/').next().map(str::to_owned));
    let mut out = finding(source, id);
    out.state = state(item);
    out.title = item.text(&["/properties/displayName", "/properties/metadata/displayName"]);
    out.description = item.prose(&["/properties/status/description", "/properties/metadata/description"]);
    out.severity = item
        .text(&["/properties/metadata/severity", "/properties/severity"])
        .as_deref()
        .and_then(Severity::parse)
        .unwrap_or(Severity::Medium);
    out.rules = kind.map(|id| rule("defender", id)).into_iter().collect();
    let details = "/properties/resourceDetails";
    out.resource = Resource {
        identity: None,
        raw_id: item
            .text(&[
                &format!("{details}/Id"),
                &format!("{details}/id"),
                &format!("{details}/NativeResourceId"),
                &format!("{details}/nativeResourceId"),
            ])
            .or(below),
        raw_type: item.text(&[&format!("{details}/ResourceType"), &format!("{details}/resourceType")]),
        tags: item.tags("/properties/resourceTags"),
    };
    out.account = subscription;
    out.first_seen = item.time(&["/properties/status/firstEvaluationDate"]);
    out.last_seen = item.time(&["/properties/status/statusChangeDate"]);
    out.url = item
        .text(&["/properties/links/azurePortal", "/properties/links/azurePortalUri"])
        .map(|link| if link.starts_with("http") { link } else { format!("https://{link}") });
    out
}

fn state(item: Node<'_>) -> FindingState {
    match item.text(&["/properties/status/code"]).as_deref() {
        Some("Healthy") => resolved("status.code=Healthy"),
        Some("NotApplicable") => suppressed(format!(
            "status.code=NotApplicable ({})",
            item.text(&["/properties/status/cause"]).unwrap_or_else(|| "no cause given".into())
        )),
        _ => FindingState::Active,
    }
}
