//! Comments on issues and pull requests. Each ends with its hidden mark (see `comment_marker`), which the caller appends.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use super::escape::{Markdown, code, prose, text};
use super::pull_request::{applicability_sentence, collapse_blank_lines, warnings};
use crate::model::{AuditEvent, Patch, Place, Refusal, RefusalKind, Risk};

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

/// Nothing to change, with what was looked at.
#[must_use]
pub fn already_right_comment(why: &str) -> String {
    format!("Nothing to change: {}.\n", prose(why.trim_end_matches('.')))
}

/// The fix waits because `limit` (a sentence of ours) is full.
#[must_use]
pub fn queued_comment(limit: &str) -> String {
    format!("The fix is ready and waits for its turn: {limit}. The most dangerous findings go first.\n")
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
pub fn verified_comment(rules: &[String], address: &str, commit: &str, evidence: &str, waiting_for: Option<&str>) -> String {
    let rules: Vec<Markdown> = rules.iter().map(|rule| code(rule)).collect();
    let mut out = format!("**Verified.** {} holds for {} at {}.\n", Markdown::join(&rules, ", "), code(address), code(short(commit)),);
    if !evidence.is_empty() {
        let _ = writeln!(out, "\n{}", prose(evidence));
    }
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

/// A request is before the team that decides. `team` is a mention made of the organisation's own policy; `until` is the end of the
/// exception asked for, absent for a false positive; `extends` when an exception is in force until another date.
#[must_use]
pub fn decision_asked_comment(
    team: Option<&str>,
    by: &str,
    until: Option<DateTime<Utc>>,
    decide_by: DateTime<Utc>,
    extends: bool,
) -> String {
    let to = team.map(|team| format!("{team}: ")).unwrap_or_default();
    let asks = match (until, extends) {
        (None, _) => "says that this is a false positive".to_owned(),
        (Some(until), false) => format!("asks to accept this risk until {}", day(until)),
        (Some(until), true) => format!("asks to extend the exception until {}", day(until)),
    };
    let meanwhile =
        if extends { "The present exception stays in force." } else { "The fix waits until then; without a decision it goes on." };
    let approve = match until {
        None => {
            "leaves this resource alone for good; `approve repository` does so for this rule in this repository, `approve everywhere` in all"
        }
        Some(_) => "accepts it; on that day it comes back by itself",
    };
    let reject = if extends { "leaves the exception as it is" } else { "goes on with the fix" };
    format!(
        "{to}{} {asks}. Please decide by {}. {meanwhile}\n\n- `/remediate approve` {approve}\n- `/remediate reject REASON` {reject}\n\nIt takes a second person.\n",
        code(by),
        moment(decide_by)
    )
}

/// The exception in force is not extended.
#[must_use]
pub fn not_extended_comment(reason: &str, until: DateTime<Utc>) -> String {
    format!("Not extended: {}. The exception ends on {}.\n", prose(reason), day(until))
}

/// The fix waits because a person asked.
#[must_use]
pub fn snoozed_comment(by: &str, until: DateTime<Utc>, due: Option<DateTime<Utc>>) -> String {
    let due = due.map(|due| format!(" It stays due on {}.", day(due))).unwrap_or_default();
    format!("Snoozed by {} until {}.{due} `/remediate resume` goes on earlier.\n", code(by), moment(until))
}

/// A decision was taken back.
#[must_use]
pub fn revoked_comment(by: &str, reason: &str) -> String {
    format!("{} took back the decision to leave this alone: {}. It is open again.\n", code(by), prose(reason))
}

/// The fix goes on.
#[must_use]
pub fn resumed_comment(reason: &str) -> String {
    format!("It goes on: {}.\n", prose(reason))
}

/// Agreed to be a false positive; `open` when a pull request is open that nobody needs any more.
#[must_use]
pub fn suppressed_comment(by: &str, open: bool) -> String {
    format!("{} agreed that this is a false positive. I leave it alone from now on.{}\n", code(by), closable(open))
}

/// Accepted as a risk for a time.
#[must_use]
pub fn excepted_comment(by: &str, until: DateTime<Utc>, open: bool) -> String {
    format!("{} accepted this risk until {}. On that day it comes back.{}\n", code(by), moment(until), closable(open))
}

const fn closable(open: bool) -> &'static str {
    if open { " This pull request may be closed." } else { "" }
}

/// The time of the exception is over.
#[must_use]
pub fn exception_ended_comment() -> String {
    "The time for which this risk was accepted is over; it is open again. `/remediate exception until=DATE REASON` asks for more time, \
     which needs a new approval.\n"
        .into()
}

/// The due date is near; `who` are mentions of those whose review is asked for.
#[must_use]
pub fn reminder_comment(due: Option<DateTime<Utc>>, who: &[String]) -> String {
    let due = due.map(|due| format!("is due on {} and ", moment(due))).unwrap_or_default();
    format!("{}This {due}waits for a review.\n", addressed(who))
}

/// The due date has passed.
#[must_use]
pub fn overdue_comment(due: Option<DateTime<Utc>>, who: &[String]) -> String {
    let due = due.map_or_else(|| "is overdue".to_owned(), |due| format!("was due on {}", moment(due)));
    format!("{}This {due}, and the hole is still open.\n", addressed(who))
}

fn addressed(who: &[String]) -> String {
    if who.is_empty() { String::new() } else { format!("{}: ", who.join(" ")) }
}

/// A person asked to try again.
#[must_use]
pub fn again_comment(by: &str) -> String {
    format!("Trying again, because {} asked.\n", code(by))
}

/// Another source saw the same hole.
#[must_use]
pub fn joined_comment(source: &str) -> String {
    format!("{} reports the same hole; it is answered by the same fix.\n", text(source))
}

/// Below the threshold.
#[must_use]
pub fn below_threshold_comment(risk: Option<&Risk>) -> String {
    let mut out = String::from("I leave this alone: the risk is below the threshold.");
    if let Some(risk) = risk {
        let _ = write!(out, " It scores {} of 100, and {} is needed.", risk.score, risk.threshold);
    }
    out.push_str(" `/remediate explain` tells how the score came about.\n");
    out
}

/// The source says that the hole is closed.
#[must_use]
pub fn closed_at_source_comment(evidence: &str) -> String {
    format!("No longer needed: {}.\n", prose(evidence))
}

/// Merged; the proof follows.
#[must_use]
pub fn merged_comment(number: u64) -> String {
    format!("#{number} is merged. I am checking that the fix holds there.\n")
}

/// What the source's own re-scan said; `None`: nothing in time.
#[must_use]
pub fn rescan_comment(evidence: Option<&str>) -> String {
    match evidence {
        Some(evidence) => format!("The source confirms it: {}.\n", prose(evidence)),
        None => "The source has not said in time whether it sees the fix. It holds in the code.\n".into(),
    }
}

/// What an evaluation on the default branch, asked for by a person, came to: the place where it holds, or why it does not.
#[must_use]
pub fn looked_again_comment(rules: &[String], branch: &str, commit: &str, result: Result<&Place, &str>) -> String {
    let rules: Vec<Markdown> = rules.iter().map(|rule| code(rule)).collect();
    let (rules, at) = (Markdown::join(&rules, ", "), format!("{} ({})", code(branch), code(short(commit))));
    match result {
        Ok(place) => {
            let line = code(&format!("{}:{}", place.path, place.line));
            format!("On {at}, {rules} holds for {} in {line}.\n", code(place.note.trim_matches('`')))
        }
        Err(reason) => format!("On {at}, {rules} does not hold yet: {}.\n", prose(reason.trim_end_matches('.'))),
    }
}

/// The change was made again on the default branch.
#[must_use]
pub fn rebased_comment(branch: &str, base: &str, unchanged: bool) -> String {
    let at = format!("{} at {}", code(branch), code(short(base)));
    if unchanged { format!("This is made on {at} already.\n") } else { format!("Made again on {at}.\n") }
}

/// What happened to a finding, from the audit record: oldest first, the last ones of many.
#[must_use]
pub fn audit_comment(events: &[AuditEvent]) -> String {
    const MOST: usize = 40;
    let mut out = String::from("| when | who | what |\n|---|---|---|\n");
    let left_out = events.len().saturating_sub(MOST);
    for event in events.iter().skip(left_out) {
        let from_to = match (event.details["from"].as_str(), event.details["to"].as_str()) {
            (Some(from), Some(to)) => format!(" ({from} → {to})"),
            _ => String::new(),
        };
        let what = event.action.replace(['.', '_'], " ");
        let why = ["reason", "message", "evidence"].iter().find_map(|field| event.details[*field].as_str());
        let why = why.map(|why| format!(": {}", prose(why))).unwrap_or_default();
        let _ = writeln!(out, "| {} | {} | {what}{from_to}{why} |", event.at.format("%Y-%m-%d %H:%M"), code(&event.actor));
    }
    if left_out > 0 {
        let _ = writeln!(out, "\n{left_out} earlier events are not shown.");
    }
    if let Some(last) = events.last() {
        let _ = writeln!(out, "\nThe record is hash-chained; the last line is event {}, {}.", last.sequence, code(short(&last.hash)));
    }
    out
}

/// A decision that is not possible, or one that was not understood.
#[must_use]
pub fn not_possible_comment(why: &str) -> String {
    format!("That is not possible: {}.\n", prose(why.trim_end_matches('.')))
}

/// Nothing is known about this issue or pull request.
#[must_use]
pub fn nothing_known_comment() -> String {
    "I know of no finding here. `/remediate` reads the one in this issue.\n".into()
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y").to_string()
}

fn moment(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
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

/// The policy file is broken. `earlier`: whether a good one came before, which stays in force.
#[must_use]
pub fn policy_error_comment(error: &str, earlier: bool) -> String {
    let meanwhile = if earlier {
        "The last good one stays in force until this is mended."
    } else {
        "There is no earlier one, so I do nothing here until this is mended."
    };
    format!(
        "I cannot read the policy of this commit. {meanwhile}\n\n{}\n`remediate config check FILE` finds the same before you push.\n",
        fenced(error)
    )
}

/// Mistakes in rule files of the organisation, one line each.
#[must_use]
pub fn rule_errors_comment(errors: &[String]) -> String {
    let shown: Vec<&str> = errors.iter().take(PLACE_LIMIT).map(String::as_str).collect();
    let more = if errors.len() > PLACE_LIMIT { format!("\n… and {} more", errors.len() - PLACE_LIMIT) } else { String::new() };
    format!(
        "Rule files with mistakes are left out; the others of this commit are in force. `remediate rules check --rules DIR` shows each place.\n\n{}",
        fenced(&format!("{}{more}", shown.join("\n")))
    )
}

/// Text that others wrote (a line of their file), in a fence that it cannot close.
fn fenced(error: &str) -> String {
    let longest = error.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{error}\n{fence}\n")
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
