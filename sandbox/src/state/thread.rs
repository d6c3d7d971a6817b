//! Issues, pull requests and what is said on them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

/// An issue; with `pull` set it is a pull request.
#[derive(Debug, Clone)]
pub struct Issue {
    /// Numeric id.
    pub id: u64,
    /// Number in the repository.
    pub number: u64,
    /// Title.
    pub title: String,
    /// Body in Markdown.
    pub body: String,
    /// Login of the author.
    pub author: String,
    /// Open or closed.
    pub open: bool,
    /// `completed`, `not_planned` or `reopened`.
    pub state_reason: Option<String>,
    /// Names of the labels.
    pub labels: BTreeSet<String>,
    /// Logins of the assignees.
    pub assignees: BTreeSet<String>,
    /// Nobody may comment.
    pub locked: bool,
    /// Comments, oldest first.
    pub comments: Vec<Comment>,
    /// Reactions to the body.
    pub reactions: Vec<Reaction>,
    /// Creation time.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
    /// Closing time.
    pub closed_at: Option<DateTime<Utc>>,
    /// Login of who closed it.
    pub closed_by: Option<String>,
    /// The part that only pull requests have.
    pub pull: Option<Pull>,
}

/// What makes an issue a pull request.
#[derive(Debug, Clone)]
pub struct Pull {
    /// Numeric id of the pull request (the issue has its own).
    pub id: u64,
    /// Branch that holds the change.
    pub head_ref: String,
    /// Its commit; kept when the branch is deleted.
    pub head_sha: String,
    /// Branch to merge into.
    pub base_ref: String,
    /// Its commit when the pull request was opened or last updated; fixed by the merge.
    pub base_sha: String,
    /// Not ready for review.
    pub draft: bool,
    /// Time of the merge.
    pub merged_at: Option<DateTime<Utc>>,
    /// Login of who merged.
    pub merged_by: Option<String>,
    /// The commit the merge made.
    pub merge_commit_sha: Option<String>,
    /// Logins asked for a review.
    pub reviewers: BTreeSet<String>,
    /// Slugs of teams asked for a review.
    pub teams: BTreeSet<String>,
    /// Reviews, oldest first.
    pub reviews: Vec<Review>,
    /// Comments on lines, oldest first.
    pub review_comments: Vec<ReviewComment>,
}

/// A comment on an issue or pull request.
#[derive(Debug, Clone)]
pub struct Comment {
    /// Numeric id.
    pub id: u64,
    /// Login of the author.
    pub author: String,
    /// Markdown.
    pub body: String,
    /// Reactions.
    pub reactions: Vec<Reaction>,
    /// Creation time.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}

/// One reaction.
#[derive(Debug, Clone)]
pub struct Reaction {
    /// Numeric id.
    pub id: u64,
    /// Login.
    pub user: String,
    /// `+1`, `eyes`, `rocket`, …
    pub content: String,
    /// Creation time.
    pub created_at: DateTime<Utc>,
}

/// A review.
#[derive(Debug, Clone)]
pub struct Review {
    /// Numeric id.
    pub id: u64,
    /// Login.
    pub user: String,
    /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED` or `DISMISSED`.
    pub state: String,
    /// Markdown, possibly empty.
    pub body: String,
    /// The commit that was reviewed.
    pub commit: String,
    /// Time of submission.
    pub submitted_at: DateTime<Utc>,
}

/// A comment on a line of the diff.
#[derive(Debug, Clone)]
pub struct ReviewComment {
    /// Numeric id.
    pub id: u64,
    /// Login.
    pub author: String,
    /// Markdown.
    pub body: String,
    /// File.
    pub path: String,
    /// Line in the new file.
    pub line: u64,
    /// The commit.
    pub commit: String,
    /// The comment this one answers.
    pub in_reply_to: Option<u64>,
    /// Creation time.
    pub created_at: DateTime<Utc>,
}
