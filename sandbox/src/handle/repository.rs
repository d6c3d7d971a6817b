//! Handle of a repository.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;

use super::ThreadHandle;
use crate::act::NewPull;
use crate::bare::{Bare, FileChange};
use crate::error::{ApiError, Outcome};
use crate::server::Shared;
use crate::state::{Alert, CheckRun, Level, Repository};

/// A repository.
#[derive(Clone)]
pub struct RepositoryHandle {
    pub(crate) shared: Arc<Shared>,
    pub(crate) id: u64,
}

impl RepositoryHandle {
    /// Numeric id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// A copy of the repository as it is now.
    pub fn snapshot(&self) -> Outcome<Repository> {
        self.shared.world().repository(self.id).cloned()
    }

    /// `owner/name` as it is now.
    pub fn full_name(&self) -> String {
        self.snapshot().map(|repository| repository.full_name()).unwrap_or_default()
    }

    /// The bare repository on disk.
    pub fn git(&self) -> Outcome<Bare> {
        Ok(self.snapshot()?.git)
    }

    /// A user commits text files on a branch; a new branch starts from the default branch. Gives the commit's id.
    pub fn commit(&self, user: &str, branch: &str, message: &str, files: &[(&str, &str)]) -> Outcome<String> {
        let changes: Vec<FileChange> = files.iter().map(|(path, text)| FileChange::write(*path, *text)).collect();
        self.commit_changes(user, branch, message, &changes)
    }

    /// A user commits any changes: bytes, removals, links.
    pub fn commit_changes(&self, user: &str, branch: &str, message: &str, changes: &[FileChange]) -> Outcome<String> {
        self.shared.world().commit_files(self.id, user, branch, message, changes)
    }

    /// A user commits all files of a folder on disk.
    pub fn commit_folder(&self, user: &str, branch: &str, message: &str, folder: &Path) -> Outcome<String> {
        let mut changes = Vec::new();
        read_folder(folder, folder, &mut changes)?;
        self.commit_changes(user, branch, message, &changes)
    }

    /// Text of a file on a branch or at a commit.
    pub fn read(&self, revision: &str, path: &str) -> Option<String> {
        let git = self.git().ok()?;
        let commit = git.commit_id(revision)?;
        git.read(&commit, path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The commit of a branch.
    pub fn head(&self, branch: &str) -> Option<String> {
        self.snapshot().ok()?.branch(branch).cloned()
    }

    /// Names of the branches.
    pub fn branches(&self) -> Vec<String> {
        let repository = self.snapshot();
        repository
            .iter()
            .flat_map(|one| one.references.keys())
            .filter_map(|name| name.strip_prefix("refs/heads/"))
            .map(str::to_string)
            .collect()
    }

    /// A user deletes a branch.
    pub fn delete_branch(&self, user: &str, branch: &str) -> Outcome<()> {
        self.shared.world().delete_branch(self.id, user, branch)
    }

    /// Gives a user access.
    pub fn grant(&self, user: &str, level: Level) -> Outcome<()> {
        let mut world = self.shared.world();
        world.add_account(user, crate::state::AccountKind::User);
        world.repository_mut(self.id)?.collaborators.insert(user.to_lowercase(), level);
        Ok(())
    }

    /// Gives a team of the owner access.
    pub fn grant_team(&self, slug: &str, level: Level) -> Outcome<()> {
        let owner = self.snapshot()?.owner;
        self.shared.world().grant_team(&owner, slug, self.id, level)
    }

    /// An owner renames it.
    pub fn rename(&self, name: &str) -> Outcome<()> {
        let owner = self.snapshot()?.owner;
        self.shared.world().rename_repository(self.id, &owner, name)
    }

    /// An owner archives it, or makes it writable again.
    pub fn archive(&self, archived: bool) -> Outcome<()> {
        let owner = self.snapshot()?.owner;
        self.shared.world().archive_repository(self.id, &owner, archived)
    }

    /// An owner deletes it.
    pub fn delete(&self) -> Outcome<()> {
        let owner = self.snapshot()?.owner;
        self.shared.world().delete_repository(self.id, &owner)
    }

    /// An owner makes it public or private.
    pub fn set_private(&self, private: bool) -> Outcome<()> {
        self.shared.world().repository_mut(self.id)?.private = private;
        Ok(())
    }

    /// An owner chooses another default branch.
    pub fn set_default_branch(&self, branch: &str) -> Outcome<()> {
        let owner = self.snapshot()?.owner;
        self.shared.world().set_default_branch(self.id, &owner, branch)
    }

    /// Sets the one-line description.
    pub fn describe(&self, description: &str) -> Outcome<()> {
        self.shared.world().repository_mut(self.id)?.description = description.into();
        Ok(())
    }

    /// A user opens an issue.
    pub fn open_issue(&self, user: &str, title: &str, body: &str) -> Outcome<ThreadHandle> {
        let number = self.shared.world().open_issue(self.id, user, title, body, &[])?;
        Ok(self.thread(number))
    }

    /// A user opens a pull request.
    pub fn open_pull(&self, user: &str, new: &NewPull) -> Outcome<ThreadHandle> {
        let number = self.shared.world().open_pull(self.id, user, new)?;
        Ok(self.thread(number))
    }

    /// An issue or pull request by number.
    pub fn thread(&self, number: u64) -> ThreadHandle {
        ThreadHandle { repository: self.clone(), number }
    }

    /// The pull requests, by number.
    pub fn pulls(&self) -> Vec<ThreadHandle> {
        let repository = self.snapshot();
        repository.iter().flat_map(|one| one.pulls().map(|issue| self.thread(issue.number)).collect::<Vec<_>>()).collect()
    }

    /// The issues that are not pull requests, by number.
    pub fn issues(&self) -> Vec<ThreadHandle> {
        let repository = self.snapshot();
        let plain = repository.iter().flat_map(|one| one.issues.values()).filter(|issue| issue.pull.is_none());
        plain.map(|issue| self.thread(issue.number)).collect()
    }

    /// The check runs, oldest first.
    pub fn checks(&self) -> Vec<CheckRun> {
        self.snapshot().map(|repository| repository.checks).unwrap_or_default()
    }

    /// A user asks for a check to run again.
    pub fn rerequest_check(&self, user: &str, check: u64) -> Outcome<()> {
        self.shared.world().rerequest_check(self.id, check, user)
    }

    /// A code scan finds something at lines of a file on the default branch. Gives the alert's number.
    pub fn raise_alert(&self, tool: &str, rule: &str, severity: &str, path: &str, lines: (u64, u64)) -> Outcome<u64> {
        let mut world = self.shared.world();
        let now = world.now();
        world.raise_alert(
            self.id,
            Alert {
                number: 0,
                rule: rule.into(),
                description: format!("{tool} reports {rule}"),
                severity: severity.into(),
                tool: tool.into(),
                path: path.into(),
                start_line: lines.0,
                end_line: lines.1,
                commit_sha: String::new(),
                reference: String::new(),
                state: "open".into(),
                dismissed_reason: None,
                dismissed_comment: None,
                dismissed_by: None,
                dismissed_at: None,
                fixed_at: None,
                created_at: now,
            },
        )
    }

    /// The code scanning alerts, by number.
    pub fn alerts(&self) -> Vec<Alert> {
        self.snapshot().map(|repository| repository.alerts.into_values().collect()).unwrap_or_default()
    }

    /// A later scan no longer finds it.
    pub fn fix_alert(&self, number: u64) -> Outcome<()> {
        self.shared.world().fix_alert(self.id, number)
    }
}

fn read_folder(root: &Path, folder: &Path, changes: &mut Vec<FileChange>) -> Outcome<()> {
    let failed = |error: std::io::Error| ApiError::new(500, format!("{}: {error}", folder.display()));
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        if entry.file_type().map_err(failed)?.is_dir() {
            read_folder(root, &path, changes)?;
            continue;
        }
        let name = path.strip_prefix(root).context("a path outside its folder")?.to_string_lossy().into_owned();
        changes.push(FileChange::write(name, std::fs::read(&path).map_err(failed)?));
    }
    Ok(())
}
