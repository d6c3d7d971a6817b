//! git without a work tree: cached bare mirrors, files read from the object database, commits built in memory.
//!
//! A [`Mirrors`] folder holds one bare, shallow mirror per repository. [`Mirrors::fetch`] brings one branch up to date and
//! gives a [`Snapshot`]; files are read from the snapshot's commit, never from a checkout, so that no hook runs, no symbolic
//! link or submodule is followed and no untrusted name reaches the disk. [`Mirrors::publish`] makes a commit on top of a
//! base and pushes it under a lease: a branch that is not where we left it is never overwritten.
//!
//! Several workers and several processes may share the folder: each mirror has a lock. A mirror that turns out to be
//! damaged (a machine that lost power, a full disk) is thrown away and fetched anew. All work happens on blocking threads
//! with a deadline.

mod change;
mod connection;
mod error;
mod history;
mod lock;
mod mirror;
mod mirrors;
mod pack;
mod paths;
mod pkt;
mod push;
mod reading;

pub use change::{Change, Identity};
pub use error::GitError;
pub use history::{BranchCommit, human_commits};
pub use mirrors::{Evicted, MirrorOptions, Mirrors, Snapshot};
pub use paths::{is_relevant, safe_path};
pub use push::{Lease, Publication, Published};
pub use reading::{Entry, EntryKind, LeftOut, PathChange, Reading};

pub use connection::Remote;
