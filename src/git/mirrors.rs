//! The folder of mirrors, for async callers.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use git2::Oid;
use sha2::{Digest, Sha256};

use super::change;
use super::connection::{Bounds, Remote};
use super::error::GitError;
use super::history::{self, BranchCommit};
use super::lock::FolderLock;
use super::mirror::{self, Mirror};
use super::pack;
use super::push::{Parcel, Publication, Published, Pusher};
use super::reading::{self, Entry, PathChange, ReadBounds, Reading};
use crate::model::Repository;

/// Bounds of the mirrors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorOptions {
    /// The longest one operation may take, waiting for other users of the mirror not counted.
    pub deadline: Duration,
    /// The longest to wait for other users of the mirror.
    pub patience: Duration,
    /// The most bytes a server may send in one fetch.
    pub most_fetched: u64,
    /// Files larger than this are not read.
    pub largest_file: usize,
    /// The most bytes of text read from one commit.
    pub most_read: usize,
}

impl Default for MirrorOptions {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(300),
            patience: Duration::from_secs(300),
            most_fetched: 2_000_000_000,
            largest_file: 4_000_000,
            most_read: 400_000_000,
        }
    }
}

/// A branch at a commit that the mirror has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The repository.
    pub repository: Repository,
    /// The branch.
    pub branch: String,
    /// The commit.
    pub commit: String,
}

/// What an eviction freed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Evicted {
    /// Mirrors removed.
    pub mirrors: usize,
    /// Bytes freed.
    pub bytes: u64,
}

/// The folder of mirrors.
#[derive(Debug)]
pub struct Mirrors {
    root: PathBuf,
    options: MirrorOptions,
    client: reqwest::Client,
    busy: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl Mirrors {
    /// Opens the folder `root`; it is made if it is not there.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(root: impl Into<PathBuf>, options: MirrorOptions) -> Result<Self, GitError> {
        let root = root.into();
        std::fs::create_dir_all(&root).map_err(|error| GitError::disk(&error))?;
        let client = reqwest::Client::builder()
            .user_agent(concat!("git/remediate-", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(10))
            // Credentials must not follow a redirection to another host; pushing follows those on the same one itself.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| GitError::Transport(error.to_string()))?;
        Ok(Self { root, options, client, busy: Mutex::default() })
    }

    /// Brings a branch (`None`: the default branch) up to date: its newest commit with all its files, and no history.
    ///
    /// # Errors
    /// [`GitError::Empty`], [`GitError::NoBranch`], [`GitError::Unauthorized`] and the like; nothing is left half done.
    pub async fn fetch(&self, remote: &Remote, branch: Option<&str>) -> Result<Snapshot, GitError> {
        let (theirs, branch, options) = (remote.clone(), branch.map(ToOwned::to_owned), self.options.clone());
        let tip = self
            .locked(&remote.repository, &remote.url, move |mirror| {
                let bounds = Bounds::new("fetching", options.deadline, options.most_fetched);
                mirror.fetch(&theirs, branch.as_deref(), 1, &bounds)
            })
            .await?;
        Ok(Snapshot { repository: remote.repository.clone(), branch: tip.branch, commit: tip.commit.to_string() })
    }

    /// Reads the texts of the files whose paths `keep` wants (see [`is_relevant`](super::is_relevant)).
    ///
    /// # Errors
    /// [`GitError::Missing`] when the mirror was evicted meanwhile: fetch again.
    pub async fn read(&self, remote: &Remote, commit: &str, keep: impl Fn(&str) -> bool + Send + 'static) -> Result<Reading, GitError> {
        let commit = oid(commit)?;
        let bounds = ReadBounds { largest_file: self.options.largest_file, most_bytes: self.options.most_read };
        self.locked(&remote.repository, &remote.url, move |mirror| reading::read(&mirror.open_fetched()?, commit, bounds, &keep)).await
    }

    /// Lists the files whose paths `keep` wants, without reading them.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn entries(
        &self,
        remote: &Remote,
        commit: &str,
        keep: impl Fn(&str) -> bool + Send + 'static,
    ) -> Result<Vec<Entry>, GitError> {
        let commit = oid(commit)?;
        self.locked(&remote.repository, &remote.url, move |mirror| {
            reading::entries(&mirror.open_fetched()?, commit, &keep).map(|(entries, _)| entries)
        })
        .await
    }

    /// The texts of blobs by id; blobs that are binary, too large or not UTF-8 are left out.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn blobs(&self, remote: &Remote, ids: Vec<String>) -> Result<HashMap<String, String>, GitError> {
        let largest = self.options.largest_file;
        self.locked(&remote.repository, &remote.url, move |mirror| {
            let repo = mirror.open_fetched()?;
            let mut texts = HashMap::new();
            for id in ids {
                if let Ok(text) = reading::text(&repo, &id, largest)? {
                    texts.insert(id, text);
                }
            }
            Ok(texts)
        })
        .await
    }

    /// The paths that differ between two commits that the mirror has.
    ///
    /// # Errors
    /// [`GitError::Missing`] when it has one of them not (any more).
    pub async fn changes(&self, remote: &Remote, from: &str, to: &str) -> Result<Vec<PathChange>, GitError> {
        let (from, to) = (oid(from)?, oid(to)?);
        self.locked(&remote.repository, &remote.url, move |mirror| reading::changes(&mirror.open_fetched()?, from, to)).await
    }

    /// Makes a commit and pushes it under a lease.
    ///
    /// # Errors
    /// [`GitError::LeaseLost`] when the branch is not where it must be, [`GitError::Rejected`] when the server refuses it.
    pub async fn publish(&self, remote: &Remote, publication: Publication) -> Result<Published, GitError> {
        let parcel = self
            .locked(&remote.repository, &remote.url, move |mirror| {
                let repo = mirror.open_fetched()?;
                let commit = change::commit(&repo, oid(&publication.base)?, &publication.change)?;
                let pack = pack::pack(&repo, commit)?;
                Ok(Parcel { commit: commit.to_string(), branch: publication.branch, lease: publication.lease, pack })
            })
            .await?;
        Pusher { client: &self.client, remote, deadline: self.options.deadline }.push(&parcel).await
    }

    /// At most `most` commits of a branch, newest first, fetched as they are now.
    ///
    /// # Errors
    /// As [`Self::fetch`].
    pub async fn history(&self, remote: &Remote, branch: &str, most: u16) -> Result<Vec<BranchCommit>, GitError> {
        let (theirs, branch, options) = (remote.clone(), branch.to_owned(), self.options.clone());
        self.locked(&remote.repository, &remote.url, move |mirror| {
            let bounds = Bounds::new("fetching", options.deadline, options.most_fetched);
            let tip = mirror.fetch(&theirs, Some(&branch), i32::from(most.max(2)), &bounds)?;
            history::history(&mirror.open_fetched()?, tip.commit, usize::from(most))
        })
        .await
    }

    /// The branches whose names begin with `prefix`, and where they are, asked from the server.
    ///
    /// # Errors
    /// As any operation with the server.
    pub async fn heads(&self, remote: &Remote, prefix: &str) -> Result<HashMap<String, String>, GitError> {
        let (theirs, prefix, deadline) = (remote.clone(), prefix.to_owned(), self.options.deadline);
        let heads =
            blocking(deadline, move || mirror::heads(&theirs, &prefix, &Bounds::new("listing the branches of", deadline, u64::MAX)))
                .await?;
        Ok(heads.into_iter().map(|tip| (tip.branch, tip.commit.to_string())).collect())
    }

    /// Throws a mirror away: the repository is gone, or no longer ours to see.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn forget(&self, remote: &Remote) -> Result<(), GitError> {
        self.locked(&remote.repository, &remote.url, |mirror| mirror.remove()).await
    }

    /// Removes the mirrors that were not used for longest until all together hold at most `most_bytes`. Mirrors in use stay.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn evict(&self, most_bytes: u64) -> Result<Evicted, GitError> {
        let root = self.root.clone();
        blocking(self.options.deadline, move || evict(&root, most_bytes)).await
    }

    /// Runs `work` on a blocking thread while nobody else uses the mirror.
    async fn locked<T: Send + 'static>(
        &self,
        repository: &Repository,
        url: &str,
        work: impl FnOnce(&Mirror) -> Result<T, GitError> + Send + 'static,
    ) -> Result<T, GitError> {
        let key = key(repository, url);
        let own = Arc::clone(self.busy.lock().unwrap_or_else(PoisonError::into_inner).entry(key.clone()).or_default());
        let waited =
            GitError::Deadline { what: format!("waiting for other work on {repository}"), seconds: self.options.patience.as_secs() };
        let guard = tokio::time::timeout(self.options.patience, own.lock_owned()).await.map_err(|_| waited)?;
        let (root, patience) = (self.root.clone(), self.options.patience);
        blocking(self.options.deadline + patience, move || {
            // Both locks are held until the work ends, also when the caller has given up waiting for it.
            let _guard = guard;
            let _lock = FolderLock::wait(&root.join(format!("{key}.lock")), patience)?;
            let mirror = Mirror::at(root.join(format!("{key}.git")));
            let outcome = work(&mirror);
            if let Err(GitError::Damaged(_)) = &outcome {
                mirror.remove()?;
            }
            touch(&root.join(format!("{key}.used")));
            outcome
        })
        .await
    }
}

/// The name of a repository's mirror: by GitHub's id, which survives a rename, or by address while the id is not known.
fn key(repository: &Repository, url: &str) -> String {
    let host = Sha256::digest(url.split('/').take(3).collect::<Vec<_>>().join("/"));
    let host = &hex::encode(host)[..8];
    if repository.id != 0 {
        return format!("{host}-{}", repository.id);
    }
    format!("{host}-{}", &hex::encode(Sha256::digest(url))[..20])
}

fn oid(text: &str) -> Result<Oid, GitError> {
    Oid::from_str(text).map_err(|_| GitError::Missing(format!("commit `{}`", text.chars().take(60).collect::<String>())))
}

async fn blocking<T: Send + 'static>(
    deadline: Duration,
    work: impl FnOnce() -> Result<T, GitError> + Send + 'static,
) -> Result<T, GitError> {
    let waited = GitError::Deadline { what: "git".into(), seconds: deadline.as_secs() };
    match tokio::time::timeout(deadline + Duration::from_secs(5), tokio::task::spawn_blocking(work)).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(join)) => Err(GitError::Disk(format!("the work stopped: {join}"))),
        Err(_) => Err(waited),
    }
}

fn touch(path: &Path) {
    // Only the order of eviction depends on it.
    if let Err(error) = std::fs::write(path, b"") {
        tracing::debug!(%error, "the time of use could not be noted");
    }
}

fn evict(root: &Path, most_bytes: u64) -> Result<Evicted, GitError> {
    let mut mirrors: Vec<(SystemTime, u64, String)> = Vec::new();
    for entry in std::fs::read_dir(root).map_err(|error| GitError::disk(&error))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(key) = name.strip_suffix(".git") else { continue };
        let used = std::fs::metadata(root.join(format!("{key}.used"))).and_then(|data| data.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
        mirrors.push((used, size(&entry.path()), key.to_owned()));
    }
    mirrors.sort();
    let mut total: u64 = mirrors.iter().map(|(_, bytes, _)| bytes).sum();
    let mut evicted = Evicted::default();
    for (_, bytes, key) in mirrors {
        if total <= most_bytes {
            break;
        }
        let Some(_lock) = FolderLock::now(&root.join(format!("{key}.lock")))? else { continue };
        Mirror::at(root.join(format!("{key}.git"))).remove()?;
        total -= bytes;
        evicted = Evicted { mirrors: evicted.mirrors + 1, bytes: evicted.bytes + bytes };
    }
    Ok(evicted)
}

fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.metadata().map_or(0, |data| if data.is_dir() { size(&entry.path()) } else { data.len() })).sum()
}
