//! GitHub's `code_scanning_alert` webhook.
//!
//! Source: GitHub's webhook documentation; the payload carries the alert, the ref, the commit and the repository.

use super::IngestError;
use super::draft::{finding, position, resolved, suppressed};
use super::json::{Node, value};
use super::sarif::references;
use crate::model::{Finding, FindingState, Severity};

const FORMAT: &str = "code_scanning_alert";

/// Reads the alert of a `code_scanning_alert` delivery.
///
/// # Errors
/// When it is no JSON or has no `alert.number`.
pub fn parse(bytes: &[u8]) -> Result<Vec<Finding>, IngestError> {
    let root = value(bytes, FORMAT)?;
    let item = Node(&root);
    let number = item.number(&["/alert/number"]).ok_or_else(|| IngestError::shape(FORMAT, "/alert/number", "the payload has no alert"))?;
    let repository = item.text(&["/repository/full_name"]);
    let instance =
        if item.has("/alert/most_recent_instance") { item.at("/alert/most_recent_instance") } else { item.at("/alert/instances/0") };
    let mut out = finding("github-code-scanning", format!("{}#{number}", repository.as_deref().unwrap_or_default()));
    let id = item.text(&["/alert/rule/id", "/alert/rule/name"]).unwrap_or_default();
    out.state = state(item);
    out.title = item.text(&["/alert/rule/description", "/alert/rule/name"]);
    out.description = instance.prose(&["/message/text"]);
    out.severity = item
        .text(&["/alert/rule/security_severity_level", "/alert/rule/severity"])
        .as_deref()
        .and_then(Severity::parse)
        .unwrap_or(Severity::Medium);
    out.rules = references(&item.text(&["/alert/tool/name"]).unwrap_or_default(), &id);
    out.url = item.text(&["/alert/html_url"]);
    out.first_seen = item.time(&["/alert/created_at"]);
    out.last_seen = item.time(&["/alert/updated_at", "/alert/fixed_at"]);
    out.context.remediation_url = item.text(&["/alert/rule/help_uri"]);
    out.code = position(
        instance.text(&["/location/path"]),
        instance.line(&["/location/start_line"]),
        instance.line(&["/location/end_line"]),
        None,
    );
    if let Some(code) = &mut out.code {
        code.repository = repository;
        code.commit = instance.text(&["/commit_sha"]).or_else(|| item.text(&["/commit_oid"]));
    }
    Ok(vec![out])
}

fn state(item: Node<'_>) -> FindingState {
    match (item.text(&["/action"]).unwrap_or_default().as_str(), item.text(&["/alert/state"]).unwrap_or_default().as_str()) {
        ("fixed", _) | (_, "fixed") => resolved("fixed on the default branch"),
        ("closed_by_user", _) | (_, "dismissed") => {
            suppressed(format!("dismissed: {}", item.text(&["/alert/dismissed_reason"]).unwrap_or_else(|| "no reason given".into())))
        }
        _ => FindingState::Active,
    }
}
