//! Branches by name.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use super::call::{Call, Creation};
use super::error::GithubError;
use super::installation::Installation;
use crate::model::Repository;

/// A branch and the commit it points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitRef {
    /// Branch name, without `refs/heads/`.
    pub branch: String,
    /// Commit id.
    pub commit: String,
}

#[derive(Deserialize)]
struct RefAnswer {
    object: ObjectAnswer,
}

#[derive(Deserialize)]
struct ObjectAnswer {
    sha: String,
}

impl Installation {
    /// Where a branch stands; `None` when it does not exist or the repository is empty.
    ///
    /// # Errors
    /// As any call.
    pub async fn branch(&self, repository: &Repository, branch: &str) -> Result<Option<GitRef>, GithubError> {
        let call = Call::on(Method::GET, repository, &["git", "ref", "heads"]).path(branch);
        let answer: Result<Option<RefAnswer>, _> = self.caller.optional(call).await;
        match answer {
            Ok(answer) => Ok(answer.map(|answer| GitRef { branch: branch.to_owned(), commit: answer.object.sha })),
            // "Git Repository is empty."
            Err(error) if error.status() == Some(409) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Creates a branch at `commit`. A branch that is there already is given back as it is, wherever it points.
    ///
    /// # Errors
    /// As any call.
    pub async fn create_branch(&self, repository: &Repository, branch: &str, commit: &str) -> Result<Creation<GitRef>, GithubError> {
        let call =
            Call::on(Method::POST, repository, &["git", "refs"]).body(&json!({ "ref": format!("refs/heads/{branch}"), "sha": commit }));
        match self.caller.done(call).await {
            Ok(()) => Ok(Creation::Created(GitRef { branch: branch.to_owned(), commit: commit.to_owned() })),
            Err(error) if error.is_already_exists() || error.is_doubtful() => {
                self.branch(repository, branch).await?.map(Creation::Existed).ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Moves a branch forward to `commit`; GitHub refuses (422) when that would lose commits.
    ///
    /// # Errors
    /// As any call.
    pub async fn advance_branch(&self, repository: &Repository, branch: &str, commit: &str) -> Result<(), GithubError> {
        let call =
            Call::on(Method::PATCH, repository, &["git", "refs", "heads"]).path(branch).body(&json!({ "sha": commit, "force": false }));
        self.caller.done(call).await
    }

    /// Deletes a branch. One that is gone already is fine.
    ///
    /// # Errors
    /// As any call.
    pub async fn delete_branch(&self, repository: &Repository, branch: &str) -> Result<(), GithubError> {
        let call = Call::on(Method::DELETE, repository, &["git", "refs", "heads"]).path(branch).no_content();
        match self.caller.done(call).await {
            Err(error) if error.is_not_found() || error.status() == Some(422) => Ok(()),
            other => other,
        }
    }
}
