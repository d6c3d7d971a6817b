//! Commit statuses.

use reqwest::Method;
use serde::Serialize;

use super::call::Call;
use super::error::GithubError;
use super::installation::Installation;
use crate::model::Repository;

/// What a status says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusState {
    /// Could not be decided.
    Error,
    /// No.
    Failure,
    /// Not yet.
    Pending,
    /// Yes.
    Success,
}

/// A status to set. The last one of a context counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewStatus {
    /// What it says.
    pub state: StatusState,
    /// Name of the check, such as `remediate`.
    pub context: String,
    /// One line, at most 140 characters.
    pub description: String,
    /// Page with details.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_url: Option<String>,
}

impl Installation {
    /// Sets a status on a commit. Setting the same one again changes nothing.
    ///
    /// # Errors
    /// As any call.
    pub async fn set_status(&self, repository: &Repository, commit: &str, status: &NewStatus) -> Result<(), GithubError> {
        let status = NewStatus { description: status.description.chars().take(140).collect(), ..status.clone() };
        self.caller.done(Call::on(Method::POST, repository, &["statuses", commit]).body(&status).repeatable()).await
    }
}
