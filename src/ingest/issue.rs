//! A finding in the text of a GitHub issue: our JSON block, a resource id with a rule, or `file:line` with a rule.

use regex::Regex;
use std::sync::LazyLock;

use super::{Format, IngestError, detect, parse};
use crate::model::{CodePosition, Context, Finding, FindingState, Resource, RuleReference, Severity};

/// Text beyond this is not looked at.
const TEXT_LIMIT: usize = 200_000;

static POSITION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?m)(?:^|[\s`(\[])((?:[\w.@+-]+/)*[\w.@+-]+\.tf(?:\.json|vars)?):(\d{1,7})(?:-(\d{1,7}))?").ok());
static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?m)(?:^|[\s`(])((?:module\.[\w-]+(?:\[[^\]\n]{1,80}\])?\.)*(?:aws|azurerm|azuread|google|google-beta|kubernetes|github)_\w+\.[\w-]+(?:\[[^\]\n]{1,80}\])?)"#).ok()
});
static RESOURCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(arn:aws[\w-]*:[\w-]*:[\w-]*:\d*:[^\s`,;<>()\[\]]+|/subscriptions/[0-9a-fA-F-]{36}/[^\s`,;<>()\[\]]+|//[a-z]+\.googleapis\.com/[^\s`,;<>()\[\]]+)").ok()
});
static RULE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?m)(?:^|[\s`(:,])(CKV2?_[A-Z0-9]+_\d+|AVD-[A-Z]+-\d+|(?:aws|azure|gcp|google)/[a-z0-9-]+/[a-z0-9-]+|[A-Z][A-Za-z0-9]{1,20}\.\d{1,3}|(?:s3|rds|ec2|iam|kms|cloudtrail|dynamodb|sqs|ecr|eks|sns|efs|elb|elbv2|awslambda|cloudfront|opensearch|redshift|storage|sqlserver|network|vm|keyvault|aks|compute|cloudsql|gke|bigquery|cloudstorage)_[a-z0-9_]{6,80})(?:$|[\s`),.:;])").ok()
});

/// The findings an issue tells of; `id` names the issue (`acme/infra#12`) and is the finding's id unless the block has its own.
///
/// # Errors
/// When the JSON block is broken, or nothing in the text is a finding; the message says what may stand there.
pub fn parse_issue(id: &str, title: &str, body: &str, repository: &str) -> Result<Vec<Finding>, IngestError> {
    let body: String = body.chars().take(TEXT_LIMIT).collect();
    if let Some(block) = json_block(&body) {
        let format = detect(block.as_bytes())?;
        let source = if format == Format::Own { "issue" } else { format.name() };
        return parse(format, block.as_bytes(), source);
    }
    let text = format!("{title}\n{body}");
    let finding = from_text(id, title, &text, repository);
    let nothing = finding.code.is_none() && finding.resource.raw_id.is_none();
    if nothing {
        return Err(IngestError::Nothing(
            "I found no finding in this issue: neither a JSON block, nor a resource id such as an ARN, nor a `file.tf:line`".into(),
        ));
    }
    Ok(vec![finding])
}

/// The first fenced block that holds JSON, or the whole body if it is JSON.
fn json_block(body: &str) -> Option<&str> {
    let trimmed = body.trim();
    if trimmed.starts_with(['{', '[']) && trimmed.ends_with(['}', ']']) {
        return Some(trimmed);
    }
    let mut rest = body;
    while let Some(start) = rest.find("```") {
        let after = &rest[start + 3..];
        let line_end = after.find('\n')?;
        let language = after[..line_end].trim();
        let content = &after[line_end + 1..];
        let end = content.find("```")?;
        let block = content[..end].trim();
        if (language.is_empty() || language.eq_ignore_ascii_case("json")) && block.starts_with(['{', '[']) {
            return Some(block);
        }
        rest = &content[end + 3..];
    }
    None
}

fn from_text(id: &str, title: &str, text: &str, repository: &str) -> Finding {
    let first = |regex: &LazyLock<Option<Regex>>| regex.as_ref().and_then(|regex| Some(regex.captures(text)?.get(1)?.as_str().to_owned()));
    let resource = first(&RESOURCE).map(|raw| raw.trim_end_matches(['.', ':', '"', '\'']).to_owned());
    let address = first(&ADDRESS);
    let rules: Vec<RuleReference> = RULE.as_ref().map(|regex| rule_references(regex, text)).unwrap_or_default();
    let mut finding = super::draft::finding("issue", id.to_owned());
    finding.title = Some(super::json::clean(title, 300, true));
    finding.state = FindingState::Active;
    finding.severity = Severity::High;
    finding.rules = rules;
    finding.context = Context::default();
    finding.resource = Resource { raw_id: resource, ..Resource::default() };
    finding.code = position(text, address, repository);
    super::draft::tidy(finding)
}

fn rule_references(regex: &Regex, text: &str) -> Vec<RuleReference> {
    let mut found: Vec<RuleReference> = Vec::new();
    for id in regex.captures_iter(text).filter_map(|captures| captures.get(1)).map(|id| id.as_str()).take(20) {
        let reference = RuleReference { scheme: scheme_of(id).into(), id: id.into() };
        if !found.contains(&reference) {
            found.push(reference);
        }
    }
    found
}

/// Whose rule id it is, by its shape.
fn scheme_of(id: &str) -> &'static str {
    if id.starts_with("CKV") {
        "checkov"
    } else if id.starts_with("AVD-") {
        "trivy"
    } else if id.contains('/') {
        "remediate"
    } else if id.contains('.') {
        "security_hub"
    } else {
        "prowler"
    }
}

fn position(text: &str, address: Option<String>, repository: &str) -> Option<CodePosition> {
    let captures = POSITION.as_ref().and_then(|regex| regex.captures(text));
    let part = |index: usize| captures.as_ref().and_then(|captures| captures.get(index)).map(|part| part.as_str());
    if captures.is_none() && address.is_none() {
        return None;
    }
    let start_line = part(2).and_then(|line| line.parse().ok());
    Some(CodePosition {
        repository: Some(repository.into()),
        path: part(1).map(Into::into),
        start_line,
        end_line: part(3).and_then(|line| line.parse().ok()).or(start_line),
        address,
        ..CodePosition::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(body: &str) -> Finding {
        parse_issue("acme/infra#1", "Fix it", body, "acme/infra").unwrap().remove(0)
    }

    #[test]
    fn a_json_block_is_our_own_format_or_a_known_one() {
        let finding = one("Hello\n\n```json\n{\"finding_id\":\"f-1\",\"resource_arn\":\"arn:aws:s3:::b\",\"severity\":\"HIGH\"}\n```\n");
        assert_eq!((finding.id.as_str(), finding.source.as_str()), ("f-1", "issue"));
        assert!(parse_issue("x", "", "```json\n{\"finding_id\": \n```", "a/b").is_err());
    }

    #[test]
    fn a_resource_with_a_scanner_id_is_a_finding() {
        let finding = one("S3.8 fails on `arn:aws:s3:::prod-backups`.");
        assert_eq!(finding.resource.raw_id.as_deref(), Some("arn:aws:s3:::prod-backups"));
        assert_eq!(finding.rules, [RuleReference { scheme: "security_hub".into(), id: "S3.8".into() }]);
        assert_eq!((finding.id.as_str(), finding.code), ("acme/infra#1", None));
    }

    #[test]
    fn a_line_with_a_rule_is_a_finding() {
        let finding = one("CKV_AWS_53 in infra/storage/main.tf:12-20, see aws/s3/public-access-block");
        let code = finding.code.unwrap();
        assert_eq!((code.path.as_deref(), code.start_line, code.end_line), (Some("infra/storage/main.tf"), Some(12), Some(20)));
        assert_eq!(code.repository.as_deref(), Some("acme/infra"));
        assert_eq!(finding.rules.iter().map(|rule| rule.scheme.as_str()).collect::<Vec<_>>(), ["checkov", "remediate"]);
    }

    #[test]
    fn an_address_is_enough_for_the_place() {
        let finding = one("module.storage[\"prod\"].aws_s3_bucket.b has CKV_AWS_21");
        assert_eq!(finding.code.and_then(|code| code.address).as_deref(), Some("module.storage[\"prod\"].aws_s3_bucket.b"));
    }

    #[test]
    fn words_alone_are_no_finding() {
        assert!(parse_issue("x", "Please fix", "all our buckets are open!", "a/b").is_err());
        assert!(parse_issue("x", "", "", "a/b").is_err());
    }
}
