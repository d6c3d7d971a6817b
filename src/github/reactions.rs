//! Reactions: the quickest way to say "seen".

use reqwest::Method;
use serde_json::json;

use super::call::Call;
use super::error::GithubError;
use super::installation::Installation;
use crate::model::Repository;

/// The reactions the bot uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    /// 👀: seen, at work.
    Eyes,
    /// 🚀: done.
    Rocket,
    /// 😕: could not.
    Confused,
    /// 👍: agreed.
    ThumbsUp,
}

impl Reaction {
    const fn name(self) -> &'static str {
        match self {
            Self::Eyes => "eyes",
            Self::Rocket => "rocket",
            Self::Confused => "confused",
            Self::ThumbsUp => "+1",
        }
    }
}

impl Installation {
    /// Reacts to a comment on an issue or pull request. GitHub keeps one reaction of a kind per account.
    ///
    /// # Errors
    /// As any call.
    pub async fn react_to_comment(&self, repository: &Repository, comment: u64, reaction: Reaction) -> Result<(), GithubError> {
        self.react(Call::on(Method::POST, repository, &["issues", "comments", &comment.to_string(), "reactions"]), reaction).await
    }

    /// Reacts to an issue or pull request itself.
    ///
    /// # Errors
    /// As any call.
    pub async fn react_to_issue(&self, repository: &Repository, number: u64, reaction: Reaction) -> Result<(), GithubError> {
        self.react(Call::on(Method::POST, repository, &["issues", &number.to_string(), "reactions"]), reaction).await
    }

    async fn react(&self, call: Call, reaction: Reaction) -> Result<(), GithubError> {
        self.caller.done(call.body(&json!({ "content": reaction.name() })).repeatable()).await
    }
}
