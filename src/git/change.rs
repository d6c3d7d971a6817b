//! A commit, before it is made, and making it in memory.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use git2::build::TreeUpdateBuilder;
use git2::{FileMode, Oid, Repository, Signature, Time, Tree};

use super::error::GitError;
use super::paths::safe_path;

/// Name and address on a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// `remediate[bot]`.
    pub name: String,
    /// `ID+remediate[bot]@users.noreply.github.com`.
    pub email: String,
}

/// What a commit changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// New text by path; `None` deletes the file.
    pub files: BTreeMap<String, Option<String>>,
    /// Commit message.
    pub message: String,
    /// Author and committer.
    pub identity: Identity,
    /// Time of the commit. With the same base, files and time the commit has the same id, so making it again is harmless.
    pub at: DateTime<Utc>,
}

/// Makes the commit on top of `base`; no reference points to it yet.
pub(super) fn commit(repo: &Repository, base: Oid, change: &Change) -> Result<Oid, GitError> {
    let failed = |error: git2::Error| GitError::from_git(&error, "the mirror");
    let parent = repo.find_commit(base).map_err(|_| GitError::Missing(format!("commit {base}")))?;
    let tree = parent.tree().map_err(failed)?;
    let mut update = TreeUpdateBuilder::new();
    for (path, text) in &change.files {
        let mode = mode_for(&tree, path)?;
        match text {
            Some(text) => update.upsert(path.as_str(), repo.blob(text.as_bytes()).map_err(failed)?, mode),
            None => update.remove(path.as_str()),
        };
    }
    let new_tree = update.create_updated(repo, &tree).map_err(failed)?;
    let new_tree = repo.find_tree(new_tree).map_err(failed)?;
    let time = Time::new(change.at.timestamp(), 0);
    let signature = Signature::new(&change.identity.name, &change.identity.email, &time).map_err(failed)?;
    repo.commit(None, &signature, &signature, &change.message, &new_tree, &[&parent]).map_err(failed)
}

/// The mode a path is written with: what it has now, or an ordinary file's. Links, submodules and paths that lead through
/// them are refused.
fn mode_for(tree: &Tree<'_>, path: &str) -> Result<FileMode, GitError> {
    let unsafe_path = |reason: &str| GitError::UnsafePath { path: path.to_owned(), reason: reason.to_owned() };
    safe_path(path).map_err(unsafe_path)?;
    let mut prefix = String::new();
    for part in path.split('/') {
        if !prefix.is_empty() {
            prefix.push('/');
        }
        prefix.push_str(part);
        let Ok(entry) = tree.get_path(std::path::Path::new(&prefix)) else { return Ok(FileMode::Blob) };
        let last = prefix.len() == path.len();
        match (entry.filemode(), last) {
            (0o040_000, false) => {}
            (0o100_755, true) => return Ok(FileMode::BlobExecutable),
            (0o100_644 | 0o100_664, true) => return Ok(FileMode::Blob),
            (0o120_000, _) => return Err(unsafe_path("there is a symbolic link on the way")),
            (0o160_000, _) => return Err(unsafe_path("there is a submodule on the way")),
            _ => return Err(unsafe_path("a directory and a file have the same name")),
        }
    }
    Ok(FileMode::Blob)
}
