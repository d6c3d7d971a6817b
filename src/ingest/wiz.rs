//! Wiz issues: the body of an automation's webhook (the default template, which users may edit) and the API's issue object.
//!
//! Sources: the template in Wiz's Terraform provider examples and the field mapping of public integrations.

use serde_json::Value;

use super::IngestError;
use super::draft::{finding, resolved, rule, suppressed};
use super::json::{Node, value};
use crate::model::{DataClass, Finding, FindingState, Resource, Severity};

const FORMAT: &str = "Wiz issue";

/// Whether `root` is a Wiz issue or a list of them.
#[must_use]
pub fn recognises(root: &Value) -> bool {
    issues_of(Node(root))
        .first()
        .is_some_and(|item| (item.has("/issue/id") && (item.has("/resource") || item.has("/control"))) || item.has("/entitySnapshot"))
}

/// Reads every issue; `source` is the configured name of the sender.
///
/// # Errors
/// When it is no JSON or an item has no issue id.
pub fn parse(bytes: &[u8], source: &str) -> Result<Vec<Finding>, IngestError> {
    let root = value(bytes, FORMAT)?;
    issues_of(Node(&root))
        .into_iter()
        .enumerate()
        .map(|(index, item)| {
            let id = item
                .text(&["/issue/id", "/id"])
                .ok_or_else(|| IngestError::shape(FORMAT, format!("/{index}/issue/id"), "the issue has no id"))?;
            Ok(one(item, id, source))
        })
        .collect()
}

fn issues_of(root: Node<'_>) -> Vec<Node<'_>> {
    for pointer in ["/data/issues/nodes", "/issues"] {
        if root.at(pointer).0.is_array() {
            return root.items(pointer).collect();
        }
    }
    root.each().collect()
}

fn one(item: Node<'_>, id: String, source: &str) -> Finding {
    let mut out = finding(source, id);
    out.state = state(&item.text(&["/issue/status", "/status"]).unwrap_or_default());
    out.title = item.text(&["/control/name", "/sourceRule/name", "/trigger/ruleName"]);
    out.description = item.prose(&["/control/description", "/sourceRule/resolutionRecommendation", "/issue/description"]);
    out.severity =
        item.text(&["/issue/severity", "/severity", "/control/severity"]).as_deref().and_then(Severity::parse).unwrap_or(Severity::Medium);
    out.rules = item.text(&["/control/id", "/sourceRule/id", "/trigger/ruleId"]).map(|id| rule("wiz", id)).into_iter().collect();
    out.resource = Resource {
        identity: None,
        raw_id: item.text(&[
            "/resource/id",
            "/entitySnapshot/providerId",
            "/entitySnapshot/externalId",
            "/resource/name",
            "/entitySnapshot/name",
        ]),
        raw_type: item.text(&["/resource/type", "/entitySnapshot/nativeType"]),
        tags: if item.has("/resource/tags") { item.tags("/resource/tags") } else { item.tags("/entitySnapshot/tags") },
    };
    out.account = item.text(&["/resource/subscriptionId", "/entitySnapshot/subscriptionExternalId"]);
    out.region = item.text(&["/resource/region", "/entitySnapshot/region"]);
    out.context.account_name = item.text(&["/resource/subscriptionName", "/entitySnapshot/subscriptionName"]);
    out.first_seen = item.time(&["/issue/created", "/createdAt"]);
    out.last_seen = item.time(&["/issue/updatedAt", "/updatedAt"]);
    out.url = item.text(&["/issue/url", "/url"]).or_else(|| item.text(&["/resource/cloudProviderURL", "/entitySnapshot/cloudProviderURL"]));
    surroundings(item, &mut out);
    out
}

/// Risks that Wiz attaches to the control, and the project's profile.
fn surroundings(item: Node<'_>, out: &mut Finding) {
    let mut risks: Vec<String> =
        item.items("/control/risks").chain(item.items("/sourceRule/risks")).filter_map(|risk| risk.text(&[""])).collect();
    risks.sort_unstable();
    for risk in risks {
        match risk.as_str() {
            "EXTERNAL_EXPOSURE" => out.context.internet_reachable = Some(true),
            "INSECURE_USE_OF_SECRETS" => out.context.data_classes.push(DataClass::Secrets),
            "HIGH_PRIVILEGES" | "ADMIN_PRIVILEGES" => out.context.privileged = Some(true),
            "SENSITIVE_DATA" | "DATA_EXPOSURE" => out.context.data_classes.push(DataClass::Sensitive),
            _ => {}
        }
    }
}

fn state(status: &str) -> FindingState {
    match status.to_ascii_uppercase().as_str() {
        "RESOLVED" => resolved("status=RESOLVED"),
        "REJECTED" => suppressed("status=REJECTED"),
        _ => FindingState::Active,
    }
}
