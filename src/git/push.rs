//! Pushing a branch under a lease.

use std::cell::{Cell, RefCell};

use git2::{ErrorClass, ErrorCode, Oid, PushOptions, RemoteRedirect, Repository};

use super::change::{self, Change};
use super::connection::{Bounds, Remote};
use super::error::GitError;

/// Where a branch must be for us to change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lease {
    /// It must not exist.
    Absent,
    /// It must be at this commit, which is the one we pushed last.
    At(String),
}

/// A commit to make and push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The commit to build on: a snapshot's.
    pub base: String,
    /// The branch to push to, without `refs/heads/`.
    pub branch: String,
    /// What the commit changes.
    pub change: Change,
    /// Where the branch must be.
    pub lease: Lease,
}

/// What was pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The commit the branch is at now.
    pub commit: String,
    /// Whether this call moved it; `false` when an earlier attempt had done so already.
    pub moved: bool,
}

/// Makes the commit and pushes it. The lease is checked against what the server announces on the very connection that
/// pushes, and the server itself compares once more: whoever pushes in between wins, and we are told.
pub(super) fn publish(repo: &Repository, remote: &Remote, publication: &Publication, bounds: &Bounds) -> Result<Published, GitError> {
    let base = Oid::from_str(&publication.base).map_err(|_| GitError::Missing(format!("commit `{}`", publication.base)))?;
    let commit = change::commit(repo, base, &publication.change)?;
    let local = format!("refs/remediate/ours/{}", publication.branch);
    repo.reference(&local, commit, true, "publish").map_err(|error| GitError::from_git(&error, &remote.repository.to_string()))?;
    push(repo, remote, &local, commit, publication, bounds)
}

/// What the server said during a push.
#[derive(Default)]
struct Conversation {
    /// Where the branch was, if it was not where the lease says.
    elsewhere: Cell<Option<Oid>>,
    refused: RefCell<Option<String>>,
}

fn push(
    repo: &Repository,
    remote: &Remote,
    local: &str,
    commit: Oid,
    publication: &Publication,
    bounds: &Bounds,
) -> Result<Published, GitError> {
    let failed = |error: git2::Error| bounds.explain(&error, &remote.repository);
    let expected = match &publication.lease {
        Lease::Absent => Oid::ZERO_SHA1,
        Lease::At(id) => Oid::from_str(id).map_err(|_| GitError::Missing(format!("commit `{id}`")))?,
    };
    let said = Conversation::default();
    let outcome = {
        let mut callbacks = bounds.callbacks(&remote.token);
        callbacks.push_negotiation(|updates| {
            let Some(update) = updates.iter().find(|update| update.src() != expected) else { return Ok(()) };
            said.elsewhere.set(Some(update.src()));
            Err(git2::Error::new(ErrorCode::User, ErrorClass::Callback, "the branch is not where it was left"))
        });
        callbacks.push_update_reference(|_name, status| {
            if let Some(status) = status {
                said.refused.replace(Some(status.to_owned()));
            }
            Ok(())
        });
        let mut options = PushOptions::new();
        options.remote_callbacks(callbacks).follow_redirects(RemoteRedirect::Initial);
        // The force in the refspec lifts only the rule that a branch moves forward; the lease is what protects it.
        let refspec = format!("+{local}:refs/heads/{}", publication.branch);
        repo.remote_anonymous(&remote.url).and_then(|mut connection| connection.push(&[refspec], Some(&mut options)))
    };
    if let Some(head) = said.elsewhere.get() {
        if head == commit {
            return Ok(Published { commit: commit.to_string(), moved: false });
        }
        return Err(GitError::LeaseLost { branch: publication.branch.clone(), head: (!head.is_zero()).then(|| head.to_string()) });
    }
    outcome.map_err(failed)?;
    match said.refused.take() {
        Some(message) => Err(GitError::Rejected { branch: publication.branch.clone(), message: message.chars().take(300).collect() }),
        None => Ok(Published { commit: commit.to_string(), moved: true }),
    }
}
