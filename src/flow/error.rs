//! Why a step did not finish.

use chrono::{DateTime, Utc};

use crate::git::GitError;
use crate::github::GithubError;
use crate::store::StoreError;

/// A step that did not finish. Its job is tried again, later or never, as this says.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// Something that passes: tried again with back-off.
    #[error("{0}")]
    Later(String),
    /// Not before this time: a rate limit.
    #[error("{message}")]
    NotBefore {
        /// When to come back.
        at: DateTime<Utc>,
        /// What said so.
        message: String,
    },
    /// Trying again cannot help; a person must look.
    #[error("{0}")]
    Never(String),
    /// Something that cannot happen to a remediation in its state.
    #[error("{0}")]
    Illegal(crate::lifecycle::Illegal),
    /// Another worker has the job by now: say nothing, do nothing.
    #[error("the job belongs to another worker now")]
    Lost,
}

impl From<StoreError> for StepError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::LeaseLost { .. } => Self::Lost,
            StoreError::Illegal(why) => Self::Illegal(why),
            StoreError::Corrupt { .. } => Self::Never(error.to_string()),
            // Conflicts are resolved by reading again, which the next attempt does.
            error => Self::Later(error.to_string()),
        }
    }
}

impl From<GithubError> for StepError {
    fn from(error: GithubError) -> Self {
        match error.retry_at() {
            Some(at) => Self::NotBefore { at, message: error.to_string() },
            None if error.is_transient() || error.status() == Some(401) => Self::Later(error.to_string()),
            None => Self::Never(error.to_string()),
        }
    }
}

impl From<GitError> for StepError {
    fn from(error: GitError) -> Self {
        match error {
            error if error.is_transient() => Self::Later(error.to_string()),
            // A branch that moved, a token that ran out, a mirror that was evicted: the next attempt looks anew.
            GitError::LeaseLost { .. } | GitError::Unauthorized { .. } | GitError::Missing(_) | GitError::Damaged(_) => {
                Self::Later(error.to_string())
            }
            error => Self::Never(error.to_string()),
        }
    }
}

impl From<tokio::task::JoinError> for StepError {
    fn from(error: tokio::task::JoinError) -> Self {
        // The message of a panic may quote foreign text; it goes to the log, not to GitHub.
        Self::Never(if error.is_panic() { "an internal error, see the log".into() } else { "stopped".into() })
    }
}
