//! Checkov's JSON report (`checkov -o json`): an object, or an array of them when several frameworks ran.
//!
//! Field names are those of Checkov 3 (`results.failed_checks[]` and its `file_path`, `file_line_range`, `resource`,
//! `caller_file_path`). Unknown members are ignored. Passed checks are no findings, but they close those that were
//! reported before: [`parse_passed`].

use serde::Deserialize;

use super::IngestError;
use crate::model::{CodePosition, Context, Finding, FindingState, Resource, RuleReference, Severity};

const FORMAT: &str = "Checkov report";

#[derive(Deserialize)]
struct Report {
    #[serde(default)]
    results: Results,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Results {
    failed_checks: Vec<Check>,
    passed_checks: Vec<Check>,
}

#[derive(Deserialize)]
struct Check {
    check_id: String,
    #[serde(default)]
    bc_check_id: Option<String>,
    #[serde(default)]
    check_name: Option<String>,
    #[serde(default)]
    file_path: Option<String>,
    #[serde(default)]
    file_abs_path: Option<String>,
    #[serde(default)]
    repo_file_path: Option<String>,
    #[serde(default)]
    file_line_range: Option<Vec<i64>>,
    #[serde(default)]
    resource: Option<String>,
    #[serde(default)]
    resource_address: Option<String>,
    #[serde(default)]
    severity: Option<String>,
    #[serde(default)]
    guideline: Option<String>,
    #[serde(default)]
    caller_file_path: Option<String>,
    #[serde(default)]
    caller_file_line_range: Option<Vec<i64>>,
}

/// Reads a report; each failed check is one finding, in the order of the report.
///
/// # Errors
/// When it is no JSON or not of Checkov's shape.
pub fn parse(bytes: &[u8]) -> Result<Vec<Finding>, IngestError> {
    Ok(results(bytes)?.into_iter().flat_map(|results| results.failed_checks).map(normalise).collect())
}

/// Reads what a report says has passed: the same findings, resolved. Reports made with `--compact` or `--quiet` name none.
///
/// # Errors
/// As [`parse`].
pub fn parse_passed(bytes: &[u8]) -> Result<Vec<Finding>, IngestError> {
    let passed = results(bytes)?.into_iter().flat_map(|results| results.passed_checks);
    Ok(passed.map(|check| Finding { state: super::draft::resolved("passed_checks"), ..normalise(check) }).collect())
}

fn results(bytes: &[u8]) -> Result<Vec<Results>, IngestError> {
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| IngestError::json(FORMAT, &error))?;
    let reports = match value {
        serde_json::Value::Array(items) => items,
        item => vec![item],
    };
    let read = |(index, report)| {
        let report: Report =
            serde_json::from_value(report).map_err(|error| IngestError::shape(FORMAT, format!("/{index}"), error.to_string()))?;
        Ok(report.results)
    };
    reports.into_iter().enumerate().map(read).collect()
}

fn normalise(check: Check) -> Finding {
    let (start_line, end_line) = lines(check.file_line_range.as_deref());
    let path = check.file_path.or(check.repo_file_path).or(check.file_abs_path);
    let address = check.resource_address.or(check.resource);
    let caller = check.caller_file_path.map(|path| {
        let (start_line, end_line) = lines(check.caller_file_line_range.as_deref());
        Box::new(CodePosition { path: Some(path), start_line, end_line, ..CodePosition::default() })
    });
    let mut rules = vec![RuleReference { scheme: "checkov".into(), id: check.check_id.clone() }];
    rules.extend(check.bc_check_id.filter(|id| !id.is_empty()).map(|id| RuleReference { scheme: "prisma".into(), id }));
    let raw_type = address.as_deref().and_then(resource_type);
    super::draft::tidy(Finding {
        id: format!("{}:{}:{}", check.check_id, path.as_deref().unwrap_or_default(), address.as_deref().unwrap_or_default()),
        source: "checkov".into(),
        state: FindingState::Active,
        title: check.check_name,
        description: None,
        severity: check.severity.as_deref().and_then(Severity::parse).unwrap_or(Severity::Medium),
        rules,
        resource: Resource { identity: None, raw_id: None, raw_type, tags: std::collections::BTreeMap::new() },
        code: Some(CodePosition { repository: None, commit: None, path, start_line, end_line, address, caller }),
        context: Context { remediation_url: check.guideline, ..Context::default() },
        first_seen: None,
        last_seen: None,
        url: None,
        params: std::collections::BTreeMap::new(),
        account: None,
        region: None,
        reply: std::collections::BTreeMap::new(),
    })
}

/// Checkov's `[start, end]`; anything else means unknown.
fn lines(range: Option<&[i64]>) -> (Option<usize>, Option<usize>) {
    let line = |value: Option<&i64>| value.and_then(|line| usize::try_from(*line).ok()).filter(|line| *line > 0);
    range.map_or((None, None), |range| (line(range.first()), line(range.get(1))))
}

/// `module.a.aws_s3_bucket.b[0]` → `aws_s3_bucket`.
fn resource_type(address: &str) -> Option<String> {
    address.parse::<crate::model::Address>().ok().map(|address| address.kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_and_an_array_give_the_same_findings() {
        let object = r#"{"check_type":"terraform","results":{"failed_checks":[{"check_id":"CKV_AWS_21","file_path":"/main.tf",
            "file_line_range":[3,9],"resource":"module.b.aws_s3_bucket.x[0]","severity":null,
            "caller_file_path":"/root.tf","caller_file_line_range":[1,4]}]}}"#;
        let one = parse(object.as_bytes()).unwrap();
        assert_eq!(one, parse(format!("[{object}]").as_bytes()).unwrap());
        let code = one[0].code.as_ref().unwrap();
        assert_eq!((code.start_line, code.end_line), (Some(3), Some(9)));
        assert_eq!(code.caller.as_ref().unwrap().path.as_deref(), Some("/root.tf"));
        assert_eq!(one[0].resource.raw_type.as_deref(), Some("aws_s3_bucket"));
    }

    #[test]
    fn what_passed_is_the_same_finding_resolved() {
        let report = |list: &str| {
            format!(r#"{{"results":{{"{list}":[{{"check_id":"CKV_AWS_21","file_path":"/main.tf","resource":"aws_s3_bucket.x"}}]}}}}"#)
        };
        let failed = parse(report("failed_checks").as_bytes()).unwrap().remove(0);
        let passed = parse_passed(report("passed_checks").as_bytes()).unwrap().remove(0);
        assert_eq!(passed.id, failed.id);
        assert_eq!(passed.state, FindingState::Resolved { evidence: "passed_checks".into() });
        assert_eq!(parse(report("passed_checks").as_bytes()).unwrap(), []);
    }

    #[test]
    fn a_report_of_nothing_is_no_finding() {
        assert_eq!(
            parse(br#"{"passed":0,"failed":0,"skipped":0,"parsing_errors":0,"resource_count":0,"checkov_version":"3.3.30"}"#).unwrap(),
            []
        );
    }

    #[test]
    fn a_wrong_shape_says_so() {
        assert!(parse(br#"{"results":{"failed_checks":3}}"#).is_err());
    }
}
