//! Issues.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::call::{Call, Creation};
use super::error::GithubError;
use super::installation::Installation;
use super::labels::Label;
use super::people::Account;
use super::pulls::PullState;
use crate::model::Repository;

/// An issue (or a pull request seen as one).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Number.
    pub number: u64,
    /// Page for people.
    #[serde(default)]
    pub html_url: String,
    /// Open or closed; events of an issue that was deleted or moved away may not say.
    #[serde(default)]
    pub state: PullState,
    /// Title.
    #[serde(default)]
    pub title: String,
    /// Body, Markdown.
    #[serde(default)]
    pub body: Option<String>,
    /// Who opened it.
    #[serde(default)]
    pub user: Option<Account>,
    /// Who closed it, if it is closed.
    #[serde(default)]
    pub closed_by: Option<Account>,
    /// Labels.
    #[serde(default)]
    pub labels: Vec<Label>,
    /// Set when this is a pull request.
    #[serde(default)]
    pub pull_request: Option<serde_json::Value>,
}

/// An issue to open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NewIssue {
    /// Title.
    pub title: String,
    /// Body, Markdown; must hold the marker that it is found again by.
    pub body: String,
    /// Labels.
    pub labels: Vec<String>,
}

impl Installation {
    /// An issue by number; `None` when there is none.
    ///
    /// # Errors
    /// As any call.
    pub async fn issue(&self, repository: &Repository, number: u64) -> Result<Option<Issue>, GithubError> {
        self.caller.optional(Call::on(Method::GET, repository, &["issues", &number.to_string()]).conditional()).await
    }

    /// The oldest issue opened by `author` whose body holds `marker`, open or closed.
    ///
    /// # Errors
    /// As any call.
    pub async fn issue_marked(&self, repository: &Repository, author: &str, marker: &str) -> Result<Option<Issue>, GithubError> {
        let call = Call::on(Method::GET, repository, &["issues"])
            .query("state", "all")
            .query("creator", author)
            .query("sort", "created")
            .query("direction", "asc");
        let issues: Vec<Issue> = self.caller.list(call, None).await?;
        Ok(issues.into_iter().find(|issue| issue.pull_request.is_none() && issue.body.as_deref().is_some_and(|body| body.contains(marker))))
    }

    /// Opens an issue, or finds the one of ours (`author` is our bot) that carries `marker` already.
    ///
    /// # Errors
    /// As any call; 410 when the repository has issues switched off.
    pub async fn create_issue(
        &self,
        repository: &Repository,
        author: &str,
        marker: &str,
        new: &NewIssue,
    ) -> Result<Creation<Issue>, GithubError> {
        if let Some(issue) = self.issue_marked(repository, author, marker).await? {
            return Ok(Creation::Existed(issue));
        }
        let call = Call::on(Method::POST, repository, &["issues"]).body(new);
        self.caller.create(call, || self.issue_marked(repository, author, marker)).await
    }

    /// Replaces an issue's body (the dashboard is one issue, edited in place).
    ///
    /// # Errors
    /// As any call.
    pub async fn edit_issue(&self, repository: &Repository, number: u64, body: &str) -> Result<Issue, GithubError> {
        self.caller.json(Call::on(Method::PATCH, repository, &["issues", &number.to_string()]).body(&json!({ "body": body }))).await
    }

    /// Closes an issue as done or as not planned. A closed one stays closed.
    ///
    /// # Errors
    /// As any call.
    pub async fn close_issue(&self, repository: &Repository, number: u64, completed: bool) -> Result<Issue, GithubError> {
        let reason = if completed { "completed" } else { "not_planned" };
        let body = json!({ "state": "closed", "state_reason": reason });
        self.caller.json(Call::on(Method::PATCH, repository, &["issues", &number.to_string()]).body(&body)).await
    }

    /// Opens a closed issue again.
    ///
    /// # Errors
    /// As any call.
    pub async fn reopen_issue(&self, repository: &Repository, number: u64) -> Result<Issue, GithubError> {
        let body = json!({ "state": "open", "state_reason": "reopened" });
        self.caller.json(Call::on(Method::PATCH, repository, &["issues", &number.to_string()]).body(&body)).await
    }
}
