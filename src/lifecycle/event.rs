//! What can happen to a remediation.

use chrono::{DateTime, Utc};

use super::Asked;
use crate::model::{Applicability, PullRequestRef, Refusal, Repository, Risk, Route, Target};

/// Something that happened. Logins are GitHub's, texts of sources are untrusted.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A source tells of the hole for the first time; `joined` when another source did before.
    FindingReceived {
        /// Configured name of the source.
        source: String,
        /// Our id of the finding.
        finding: String,
        /// Whether the remediation existed already.
        joined: bool,
    },
    /// A source tells of the hole again.
    FindingRepeated {
        /// Our id of the finding.
        finding: String,
    },
    /// A source says that the hole is closed.
    FindingResolved {
        /// Configured name of the source.
        source: String,
        /// Our id of the finding.
        finding: String,
        /// The source's word for it.
        evidence: String,
        /// How many witnesses still say that it is open.
        remaining: usize,
    },
    /// A source that said the hole is closed says that it is open again.
    FindingReturned {
        /// Configured name of the source.
        source: String,
        /// Our id of the finding.
        finding: String,
    },
    /// The risk was assessed.
    Scored {
        /// The score with its reasons.
        risk: Risk,
        /// When it must be done by.
        due: Option<DateTime<Utc>>,
    },
    /// The block was found.
    Located {
        /// The repository.
        repository: Repository,
        /// The block.
        target: Box<Target>,
        /// Who owns it, and how that was found.
        route: Route,
    },
    /// Nothing can be changed, for a reason.
    Refused {
        /// The reason.
        refusal: Refusal,
    },
    /// A patch was made and proved.
    Planned {
        /// Rules applied, main one first.
        rules: Vec<String>,
        /// How freely it may be applied.
        applicability: Applicability,
    },
    /// The rule holds in the code already, without a change of ours.
    AlreadyHolds {
        /// At which commit.
        commit: String,
        /// What was looked at.
        evidence: String,
    },
    /// The pull request exists.
    Published {
        /// The pull request.
        pull_request: PullRequestRef,
    },
    /// Somebody else's commit is on our branch.
    HumanCommit {
        /// Number of the pull request.
        number: u64,
        /// Who.
        login: String,
        /// The branch's head now.
        head: String,
    },
    /// A person closed the pull request without merging.
    Closed {
        /// Number of the pull request.
        number: u64,
        /// Who.
        login: String,
    },
    /// A person opened the closed pull request again.
    PullRequestReopened {
        /// Number of the pull request.
        number: u64,
        /// Who.
        login: String,
    },
    /// The pull request was merged.
    Merged {
        /// Number of the pull request.
        number: u64,
        /// Who merged.
        login: String,
        /// The commit on the default branch.
        commit: String,
    },
    /// The rule holds at the merged commit, on the block as it is there.
    RuleHolds {
        /// The commit.
        commit: String,
        /// What was looked at, in a sentence.
        evidence: String,
    },
    /// The rule does not hold at the merged commit.
    RuleFails {
        /// The commit.
        commit: String,
        /// Exactly why not.
        reason: String,
    },
    /// The source's re-scan says that the hole is closed.
    RescanConfirmed {
        /// Configured name of the source.
        source: String,
        /// Its word for it.
        evidence: String,
    },
    /// The source's re-scan says that the hole is still open.
    RescanContradicted {
        /// Configured name of the source.
        source: String,
        /// Its word for it.
        evidence: String,
    },
    /// The time to wait for the re-scan is over.
    RescanDeadline,
    /// Agreed to be a false positive.
    Suppressed {
        /// Id of the decision.
        decision: String,
        /// Who agreed.
        by: String,
        /// Why, in the words of who asked.
        reason: String,
    },
    /// Accepted as a risk until a date.
    Excepted {
        /// Id of the decision.
        decision: String,
        /// Who agreed.
        by: String,
        /// Why, in the words of who asked.
        reason: String,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// The date of the exception has come.
    ExceptionEnded {
        /// Id of the decision.
        decision: String,
    },
    /// A member of the team took the suppression or exception back.
    Revoked {
        /// Id of the decision.
        decision: String,
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
    /// Somebody asked to leave the finding alone; the fix waits for the decision.
    DecisionRequested {
        /// Id of the decision.
        decision: String,
        /// What is asked for.
        asked: Asked,
        /// Who asked.
        by: String,
        /// Until when it must be decided.
        decide_by: DateTime<Utc>,
    },
    /// The request was turned down, with a reason; or withdrawn.
    DecisionRejected {
        /// Id of the decision.
        decision: String,
        /// Who turned it down.
        by: String,
        /// Why.
        reason: String,
    },
    /// Nobody decided in time.
    DecisionLapsed {
        /// Id of the decision.
        decision: String,
    },
    /// A person asked to wait; the due date stays.
    Snoozed {
        /// Who.
        by: String,
        /// Why.
        reason: String,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// The time of a snooze has come.
    SnoozeEnded,
    /// A person asked to go on.
    ResumeRequested {
        /// Who.
        by: String,
    },
    /// A person asked to try again something that had ended.
    ReopenRequested {
        /// Who.
        by: String,
    },
    /// A person said where the block is.
    LocationAnswered {
        /// Who.
        by: String,
    },
    /// The policy of its repository or organisation changed.
    PolicyChanged,
    /// The due date is near.
    ReminderDue,
    /// The due date has passed.
    DueDatePassed,
    /// A step failed for good.
    GaveUp {
        /// The last error.
        error: String,
    },
}

impl Event {
    /// The stable name, for errors and the table of the documentation.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::FindingReceived { .. } => "finding received",
            Self::FindingRepeated { .. } => "finding repeated",
            Self::FindingResolved { .. } => "finding resolved",
            Self::FindingReturned { .. } => "finding returned",
            Self::Scored { .. } => "scored",
            Self::Located { .. } => "located",
            Self::Refused { .. } => "refused",
            Self::Planned { .. } => "planned",
            Self::AlreadyHolds { .. } => "already holds",
            Self::Published { .. } => "published",
            Self::HumanCommit { .. } => "human commit",
            Self::Closed { .. } => "closed by human",
            Self::PullRequestReopened { .. } => "pull request reopened",
            Self::Merged { .. } => "merged",
            Self::RuleHolds { .. } => "rule holds",
            Self::RuleFails { .. } => "rule fails",
            Self::RescanConfirmed { .. } => "re-scan confirms",
            Self::RescanContradicted { .. } => "re-scan contradicts",
            Self::RescanDeadline => "re-scan deadline",
            Self::Suppressed { .. } => "suppressed",
            Self::Excepted { .. } => "excepted",
            Self::ExceptionEnded { .. } => "exception ended",
            Self::DecisionRequested { .. } => "decision requested",
            Self::DecisionRejected { .. } => "decision rejected",
            Self::DecisionLapsed { .. } => "decision lapsed",
            Self::Revoked { .. } => "decision revoked",
            Self::Snoozed { .. } => "snoozed",
            Self::SnoozeEnded => "snooze ended",
            Self::ResumeRequested { .. } => "resume requested",
            Self::ReopenRequested { .. } => "reopen requested",
            Self::LocationAnswered { .. } => "location answered",
            Self::PolicyChanged => "policy changed",
            Self::ReminderDue => "reminder due",
            Self::DueDatePassed => "due date passed",
            Self::GaveUp { .. } => "gave up",
        }
    }

    /// Whether a person's own act is behind it: only such an event brings back what a person closed.
    #[must_use]
    pub const fn is_human(&self) -> bool {
        matches!(
            self,
            Self::HumanCommit { .. }
                | Self::Closed { .. }
                | Self::PullRequestReopened { .. }
                | Self::Merged { .. }
                | Self::Suppressed { .. }
                | Self::Excepted { .. }
                | Self::DecisionRequested { .. }
                | Self::DecisionRejected { .. }
                | Self::Revoked { .. }
                | Self::Snoozed { .. }
                | Self::ResumeRequested { .. }
                | Self::ReopenRequested { .. }
                | Self::LocationAnswered { .. }
        )
    }
}
