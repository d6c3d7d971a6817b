//! Scanner reports whose findings stand in a list: Trivy, tfsec, KICS, Terrascan, Snyk IaC and the Wiz command line.
//!
//! Each knows file and line; the address where the scanner gives one. Checkov and SARIF have files of their own.

use serde_json::Value;

use super::IngestError;
use super::draft::{finding, position, resolved, rule, suppressed, trivy_rules, type_of};
use super::json::{Node, value};
use crate::model::{CodePosition, Finding, FindingState, Severity};

/// Trivy's JSON report (`trivy config --format json`): `Results[].Misconfigurations[]`.
///
/// # Errors
/// When it is no JSON or has no `Results`.
pub fn parse_trivy(bytes: &[u8], source: &str) -> Result<Vec<Finding>, IngestError> {
    const FORMAT: &str = "Trivy report";
    let root = value(bytes, FORMAT)?;
    if !Node(&root).has("/Results") && !Node(&root).has("/SchemaVersion") {
        return Err(IngestError::shape(FORMAT, "/Results", "expected a list `Results`"));
    }
    let mut findings = Vec::new();
    for result in Node(&root).items("/Results") {
        let target = result.text(&["/Target"]);
        findings.extend(result.items("/Misconfigurations").map(|item| trivy(item, target.as_deref(), source)));
    }
    Ok(findings)
}

fn trivy(item: Node<'_>, target: Option<&str>, source: &str) -> Finding {
    let address = item.text(&["/CauseMetadata/Resource"]);
    let id = item.text(&["/ID", "/AVDID"]).unwrap_or_default();
    let mut out = finding(source, key(&id, target, address.as_deref()));
    out.state = match item.text(&["/Status"]).as_deref() {
        Some("PASS") => resolved("Status=PASS"),
        Some("EXCEPTION") => suppressed("Status=EXCEPTION"),
        _ => FindingState::Active,
    };
    out.title = item.text(&["/Title"]);
    out.description = item.prose(&["/Message", "/Description"]);
    out.severity = severity(item, "/Severity");
    out.rules = trivy_rules(&[item.text(&["/ID"]), item.text(&["/AVDID"])]);
    out.rules.extend(
        item.items("/CauseMetadata/Aliases")
            .chain(item.items("/Aliases"))
            .filter_map(|alias| alias.text(&[""]))
            .map(|id| rule("tfsec", id)),
    );
    out.context.remediation_url = item.text(&["/PrimaryURL"]);
    out.code = position(
        target.map(str::to_owned),
        item.line(&["/CauseMetadata/StartLine"]),
        item.line(&["/CauseMetadata/EndLine"]),
        address.clone(),
    );
    out.resource.raw_type = type_of(address.as_deref());
    if let (Some(code), Some(occurrence)) = (&mut out.code, item.items("/CauseMetadata/Occurrences").last()) {
        code.caller = Some(Box::new(CodePosition {
            path: occurrence.text(&["/Filename"]),
            start_line: occurrence.line(&["/Location/StartLine"]),
            end_line: occurrence.line(&["/Location/EndLine"]),
            ..CodePosition::default()
        }));
    }
    out
}

/// tfsec's JSON report (`tfsec --format json`): `results[]`.
///
/// # Errors
/// When it is no JSON or has no `results`.
pub fn parse_tfsec(bytes: &[u8], source: &str) -> Result<Vec<Finding>, IngestError> {
    const FORMAT: &str = "tfsec report";
    let root = value(bytes, FORMAT)?;
    if root.get("results").is_none() {
        return Err(IngestError::shape(FORMAT, "/results", "expected a list `results`"));
    }
    Ok(Node(&root).items("/results").map(|item| tfsec(item, source)).collect())
}

fn tfsec(item: Node<'_>, source: &str) -> Finding {
    let path = item.text(&["/location/filename"]);
    let address = item.text(&["/resource"]);
    let id = item.text(&["/long_id", "/rule_id", "/legacy_rule_id"]).unwrap_or_default();
    let mut out = finding(source, key(&id, path.as_deref(), address.as_deref()));
    // 0 failed, 1 passed, 2 ignored (aquasecurity/defsec, pkg/scan.Status).
    out.state = match item.number(&["/status"]) {
        Some(1) => resolved("status=passed"),
        Some(2) => suppressed("status=ignored"),
        _ => FindingState::Active,
    };
    out.title = item.text(&["/rule_description", "/description"]);
    out.description = item.prose(&["/description"]);
    out.severity = severity(item, "/severity");
    out.rules = item.text(&["/long_id"]).map(|id| rule("tfsec", id)).into_iter().collect();
    out.rules.extend(trivy_rules(&[item.text(&["/rule_id"]).filter(|id| id.starts_with("AVD-"))]));
    out.context.remediation_url = item.text(&["/links/0", "/link"]);
    out.code = position(path, item.line(&["/location/start_line"]), item.line(&["/location/end_line"]), address.clone());
    out.resource.raw_type = type_of(address.as_deref());
    out
}

/// KICS' JSON report: `queries[].files[]`.
///
/// # Errors
/// When it is no JSON or has no `queries`.
pub fn parse_kics(bytes: &[u8], source: &str) -> Result<Vec<Finding>, IngestError> {
    const FORMAT: &str = "KICS report";
    let root = value(bytes, FORMAT)?;
    if root.get("queries").is_none() {
        return Err(IngestError::shape(FORMAT, "/queries", "expected a list `queries`"));
    }
    let mut findings = Vec::new();
    for query in Node(&root).items("/queries") {
        findings.extend(query.items("/files").map(|file| kics(query, file, source)));
    }
    Ok(findings)
}

fn kics(query: Node<'_>, file: Node<'_>, source: &str) -> Finding {
    let path = file.text(&["/file_name"]).map(|path| path.trim_start_matches("../").to_owned());
    let address = kics_address(file);
    let id = query.text(&["/query_id"]).unwrap_or_default();
    let unique = file.text(&["/similarity_id"]).unwrap_or_else(|| key(&id, path.as_deref(), address.as_deref()));
    let mut out = finding(source, unique);
    out.title = query.text(&["/query_name"]);
    out.description = query.prose(&["/description"]);
    out.severity = severity(query, "/severity");
    out.rules = query.text(&["/query_id"]).map(|id| rule("kics", id)).into_iter().collect();
    out.context.remediation_url = query.text(&["/query_url"]);
    out.resource.raw_type = type_of(address.as_deref());
    out.code = position(path, file.line(&["/line"]), None, address);
    out
}

/// From a search key such as `aws_s3_bucket[b].acl`, `resource.aws_s3_bucket[b]` or `aws_s3_bucket_policy[{{this}}].policy`, else from
/// `resource_type` and `resource_name`. Newer reports may give the *cloud* name in `resource_name`, so the key comes first; a key
/// that speaks of another type than the report (`msk_cluster[b]`) is not believed.
fn kics_address(file: Node<'_>) -> Option<String> {
    let stated = file.text(&["/resource_type"]);
    let from_key = file.text(&["/search_key"]).and_then(|search| {
        let (kind, rest) = search.strip_prefix("resource.").unwrap_or(&search).split_once('[')?;
        let name = rest.split(']').next()?.trim_matches(['{', '}', '"']);
        let believed = stated.as_deref().is_none_or(|stated| kind == stated || kind.strip_prefix("data.") == Some(stated));
        believed.then(|| format!("{kind}.{name}"))
    });
    let from_names = || Some(format!("{}.{}", stated.as_deref()?, file.text(&["/resource_name"])?));
    let is_address = |address: &String| address.parse::<crate::model::Address>().is_ok();
    from_key.filter(is_address).or_else(|| from_names().filter(is_address))
}

/// Terrascan's JSON report: `results.violations[]`.
///
/// # Errors
/// When it is no JSON or has no `results.violations`.
pub fn parse_terrascan(bytes: &[u8], source: &str) -> Result<Vec<Finding>, IngestError> {
    const FORMAT: &str = "Terrascan report";
    let root = value(bytes, FORMAT)?;
    if root.pointer("/results/violations").is_none() {
        return Err(IngestError::shape(FORMAT, "/results/violations", "expected a list `results.violations`"));
    }
    let skipped = Node(&root).items("/results/skipped_violations").map(|item| {
        let mut out = terrascan(item, source);
        out.state = suppressed(item.text(&["/skip_comment"]).unwrap_or_else(|| "skipped".into()));
        out
    });
    Ok(Node(&root).items("/results/violations").map(|item| terrascan(item, source)).chain(skipped).collect())
}

fn terrascan(item: Node<'_>, source: &str) -> Finding {
    let address = item.text(&["/resource_type"]).zip(item.text(&["/resource_name"])).map(|(kind, name)| format!("{kind}.{name}"));
    let path = item.text(&["/file"]);
    let id = item.text(&["/rule_id"]).unwrap_or_default();
    let mut out = finding(source, key(&id, path.as_deref(), address.as_deref()));
    out.title = item.text(&["/rule_name"]);
    out.description = item.prose(&["/description"]);
    out.severity = severity(item, "/severity");
    out.rules = item.text(&["/rule_id"]).map(|id| rule("terrascan", id)).into_iter().collect();
    out.resource.raw_type = item.text(&["/resource_type"]);
    out.code = position(path, item.line(&["/line"]), None, address);
    out
}

/// Snyk IaC's JSON report: one object or a list of them, each with `infrastructureAsCodeIssues[]`.
///
/// # Errors
/// When it is no JSON or no item has the list.
pub fn parse_snyk(bytes: &[u8], source: &str) -> Result<Vec<Finding>, IngestError> {
    const FORMAT: &str = "Snyk IaC report";
    let root = value(bytes, FORMAT)?;
    if !Node(&root).each().any(|item| item.has("/infrastructureAsCodeIssues")) {
        return Err(IngestError::shape(FORMAT, "/infrastructureAsCodeIssues", "expected a list `infrastructureAsCodeIssues`"));
    }
    let mut findings = Vec::new();
    for report in Node(&root).each() {
        let path = report.text(&["/targetFile", "/targetFilePath"]);
        findings.extend(report.items("/infrastructureAsCodeIssues").map(|item| snyk(item, path.as_deref(), source)));
    }
    Ok(findings)
}

fn snyk(item: Node<'_>, path: Option<&str>, source: &str) -> Finding {
    let steps: Vec<String> = item.items("/path").filter_map(|step| step.text(&[""])).collect();
    let address = snyk_address(&steps);
    let id = item.text(&["/publicId", "/id"]).unwrap_or_default();
    let mut out = finding(source, key(&id, path, address.as_deref()));
    out.state = if item.flag(&["/isIgnored"]) == Some(true) { suppressed("isIgnored=true") } else { FindingState::Active };
    out.title = item.text(&["/title"]);
    out.description = item.prose(&["/iacDescription/issue", "/issue"]);
    out.severity = severity(item, "/severity");
    out.rules = item.text(&["/publicId", "/id"]).map(|id| rule("snyk", id)).into_iter().collect();
    out.context.remediation_url = item.text(&["/documentation"]);
    out.resource.raw_type = type_of(address.as_deref());
    out.code = position(path.map(str::to_owned), item.line(&["/lineNumber"]), None, address);
    out
}

/// The path is `["resource", "aws_s3_bucket[b]", "acl"]` or `["input", "resource", "aws_s3_bucket[b]", …]`.
fn snyk_address(steps: &[String]) -> Option<String> {
    let block = steps.iter().skip_while(|step| *step != "resource").nth(1)?;
    let (kind, rest) = block.split_once('[')?;
    Some(format!("{kind}.{}", rest.trim_end_matches(']').trim_matches('"')))
}

/// The Wiz command line's IaC scan: `result.ruleMatches[].matches[]`.
///
/// # Errors
/// When it is no JSON or has no `result.ruleMatches`.
pub fn parse_wiz_cli(bytes: &[u8], source: &str) -> Result<Vec<Finding>, IngestError> {
    const FORMAT: &str = "Wiz command line report";
    let root = value(bytes, FORMAT)?;
    if root.pointer("/result/ruleMatches").is_none() {
        return Err(IngestError::shape(FORMAT, "/result/ruleMatches", "expected a list `result.ruleMatches`"));
    }
    let mut findings = Vec::new();
    for matched in Node(&root).items("/result/ruleMatches") {
        findings.extend(matched.items("/matches").map(|item| wiz_cli(matched, item, source)));
    }
    Ok(findings)
}

fn wiz_cli(matched: Node<'_>, item: Node<'_>, source: &str) -> Finding {
    let path = item.text(&["/fileName"]);
    let address = item.text(&["/resourceName"]).map(|name| name.replace('[', ".").replace(']', ""));
    let id = matched.text(&["/rule/id"]).unwrap_or_default();
    let mut out = finding(source, key(&id, path.as_deref(), address.as_deref()));
    out.title = matched.text(&["/rule/name"]);
    out.description = item.prose(&["/expected"]);
    out.severity = severity(matched, "/severity");
    out.rules = matched.text(&["/rule/id", "/rule/shortId"]).map(|id| rule("wiz", id)).into_iter().collect();
    out.resource.raw_type = type_of(address.as_deref());
    out.code = position(path, item.line(&["/lineNumber"]), None, address);
    out
}

fn severity(item: Node<'_>, pointer: &str) -> Severity {
    item.text(&[pointer]).as_deref().and_then(Severity::parse).unwrap_or(Severity::Medium)
}

/// Reports have no id of a finding: rule, file and resource make one that is the same at every scan.
fn key(rule: &str, path: Option<&str>, address: Option<&str>) -> String {
    format!("{rule}:{}:{}", path.unwrap_or_default(), address.unwrap_or_default())
}

/// Which of these reports `root` is, by its own keys.
#[must_use]
pub fn recognise(root: &Value) -> Option<super::Format> {
    use super::Format;
    let node = Node(root);
    if node.at("/Results").0.is_array() || (node.has("/SchemaVersion") && node.has("/ArtifactName")) {
        Some(Format::Trivy)
    } else if node.at("/queries").0.is_array()
        && (node.has("/kics_version") || node.has("/queries_total") || node.has("/queries/0/query_id"))
    {
        Some(Format::Kics)
    } else if node.at("/results/violations").0.is_array() || node.has("/results/scan_summary") {
        Some(Format::Terrascan)
    } else if node.each().any(|item| item.has("/infrastructureAsCodeIssues")) {
        Some(Format::Snyk)
    } else if node.has("/result/ruleMatches") {
        Some(Format::WizCli)
    } else if node.0.get("results").is_some_and(|results| {
        results.is_null() || results.pointer("/0/location/filename").is_some() || results.pointer("/0/long_id").is_some()
    }) {
        Some(Format::Tfsec)
    } else {
        None
    }
}
