//! A finding under construction: the defaults that every source shares.

use std::collections::BTreeMap;

use super::json::{MAX_TAGS, MAX_TEXT, clean};
use crate::model::{CodePosition, Context, Finding, FindingState, Resource, RuleReference, Severity};

/// A finding of `source` with id `id`: active, of medium severity, about nothing yet.
#[must_use]
pub fn finding(source: &str, id: String) -> Finding {
    Finding {
        id,
        source: source.to_owned(),
        state: FindingState::Active,
        title: None,
        description: None,
        severity: Severity::Medium,
        rules: Vec::new(),
        resource: Resource::default(),
        code: None,
        context: Context::default(),
        first_seen: None,
        last_seen: None,
        url: None,
        params: BTreeMap::new(),
        account: None,
        region: None,
        reply: BTreeMap::new(),
    }
}

/// Bounds and cleans every text of a finding that was read by serde and not through [`super::json::Node`].
#[must_use]
pub fn tidy(mut finding: Finding) -> Finding {
    let line = |text: &mut Option<String>| {
        *text = text.take().map(|text| clean(&text, MAX_TEXT, true)).filter(|text| !text.is_empty());
    };
    finding.id = clean(&finding.id, 512, true);
    finding.description = finding.description.map(|text| clean(&text, MAX_TEXT, false));
    for text in [&mut finding.title, &mut finding.url, &mut finding.account, &mut finding.region] {
        line(text);
    }
    for text in [&mut finding.resource.raw_id, &mut finding.resource.raw_type] {
        line(text);
    }
    let context = &mut finding.context;
    for text in [
        &mut context.attack_path,
        &mut context.environment,
        &mut context.account_name,
        &mut context.owner_team,
        &mut context.jira_project,
        &mut context.remediation_url,
    ] {
        line(text);
    }
    for reference in &mut finding.rules {
        reference.id = clean(&reference.id, 256, true);
    }
    if let Some(code) = &mut finding.code {
        tidy_position(code, &line);
    }
    let tags = std::mem::take(&mut finding.resource.tags);
    finding.resource.tags =
        tags.into_iter().take(MAX_TAGS).map(|(key, value)| (clean(&key, 256, true), clean(&value, 1_024, true))).collect();
    finding
}

fn tidy_position(code: &mut CodePosition, line: &impl Fn(&mut Option<String>)) {
    for text in [&mut code.repository, &mut code.commit, &mut code.path, &mut code.address] {
        line(text);
    }
    if let Some(caller) = &mut code.caller {
        tidy_position(caller, line);
    }
}

/// One finding for each of the things that one message is about. Several are told apart by what they are about, because the
/// source has one id for all; that id is kept to answer with.
#[must_use]
pub fn told_apart(mut findings: Vec<Finding>) -> Vec<Finding> {
    if findings.len() > 1 {
        for (number, finding) in findings.iter_mut().enumerate() {
            let about = finding.resource.raw_id.clone().unwrap_or_else(|| number.to_string());
            let id = clean(&format!("{}#{about}", finding.id), 1_024, true);
            finding.reply.insert("finding_id".into(), std::mem::replace(&mut finding.id, id));
        }
    }
    findings
}

/// A reference to the scanner id `id` in `scheme`.
#[must_use]
pub fn rule(scheme: &str, id: impl Into<String>) -> RuleReference {
    RuleReference { scheme: scheme.to_owned(), id: id.into() }
}

/// Trivy writes `AVD-AWS-0086` in older versions and `AWS-0086` in newer ones: both forms, the short one first.
#[must_use]
pub fn trivy_rules(ids: &[Option<String>]) -> Vec<RuleReference> {
    let mut rules: Vec<RuleReference> = Vec::new();
    for id in ids.iter().flatten() {
        let short = id.strip_prefix("AVD-").unwrap_or(id);
        for form in [short.to_owned(), format!("AVD-{short}")] {
            if !rules.iter().any(|rule| rule.id == form) {
                rules.push(rule("trivy", form));
            }
        }
    }
    rules
}

/// Resolved, with the source's own word as evidence.
#[must_use]
pub fn resolved(evidence: impl Into<String>) -> FindingState {
    FindingState::Resolved { evidence: evidence.into() }
}

/// Muted in the source, with its own word as evidence.
#[must_use]
pub fn suppressed(evidence: impl Into<String>) -> FindingState {
    FindingState::Suppressed { evidence: evidence.into() }
}

/// A position in code; `None` when neither a path nor an address is known.
#[must_use]
pub fn position(path: Option<String>, start: Option<usize>, end: Option<usize>, address: Option<String>) -> Option<CodePosition> {
    (path.is_some() || address.is_some()).then(|| CodePosition {
        path,
        start_line: start,
        end_line: end.or(start),
        address: address.filter(|address| address.parse::<crate::model::Address>().is_ok()),
        ..CodePosition::default()
    })
}

/// The Terraform type an address names.
#[must_use]
pub fn type_of(address: Option<&str>) -> Option<String> {
    address?.parse::<crate::model::Address>().ok().map(|address| address.kind)
}
