//! Open Cybersecurity Schema Framework 1.x findings: compliance (2003), detection (2004), security (2001) and any class of
//! category 2; as AWS Security Hub sends them (EventBridge "Findings Imported V2"), Prowler's JSON-OCSF, and others.
//!
//! Sources: <https://schema.ocsf.io> (classes and status ids); Security Hub's exposure findings are class 2004 with
//! `finding_info.analytic.name = "Exposure"` and carry traits (Reachability, Sensitive Data, Assumability, …).

use serde_json::Value;

use super::IngestError;
use super::draft::{finding, resolved, rule, suppressed, told_apart};
use super::json::{Node, value};
use crate::model::{DataClass, Finding, FindingState, OWN_NAME, Resource, RuleReference, Severity};

const FORMAT: &str = "OCSF finding";

/// Whether `root` holds OCSF findings.
#[must_use]
pub fn recognises(root: &Value) -> bool {
    findings_of(Node(root)).first().is_some_and(|item| item.has("/class_uid") || (item.has("/finding_info") && item.has("/metadata")))
}

/// Reads every finding of the message; `source` is the configured name of the sender.
///
/// # Errors
/// When it is no JSON, or an item is no OCSF finding.
pub fn parse(bytes: &[u8], source: &str) -> Result<Vec<Finding>, IngestError> {
    let root = value(bytes, FORMAT)?;
    let mut findings = Vec::new();
    for (index, item) in findings_of(Node(&root)).into_iter().enumerate() {
        let class = item.number(&["/class_uid"]).unwrap_or(2004);
        if !(2000..3000).contains(&class) {
            return Err(IngestError::shape(
                FORMAT,
                format!("/{index}/class_uid"),
                format!("class {class} is no finding class (2001 to 2007)"),
            ));
        }
        let id = item
            .text(&["/finding_info/uid", "/finding/uid", "/metadata/uid"])
            .ok_or_else(|| IngestError::shape(FORMAT, format!("/{index}/finding_info/uid"), "the finding has no `finding_info.uid`"))?;
        findings.extend(one(item, id, source));
    }
    Ok(findings)
}

fn findings_of(root: Node<'_>) -> Vec<Node<'_>> {
    if root.at("/detail/findings").0.is_array() {
        return root.items("/detail/findings").collect();
    }
    root.each().collect()
}

fn one(item: Node<'_>, id: String, source: &str) -> Vec<Finding> {
    let mut base = finding(source, id);
    base.state = state(item);
    base.title = item.text(&["/finding_info/title", "/finding/title", "/message"]);
    base.description = item.prose(&["/finding_info/desc", "/finding/desc", "/status_detail"]);
    base.severity = severity(item);
    base.rules = rules(item);
    base.first_seen = item.time(&[
        "/finding_info/first_seen_time_dt",
        "/finding_info/first_seen_time",
        "/finding_info/created_time_dt",
        "/finding_info/created_time",
    ]);
    base.last_seen = item.time(&[
        "/finding_info/last_seen_time_dt",
        "/finding_info/last_seen_time",
        "/finding_info/modified_time_dt",
        "/time_dt",
        "/time",
    ]);
    base.url = item.text(&["/finding_info/src_url", "/finding/src_url"]);
    base.account = item.text(&["/cloud/account/uid"]);
    base.region = item.text(&["/cloud/region"]);
    base.context.account_name = item.text(&["/cloud/account/name"]);
    base.context.remediation_url = item.text(&["/remediation/references/0", "/remediation/kb_articles/0"]);
    base.reply = item.text(&["/metadata/uid"]).map(|uid| ("metadata_uid".to_owned(), uid)).into_iter().collect();
    exposure(item, &mut base);
    let resources: Vec<Node<'_>> = if item.at("/resources").0.is_array() {
        item.items("/resources").collect()
    } else {
        item.at("/resource").each().filter(|node| !node.0.is_null()).collect()
    };
    if resources.is_empty() {
        return vec![base];
    }
    told_apart(resources.into_iter().map(|resource| with_resource(base.clone(), resource)).collect())
}

fn with_resource(mut finding: Finding, resource: Node<'_>) -> Finding {
    finding.region = resource.text(&["/region", "/cloud_partition_region"]).or(finding.region);
    finding.account = resource.text(&["/owner/account/uid", "/account_uid"]).or(finding.account);
    let mut tags = resource.tags("/tags");
    if tags.is_empty() {
        tags = resource.tags("/labels");
    }
    finding.resource = Resource { identity: None, raw_id: resource.text(&["/uid", "/name"]), raw_type: resource.text(&["/type"]), tags };
    finding
}

/// The status of the finding itself may be one that we set: then it comes back with our comment, and says nothing about the resource.
fn state(item: Node<'_>) -> FindingState {
    let ours = item.text(&["/comment"]).is_some_and(|comment| comment.starts_with(&format!("{OWN_NAME}:")));
    let status = item.text(&["/status"]).filter(|_| !ours);
    let words = [item.text(&["/status_code"]), item.text(&["/compliance/status"]), status];
    for word in words.iter().flatten() {
        match word.to_ascii_uppercase().as_str() {
            "PASS" | "PASSED" | "RESOLVED" | "ARCHIVED" => return resolved(format!("status {word}")),
            "SUPPRESSED" | "MUTED" => return suppressed(format!("status {word}")),
            _ => {}
        }
    }
    let status = item.number(&["/status_id"]).filter(|status| !ours || *status == 5);
    match (status, item.number(&["/activity_id"]), item.number(&["/compliance/status_id"])) {
        (Some(3), _, _) => suppressed("status_id=3 (Suppressed)"),
        (Some(4), _, _) => resolved("status_id=4 (Resolved)"),
        (Some(5), _, _) => resolved("status_id=5 (Archived)"),
        (_, Some(3), _) => resolved("activity_id=3 (Close)"),
        (_, _, Some(1)) => resolved("compliance.status_id=1 (Pass)"),
        _ => FindingState::Active,
    }
}

fn severity(item: Node<'_>) -> Severity {
    match item.number(&["/severity_id"]) {
        Some(1) => Severity::Informational,
        Some(2) => Severity::Low,
        Some(3) => Severity::Medium,
        Some(4) => Severity::High,
        Some(5 | 6) => Severity::Critical,
        _ => item.text(&["/severity"]).as_deref().and_then(Severity::parse).unwrap_or(Severity::Medium),
    }
}

fn rules(item: Node<'_>) -> Vec<RuleReference> {
    let product = item.text(&["/metadata/product/name", "/metadata/product/vendor_name"]).unwrap_or_default().to_ascii_lowercase();
    let mut rules = Vec::new();
    if let Some(code) = item.text(&["/metadata/event_code"]) {
        let scheme = if product.contains("prowler") { "prowler" } else { "ocsf" };
        rules.push(RuleReference::guess(&code).filter(|_| scheme == "ocsf").unwrap_or_else(|| rule(scheme, code)));
    }
    if let Some(control) = item.text(&["/compliance/control", "/finding_info/analytic/uid"]) {
        let scheme = if product.contains("security hub") { "security_hub" } else { "ocsf" };
        let reference =
            RuleReference::guess(&control).filter(|guess| guess.scheme == "security_hub").unwrap_or_else(|| rule(scheme, control));
        if !rules.contains(&reference) {
            rules.push(reference);
        }
    }
    if rules.is_empty() {
        rules.extend(
            item.items("/finding_info/types")
                .chain(item.items("/finding/types"))
                .filter_map(|kind| kind.text(&[""]))
                .map(|kind| rule("ocsf", kind)),
        );
    }
    rules
}

/// Security Hub's exposure findings tell the surroundings as traits.
fn exposure(item: Node<'_>, finding: &mut Finding) {
    if item.text(&["/finding_info/analytic/name"]).as_deref() != Some("Exposure") {
        return;
    }
    finding.context.attack_path.clone_from(&finding.title);
    let mut names: Vec<String> = Vec::new();
    for holder in
        [item.at("/finding_info")].into_iter().chain(item.items("/finding_info/related_events")).chain(item.items("/related_events"))
    {
        names.extend(holder.items("/traits").filter_map(|kind| kind.text(&["/category", "/name", ""])));
    }
    for name in names {
        match name.to_ascii_lowercase().as_str() {
            "reachability" => finding.context.internet_reachable = Some(true),
            "sensitive data" => finding.context.data_classes = vec![DataClass::Sensitive],
            "assumability" => finding.context.privileged = Some(true),
            _ => {}
        }
    }
}
