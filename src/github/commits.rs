//! Commits made through the REST interface, which GitHub signs for an app so that they show as Verified.

use std::collections::BTreeMap;

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::call::Call;
use super::error::GithubError;
use super::installation::Installation;
use crate::model::Repository;

/// Author of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommitIdentity {
    /// Name: `remediate[bot]`.
    pub name: String,
    /// Address: `ID+remediate[bot]@users.noreply.github.com`, ID being the bot account's.
    pub email: String,
}

impl CommitIdentity {
    /// The identity of an app's bot. `bot_id` is the numeric id of the account `SLUG[bot]` (not the app's); 0 leaves it out,
    /// and GitHub then does not link the commit with the bot.
    #[must_use]
    pub fn of_bot(slug: &str, bot_id: u64) -> Self {
        let name = format!("{slug}[bot]");
        let email =
            if bot_id == 0 { format!("{name}@users.noreply.github.com") } else { format!("{bot_id}+{name}@users.noreply.github.com") };
        Self { name, email }
    }
}

/// A commit to make on top of `parent`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCommit {
    /// The commit it builds on.
    pub parent: String,
    /// Message.
    pub message: String,
    /// New text by path; `None` deletes the file. Modes of existing files must be given in `executable`.
    pub files: BTreeMap<String, Option<String>>,
    /// Paths among `files` that are executable.
    pub executable: Vec<String>,
}

#[derive(Deserialize)]
struct ShaAnswer {
    sha: String,
}

#[derive(Deserialize)]
struct CommitAnswer {
    tree: ShaAnswer,
}

impl Installation {
    /// The newest commit at or below `from` (a branch or commit) that changed the file at `path`; `None` when none did.
    ///
    /// # Errors
    /// As any call.
    pub async fn last_commit_of(&self, repository: &Repository, from: &str, path: &str) -> Result<Option<String>, GithubError> {
        let call = Call::on(Method::GET, repository, &["commits"]).query("sha", from).query("path", path).query("per_page", 1);
        let commits: Option<Vec<ShaAnswer>> = self.caller.optional(call).await?;
        Ok(commits.and_then(|commits| commits.into_iter().next()).map(|commit| commit.sha))
    }

    /// Makes a commit, and gives its id. No branch points to it yet ([`Self::create_branch`], [`Self::advance_branch`]).
    ///
    /// No author is given: only then does GitHub sign the commit for the app. Blobs, trees and commits are named by their
    /// content, so all steps may be repeated.
    ///
    /// # Errors
    /// As any call; 404 or 422 when the parent does not exist.
    pub async fn commit(&self, repository: &Repository, new: &NewCommit) -> Result<String, GithubError> {
        let parent: CommitAnswer = self.caller.json(Call::on(Method::GET, repository, &["git", "commits", &new.parent])).await?;
        let tree = json!({ "base_tree": parent.tree.sha, "tree": entries(new) });
        let tree: ShaAnswer = self.caller.json(Call::on(Method::POST, repository, &["git", "trees"]).body(&tree).repeatable()).await?;
        let commit = json!({ "message": new.message, "tree": tree.sha, "parents": [new.parent] });
        let commit: ShaAnswer =
            self.caller.json(Call::on(Method::POST, repository, &["git", "commits"]).body(&commit).repeatable()).await?;
        Ok(commit.sha)
    }
}

fn entries(new: &NewCommit) -> Vec<Value> {
    let entry = |(path, text): (&String, &Option<String>)| {
        let mode = if new.executable.contains(path) { "100755" } else { "100644" };
        match text {
            Some(text) => json!({ "path": path, "mode": mode, "type": "blob", "content": text }),
            None => json!({ "path": path, "mode": mode, "type": "blob", "sha": Value::Null }),
        }
    };
    new.files.iter().map(entry).collect()
}
