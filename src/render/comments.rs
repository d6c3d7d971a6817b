//! Comments on issues and pull requests. Each ends with its hidden mark (see `comment_marker`), which the caller appends.

use std::fmt::Write as _;

use super::escape::{Markdown, code, prose, text};
use super::pull_request::{applicability_sentence, collapse_blank_lines, warnings};
use crate::model::{Patch, Place, Refusal, RefusalKind};

/// Places beyond this are counted, not listed.
const PLACE_LIMIT: usize = 10;
/// A diff longer than this many bytes is cut.
const DIFF_LIMIT: usize = 12_000;

/// First answer to a command: work has begun.
#[must_use]
pub fn working_comment() -> String {
    "Working on it.\n".into()
}

/// The pull request is there.
#[must_use]
pub fn opened_comment(number: u64, draft: bool, title: &str) -> String {
    let draft = if draft { " as a draft, because applying it is disruptive" } else { "" };
    format!("Opened #{number}{draft}: {}.\n", prose(title))
}

/// A pull request for the same hole is already there.
#[must_use]
pub fn exists_comment(number: u64) -> String {
    format!("#{number} already fixes this; I added this finding to it.\n")
}

/// Nothing to change: the rule holds.
#[must_use]
pub fn holds_comment(rule: &str, address: &str, commit: &str) -> String {
    format!("Nothing to change: {} holds for {} at {}.\n", code(rule), code(address), code(short(commit)))
}

/// The fix waits because of a limit.
#[must_use]
pub fn queued_comment(open: u32, limit: u32) -> String {
    format!("Ready, but waiting: {open} of at most {limit} pull requests are open here. The most dangerous findings go first.\n")
}

/// Why nothing was changed and what to do next.
#[must_use]
pub fn refusal_comment(refusal: &Refusal) -> String {
    let mut out = format!("I changed nothing. {}\n", prose(&refusal.message));
    if !refusal.places.is_empty() {
        out.push_str("\nWhere I looked:\n");
        out.push_str(&place_list(&refusal.places));
    }
    if let Some(next) = &refusal.next {
        let _ = writeln!(out, "\n**Next:** {}", prose(next));
    }
    out
}

/// A question with numbered choices, for the refusals that a person can resolve by choosing.
#[must_use]
pub fn question_comment(refusal: &Refusal) -> String {
    let (question, answer) = match refusal.kind {
        RefusalKind::AmbiguousRule => ("Several rules could be meant. Which one?", "/remediate with rule=ID"),
        _ => ("Several blocks could be meant. Which one?", "/remediate at N"),
    };
    let mut out = format!("{question} {}\n\n", prose(&refusal.message));
    for (index, place) in refusal.places.iter().take(PLACE_LIMIT).enumerate() {
        let _ = writeln!(out, "{}. {}", index + 1, place_line(place));
    }
    if refusal.places.len() > PLACE_LIMIT {
        let _ = writeln!(out, "\n… and {} more.", refusal.places.len() - PLACE_LIMIT);
    }
    let _ = writeln!(out, "\nAnswer with `{answer}`.");
    if let Some(next) = &refusal.next {
        let _ = writeln!(out, "{}", prose(next));
    }
    out
}

/// What would be changed, without changing it.
#[must_use]
pub fn plan_comment(patch: &Patch, diff: &str) -> String {
    let mut out = format!("This is what I would change. {}\n\n", applicability_sentence(patch.applicability));
    for warning in warnings(patch) {
        let _ = writeln!(out, "- {warning}");
    }
    let mut diff = diff.to_owned();
    if diff.len() > DIFF_LIMIT {
        let end = (0..=DIFF_LIMIT).rev().find(|end| diff.is_char_boundary(*end)).unwrap_or(0);
        diff.truncate(end);
        diff.push_str("\n… cut here\n");
    }
    let longest = diff.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let _ = write!(out, "\n{fence}diff\n{}\n{fence}\n\n`/remediate` opens the pull request.\n", diff.trim_end());
    collapse_blank_lines(&out)
}

/// The fix holds at the merged commit.
#[must_use]
pub fn verified_comment(rules: &[String], address: &str, commit: &str, place: &Place, waiting_for: Option<&str>) -> String {
    let rules: Vec<Markdown> = rules.iter().map(|rule| code(rule)).collect();
    let mut out = format!(
        "**Verified.** {} holds for {} at {} ({}).\n",
        Markdown::join(&rules, ", "),
        code(address),
        code(short(commit)),
        code(&format!("{}:{}", place.path, place.line))
    );
    if let Some(source) = waiting_for {
        let _ =
            writeln!(out, "\nThis is the code. {} will say whether it sees the same in the cloud; I am waiting for that.", text(source));
    }
    out
}

/// Merged, but the hole is still there.
#[must_use]
pub fn reopened_comment(reason: &str, commit: &str) -> String {
    format!(
        "**Reopened.** Merged at {}, but the hole is still there: {}\n\n`/remediate retry` makes a new pull request.\n",
        code(short(commit)),
        prose(reason)
    )
}

/// A person closed the pull request.
#[must_use]
pub fn declined_comment(by: Option<&str>) -> String {
    let by = by.map(|login| format!(" by {}", code(login))).unwrap_or_default();
    format!("Closed{by}: understood as a no. I will not open it again by myself; `/remediate retry` does.\n")
}

/// A person pushed to the branch.
#[must_use]
pub fn hands_off_comment(login: &str) -> String {
    format!("{} changed this branch; it is yours now. I will not push to it again, and will still verify after the merge.\n", code(login))
}

/// The fix waits for a decision.
#[must_use]
pub fn paused_comment(reason: &str) -> String {
    format!("Paused: {}\n", prose(reason))
}

/// Gave up after errors.
#[must_use]
pub fn failed_comment(what: &str) -> String {
    format!("Something went wrong on my side and I gave up after several attempts: {}\n\n`/remediate retry` tries again.\n", prose(what))
}

/// A command by someone without write permission.
#[must_use]
pub fn not_permitted_comment(login: &str) -> String {
    format!("{}: I act only for people with write permission on this repository.\n", code(login))
}

/// Nothing in the issue could be read as a finding, or the command was not understood.
#[must_use]
pub fn unreadable_comment(reason: &str) -> String {
    format!("{}\n\n`/remediate help` tells what I understand.\n", prose(reason))
}

/// The policy file is broken; the last good one stays in force.
#[must_use]
pub fn policy_error_comment(error: &str) -> String {
    // The error quotes a line of the file: fenced, with a fence that the line cannot close.
    let longest = error.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("I cannot read the policy of this commit; the last good one stays in force.\n\n{fence}text\n{error}\n{fence}\n")
}

fn place_list(places: &[Place]) -> String {
    let mut out = String::new();
    for place in places.iter().take(PLACE_LIMIT) {
        let _ = writeln!(out, "- {}", place_line(place));
    }
    if places.len() > PLACE_LIMIT {
        let _ = writeln!(out, "- … and {} more", places.len() - PLACE_LIMIT);
    }
    out
}

/// A place that is only a note (a rule among candidates) has no path.
fn place_line(place: &Place) -> Markdown {
    if place.path.is_empty() {
        return prose(&place.note);
    }
    let note = prose(&place.note);
    let dash = if note.as_str().is_empty() { "" } else { ": " };
    Markdown::own(format!("{}{dash}{note}", code(&format!("{}:{}", place.path, place.line))))
}

/// The first 12 digits of a commit.
pub(super) fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}
