//! Commits in a local repository, for people who fix a folder without GitHub.

use std::path::Path;

use git2::Repository;

use super::change::{self, Change};
use super::error::GitError;

/// Makes a commit on top of HEAD of the repository that holds `folder`, and points the new branch `branch` at it. The work
/// tree, the index and HEAD stay as they are. Paths of the change are relative to `folder`. Gives the commit's id.
///
/// # Errors
/// When there is no repository or no commit yet, or when the branch exists.
pub fn commit_to_branch(folder: &Path, branch: &str, change: &Change) -> Result<String, GitError> {
    let name = folder.display().to_string();
    let failed = |error: git2::Error| GitError::Disk(format!("{name}: {}", error.message()));
    let repo = Repository::discover(folder).map_err(|_| GitError::NotFound { repository: name.clone() })?;
    let head = repo.head().and_then(|head| head.peel_to_commit()).map_err(|_| GitError::Empty { repository: name.clone() })?;
    if repo.find_branch(branch, git2::BranchType::Local).is_ok() {
        return Err(GitError::Rejected {
            branch: branch.to_owned(),
            message: "a branch of this name exists already; give another name or delete it".into(),
        });
    }
    let prefix = prefix(&repo, folder);
    let files = change.files.iter().map(|(path, text)| (format!("{prefix}{path}"), text.clone())).collect();
    let commit = change::commit(&repo, head.id(), &Change { files, ..change.clone() })?;
    let commit = repo.find_commit(commit).map_err(failed)?;
    repo.branch(branch, &commit, false).map_err(failed)?;
    Ok(commit.id().to_string())
}

/// Where `folder` is below the root of the work tree, with a slash at its end; empty for the root itself.
fn prefix(repo: &Repository, folder: &Path) -> String {
    let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let Some(root) = repo.workdir().map(canonical) else { return String::new() };
    let below = canonical(folder);
    let parts: Vec<_> = below
        .strip_prefix(&root)
        .map(|rest| rest.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect())
        .unwrap_or_default();
    parts.iter().map(|part: &String| format!("{part}/")).collect()
}
