//! Pull requests.

use chrono::{DateTime, Utc};
use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::call::{Call, Creation};
use super::error::GithubError;
use super::installation::Installation;
use super::labels::Label;
use super::people::Account;
use crate::model::Repository;

/// Open or closed; a merged one is closed and has `merged_at`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PullState {
    /// Open.
    #[default]
    Open,
    /// Closed, merged or not.
    Closed,
}

/// One side of a pull request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// Branch.
    #[serde(default, rename = "ref")]
    pub branch: String,
    /// Commit it points to.
    #[serde(default)]
    pub sha: String,
}

/// Whether it can be merged, as far as GitHub has worked it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mergeability {
    /// No conflict.
    Clean,
    /// Conflicts with its base.
    Conflicting,
    /// GitHub is still working on it: ask again.
    Unknown,
}

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    /// Number.
    pub number: u64,
    /// Page for people.
    #[serde(default)]
    pub html_url: String,
    /// Open or closed.
    pub state: PullState,
    /// Title.
    #[serde(default)]
    pub title: String,
    /// Body, Markdown.
    #[serde(default)]
    pub body: Option<String>,
    /// Draft.
    #[serde(default)]
    pub draft: bool,
    /// Who opened it.
    #[serde(default)]
    pub user: Option<Account>,
    /// Branch that is to be merged.
    pub head: Side,
    /// Branch it goes into.
    pub base: Side,
    /// When it was merged.
    #[serde(default)]
    pub merged_at: Option<DateTime<Utc>>,
    /// When it was closed.
    #[serde(default)]
    pub closed_at: Option<DateTime<Utc>>,
    /// Who merged it (only when asked for by number).
    #[serde(default)]
    pub merged_by: Option<Account>,
    /// The merge, squash or last rebased commit once merged; before that, a trial merge that means nothing.
    #[serde(default)]
    pub merge_commit_sha: Option<String>,
    /// Only when asked for by number, and then perhaps not yet known.
    #[serde(default)]
    pub mergeable: Option<bool>,
    /// Labels.
    #[serde(default)]
    pub labels: Vec<Label>,
    /// Users whose review is asked for.
    #[serde(default)]
    pub requested_reviewers: Vec<Account>,
}

impl Pull {
    /// Whether it was merged.
    #[must_use]
    pub fn is_merged(&self) -> bool {
        self.merged_at.is_some()
    }

    /// The commit that brought the change in, once merged.
    #[must_use]
    pub fn merge_commit(&self) -> Option<&str> {
        self.merged_at.and(self.merge_commit_sha.as_deref())
    }

    /// Whether it can be merged.
    #[must_use]
    pub fn mergeability(&self) -> Mergeability {
        match self.mergeable {
            Some(true) => Mergeability::Clean,
            Some(false) => Mergeability::Conflicting,
            None => Mergeability::Unknown,
        }
    }
}

/// A pull request to open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewPull {
    /// Title.
    pub title: String,
    /// Our branch, in the same repository.
    pub head: String,
    /// Branch it goes into.
    pub base: String,
    /// Body, Markdown, at most 65,536 characters.
    pub body: String,
    /// Open as a draft.
    pub draft: bool,
    /// Whether maintainers may push to it; has meaning for forks only.
    pub maintainer_can_modify: bool,
}

/// What to change; `None` leaves a part as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PullUpdate {
    /// Title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Base branch, after the default branch was renamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
}

/// A file a pull request changes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PullFile {
    /// Path after.
    pub filename: String,
    /// `added`, `modified`, `removed`, `renamed`, …
    #[serde(default)]
    pub status: String,
    /// Path before a rename.
    #[serde(default)]
    pub previous_filename: Option<String>,
    /// Unified diff; absent for binary and very large files.
    #[serde(default)]
    pub patch: Option<String>,
}

/// A commit of a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CommitSummary {
    /// Id.
    pub sha: String,
    /// Account of the author; `None` when the address belongs to nobody.
    #[serde(default)]
    pub author: Option<Account>,
    /// Account of the committer (`web-flow` for commits made on the site).
    #[serde(default)]
    pub committer: Option<Account>,
}

impl Installation {
    /// Opens a pull request, or finds the open one that our branch has already.
    ///
    /// One branch has at most one open pull request, so the branch is what makes this safe to repeat: it is looked up
    /// before, after an answer that leaves doubt, and when GitHub says that it exists.
    ///
    /// # Errors
    /// As any call; 422 when the branch holds no change or the base does not exist.
    pub async fn create_pull(&self, repository: &Repository, new: &NewPull) -> Result<Creation<Pull>, GithubError> {
        if let Some(pull) = self.open_pull_of(repository, &new.head).await? {
            return Ok(Creation::Existed(pull));
        }
        let call = Call::on(Method::POST, repository, &["pulls"]).body(new);
        let look = || self.open_pull_of(repository, &new.head);
        self.caller.create(call, look).await
    }

    /// A pull request by number; `None` when there is none.
    ///
    /// # Errors
    /// As any call.
    pub async fn pull(&self, repository: &Repository, number: u64) -> Result<Option<Pull>, GithubError> {
        self.caller.optional(Call::on(Method::GET, repository, &["pulls", &number.to_string()]).conditional()).await
    }

    /// The open pull request of one of our branches.
    ///
    /// # Errors
    /// As any call.
    pub async fn open_pull_of(&self, repository: &Repository, branch: &str) -> Result<Option<Pull>, GithubError> {
        Ok(self.pulls_of(repository, branch).await?.into_iter().find(|pull| pull.state == PullState::Open))
    }

    /// All pull requests a branch ever had, newest first: one that people closed tells that they said no.
    ///
    /// # Errors
    /// As any call.
    pub async fn pulls_of(&self, repository: &Repository, branch: &str) -> Result<Vec<Pull>, GithubError> {
        let call = Call::on(Method::GET, repository, &["pulls"])
            .query("state", "all")
            .query("head", format!("{}:{branch}", repository.owner))
            .query("sort", "created")
            .query("direction", "desc");
        let pulls: Vec<Pull> = self.caller.list(call, None).await?;
        // GitHub ignores a `head` it does not understand (an owner that was renamed) and then lists everything.
        Ok(pulls.into_iter().filter(|pull| pull.head.branch == branch).collect())
    }

    /// All open pull requests, to rebuild what is known from their markers.
    ///
    /// # Errors
    /// As any call.
    pub async fn open_pulls(&self, repository: &Repository) -> Result<Vec<Pull>, GithubError> {
        self.caller.list(Call::on(Method::GET, repository, &["pulls"]).query("state", "open"), None).await
    }

    /// Changes title, body or base.
    ///
    /// # Errors
    /// As any call.
    pub async fn update_pull(&self, repository: &Repository, number: u64, update: &PullUpdate) -> Result<Pull, GithubError> {
        self.caller.json(Call::on(Method::PATCH, repository, &["pulls", &number.to_string()]).body(update)).await
    }

    /// Closes a pull request that another one or a commit made unnecessary.
    ///
    /// # Errors
    /// As any call.
    pub async fn close_pull(&self, repository: &Repository, number: u64) -> Result<Pull, GithubError> {
        let call = Call::on(Method::PATCH, repository, &["pulls", &number.to_string()]).body(&serde_json::json!({ "state": "closed" }));
        self.caller.json(call).await
    }

    /// The files it changes (GitHub lists at most 3,000).
    ///
    /// # Errors
    /// As any call.
    pub async fn pull_files(&self, repository: &Repository, number: u64) -> Result<Vec<PullFile>, GithubError> {
        self.caller.list(Call::on(Method::GET, repository, &["pulls", &number.to_string(), "files"]), None).await
    }

    /// Its commits, oldest first (GitHub lists at most 250).
    ///
    /// # Errors
    /// As any call.
    pub async fn pull_commits(&self, repository: &Repository, number: u64) -> Result<Vec<CommitSummary>, GithubError> {
        self.caller.list(Call::on(Method::GET, repository, &["pulls", &number.to_string(), "commits"]), None).await
    }
}
