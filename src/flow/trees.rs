//! Repositories as they are now: their Terraform, read through the mirrors and kept while the commit stays the same.
//!
//! A tree always has the whole index; of a large repository it has only the texts that a case needs ([`Line::focused`]), so that
//! neither memory nor time grows with the repositories.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::indexing::Listed;
use super::lately::Lately;
use super::{Line, StepError};
use crate::git::{self, EntryKind, GitError};
use crate::github::{InstallationInfo, RepositoryInfo};
use crate::locate::{Change, FileFacts, INDEX_VERSION, Query, RepositoryIndex, fact_id, is_indexed, scan};
use crate::model::{Repository, Workspace};
use crate::terraform::{directory_of, is_configuration_file, named_files};

/// What GitHub listed, and whether an organisation has a policy, is asked again after this long; longer lists less often, because
/// each hundred is a request.
pub(super) const LIST_LIFETIME: Duration = Duration::from_secs(60);
/// A list of this age is the newest one.
const JUST_NOW: Duration = Duration::from_secs(10);
/// Repositories for each [`LIST_LIFETIME`].
const LISTED_PER_LIFETIME: usize = 1_000;
/// The texts of repositories with at most this many files are kept whole.
const SMALL: usize = 3_000;
/// Texts of a large repository in memory at the same time.
const READ_AT_ONCE: usize = 2_000;
/// About how many bytes of trees are kept in memory.
const TREE_BYTES: usize = 400_000_000;
/// About how many bytes one indexed file takes.
const BYTES_PER_FACTS: usize = 2_500;

/// Largest file, in bytes, that is read because the code names it.
const LARGEST_NAMED: usize = 256 * 1024;

/// What the texts of a large repository are read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To find the block.
    Locate,
    /// To find it and to change what decides it: whoever else calls a module is looked at too.
    Change,
}

/// The Terraform of a repository at a commit.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) repository: Repository,
    /// The branch it was read from: the default branch.
    pub(super) branch: String,
    pub(super) commit: String,
    /// The texts: all, or those in question.
    pub(super) workspace: Workspace,
    pub(super) index: Arc<RepositoryIndex>,
    /// The blobs of all relevant files, when not all their texts are in the workspace; empty when they are.
    pub(super) unread: Arc<BTreeMap<String, String>>,
}

impl Tree {
    fn weight(&self) -> usize {
        let texts: usize = self.workspace.iter().map(|(path, text)| path.len() + text.len()).sum();
        texts + self.index.len() * BYTES_PER_FACTS + self.unread.len() * 150
    }
}

/// Trees by repository, each with its weight and when it was last used.
#[derive(Debug, Default)]
struct Shelf {
    trees: HashMap<u64, (Arc<Tree>, usize, u64)>,
    weight: usize,
    uses: u64,
}

impl Shelf {
    fn get(&mut self, repository: u64) -> Option<Arc<Tree>> {
        self.uses += 1;
        let (tree, _, used) = self.trees.get_mut(&repository)?;
        *used = self.uses;
        Some(tree.clone())
    }

    fn put(&mut self, tree: &Arc<Tree>) {
        self.uses += 1;
        let weight = tree.weight();
        self.weight += weight;
        if let Some((_, old, _)) = self.trees.insert(tree.repository.id, (tree.clone(), weight, self.uses)) {
            self.weight -= old;
        }
        while self.weight > TREE_BYTES && self.trees.len() > 1 {
            let Some(oldest) = self.trees.iter().min_by_key(|(_, (_, _, used))| *used).map(|(id, _)| *id) else { return };
            if let Some((_, weight, _)) = self.trees.remove(&oldest) {
                self.weight -= weight;
            }
        }
    }
}

/// What is kept between steps.
#[derive(Debug, Default)]
pub struct Trees {
    shelf: Mutex<Shelf>,
    /// An installation's repositories.
    lists: Lately<u64, Arc<Vec<RepositoryInfo>>>,
    installations: Lately<(), Arc<Vec<InstallationInfo>>>,
    /// Whether an owner was seen to have a `.github` repository.
    pub(super) shared: Lately<String, bool>,
    indexing: Mutex<HashMap<u64, Arc<tokio::sync::Mutex<()>>>>,
    pub(super) rules: super::rules::Kept,
}

impl Trees {
    /// What whoever brings a repository's index up to date holds.
    pub(super) fn indexing(&self, repository: u64) -> Arc<tokio::sync::Mutex<()>> {
        self.indexing.lock().unwrap_or_else(PoisonError::into_inner).entry(repository).or_default().clone()
    }

    /// Forgets what was listed: repositories were added, removed or renamed.
    pub(super) fn forget_lists(&self) {
        self.lists.forget();
        self.installations.forget();
        self.shared.forget();
    }

    /// Forgets lists that are not of just now: before saying that something is nowhere, the newest list is looked at.
    pub(super) fn forget_old_lists(&self) {
        self.lists.forget_older(JUST_NOW);
        self.installations.forget_older(JUST_NOW);
    }

    /// The tree that was kept last, at whatever commit.
    fn latest(&self, repository: u64) -> Option<Arc<Tree>> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner).get(repository)
    }

    fn known(&self, repository: u64, commit: &str) -> Option<Arc<Tree>> {
        self.latest(repository).filter(|tree| tree.commit == commit)
    }

    fn keep(&self, tree: &Arc<Tree>) {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner).put(tree);
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

    /// The tree with every text that `query` may need for `purpose`. Large repositories are read for the case only; others are whole
    /// already.
    ///
    /// # Errors
    /// When the mirror was evicted meanwhile.
    pub(super) async fn focused(&self, tree: &Arc<Tree>, query: &Query<'_>, purpose: Purpose) -> Result<Arc<Tree>, StepError> {
        if tree.unread.is_empty() {
            return Ok(tree.clone());
        }
        let wanted = match purpose {
            Purpose::Locate => tree.index.files_to_locate(query),
            Purpose::Change => tree.index.files_for(query),
        };
        let mut wanted: BTreeSet<String> = wanted.into_iter().collect();
        let directories: BTreeSet<&str> = wanted.iter().map(|path| directory_of(path)).collect();
        // What is beside them and not indexed: lock files, and Terragrunt's files above.
        let beside = tree.unread.keys().filter(|path| !is_indexed(path) && directories.contains(directory_of(path)));
        let above = tree.unread.keys().filter(|path| path.ends_with("root.hcl"));
        wanted.extend(beside.chain(above).cloned().collect::<Vec<_>>());
        let blobs: Vec<(String, String)> =
            wanted.into_iter().filter_map(|path| tree.unread.get(&path).map(|blob| (path, blob.clone()))).collect();
        let remote = self.remote(&tree.repository).await?;
        let texts = self.mirrors.blobs(&remote, blobs.iter().map(|(_, blob)| blob.clone()).collect()).await?;
        let mut workspace = tree.workspace.clone();
        for (path, blob) in blobs {
            if let Some(text) = texts.get(&blob) {
                workspace.insert(path, text.as_str());
            }
        }
        self.read_named(&remote, &tree.commit, &mut workspace).await?;
        Ok(Arc::new(Tree {
            repository: tree.repository.clone(),
            branch: tree.branch.clone(),
            commit: tree.commit.clone(),
            workspace,
            index: tree.index.clone(),
            unread: tree.unread.clone(),
        }))
    }

    /// Adds the files that the code in a workspace names and that are not in it: policies and templates beside it.
    async fn read_named(&self, remote: &git::Remote, commit: &str, workspace: &mut Workspace) -> Result<(), StepError> {
        let code = workspace.iter().filter(|(path, _)| is_configuration_file(path));
        let named: BTreeSet<String> =
            code.flat_map(|(path, text)| named_files(path, text)).filter(|path| workspace.get(path).is_none()).collect();
        if named.is_empty() {
            return Ok(());
        }
        let files = self.mirrors.entries(remote, commit, move |path| named.contains(path)).await?;
        let files: Vec<_> = files.into_iter().filter(|file| matches!(file.kind, EntryKind::File | EntryKind::Executable)).collect();
        let texts = self.mirrors.blobs(remote, files.iter().map(|file| file.id.clone()).collect()).await?;
        for file in files {
            if let Some(text) = texts.get(&file.id).filter(|text| text.len() <= LARGEST_NAMED) {
                workspace.insert(file.path, text.as_str());
            }
        }
        Ok(())
    }

    async fn read_tree(&self, repository: &Repository, remote: &git::Remote, branch: String, commit: String) -> Result<Tree, StepError> {
        let old = self.trees.latest(repository.id);
        if let Some(old) = old.filter(|old| old.unread.is_empty())
            && let Some(tree) = self.renewed(&old, repository, remote, &branch, &commit).await?
        {
            return Ok(tree);
        }
        let entries = self.mirrors.entries(remote, &commit, git::is_relevant).await?;
        let files: BTreeMap<String, String> = entries
            .into_iter()
            .filter(|entry| matches!(entry.kind, EntryKind::File | EntryKind::Executable))
            .map(|entry| (entry.path, entry.id))
            .collect();
        if files.len() > SMALL {
            return self.read_large(self.trees.latest(repository.id), repository, remote, (branch, commit), files).await;
        }
        let texts = self.mirrors.blobs(remote, files.values().cloned().collect()).await?;
        let repository = repository.clone();
        // Reading thousands of files takes its time: not on the threads that serve.
        let tree = tokio::task::spawn_blocking(move || whole(repository, branch, commit, files, texts));
        let mut tree = tree.await?;
        self.read_named(remote, &tree.commit, &mut tree.workspace).await?;
        Ok(tree)
    }

    /// A large repository: only what is not known yet is read, a part at a time, and only what is no Terraform is kept as text.
    async fn read_large(
        &self,
        old: Option<Arc<Tree>>,
        repository: &Repository,
        remote: &git::Remote,
        (branch, commit): (String, String),
        files: BTreeMap<String, String>,
    ) -> Result<Tree, StepError> {
        let old = old.filter(|old| !old.unread.is_empty());
        let known = match &old {
            Some(_) => HashMap::new(),
            None => self.stored_facts(repository.id).await?,
        };
        let mut index = old.as_ref().map_or_else(RepositoryIndex::new, |old| old.index.as_ref().clone());
        let before = old.as_ref().map_or_else(Arc::default, |old| old.unread.clone());
        let gone = before.keys().filter(|path| !files.contains_key(*path)).map(|path| Change::Remove { path: path.clone() });
        let gone: Vec<Change> = gone.collect();
        let changed: Vec<(String, String)> = files
            .iter()
            .filter(|(path, blob)| is_indexed(path) && before.get(*path) != Some(*blob))
            .map(|(path, blob)| (path.clone(), blob.clone()))
            .collect();
        let mut facts = known;
        let missing: Vec<(String, String)> =
            changed.iter().filter(|(path, blob)| !facts.contains_key(&fact_id(path, blob))).cloned().collect();
        for part in missing.chunks(READ_AT_ONCE) {
            let texts = self.mirrors.blobs(remote, part.iter().map(|(_, blob)| blob.clone()).collect()).await?;
            let part = part.to_vec();
            let scanned = tokio::task::spawn_blocking(move || {
                let scanned =
                    part.into_iter().filter_map(|(path, blob)| Some((fact_id(&path, &blob), Arc::new(scan(&path, texts.get(&blob)?)))));
                scanned.collect::<Vec<_>>()
            });
            facts.extend(scanned.await?);
        }
        let others: Vec<(&String, &String)> =
            files.iter().filter(|(path, _)| !is_indexed(path) && !path.ends_with(".terraform.lock.hcl")).collect();
        let texts = self.mirrors.blobs(remote, others.iter().map(|(_, blob)| (*blob).clone()).collect()).await?;
        let workspace: Workspace = others.into_iter().filter_map(|(path, blob)| Some((path.clone(), texts.get(blob)?.as_str()))).collect();
        let repository = repository.clone();
        let tree = tokio::task::spawn_blocking(move || {
            let put = changed.into_iter().map(|(path, blob)| Change::Put { path, blob, text: None });
            index.apply_with(gone.into_iter().chain(put).collect(), facts);
            Tree { repository, branch, commit, workspace, index: Arc::new(index), unread: Arc::new(files) }
        });
        Ok(tree.await?)
    }

    /// What earlier versions of the repository were read as.
    async fn stored_facts(&self, repository: u64) -> Result<HashMap<String, Arc<FileFacts>>, StepError> {
        let mut session = self.store.read().await?;
        let stored = session.index_blobs(repository, i64::from(INDEX_VERSION)).await?;
        drop(session);
        let facts = tokio::task::spawn_blocking(move || {
            stored.into_iter().filter_map(|(id, entry)| Some((id, Arc::new(serde_json::from_slice(&entry).ok()?)))).collect()
        });
        Ok(facts.await?)
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
        let known = |path: &str| git::is_relevant(path) || old.workspace.get(path).is_some();
        let changes: Vec<_> = changes.into_iter().filter(|change| known(&change.path)).collect();
        let texts = self.mirrors.blobs(remote, changes.iter().filter_map(|change| change.after.clone()).collect()).await?;
        let (mut workspace, mut index) = (old.workspace.clone(), old.index.as_ref().clone());
        let mut edits = Vec::new();
        for change in changes {
            let blob = change.after.unwrap_or_default();
            match texts.get(&blob).map(|text| Arc::<str>::from(text.as_str())) {
                Some(text) => {
                    workspace.insert(change.path.clone(), text.clone());
                    if is_indexed(&change.path) {
                        edits.push(Change::Put { path: change.path, blob, text: Some(text) });
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
                Tree { repository, branch, commit, workspace, index: Arc::new(index), unread: Arc::default() }
            }
        });
        let mut tree = tree.await?;
        self.read_named(remote, commit, &mut tree.workspace).await?;
        Ok(Some(tree))
    }

    /// The repositories of an installation as GitHub lists them, at most a minute old.
    ///
    /// # Errors
    /// GitHub's.
    pub(super) async fn repositories(&self, installation: u64) -> Result<Arc<Vec<RepositoryInfo>>, StepError> {
        let lifetime =
            |list: &Arc<Vec<RepositoryInfo>>| LIST_LIFETIME * u32::try_from(1 + list.len() / LISTED_PER_LIFETIME).unwrap_or(u32::MAX);
        if let Some(list) = self.trees.lists.get(&installation, lifetime) {
            return Ok(list);
        }
        let list = Arc::new(self.github.installation(installation).repositories().await?);
        self.trees.lists.keep(installation, list.clone());
        Ok(list)
    }

    /// The installations of the App, at most a minute old.
    ///
    /// # Errors
    /// GitHub's.
    pub(super) async fn installations(&self) -> Result<Arc<Vec<InstallationInfo>>, StepError> {
        if let Some(list) = self.trees.installations.get(&(), |_| LIST_LIFETIME) {
            return Ok(list);
        }
        let list = Arc::new(self.github.installations().await?);
        self.trees.installations.keep((), list.clone());
        Ok(list)
    }

    /// Every usable repository that findings of `accounts` (empty: all) may be about.
    ///
    /// # Errors
    /// GitHub's.
    pub(super) async fn listed_repositories(&self, accounts: &[String]) -> Result<Vec<Listed>, StepError> {
        let mut all = Vec::new();
        for installation in self.installations().await?.iter() {
            let wanted = accounts.is_empty() || accounts.iter().any(|account| account.eq_ignore_ascii_case(&installation.account.login));
            if !wanted || installation.suspended_at.is_some() {
                continue;
            }
            let listed = self.repositories(installation.id).await?;
            all.extend(listed.iter().filter(|info| info.obstacle().is_none() && !info.fork).map(|info| Listed::of(info, installation.id)));
        }
        Ok(all)
    }
}

/// A small repository's tree.
fn whole(repository: Repository, branch: String, commit: String, files: BTreeMap<String, String>, texts: HashMap<String, String>) -> Tree {
    let texts: HashMap<String, Arc<str>> = texts.into_iter().map(|(blob, text)| (blob, Arc::from(text))).collect();
    let mut workspace = Workspace::new();
    let mut changes = Vec::new();
    for (path, blob) in files {
        let Some(text) = texts.get(&blob).cloned() else { continue };
        workspace.insert(path.clone(), text.clone());
        if is_indexed(&path) {
            changes.push(Change::Put { path, blob, text: Some(text) });
        }
    }
    let mut index = RepositoryIndex::new();
    index.apply(changes);
    Tree { repository, branch, commit, workspace, index: Arc::new(index), unread: Arc::default() }
}
