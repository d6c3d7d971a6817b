//! Comments on issues and pull requests: one per marker, edited in place.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::call::{Call, Creation};
use super::error::GithubError;
use super::installation::Installation;
use super::people::Account;
use crate::model::Repository;

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Id, by which it is edited.
    pub id: u64,
    /// Body, Markdown.
    #[serde(default)]
    pub body: String,
    /// Page for people.
    #[serde(default)]
    pub html_url: String,
    /// Who wrote it.
    #[serde(default)]
    pub user: Option<Account>,
}

impl Installation {
    /// All comments of an issue or pull request, oldest first.
    ///
    /// # Errors
    /// As any call.
    pub async fn comments(&self, repository: &Repository, number: u64) -> Result<Vec<Comment>, GithubError> {
        self.caller.list(Call::on(Method::GET, repository, &["issues", &number.to_string(), "comments"]), None).await
    }

    /// The oldest comment by `author` (our bot) that holds `marker`. Others can copy a marker, so the author counts.
    ///
    /// # Errors
    /// As any call.
    pub async fn comment_marked(
        &self,
        repository: &Repository,
        number: u64,
        author: &str,
        marker: &str,
    ) -> Result<Option<Comment>, GithubError> {
        let ours = |comment: &Comment| {
            comment.user.as_ref().is_some_and(|user| user.login.eq_ignore_ascii_case(author)) && comment.body.contains(marker)
        };
        Ok(self.comments(repository, number).await?.into_iter().find(ours))
    }

    /// Makes the one comment of ours that carries `marker` say `body` (which must hold the marker): edits it in place if it
    /// is there and says something else, writes it otherwise.
    ///
    /// # Errors
    /// As any call.
    pub async fn put_comment(
        &self,
        repository: &Repository,
        number: u64,
        author: &str,
        marker: &str,
        body: &str,
    ) -> Result<Creation<Comment>, GithubError> {
        if let Some(comment) = self.comment_marked(repository, number, author, marker).await? {
            if comment.body.trim_end() == body.trim_end() {
                return Ok(Creation::Existed(comment));
            }
            return self.edit_comment(repository, comment.id, body).await.map(Creation::Existed);
        }
        let call = Call::on(Method::POST, repository, &["issues", &number.to_string(), "comments"]).body(&json!({ "body": body }));
        self.caller.create(call, || self.comment_marked(repository, number, author, marker)).await
    }

    /// Replaces the text of a comment.
    ///
    /// # Errors
    /// As any call; 404 when somebody deleted it.
    pub async fn edit_comment(&self, repository: &Repository, comment: u64, body: &str) -> Result<Comment, GithubError> {
        self.caller
            .json(Call::on(Method::PATCH, repository, &["issues", "comments", &comment.to_string()]).body(&json!({ "body": body })))
            .await
    }
}
