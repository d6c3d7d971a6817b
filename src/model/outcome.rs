//! What became of a finding, as its source is told.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The name under which we write into other systems. A message that carries it back to us is our own word, never new evidence.
pub const OWN_NAME: &str = "remediate";

/// How far a fix has come, as a source is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeState {
    /// A pull request is open.
    InProgress,
    /// Merged, and the rule holds in the merged code.
    Verified,
    /// It was done, accepted or called a false positive, and is open again.
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

impl OutcomeState {
    /// Every state.
    pub const ALL: [Self; 7] =
        [Self::InProgress, Self::Verified, Self::Reopened, Self::Refused, Self::Declined, Self::FalsePositive, Self::Accepted];

    /// The stable name used in callbacks, audit events and jobs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InProgress => "in_progress",
            Self::Verified => "verified",
            Self::Reopened => "reopened",
            Self::Refused => "refused",
            Self::Declined => "declined",
            Self::FalsePositive => "false_positive",
            Self::Accepted => "accepted",
        }
    }
}

/// What became of a finding, for its source: the body of a callback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The source's own id of the finding.
    pub finding_id: String,
    /// How far it has come.
    pub state: OutcomeState,
    /// What the source was to know before, if anything.
    pub previous: Option<OutcomeState>,
    /// One or two sentences.
    pub message: String,
    /// The rule.
    pub rule: Option<String>,
    /// The pull request.
    pub pull_request: Option<String>,
    /// The merge commit.
    pub commit: Option<String>,
    /// Until when the risk is accepted.
    pub until: Option<DateTime<Utc>>,
    /// When it happened.
    pub at: DateTime<Utc>,
}

impl Outcome {
    /// Whether the finding was agreed to stay, as a false positive or an accepted risk, and is open again.
    #[must_use]
    pub fn ends_agreement(&self) -> bool {
        self.state == OutcomeState::Reopened && matches!(self.previous, Some(OutcomeState::FalsePositive | OutcomeState::Accepted))
    }

    /// One text for sources that take only a note: the message, the pull request and the commit.
    #[must_use]
    pub fn note(&self) -> String {
        let mut note = format!("{OWN_NAME}: {}", self.message);
        for (what, value) in [("Pull request", &self.pull_request), ("Commit", &self.commit)] {
            if let Some(value) = value {
                note.push_str(&format!(" {what}: {value}."));
            }
        }
        note
    }
}
