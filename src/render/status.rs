//! What `/remediate status` and `/remediate explain` answer.

use std::fmt::Write as _;

use super::comments::short;
use super::escape::{code, prose};
use super::pull_request::{risk_points, tier_name};
use super::{owner_line, routing_lines};
use crate::model::{IgnoredBecause, Remediation, RemediationState};

/// Where a remediation stands, in a few lines.
#[must_use]
pub fn status_comment(remediation: &Remediation) -> String {
    let mut out = format!("**{}**", state_sentence(remediation));
    if let Some(pull_request) = &remediation.pull_request {
        let _ = write!(out, " #{}", pull_request.number);
        if let Some(commit) = &pull_request.merge_commit {
            let _ = write!(out, ", merged as {}", code(short(commit)));
        }
    }
    out.push('\n');
    if let Some(target) = &remediation.target {
        let _ = writeln!(out, "- Block: {} in {}", code(&target.address.to_string()), code(&target.path));
    }
    for rule in &remediation.rules {
        let _ = writeln!(out, "- Rule: {}", code(rule));
    }
    if let Some(refusal) = &remediation.refusal {
        let _ = writeln!(out, "- Reason: {}", prose(&refusal.message));
    }
    if let Some(note) = &remediation.note {
        let _ = writeln!(out, "- Why: {}", prose(note));
    }
    if let Some(owner) = remediation.route.as_ref().and_then(owner_line) {
        let _ = writeln!(out, "- Owner: {owner}");
    }
    if let Some(due) = remediation.due {
        let _ = writeln!(out, "- Due: {}", due.format("%-d %B %Y, %H:%M UTC"));
    }
    let _ = writeln!(out, "- Remediation {}", code(&remediation.id.0));
    out
}

/// The reasons: score, block, rule.
#[must_use]
pub fn explain_comment(remediation: &Remediation) -> String {
    let mut out = status_comment(remediation);
    if let Some(risk) = &remediation.risk {
        let _ = writeln!(out, "\n**Risk {} of 100**, threshold {}, tier {}:\n", risk.score, risk.threshold, tier_name(risk.tier));
        for point in risk_points(risk) {
            let _ = writeln!(out, "- {point}");
        }
    }
    if let Some(route) = &remediation.route {
        out.push_str("\n**Who was asked about the owner, in order:**\n\n");
        for line in routing_lines(route) {
            let _ = writeln!(out, "1. {line}");
        }
    }
    if let Some(target) = &remediation.target {
        out.push_str("\n**Why this block:**\n\n");
        for evidence in &target.evidence {
            let _ = writeln!(out, "- {}", prose(&evidence.note));
        }
    }
    out
}

fn state_sentence(remediation: &Remediation) -> String {
    let sentence = match remediation.state {
        RemediationState::Received => "Received; not decided yet.",
        RemediationState::Paused => match remediation.snoozed_until {
            Some(until) => return format!("Snoozed until {}.", until.format("%-d %B %Y, %H:%M UTC")),
            None => "Waiting for a decision of the team.",
        },
        RemediationState::Planned => "Planned; the pull request is due.",
        RemediationState::Open => "Open.",
        RemediationState::Merged => "Merged; not yet proved.",
        RemediationState::Verified => "Verified.",
        RemediationState::Ignored => match &remediation.ignored {
            Some(IgnoredBecause::Suppressed) => "Left alone: a false positive.",
            Some(IgnoredBecause::Excepted { until }) => return format!("Left alone: accepted until {}.", until.format("%-d %B %Y")),
            _ => "Left alone: the risk is below the threshold.",
        },
        RemediationState::Refused => "Nothing changed.",
        RemediationState::Declined => "Declined by a person.",
        RemediationState::Superseded => "No longer needed.",
        RemediationState::Reopened => "Merged, but the hole is still there.",
        RemediationState::Failed => "Given up after errors.",
    };
    sentence.to_owned()
}
