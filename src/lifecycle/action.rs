//! What is to be done, as data. `flow` carries it out, `render` finds the words.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::Asked;

/// A step of the line that follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Follow {
    /// Assess the risk.
    Assess,
    /// Find the block.
    Locate,
    /// Make the patch.
    Plan,
    /// Compare with the code host.
    Track,
    /// Evaluate the rule at the merged commit.
    Verify,
    /// Remind the reviewers.
    Remind,
    /// See whether the due date has passed.
    Breach,
    /// See whether the source's re-scan has come.
    Rescan,
    /// End the exception.
    EndException,
    /// See whether the request was decided.
    LapseDecision,
    /// End the snooze.
    Wake,
}

impl Follow {
    /// The stable name, which is the kind of its job.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Assess => "assess",
            Self::Locate => "locate",
            Self::Plan => "plan",
            Self::Track => "track",
            Self::Verify => "verify",
            Self::Remind => "remind",
            Self::Breach => "breach",
            Self::Rescan => "rescan",
            Self::EndException => "end_exception",
            Self::LapseDecision => "lapse_decision",
            Self::Wake => "wake",
        }
    }
}

/// Where a comment goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thread {
    /// On the pull request.
    PullRequest,
    /// On every issue that asked for the fix.
    Issues,
    /// On both.
    Everywhere,
}

/// What a comment says; the details are in the remediation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "note")]
pub enum Note {
    /// Another source reports the same hole.
    Joined {
        /// Configured name of the source.
        source: String,
    },
    /// The pull request is open.
    Opened,
    /// Nothing was changed, and why.
    Refused,
    /// The code is right already.
    AlreadyHolds,
    /// The score is below the threshold.
    BelowThreshold,
    /// The branch is a person's now.
    HandsOff {
        /// Whose.
        login: String,
    },
    /// Closed by a person: remembered, not opened again.
    Declined {
        /// Who.
        login: String,
    },
    /// The source says that the hole is closed without this change.
    ClosedAtSource {
        /// Its word for it.
        evidence: String,
    },
    /// Merged; the proof follows.
    Merged,
    /// The rule holds at the merged commit; the source's re-scan is awaited.
    HoldsInCode {
        /// Until when.
        until: DateTime<Utc>,
    },
    /// The fix is proved.
    Verified,
    /// The source's re-scan confirms the fix.
    RescanConfirmed {
        /// Its word for it.
        evidence: String,
    },
    /// The source said nothing within the time.
    RescanSilent,
    /// Open again, and exactly why.
    Reopened {
        /// Why.
        reason: String,
    },
    /// The team is asked to leave it alone; what was under way waits, what was accepted stays accepted.
    DecisionAsked {
        /// Who asked.
        by: String,
        /// What for.
        asked: Asked,
        /// Until when it is decided.
        decide_by: DateTime<Utc>,
        /// Whether an exception is in force, which this would extend.
        extends: bool,
    },
    /// The exception in force is not extended.
    NotExtended {
        /// Why.
        reason: String,
        /// When it ends.
        until: DateTime<Utc>,
    },
    /// The fix waits because somebody asked.
    Snoozed {
        /// Who.
        by: String,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// It goes on.
    Resumed {
        /// Why.
        reason: String,
    },
    /// Agreed to be a false positive.
    Suppressed {
        /// Who agreed.
        by: String,
    },
    /// Accepted until a date.
    Excepted {
        /// Who agreed.
        by: String,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// The exception is over; the finding is back.
    ExceptionEnded,
    /// The suppression or exception was taken back; the finding is back.
    Revoked {
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
    /// The due date is near.
    Reminder,
    /// The due date has passed.
    Overdue,
    /// Gave up after errors.
    Failed,
    /// Tried again because a person asked.
    ReopenedByPerson {
        /// Who.
        by: String,
    },
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// An event for the audit record; the first action of every change.
    Record {
        /// What happened (`remediation.opened`, …).
        what: &'static str,
        /// Who did it: `remediate`, `source:<name>` or `github:<login>`.
        actor: String,
        /// The finding concerned, by our id.
        finding: Option<String>,
        /// Details, with the states before and after when they differ.
        details: Json,
    },
    /// A step of the line, at a time; there is at most one waiting of a kind for a remediation.
    Schedule {
        /// Which step.
        step: Follow,
        /// When.
        at: DateTime<Utc>,
    },
    /// Push the branch and open the pull request, within the configured limits.
    OpenPullRequest,
    /// Bring the pull request's text up to date (witnesses, score).
    UpdatePullRequest,
    /// Ask the owners to review.
    RequestReview,
    /// Write a comment, or edit the one of the same kind.
    Comment {
        /// Where.
        on: Thread,
        /// What it says.
        note: Note,
    },
    /// Put labels on the pull request.
    Label {
        /// Names from the configuration.
        add: Vec<String>,
    },
    /// Set the check on the merged commit.
    Check {
        /// Whether it passed.
        passed: bool,
        /// In a sentence.
        summary: String,
    },
    /// Close the issues that asked for the fix.
    CloseIssues,
    /// Open them again.
    ReopenIssues,
    /// Tell every source that its finding is resolved.
    ResolveFindings {
        /// The evidence.
        evidence: String,
    },
    /// Ask the source to look again.
    AskForRescan,
    /// Tell the owners where they want to be told.
    Notify {
        /// What about.
        note: Note,
    },
    /// Tell the team that is above the owners.
    Escalate {
        /// What about.
        note: Note,
    },
}
