//! The life of one fix.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Applicability, Refusal, Risk, Route, Target};

/// A repository on the code host.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Repository {
    /// GitHub's numeric id, which survives a rename. 0 when not known yet.
    pub id: u64,
    /// Installation that gives access.
    pub installation: u64,
    /// Account that owns it.
    pub owner: String,
    /// Its name.
    pub name: String,
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

/// Our id of a remediation: a UUID v7 in text form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RemediationId(pub String);

impl fmt::Display for RemediationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a remediation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemediationState {
    /// A finding came in; nothing decided yet.
    Received,
    /// A false-positive or exception request is before the analysts, or a person snoozed it; the fix waits.
    Paused,
    /// Located and patched; a pull request is due.
    Planned,
    /// The pull request is open.
    Open,
    /// Merged; not yet proved.
    Merged,
    /// The fix holds.
    Verified,
    /// Below threshold, suppressed or excepted.
    Ignored,
    /// Refused with a reason.
    Refused,
    /// Closed by a person.
    Declined,
    /// Another remediation or commit made it unnecessary.
    Superseded,
    /// Merged, but the rule or the re-scan says no.
    Reopened,
    /// Gave up after errors; a person must look.
    Failed,
}

impl RemediationState {
    /// Every state, in the order of a life.
    pub const ALL: [Self; 12] = [
        Self::Received,
        Self::Paused,
        Self::Planned,
        Self::Open,
        Self::Merged,
        Self::Verified,
        Self::Ignored,
        Self::Refused,
        Self::Declined,
        Self::Superseded,
        Self::Reopened,
        Self::Failed,
    ];

    /// The state of that name, as [`name`](Self::name) gives it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// The stable name used in the store, in audit events and in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Paused => "paused",
            Self::Planned => "planned",
            Self::Open => "open",
            Self::Merged => "merged",
            Self::Verified => "verified",
            Self::Ignored => "ignored",
            Self::Refused => "refused",
            Self::Declined => "declined",
            Self::Superseded => "superseded",
            Self::Reopened => "reopened",
            Self::Failed => "failed",
        }
    }
}

/// The pull request of a remediation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequestRef {
    /// Number in the repository.
    pub number: u64,
    /// Page for people.
    pub url: String,
    /// Branch we pushed.
    pub branch: String,
    /// The commit we pushed last; a head that differs is a human's.
    pub head: String,
    /// Merge commit, once merged.
    pub merge_commit: Option<String>,
}

/// Why a remediation is ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "because")]
pub enum IgnoredBecause {
    /// The score is below the threshold; a higher score brings it back.
    BelowThreshold,
    /// Agreed to be a false positive; only an analyst brings it back.
    Suppressed,
    /// An accepted risk, until then.
    Excepted {
        /// When it comes back.
        until: DateTime<Utc>,
    },
}

/// What the source's own re-scan said of a fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "rescan")]
pub enum Rescan {
    /// The source cannot be asked, or need not be.
    NotAwaited,
    /// Waited for until then.
    Awaited {
        /// The deadline.
        until: DateTime<Utc>,
    },
    /// The source says that the hole is closed.
    Confirmed {
        /// When it said so.
        at: DateTime<Utc>,
        /// Its word for it.
        evidence: String,
    },
    /// The deadline passed without a word from the source.
    Silent {
        /// When the deadline passed.
        at: DateTime<Utc>,
    },
}

/// The proof of a merged fix: first in the code, then by the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// The commit at which the rule was evaluated.
    pub commit: String,
    /// When the rule was found to hold there.
    pub held_at: DateTime<Utc>,
    /// What was looked at, in a sentence.
    pub evidence: String,
    /// What the source says.
    pub rescan: Rescan,
}

/// The life of one fix; may answer several findings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Remediation {
    /// Our id.
    pub id: RemediationId,
    /// The dedup key: provider, account, canonical resource, canonical rule.
    pub key: String,
    /// Rule ids that are applied, main one first; empty until chosen.
    pub rules: Vec<String>,
    /// Where it stands.
    pub state: RemediationState,
    /// Repository, once located.
    pub repository: Option<Repository>,
    /// Target, once located.
    pub target: Option<Target>,
    /// How freely the patch may be applied, once there is one.
    pub applicability: Option<Applicability>,
    /// The score at the last look.
    pub risk: Option<Risk>,
    /// The pull request.
    pub pull_request: Option<PullRequestRef>,
    /// Why nothing was changed, when refused.
    pub refusal: Option<Refusal>,
    /// Who owns it (team or user handle).
    pub owner: Option<String>,
    /// How the owner was found, and where they are reached.
    #[serde(default)]
    pub route: Option<Route>,
    /// When it must be done by.
    pub due: Option<DateTime<Utc>>,
    /// From when the time to the due date counts, where that is not the first finding: it came back after it had been left alone.
    #[serde(default)]
    pub counts_from: Option<DateTime<Utc>>,
    /// Why it is here again, for one that came back.
    #[serde(default)]
    pub came_back: Option<String>,
    /// Why it is ignored; set exactly while it is.
    #[serde(default)]
    pub ignored: Option<IgnoredBecause>,
    /// Why it stands where it stands, for states that need a reason (ignored, superseded, declined, reopened, failed).
    #[serde(default)]
    pub note: Option<String>,
    /// Login of the person whose commit is on our branch; from then on the bot does not touch the branch.
    #[serde(default)]
    pub hands_off: Option<String>,
    /// Where it stood before it was paused; set exactly while it is paused.
    #[serde(default)]
    pub paused_from: Option<RemediationState>,
    /// Until when it is snoozed; absent while it waits for a decision.
    #[serde(default)]
    pub snoozed_until: Option<DateTime<Utc>>,
    /// What is known about the fix after the merge.
    #[serde(default)]
    pub verification: Option<Verification>,
    /// How often it was reopened.
    #[serde(default)]
    pub rounds: u32,
    /// How many branches it had before the present one: each round, and each retry after a no, has its own.
    #[serde(default)]
    pub attempt: u32,
    /// When the first finding was received.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Remediation {
    /// A remediation that has just begun with its first finding.
    #[must_use]
    pub fn new(id: RemediationId, key: impl Into<String>, now: DateTime<Utc>) -> Self {
        Self {
            id,
            key: key.into(),
            rules: Vec::new(),
            state: RemediationState::Received,
            repository: None,
            target: None,
            applicability: None,
            risk: None,
            pull_request: None,
            refusal: None,
            owner: None,
            route: None,
            due: None,
            counts_from: None,
            came_back: None,
            ignored: None,
            note: None,
            hands_off: None,
            paused_from: None,
            snoozed_until: None,
            verification: None,
            rounds: 0,
            attempt: 0,
            created_at: now,
            updated_at: now,
        }
    }
}
