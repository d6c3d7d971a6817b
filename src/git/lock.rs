//! One user of a mirror at a time, across threads and processes.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use super::error::GitError;

/// How often a lock held by another process is asked for.
const PAUSE: Duration = Duration::from_millis(20);

/// Holds a mirror's lock file until dropped; the system frees it when the process dies.
#[derive(Debug)]
pub(super) struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Waits for the lock at `path` for at most `patience`.
    pub(super) fn wait(path: &Path, patience: Duration) -> Result<Self, GitError> {
        let started = Instant::now();
        loop {
            if let Some(lock) = Self::now(path)? {
                return Ok(lock);
            }
            if started.elapsed() > patience {
                return Err(GitError::Deadline { what: "waiting for another user of the mirror".into(), seconds: patience.as_secs() });
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Takes the lock if nobody has it.
    pub(super) fn now(path: &Path) -> Result<Option<Self>, GitError> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(|error| GitError::disk(&error))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(GitError::disk(&error)),
        }
    }
}
