//! Check runs: a title and a summary each.

use super::comments::{refusal_comment, short};
use super::escape::{code, prose};
use crate::model::Refusal;

/// Title and Markdown summary of a check run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckText {
    /// One line.
    pub title: String,
    /// Markdown.
    pub summary: String,
}

/// The check at the merged commit.
#[must_use]
pub fn check_for_verdict(rules: &[String], address: &str, commit: &str, problem: Option<&str>) -> CheckText {
    let rules = rules.iter().map(|rule| code(rule).to_string()).collect::<Vec<_>>().join(", ");
    match problem {
        None => CheckText { title: "Verified".into(), summary: format!("{rules} holds for {} at {}.", code(address), code(short(commit))) },
        Some(problem) => CheckText { title: "The hole is still there".into(), summary: prose(problem).to_string() },
    }
}

/// The check on a commit at which nothing could be done.
#[must_use]
pub fn check_for_refusal(refusal: &Refusal) -> CheckText {
    CheckText { title: "Nothing changed".into(), summary: refusal_comment(refusal) }
}
