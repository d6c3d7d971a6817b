//! Labels.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::call::Call;
use super::error::GithubError;
use super::installation::Installation;
use crate::model::Repository;

/// A label of a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Name, at most 50 characters.
    pub name: String,
    /// Six hexadecimal digits, without `#`.
    #[serde(default)]
    pub color: String,
    /// What it means, at most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Installation {
    /// Creates a label with its colour. One of that name that exists already stays as people made it.
    ///
    /// # Errors
    /// As any call.
    pub async fn ensure_label(&self, repository: &Repository, label: &Label) -> Result<(), GithubError> {
        // Labels are unique by name: a repetition is refused by GitHub, so it cannot make a second one.
        let call = Call::on(Method::POST, repository, &["labels"]).body(label).repeatable();
        match self.caller.done(call).await {
            Err(error) if error.is_already_exists() => Ok(()),
            other => other,
        }
    }

    /// Adds labels to an issue or pull request; those it has already stay.
    ///
    /// # Errors
    /// As any call.
    pub async fn add_labels(&self, repository: &Repository, number: u64, names: &[String]) -> Result<(), GithubError> {
        if names.is_empty() {
            return Ok(());
        }
        let call =
            Call::on(Method::POST, repository, &["issues", &number.to_string(), "labels"]).body(&json!({ "labels": names })).repeatable();
        self.caller.done(call).await
    }

    /// Takes a label off an issue or pull request. One it does not have is fine.
    ///
    /// # Errors
    /// As any call.
    pub async fn remove_label(&self, repository: &Repository, number: u64, name: &str) -> Result<(), GithubError> {
        let call = Call::on(Method::DELETE, repository, &["issues", &number.to_string(), "labels", name]).no_content();
        self.caller.says_yes(call).await.map(drop)
    }
}
