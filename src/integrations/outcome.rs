//! What became of a finding.

use chrono::{DateTime, Utc};
use serde::Serialize;

/// How far a fix has come, as a source is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeState {
    /// A pull request is open.
    InProgress,
    /// Merged, and the rule holds in the merged code.
    Verified,
    /// Merged, but the rule does not hold or the source still sees the hole.
    Reopened,
    /// Nothing was changed, with a reason.
    Refused,
    /// A person closed the pull request.
    Declined,
    /// Agreed to be a false positive.
    FalsePositive,
    /// The risk is accepted until a date.
    Accepted,
}

/// What became of a finding, for its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The source's own id of the finding.
    pub finding_id: String,
    /// How far it has come.
    pub state: OutcomeState,
    /// One or two sentences.
    pub message: String,
    /// The rule.
    pub rule: Option<String>,
    /// The pull request.
    pub pull_request: Option<String>,
    /// The merge commit.
    pub commit: Option<String>,
    /// When it happened.
    pub at: DateTime<Utc>,
}

impl Outcome {
    /// One text for sources that take only a note: the message, the pull request and the commit.
    #[must_use]
    pub fn note(&self) -> String {
        let mut note = format!("remediate: {}", self.message);
        for (what, value) in [("Pull request", &self.pull_request), ("Commit", &self.commit)] {
            if let Some(value) = value {
                note.push_str(&format!(" {what}: {value}."));
            }
        }
        note
    }
}
