//! Rules in plain words, for pages and the command line.

use super::{CompanionSpec, Operation, SetSpec, Status};
use crate::model::{Applicability, EffectKind, Severity};

/// How freely a rule may be applied, in words.
#[must_use]
pub const fn applicability_phrase(level: Applicability) -> &'static str {
    match level {
        Applicability::Safe => "safe: in place, with the intended effect only",
        Applicability::Review => "to be reviewed: may change behaviour",
        Applicability::Disruptive => "disruptive: replacement, downtime or loss",
    }
}

/// The severity as a word.
#[must_use]
pub const fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Informational => "informational",
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}

/// The maturity as a word.
#[must_use]
pub const fn status_word(status: Status) -> &'static str {
    match status {
        Status::Preview => "preview",
        Status::Stable => "stable",
        Status::Deprecated => "deprecated",
    }
}

/// The heading of an effect.
#[must_use]
pub const fn effect_title(kind: EffectKind) -> &'static str {
    match kind {
        EffectKind::Replacement => "Replacement",
        EffectKind::Downtime => "Downtime",
        EffectKind::DataLoss => "Loss of data",
        EffectKind::Cost => "Cost",
        EffectKind::Behaviour => "Behaviour",
    }
}

/// A scheme of scanner ids as its makers write it.
#[must_use]
pub fn scheme_title(scheme: &str) -> &str {
    match scheme {
        "checkov" => "Checkov",
        "trivy" => "Trivy",
        "kics" => "KICS",
        "terrascan" => "Terrascan",
        "snyk" => "Snyk",
        "security_hub" => "AWS Security Hub",
        "prowler" => "Prowler",
        "wiz" => "Wiz",
        "orca" => "Orca",
        "prisma" => "Prisma Cloud",
        "defender" => "Microsoft Defender for Cloud",
        "scc" => "Security Command Center",
        "cis_aws" => "CIS AWS Foundations",
        "cis_azure" => "CIS Azure Foundations",
        "cis_gcp" => "CIS Google Cloud Foundations",
        other => other,
    }
}

/// The end an operation states, as a clause without a full stop.
#[must_use]
pub fn end_phrase(operation: &Operation) -> String {
    match operation {
        Operation::Set(set) => set_phrase(set),
        Operation::Block(block) => {
            only_when(format!("the block `{}` is there and complete", block.path), block.when.as_ref().map(|when| &when.text))
        }
        Operation::Remove(remove) => only_when(format!("`{}` is absent", remove.path), remove.when.as_ref().map(|when| &when.text)),
        Operation::Companion(companion) => companion_phrase(companion),
        Operation::Narrow(narrow) => {
            only_when(format!("`{}` holds none of `{}`", narrow.path, narrow.drop.text), narrow.when.as_ref().map(|when| &when.text))
        }
        Operation::Statement(statement) => {
            let which = statement.matching.as_ref().map_or_else(String::new, |matching| format!(" where `{}`", matching.text));
            let end = if statement.drop {
                format!("no statement of `{}`{which}", statement.path)
            } else if statement.add.is_some() {
                format!("`{}` has the statement the rule states", statement.path)
            } else {
                let members: Vec<String> = statement.set.iter().map(|(name, value)| format!("`{name}` is `{}`", value.text)).collect();
                format!("in every statement of `{}`{which}, {}", statement.path, members.join(" and "))
            };
            only_when(end, statement.when.as_ref().map(|when| &when.text))
        }
    }
}

fn set_phrase(set: &SetSpec) -> String {
    let mut ends = Vec::new();
    if let Some(bound) = &set.at_least {
        ends.push(format!("is at least `{}`", bound.text));
    }
    if let Some(bound) = &set.at_most {
        ends.push(format!("is at most `{}`", bound.text));
    }
    if let Some(values) = &set.one_of {
        ends.push(format!("is one of `{}`", values.text));
    }
    if let Some(values) = &set.contains {
        ends.push(format!("contains `{}`", values.text));
    }
    if let Some(value) = &set.value {
        ends.push(match (set.present, ends.is_empty()) {
            (true, _) => format!("has a value (`{}` where it has none)", value.text),
            (false, true) => format!("is `{}`", value.text),
            (false, false) => format!("written as `{}`", value.text),
        });
    }
    only_when(format!("`{}` {}", set.path, ends.join(", ")), set.when.as_ref().map(|when| &when.text))
}

fn companion_phrase(companion: &CompanionSpec) -> String {
    let mut phrase = match (&companion.referenced_by, &companion.link_to) {
        (Some(path), _) => format!("`{path}` names a `{}`", companion.resource),
        (None, other) if companion.relink.is_some() => {
            let what = other.as_ref().map_or_else(|| "it".to_owned(), |other| format!("that `{other}`"));
            format!("no `{}` refers to {what} by `{}`", companion.resource, companion.link)
        }
        (None, Some(other)) => format!("a `{}` refers to that `{other}` by `{}`", companion.resource, companion.link),
        (None, None) => format!("a `{}` refers to it by `{}` and is complete", companion.resource, companion.link),
    };
    if let Some(version) = &companion.inline_version {
        let inline: Vec<String> = companion.inline.iter().map(end_phrase).collect();
        phrase = format!("{phrase} (provider {version}: {})", inline.join("; "));
    }
    only_when(phrase, companion.when.as_ref().map(|when| &when.text))
}

fn only_when(phrase: String, when: Option<&String>) -> String {
    match when {
        Some(when) => format!("{phrase}, when `{}`", when.replace('\n', " ")),
        None => phrase,
    }
}
