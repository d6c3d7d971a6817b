//! Files through the REST interface, for where no mirror is at hand (configuration, CODEOWNERS).

use base64::Engine as _;
use reqwest::Method;
use serde::Deserialize;

use super::call::Call;
use super::error::{GithubError, GithubErrorKind};
use super::installation::Installation;
use crate::model::Repository;

/// A file's text and the id of its blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileContent {
    /// Text.
    pub text: String,
    /// Blob id.
    pub blob: String,
}

/// One entry of a tree.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TreeEntry {
    /// Path from the root.
    pub path: String,
    /// `100644`, `100755`, `040000`, `120000` (symbolic link) or `160000` (submodule).
    pub mode: String,
    /// Object id.
    pub sha: String,
    /// Size in bytes, of blobs.
    #[serde(default)]
    pub size: Option<u64>,
}

#[derive(Deserialize)]
struct ContentAnswer {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    encoding: String,
    #[serde(default)]
    content: String,
    #[serde(default)]
    sha: String,
}

#[derive(Deserialize)]
struct TreeAnswer {
    tree: Vec<TreeEntry>,
    #[serde(default)]
    truncated: bool,
}

impl Installation {
    /// A text file at a commit or branch (`None`: default branch). `None` when there is no such file, when it is a symbolic
    /// link, directory or submodule, when it is larger than GitHub sends (1 MB), or when it is not UTF-8.
    ///
    /// # Errors
    /// As any call.
    pub async fn file(&self, repository: &Repository, path: &str, at: Option<&str>) -> Result<Option<FileContent>, GithubError> {
        let mut call = Call::on(Method::GET, repository, &["contents"]).path(path).conditional();
        if let Some(at) = at {
            call = call.query("ref", at);
        }
        let answer: Option<serde_json::Value> = self.caller.optional(call).await?;
        // A directory answers with a list.
        let Some(answer) = answer.and_then(|value| serde_json::from_value::<ContentAnswer>(value).ok()) else { return Ok(None) };
        if answer.kind != "file" || answer.encoding != "base64" {
            return Ok(None);
        }
        Ok(decoded(&answer.content).map(|text| FileContent { text, blob: answer.sha }))
    }

    /// A blob's text; `None` when it is not UTF-8.
    ///
    /// # Errors
    /// As any call.
    pub async fn blob(&self, repository: &Repository, blob: &str) -> Result<Option<String>, GithubError> {
        let answer: ContentAnswer = self.caller.json(Call::on(Method::GET, repository, &["git", "blobs", blob])).await?;
        Ok(decoded(&answer.content))
    }

    /// All entries of the tree at a commit, directories included.
    ///
    /// # Errors
    /// As any call; [`GithubErrorKind::Decode`] when the tree is too large for GitHub to send whole.
    pub async fn tree(&self, repository: &Repository, commit: &str) -> Result<Vec<TreeEntry>, GithubError> {
        let call = Call::on(Method::GET, repository, &["git", "trees", commit]).query("recursive", 1);
        let name = call.name();
        let answer: TreeAnswer = self.caller.json(call).await?;
        if answer.truncated {
            return Err(GithubError::new(name, GithubErrorKind::Decode, "the tree is too large to be sent whole; read it through git"));
        }
        Ok(answer.tree)
    }
}

fn decoded(content: &str) -> Option<String> {
    let compact: String = content.split_ascii_whitespace().collect();
    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(compact).ok()?).ok()
}
