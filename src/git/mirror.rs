//! One mirror: opening it, and bringing a branch up to date.

use std::path::{Path, PathBuf};

use git2::{Direction, Oid, Repository};

use super::connection::{Bounds, Remote, proxy};
use super::error::GitError;

/// Packs beyond this make reading slow: the mirror is fetched anew.
const MOST_PACKS: usize = 60;

/// A bare repository on disk.
#[derive(Debug)]
pub(super) struct Mirror {
    folder: PathBuf,
}

/// A branch as the server has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tip {
    pub(super) branch: String,
    pub(super) commit: Oid,
}

impl Mirror {
    pub(super) fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Opens the mirror; one that is not there yet is made.
    pub(super) fn open(&self) -> Result<Repository, GitError> {
        let opened = if self.folder.exists() { Repository::open_bare(&self.folder) } else { Repository::init_bare(&self.folder) };
        opened.map_err(|error| GitError::Damaged(error.message().to_owned()))
    }

    /// Opens a mirror that a fetch made.
    pub(super) fn open_fetched(&self) -> Result<Repository, GitError> {
        if !self.folder.exists() {
            return Err(GitError::Missing("the repository".into()));
        }
        self.open()
    }

    /// Throws the mirror away.
    pub(super) fn remove(&self) -> Result<(), GitError> {
        match std::fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(GitError::disk(&error)),
            _ => Ok(()),
        }
    }

    /// Brings `branch` (`None`: the default branch) up to date with `depth` commits, and gives its tip. A damaged mirror
    /// is replaced by a new one, once.
    pub(super) fn fetch(&self, remote: &Remote, branch: Option<&str>, depth: i32, bounds: &Bounds) -> Result<Tip, GitError> {
        if packs(&self.folder) > MOST_PACKS {
            self.remove()?;
        }
        match self.fetch_once(remote, branch, depth, bounds) {
            Err(GitError::Damaged(reason)) => {
                tracing::warn!(repository = %remote.repository, reason, "the mirror is damaged and is fetched anew");
                self.remove()?;
                self.fetch_once(remote, branch, depth, bounds)
            }
            other => other,
        }
    }

    fn fetch_once(&self, remote: &Remote, branch: Option<&str>, depth: i32, bounds: &Bounds) -> Result<Tip, GitError> {
        let repo = self.open()?;
        let failed = |error: git2::Error| bounds.explain(&error, &remote.repository);
        let mut detached = repo.remote_anonymous(&remote.url).map_err(failed)?;
        let mut connection =
            detached.connect_auth(Direction::Fetch, Some(bounds.callbacks(&remote.token)), Some(proxy())).map_err(failed)?;
        let tip = tip(&connection, remote, branch, bounds)?;
        let local = local_name(&tip.branch);
        if !self.has(&repo, &local, tip.commit, depth) {
            let refspec = format!("+refs/heads/{}:{local}", tip.branch);
            connection.remote().fetch(&[refspec], Some(&mut bounds.fetch_options(&remote.token, depth)), None).map_err(failed)?;
        }
        drop(connection);
        // What was announced and what was sent can differ when somebody pushes in between: what we have is what counts.
        let commit = repo.refname_to_id(&local).map_err(|error| GitError::Damaged(error.message().to_owned()))?;
        repo.find_commit(commit).and_then(|commit| commit.tree()).map_err(|error| GitError::Damaged(error.message().to_owned()))?;
        Ok(Tip { branch: tip.branch, commit })
    }

    /// Whether the mirror has the branch at `commit` already. Deeper fetches always ask.
    fn has(&self, repo: &Repository, local: &str, commit: Oid, depth: i32) -> bool {
        depth == 1
            && repo.refname_to_id(local).is_ok_and(|known| known == commit)
            && repo.find_commit(commit).is_ok_and(|commit| commit.tree().is_ok())
    }
}

/// The branches of the server whose names begin with `prefix`, without fetching anything.
pub(super) fn heads(remote: &Remote, prefix: &str, bounds: &Bounds) -> Result<Vec<Tip>, GitError> {
    let failed = |error: git2::Error| bounds.explain(&error, &remote.repository);
    let mut detached = git2::Remote::create_detached(remote.url.as_str()).map_err(failed)?;
    let connection = detached.connect_auth(Direction::Fetch, Some(bounds.callbacks(&remote.token)), Some(proxy())).map_err(failed)?;
    let wanted = format!("refs/heads/{prefix}");
    let heads = connection.list().map_err(failed)?;
    let tip = |head: &git2::RemoteHead<'_>| Some(Tip { branch: head.name().strip_prefix("refs/heads/")?.to_owned(), commit: head.oid() });
    Ok(heads.iter().filter(|head| head.name().starts_with(&wanted)).filter_map(tip).collect())
}

/// The wanted branch among those the server announces.
fn tip(connection: &git2::RemoteConnection<'_, '_, '_>, remote: &Remote, branch: Option<&str>, bounds: &Bounds) -> Result<Tip, GitError> {
    let failed = |error: git2::Error| bounds.explain(&error, &remote.repository);
    let repository = remote.repository.to_string();
    let heads = connection.list().map_err(failed)?;
    if heads.iter().all(|head| !head.name().starts_with("refs/heads/")) {
        return Err(GitError::Empty { repository });
    }
    let branch = match branch {
        Some(branch) => branch.to_owned(),
        None => heads
            .iter()
            .find(|head| head.name() == "HEAD")
            .and_then(|head| head.symref_target().and_then(|target| target.strip_prefix("refs/heads/")).map(ToOwned::to_owned))
            .ok_or_else(|| GitError::NoBranch { repository: repository.clone(), branch: "HEAD".into() })?,
    };
    let full = format!("refs/heads/{branch}");
    let commit = heads.iter().find(|head| head.name() == full).map(git2::RemoteHead::oid);
    commit.map(|commit| Tip { branch: branch.clone(), commit }).ok_or(GitError::NoBranch { repository, branch })
}

/// The name under which the mirror keeps a branch of the server.
fn local_name(branch: &str) -> String {
    format!("refs/remediate/theirs/{branch}")
}

fn packs(folder: &Path) -> usize {
    let packs = std::fs::read_dir(folder.join("objects/pack")).into_iter().flatten().flatten();
    packs.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "pack")).count()
}
