//! The life of one fix.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Applicability, Refusal, Risk, Target};

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
    /// A false-positive or exception request is before the analysts; the fix waits.
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
    /// Who owns it (team or user handle), with the chain that decided.
    pub owner: Option<String>,
    /// When it must be done by.
    pub due: Option<DateTime<Utc>>,
    /// When the first finding was received.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}
