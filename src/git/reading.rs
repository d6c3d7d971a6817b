//! Reading files from the object database.

use std::collections::BTreeMap;

use git2::{ObjectType, Oid, Repository, Tree};

use super::error::GitError;
use super::paths::safe_name;
use crate::model::Workspace;

/// Directories nested deeper than this are left out.
const DEEPEST: usize = 64;
/// Entries in a repository beyond this are too many.
const MOST_ENTRIES: usize = 2_000_000;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// An ordinary file.
    File,
    /// A file with the executable bit.
    Executable,
    /// A symbolic link; never followed.
    Link,
    /// Another repository; never followed.
    Submodule,
}

/// A file (or link, or submodule) of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Path from the root.
    pub path: String,
    /// Id of its blob (of its commit, for submodules).
    pub id: String,
    /// What it is.
    pub kind: EntryKind,
}

/// A file that was asked for and is not in the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Path; bytes that are no UTF-8 replaced.
    pub path: String,
    /// Why.
    pub reason: &'static str,
}

/// Files read from a commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The texts.
    pub workspace: Workspace,
    /// What was asked for and could not be taken.
    pub left_out: Vec<LeftOut>,
}

/// A path that differs between two commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathChange {
    /// The path.
    pub path: String,
    /// Blob before; `None` for a new file.
    pub before: Option<String>,
    /// Blob after; `None` for a deleted one.
    pub after: Option<String>,
}

/// Bounds of a reading.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReadBounds {
    pub(super) largest_file: usize,
    pub(super) most_bytes: usize,
}

/// Everything in the tree of `commit` whose path `keep` wants, in path order.
pub(super) fn entries(repo: &Repository, commit: Oid, keep: &dyn Fn(&str) -> bool) -> Result<(Vec<Entry>, Vec<LeftOut>), GitError> {
    let tree = tree_of(repo, commit)?;
    let mut walk = Walk { repo, keep, entries: Vec::new(), left_out: Vec::new(), seen: 0 };
    walk.tree(&tree, "", 0)?;
    Ok((walk.entries, walk.left_out))
}

/// The texts of the files `keep` wants.
pub(super) fn read(repo: &Repository, commit: Oid, bounds: ReadBounds, keep: &dyn Fn(&str) -> bool) -> Result<Reading, GitError> {
    let (entries, left_out) = entries(repo, commit, keep)?;
    let mut reading = Reading { workspace: Workspace::new(), left_out };
    let mut total = 0;
    for entry in entries {
        let reason = match entry.kind {
            EntryKind::Link => "a symbolic link, which is not followed",
            EntryKind::Submodule => "a submodule, which is not followed",
            EntryKind::File | EntryKind::Executable => match text(repo, &entry.id, bounds.largest_file)? {
                Ok(text) => {
                    total += text.len();
                    if total > bounds.most_bytes {
                        return Err(GitError::TooLarge(format!("the files to read hold more than {} MB", bounds.most_bytes / 1_000_000)));
                    }
                    reading.workspace.insert(entry.path, text);
                    continue;
                }
                Err(reason) => reason,
            },
        };
        reading.left_out.push(LeftOut { path: entry.path, reason });
    }
    Ok(reading)
}

/// A blob's text, or why it has none.
pub(super) fn text(repo: &Repository, id: &str, largest: usize) -> Result<Result<String, &'static str>, GitError> {
    let oid = Oid::from_str(id).map_err(|_| GitError::Missing(format!("`{id}`")))?;
    let blob = repo.find_blob(oid).map_err(|error| GitError::Damaged(format!("blob {id}: {}", error.message())))?;
    let bytes = blob.content();
    if bytes.len() > largest {
        return Ok(Err("larger than what is read"));
    }
    if bytes.contains(&0) {
        return Ok(Err("binary"));
    }
    Ok(std::str::from_utf8(bytes).map(ToOwned::to_owned).map_err(|_| "not UTF-8"))
}

/// The paths that differ between two commits; links and submodules count as absent.
pub(super) fn changes(repo: &Repository, from: Oid, to: Oid) -> Result<Vec<PathChange>, GitError> {
    let everything = |_: &str| true;
    let files = |commit| -> Result<BTreeMap<String, String>, GitError> {
        let (entries, _) = entries(repo, commit, &everything)?;
        Ok(entries
            .into_iter()
            .filter(|entry| matches!(entry.kind, EntryKind::File | EntryKind::Executable))
            .map(|entry| (entry.path, entry.id))
            .collect())
    };
    let (before, mut after) = (files(from)?, files(to)?);
    let mut changes = Vec::new();
    for (path, old) in before {
        let new = after.remove(&path);
        if new.as_ref() != Some(&old) {
            changes.push(PathChange { path, before: Some(old), after: new });
        }
    }
    changes.extend(after.into_iter().map(|(path, new)| PathChange { path, before: None, after: Some(new) }));
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(changes)
}

fn tree_of(repo: &Repository, commit: Oid) -> Result<Tree<'_>, GitError> {
    let commit = repo.find_commit(commit).map_err(|_| GitError::Missing(format!("commit {commit}")))?;
    commit.tree().map_err(|error| GitError::Damaged(format!("tree of {}: {}", commit.id(), error.message())))
}

struct Walk<'a> {
    repo: &'a Repository,
    keep: &'a dyn Fn(&str) -> bool,
    entries: Vec<Entry>,
    left_out: Vec<LeftOut>,
    seen: usize,
}

impl Walk<'_> {
    fn tree(&mut self, tree: &Tree<'_>, directory: &str, depth: usize) -> Result<(), GitError> {
        for entry in tree {
            self.seen += 1;
            if self.seen > MOST_ENTRIES {
                return Err(GitError::TooLarge(format!("the repository has more than {MOST_ENTRIES} files and directories")));
            }
            let name = String::from_utf8_lossy(entry.name_bytes());
            let path = if directory.is_empty() { name.clone().into_owned() } else { format!("{directory}/{name}") };
            let reason = match safe_name(&name) {
                Ok(()) if std::str::from_utf8(entry.name_bytes()).is_err() => "a name that is not UTF-8",
                Ok(()) if entry.kind() == Some(ObjectType::Tree) && depth >= DEEPEST => "too deep",
                Ok(()) => {
                    self.entry(entry.filemode(), entry.id(), path, depth)?;
                    continue;
                }
                Err(reason) => reason,
            };
            self.left_out.push(LeftOut { path, reason });
        }
        Ok(())
    }

    fn entry(&mut self, mode: i32, id: Oid, path: String, depth: usize) -> Result<(), GitError> {
        let kind = match mode {
            0o040_000 => {
                let tree = self.repo.find_tree(id).map_err(|error| GitError::Damaged(format!("tree {id}: {}", error.message())))?;
                return self.tree(&tree, &path, depth + 1);
            }
            0o120_000 => EntryKind::Link,
            0o160_000 => EntryKind::Submodule,
            0o100_755 => EntryKind::Executable,
            _ => EntryKind::File,
        };
        if (self.keep)(&path) {
            self.entries.push(Entry { path, id: id.to_string(), kind });
        }
        Ok(())
    }
}
