//! Repositories as they are now: their Terraform, read through the mirrors and kept while the commit stays the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Line, StepError};
use crate::git::{self, GitError};
use crate::github::RepositoryInfo;
use crate::locate::{Change, RepositoryIndex, is_indexed, text_id};
use crate::model::{Repository, Workspace};

/// The list of repositories is asked again after this long.
const LIST_LIFETIME: Duration = Duration::from_secs(60);
/// Trees kept in memory.
const TREE_LIMIT: usize = 200;

/// The Terraform of a repository at a commit.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) repository: Repository,
    /// The branch it was read from: the default branch.
    pub(super) branch: String,
    pub(super) commit: String,
    pub(super) workspace: Workspace,
    pub(super) index: RepositoryIndex,
}

/// An installation's repositories, and when they were asked for.
type Listed = (Instant, Arc<Vec<RepositoryInfo>>);

/// What is kept between steps.
#[derive(Debug, Default)]
pub struct Trees {
    trees: Mutex<HashMap<u64, Arc<Tree>>>,
    lists: Mutex<HashMap<u64, Listed>>,
    pub(super) rules: super::rules::Kept,
}

impl Trees {
    /// Forgets what was listed: repositories were added, removed or renamed.
    pub(super) fn forget_lists(&self) {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn known(&self, repository: u64, commit: &str) -> Option<Arc<Tree>> {
        let trees = self.trees.lock().unwrap_or_else(PoisonError::into_inner);
        trees.get(&repository).filter(|tree| tree.commit == commit).cloned()
    }

    /// The tree that was kept last, at whatever commit.
    fn latest(&self, repository: u64) -> Option<Arc<Tree>> {
        self.trees.lock().unwrap_or_else(PoisonError::into_inner).get(&repository).cloned()
    }

    fn keep(&self, tree: &Arc<Tree>) {
        let mut trees = self.trees.lock().unwrap_or_else(PoisonError::into_inner);
        if trees.len() >= TREE_LIMIT && !trees.contains_key(&tree.repository.id) {
            trees.clear();
        }
        trees.insert(tree.repository.id, tree.clone());
    }
}

impl Line {
    /// The repository's Terraform at the head of its default branch; `None` when it has no commit yet.
    ///
    /// # Errors
    /// When it cannot be fetched.
    pub(super) async fn tree(&self, repository: &Repository) -> Result<Option<Arc<Tree>>, StepError> {
        let remote = self.remote(repository).await?;
        let snapshot = match self.mirrors.fetch(&remote, None).await {
            Ok(snapshot) => snapshot,
            Err(GitError::Empty { .. }) => return Ok(None),
            Err(error) => {
                if matches!(error, GitError::Unauthorized { .. }) {
                    self.client(repository).forget_token(&remote.token).await;
                }
                return Err(error.into());
            }
        };
        if let Some(tree) = self.trees.known(repository.id, &snapshot.commit) {
            return Ok(Some(tree));
        }
        let tree = Arc::new(self.read_tree(repository, &remote, snapshot.branch, snapshot.commit).await?);
        self.trees.keep(&tree);
        Ok(Some(tree))
    }

    /// The repository's Terraform at a commit, if the mirror has it.
    ///
    /// # Errors
    /// When the mirror has it not.
    pub(super) async fn tree_at(&self, repository: &Repository, branch: &str, commit: &str) -> Result<Arc<Tree>, StepError> {
        if let Some(tree) = self.trees.known(repository.id, commit) {
            return Ok(tree);
        }
        let remote = self.remote(repository).await?;
        Ok(Arc::new(self.read_tree(repository, &remote, branch.into(), commit.into()).await?))
    }

    async fn read_tree(&self, repository: &Repository, remote: &git::Remote, branch: String, commit: String) -> Result<Tree, StepError> {
        if let Some(old) = self.trees.latest(repository.id)
            && let Some(tree) = self.renewed(&old, repository, remote, &branch, &commit).await?
        {
            return Ok(tree);
        }
        let reading = self.mirrors.read(remote, &commit, git::is_relevant).await?;
        for out in &reading.left_out {
            tracing::debug!(%repository, path = out.path, reason = out.reason, "file left out");
        }
        let repository = repository.clone();
        // Parsing thousands of files takes its time: not on the threads that serve.
        let tree = tokio::task::spawn_blocking(move || {
            let index = RepositoryIndex::of_workspace(&reading.workspace);
            Tree { repository, branch, commit, workspace: reading.workspace, index }
        });
        Ok(tree.await?)
    }

    /// The tree at `commit`, made of an earlier one and what changed since; `None` when the mirror has lost the earlier commit.
    async fn renewed(
        &self,
        old: &Tree,
        repository: &Repository,
        remote: &git::Remote,
        branch: &str,
        commit: &str,
    ) -> Result<Option<Tree>, StepError> {
        let changes = match self.mirrors.changes(remote, &old.commit, commit).await {
            Ok(changes) => changes,
            Err(GitError::Missing(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let changes: Vec<_> = changes.into_iter().filter(|change| git::is_relevant(&change.path)).collect();
        let texts = self.mirrors.blobs(remote, changes.iter().filter_map(|change| change.after.clone()).collect()).await?;
        let (mut workspace, mut index) = (old.workspace.clone(), old.index.clone());
        let mut edits = Vec::new();
        for change in changes {
            let text = change.after.as_ref().and_then(|blob| texts.get(blob)).map(|text| Arc::<str>::from(text.as_str()));
            match text {
                Some(text) => {
                    workspace.insert(change.path.clone(), text.clone());
                    if is_indexed(&change.path) {
                        edits.push(Change::Put { path: change.path, blob: text_id(&text), text: Some(text) });
                    }
                }
                None => {
                    workspace.remove(&change.path);
                    edits.push(Change::Remove { path: change.path });
                }
            }
        }
        let tree = tokio::task::spawn_blocking({
            let (repository, branch, commit) = (repository.clone(), branch.to_owned(), commit.to_owned());
            move || {
                index.apply(edits);
                Tree { repository, branch, commit, workspace, index }
            }
        });
        Ok(Some(tree.await?))
    }

    /// The repositories of an installation as GitHub lists them, at most a minute old.
    ///
    /// # Errors
    /// GitHub's.
    pub(super) async fn repositories(&self, installation: u64) -> Result<Arc<Vec<RepositoryInfo>>, StepError> {
        if let Some((at, list)) = self.trees.lists.lock().unwrap_or_else(PoisonError::into_inner).get(&installation)
            && at.elapsed() < LIST_LIFETIME
        {
            return Ok(list.clone());
        }
        let list = Arc::new(self.github.installation(installation).repositories().await?);
        self.trees.lists.lock().unwrap_or_else(PoisonError::into_inner).insert(installation, (Instant::now(), list.clone()));
        Ok(list)
    }

    /// Every usable repository that findings of `accounts` (empty: all) may be about.
    ///
    /// # Errors
    /// GitHub's.
    pub(super) async fn all_repositories(&self, accounts: &[String]) -> Result<Vec<Repository>, StepError> {
        let mut all = Vec::new();
        for installation in self.github.installations().await? {
            let wanted = accounts.is_empty() || accounts.iter().any(|account| account.eq_ignore_ascii_case(&installation.account.login));
            if !wanted || installation.suspended_at.is_some() {
                continue;
            }
            let listed = self.repositories(installation.id).await?;
            all.extend(listed.iter().filter(|info| info.obstacle().is_none() && !info.fork).map(|info| info.repository(installation.id)));
        }
        Ok(all)
    }
}
