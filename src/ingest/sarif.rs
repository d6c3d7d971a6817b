//! SARIF 2.1.0 reports of any scanner.
//!
//! Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/>. A result with `kind` other than `fail` (or absent), or with
//! suppressions, is not an open finding. The scheme of the rule id follows from the tool's name.

use serde_json::Value;

use super::IngestError;
use super::draft::{finding, position, resolved, rule, suppressed, trivy_rules};
use super::json::{Node, value};
use crate::model::{Finding, FindingState, RuleReference, Severity};

const FORMAT: &str = "SARIF";

/// Whether `root` is a SARIF log.
#[must_use]
pub fn recognises(root: &Value) -> bool {
    Node(root).at("/runs").0.is_array() && (Node(root).has("/version") || Node(root).has("/$schema"))
}

/// Reads every result of every run.
///
/// # Errors
/// When it is no JSON or has no `runs`.
pub fn parse(bytes: &[u8], source: &str) -> Result<Vec<Finding>, IngestError> {
    let root = value(bytes, FORMAT)?;
    if !Node(&root).at("/runs").0.is_array() {
        return Err(IngestError::shape(FORMAT, "/runs", "expected a list `runs`"));
    }
    let mut findings = Vec::new();
    for run in Node(&root).items("/runs") {
        let tool = run.text(&["/tool/driver/name"]).unwrap_or_default();
        let rules: Vec<Node<'_>> = run.items("/tool/driver/rules").collect();
        let commit = run.text(&["/versionControlProvenance/0/revisionId"]);
        for result in run.items("/results") {
            let described = rule_of(result, &rules);
            let mut out = one(result, described, &tool, source);
            if let Some(code) = &mut out.code {
                code.commit.clone_from(&commit);
            }
            findings.push(out);
        }
    }
    Ok(findings)
}

fn rule_of<'a>(result: Node<'a>, rules: &[Node<'a>]) -> Option<Node<'a>> {
    let by_index = result
        .number(&["/ruleIndex", "/rule/index"])
        .and_then(|index| usize::try_from(index).ok())
        .and_then(|index| rules.get(index).copied());
    by_index.or_else(|| {
        let id = result.text(&["/ruleId", "/rule/id"])?;
        rules.iter().copied().find(|rule| rule.text(&["/id"]).as_deref() == Some(&id))
    })
}

fn one(result: Node<'_>, described: Option<Node<'_>>, tool: &str, source: &str) -> Finding {
    let id = result.text(&["/ruleId", "/rule/id"]).or_else(|| described.and_then(|rule| rule.text(&["/id"]))).unwrap_or_default();
    let place = "/locations/0/physicalLocation";
    let path = result.text(&[&format!("{place}/artifactLocation/uri")]).map(|uri| plain_path(&uri));
    let start = result.line(&[&format!("{place}/region/startLine")]);
    let end = result.line(&[&format!("{place}/region/endLine")]);
    let address = result.text(&["/locations/0/logicalLocations/0/fullyQualifiedName"]);
    let mut out = finding(source, format!("{id}:{}:{}", path.as_deref().unwrap_or_default(), start.unwrap_or_default()));
    out.state = state(result);
    out.title = described.and_then(|rule| rule.text(&["/shortDescription/text", "/name"])).or_else(|| result.text(&["/message/text"]));
    out.description = result.prose(&["/message/text"]);
    out.severity = severity(result, described);
    out.rules = references(tool, &id);
    out.context.remediation_url = described.and_then(|rule| rule.text(&["/helpUri"]));
    out.code = position(path, start, end, address);
    out
}

/// `file:///src/main.tf` and `%20` in a URI; anything else is left as it is.
fn plain_path(uri: &str) -> String {
    let path = uri.strip_prefix("file://").unwrap_or(uri);
    path.replace("%20", " ").trim_start_matches("./").to_owned()
}

fn state(result: Node<'_>) -> FindingState {
    if result.items("/suppressions").next().is_some() {
        return suppressed("suppressed in the report");
    }
    match result.text(&["/kind"]).as_deref() {
        Some(kind @ ("pass" | "notApplicable")) => resolved(format!("kind={kind}")),
        _ if result.text(&["/baselineState"]).as_deref() == Some("absent") => resolved("baselineState=absent"),
        _ => FindingState::Active,
    }
}

/// GitHub's `security-severity` (0 to 10) where the rule has one, else the level.
fn severity(result: Node<'_>, described: Option<Node<'_>>) -> Severity {
    let score = described.and_then(|rule| rule.text(&["/properties/security-severity"])).and_then(|text| text.parse::<f64>().ok());
    if let Some(score) = score {
        return match score {
            s if s >= 9.0 => Severity::Critical,
            s if s >= 7.0 => Severity::High,
            s if s >= 4.0 => Severity::Medium,
            s if s > 0.0 => Severity::Low,
            _ => Severity::Informational,
        };
    }
    let level = result.text(&["/level"]).or_else(|| described.and_then(|rule| rule.text(&["/defaultConfiguration/level"])));
    level.as_deref().and_then(Severity::parse).unwrap_or(Severity::Medium)
}

/// The references of a tool's rule id: by the tool's name, else by the id's own shape.
#[must_use]
pub fn references(tool: &str, id: &str) -> Vec<RuleReference> {
    if id.is_empty() {
        return Vec::new();
    }
    let tool = tool.to_ascii_lowercase();
    let scheme = ["checkov", "kics", "terrascan", "snyk", "prowler", "wiz"].into_iter().find(|name| tool.contains(name));
    match scheme {
        Some(scheme) => vec![rule(scheme, id)],
        None if tool.contains("tfsec") => vec![rule("tfsec", id)],
        None if tool.contains("trivy") || tool.contains("defsec") => trivy_rules(&[Some(id.to_owned())]),
        None => RuleReference::guess(id).into_iter().collect(),
    }
}
