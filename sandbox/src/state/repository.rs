//! A repository and what hangs on it besides issues.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Issue, Level};
use crate::bare::Bare;

/// One repository.
#[derive(Debug, Clone)]
pub struct Repository {
    /// Numeric id; stays when the repository is renamed.
    pub id: u64,
    /// Login of the owner as written.
    pub owner: String,
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
    /// Invisible to those without access.
    pub private: bool,
    /// Read only.
    pub archived: bool,
    /// Name of the default branch.
    pub default_branch: String,
    /// The bare repository on disk.
    pub git: Bare,
    /// References as last seen; pushes are recognised by comparing with them.
    pub references: BTreeMap<String, String>,
    /// Commits that GitHub signed.
    pub signed: BTreeSet<String>,
    /// Issues and pull requests by number.
    pub issues: BTreeMap<u64, Issue>,
    /// Labels, in order of creation.
    pub labels: Vec<Label>,
    /// Check runs, oldest first.
    pub checks: Vec<CheckRun>,
    /// Commit statuses, oldest first.
    pub statuses: Vec<Status>,
    /// Code scanning alerts by number.
    pub alerts: BTreeMap<u64, Alert>,
    /// Invited users (lower-case login) and their permission.
    pub collaborators: BTreeMap<String, Level>,
    /// Open pull requests may be merged only with this many approvals.
    pub required_approvals: usize,
    /// Creation time.
    pub created_at: DateTime<Utc>,
    /// Time of the last push.
    pub pushed_at: DateTime<Utc>,
}

impl Repository {
    /// `owner/name`.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// Whether this is its present name, whatever the case.
    pub fn is_named(&self, owner: &str, name: &str) -> bool {
        self.owner.eq_ignore_ascii_case(owner) && self.name.eq_ignore_ascii_case(name)
    }

    /// The commit a branch names.
    pub fn branch(&self, name: &str) -> Option<&String> {
        self.references.get(&format!("refs/heads/{name}"))
    }

    /// Whether nothing has been pushed yet.
    pub fn is_empty(&self) -> bool {
        self.references.is_empty()
    }

    /// The next free number for an issue or pull request.
    pub fn next_number(&self) -> u64 {
        self.issues.keys().next_back().map_or(1, |last| last + 1)
    }

    /// The pull requests, by number.
    pub fn pulls(&self) -> impl Iterator<Item = &Issue> {
        self.issues.values().filter(|issue| issue.pull.is_some())
    }
}

/// A label of a repository.
#[derive(Debug, Clone)]
pub struct Label {
    /// Numeric id.
    pub id: u64,
    /// Name.
    pub name: String,
    /// Six hexadecimal digits.
    pub color: String,
    /// Description, possibly empty.
    pub description: String,
}

/// A check run.
#[derive(Debug, Clone)]
pub struct CheckRun {
    /// Numeric id.
    pub id: u64,
    /// The app that made it.
    pub app: u64,
    /// Name.
    pub name: String,
    /// The commit it judges.
    pub head_sha: String,
    /// `queued`, `in_progress` or `completed`.
    pub status: String,
    /// The verdict of a completed run.
    pub conclusion: Option<String>,
    /// Link of the app's own page.
    pub details_url: Option<String>,
    /// The app's own id.
    pub external_id: String,
    /// `title`, `summary`, `text` as sent.
    pub output: Value,
    /// Start time.
    pub started_at: DateTime<Utc>,
    /// End time.
    pub completed_at: Option<DateTime<Utc>>,
}

/// A commit status.
#[derive(Debug, Clone)]
pub struct Status {
    /// Numeric id.
    pub id: u64,
    /// The commit.
    pub sha: String,
    /// `error`, `failure`, `pending` or `success`.
    pub state: String,
    /// Name of the status.
    pub context: String,
    /// One line of text.
    pub description: Option<String>,
    /// Link of the app's own page.
    pub target_url: Option<String>,
    /// Login of who set it.
    pub creator: String,
    /// Creation time.
    pub created_at: DateTime<Utc>,
}

/// A code scanning alert.
#[derive(Debug, Clone)]
pub struct Alert {
    /// Number in the repository.
    pub number: u64,
    /// Rule id of the scanner, e.g. `CKV_AWS_19`.
    pub rule: String,
    /// One line about the rule.
    pub description: String,
    /// `low`, `medium`, `high` or `critical`.
    pub severity: String,
    /// Name of the scanner.
    pub tool: String,
    /// Path of the file.
    pub path: String,
    /// First line.
    pub start_line: u64,
    /// Last line.
    pub end_line: u64,
    /// The commit that was scanned.
    pub commit_sha: String,
    /// The scanned reference.
    pub reference: String,
    /// `open`, `dismissed` or `fixed`.
    pub state: String,
    /// Why it was dismissed.
    pub dismissed_reason: Option<String>,
    /// Free text of the dismissal.
    pub dismissed_comment: Option<String>,
    /// Login of who dismissed it.
    pub dismissed_by: Option<String>,
    /// Time of dismissal.
    pub dismissed_at: Option<DateTime<Utc>>,
    /// Time it was found fixed.
    pub fixed_at: Option<DateTime<Utc>>,
    /// Creation time.
    pub created_at: DateTime<Utc>,
}
