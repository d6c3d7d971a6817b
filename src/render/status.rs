//! What `/remediate status` and `/remediate explain` answer.

use std::fmt::Write as _;

use super::comments::short;
use super::escape::{code, prose};
use crate::model::{Remediation, RemediationState};

/// Where a remediation stands, in a few lines.
#[must_use]
pub fn status_comment(remediation: &Remediation) -> String {
    let mut out = format!("**{}**", state_sentence(remediation.state));
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
    if let Some(due) = remediation.due {
        let _ = writeln!(out, "- Due: {}", due.format("%-d %B %Y"));
    }
    let _ = writeln!(out, "- Remediation {}", code(&remediation.id.0));
    out
}

/// The reasons: score, block, rule.
#[must_use]
pub fn explain_comment(remediation: &Remediation) -> String {
    let mut out = status_comment(remediation);
    if let Some(risk) = &remediation.risk {
        let _ = writeln!(out, "\n**Risk {} of 100**, threshold {}:\n", risk.score, risk.threshold);
        for point in &risk.points {
            let _ = writeln!(out, "- {:+} {}", point.points, prose(&point.reason));
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

const fn state_sentence(state: RemediationState) -> &'static str {
    match state {
        RemediationState::Received => "Received; not decided yet.",
        RemediationState::Paused => "Paused until it is decided.",
        RemediationState::Planned => "Planned; the pull request is due.",
        RemediationState::Open => "Open.",
        RemediationState::Merged => "Merged; not yet proved.",
        RemediationState::Verified => "Verified.",
        RemediationState::Ignored => "Left alone: below the threshold, suppressed or accepted.",
        RemediationState::Refused => "Nothing changed.",
        RemediationState::Declined => "Declined by a person.",
        RemediationState::Superseded => "No longer needed.",
        RemediationState::Reopened => "Merged, but the hole is still there.",
        RemediationState::Failed => "Given up after errors.",
    }
}
