//! AWS Security Finding Format (ASFF, schema 2018-10-08), raw or as the `detail` of an EventBridge event
//! ("Security Hub Findings - Imported", "… - Custom Action"), from Security Hub or from any tool that writes it (Prowler).
//!
//! Consolidated control findings carry `Compliance.SecurityControlId`; before consolidation the control is in
//! `ProductFields.ControlId` (AWS Foundational) or only in `GeneratorId`. Each resource of a finding is one finding of ours.
//! Source: <https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html>.

use serde_json::Value;

use super::IngestError;
use super::draft::{finding, resolved, rule, suppressed, told_apart};
use super::json::{Node, value};
use crate::model::{Finding, FindingState, OWN_NAME, Resource, RuleReference, Severity};

const FORMAT: &str = "AWS Security Finding Format";

/// Whether `root` holds ASFF findings.
#[must_use]
pub fn recognises(root: &Value) -> bool {
    findings_of(Node(root)).first().is_some_and(|finding| finding.has("/ProductArn") && finding.has("/AwsAccountId"))
}

/// Reads every finding of the message; `source` is the configured name of the sender.
///
/// # Errors
/// When it is no JSON, holds no ASFF finding, or one lacks its `Id`.
pub fn parse(bytes: &[u8], source: &str) -> Result<Vec<Finding>, IngestError> {
    let root = value(bytes, FORMAT)?;
    let items = findings_of(Node(&root));
    if items.is_empty() && !root.pointer("/detail/findings").is_some_and(Value::is_array) {
        return Err(IngestError::shape(
            FORMAT,
            "/detail/findings",
            "expected an EventBridge event with `detail.findings`, a list of findings, or one finding",
        ));
    }
    let mut findings = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        let id = item.text(&["/Id"]).ok_or_else(|| IngestError::shape(FORMAT, format!("/{index}/Id"), "the finding has no `Id`"))?;
        if !item.has("/Resources") && !item.has("/ProductArn") {
            return Err(IngestError::shape(FORMAT, format!("/{index}"), "neither `Resources` nor `ProductArn`: not an ASFF finding"));
        }
        findings.extend(one(item, &id, source));
    }
    Ok(findings)
}

/// The findings wherever the envelope keeps them.
fn findings_of(root: Node<'_>) -> Vec<Node<'_>> {
    for pointer in ["/detail/findings", "/Findings", "/findings"] {
        if root.at(pointer).0.is_array() {
            return root.items(pointer).collect();
        }
    }
    root.each().filter(|item| item.has("/Id") || item.has("/ProductArn")).collect()
}

fn one(item: Node<'_>, id: &str, source: &str) -> Vec<Finding> {
    let mut base = finding(source, id.to_owned());
    base.state = state(item);
    base.title = item.text(&["/Title"]);
    base.description = item.prose(&["/Description"]);
    base.severity = severity(item);
    base.rules = rules(item);
    base.first_seen = item.time(&["/FirstObservedAt", "/CreatedAt"]);
    base.last_seen = item.time(&["/LastObservedAt", "/UpdatedAt"]);
    base.url = item.text(&["/SourceUrl"]);
    base.account = item.text(&["/AwsAccountId"]);
    base.context.account_name = item.text(&["/AwsAccountName"]);
    base.context.remediation_url = item.text(&["/Remediation/Recommendation/Url"]);
    base.reply = item.text(&["/ProductArn"]).map(|arn| ("product_arn".to_owned(), arn)).into_iter().collect();
    let resources: Vec<Node<'_>> = item.items("/Resources").collect();
    if resources.is_empty() {
        return vec![base];
    }
    told_apart(resources.into_iter().map(|resource| with_resource(base.clone(), item, resource)).collect())
}

fn with_resource(mut finding: Finding, item: Node<'_>, resource: Node<'_>) -> Finding {
    finding.region = resource.text(&["/Region"]).or_else(|| item.text(&["/Region"]));
    finding.resource =
        Resource { identity: None, raw_id: resource.text(&["/Id"]), raw_type: resource.text(&["/Type"]), tags: resource.tags("/Tags") };
    if resource.text(&["/DataClassification/Result/Status/Code"]).is_some_and(|code| code == "COMPLETE")
        && resource.number(&["/DataClassification/Result/SensitiveData/0/TotalCount"]).unwrap_or(0) > 0
    {
        finding.context.data_classes.push(crate::model::DataClass::Sensitive);
    }
    finding
}

/// Sample findings are muted: Security Hub sends them to try an integration out. A workflow status that we set ourselves comes back
/// with our note, and says nothing about the resource.
fn state(item: Node<'_>) -> FindingState {
    let word = |pointer: &str| item.text(&[pointer]).unwrap_or_default();
    if item.flag(&["/Sample"]) == Some(true) {
        return suppressed("Sample=true");
    }
    let workflow = if word("/Note/UpdatedBy") == OWN_NAME { String::new() } else { word("/Workflow/Status") };
    match (word("/RecordState").as_str(), workflow.as_str(), word("/Compliance/Status").as_str()) {
        ("ARCHIVED", _, _) => resolved("RecordState=ARCHIVED"),
        (_, _, "PASSED") => resolved("Compliance.Status=PASSED"),
        (_, "RESOLVED", _) => resolved("Workflow.Status=RESOLVED"),
        (_, "SUPPRESSED", _) => suppressed("Workflow.Status=SUPPRESSED"),
        (_, _, "NOT_AVAILABLE") => suppressed("Compliance.Status=NOT_AVAILABLE"),
        _ => FindingState::Active,
    }
}

/// The label; the normalised number (0 to 100) where an old product gives no label.
fn severity(item: Node<'_>) -> Severity {
    if let Some(label) = item.text(&["/FindingProviderFields/Severity/Label", "/Severity/Label"]).as_deref().and_then(Severity::parse) {
        return item.text(&["/Severity/Label"]).as_deref().and_then(Severity::parse).unwrap_or(label);
    }
    match item.number(&["/Severity/Normalized"]) {
        Some(0) => Severity::Informational,
        Some(1..=39) => Severity::Low,
        Some(70..=89) => Severity::High,
        Some(90..) => Severity::Critical,
        _ => Severity::Medium,
    }
}

fn rules(item: Node<'_>) -> Vec<RuleReference> {
    let mut rules = Vec::new();
    let generator = item.text(&["/GeneratorId"]).unwrap_or_default();
    if let Some(check) = generator.strip_prefix("prowler-") {
        rules.push(rule("prowler", check));
    }
    for control in [item.text(&["/Compliance/SecurityControlId"]), item.text(&["/ProductFields/ControlId"])].into_iter().flatten() {
        if control.contains(|c: char| c.is_ascii_alphabetic()) {
            push(&mut rules, rule("security_hub", control));
        }
    }
    // `security-control/S3.8`, `aws-foundational-security-best-practices/v/1.0.0/S3.8`
    if let Some(last) = generator
        .rsplit('/')
        .next()
        .filter(|last| generator.contains('/') && last.contains('.') && last.starts_with(|c: char| c.is_ascii_uppercase()))
    {
        push(&mut rules, rule("security_hub", last));
    }
    if rules.is_empty() && !generator.is_empty() {
        rules.push(rule("asff", generator));
    }
    rules
}

fn push(rules: &mut Vec<RuleReference>, reference: RuleReference) {
    if !rules.contains(&reference) {
        rules.push(reference);
    }
}
