//! Who made the commits of a branch.

use git2::{Oid, Repository, Sort};

use super::change::Identity;
use super::error::GitError;

/// A commit of a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchCommit {
    /// Id.
    pub id: String,
    /// Author's name.
    pub author: String,
    /// Author's address.
    pub email: String,
    /// Committer's address (`noreply@github.com` for commits made on the site).
    pub committer_email: String,
    /// Ids of its parents.
    pub parents: Vec<String>,
}

/// The commits of a branch that a person made: every one before `base` is reached that is neither authored nor committed by us.
///
/// Names and addresses can be forged, so this says "hands off" too often rather than too rarely: only commits that carry
/// both our addresses count as ours, and `known` (the commits we remember pushing) always do.
#[must_use]
pub fn human_commits<'a>(history: &'a [BranchCommit], base: &str, known: &[String], ours: &Identity) -> Vec<&'a BranchCommit> {
    history
        .iter()
        .take_while(|commit| commit.id != base)
        .filter(|commit| !known.contains(&commit.id))
        .filter(|commit| commit.email != ours.email || commit.committer_email != ours.email)
        .collect()
}

/// At most `most` commits from `head` back, newest first.
pub(super) fn history(repo: &Repository, head: Oid, most: usize) -> Result<Vec<BranchCommit>, GitError> {
    let failed = |error: git2::Error| GitError::from_git(&error, "the mirror");
    let mut walk = repo.revwalk().map_err(failed)?;
    walk.set_sorting(Sort::TOPOLOGICAL).map_err(failed)?;
    walk.push(head).map_err(failed)?;
    let mut commits = Vec::new();
    for id in walk.take(most) {
        // A shallow boundary ends the walk.
        let Ok(commit) = id.and_then(|id| repo.find_commit(id)) else { break };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (author, committer) = (commit.author(), commit.committer());
        commits.push(BranchCommit {
            id: commit.id().to_string(),
            author: text(author.name_bytes()),
            email: text(author.email_bytes()),
            committer_email: text(committer.email_bytes()),
            parents: commit.parent_ids().map(|id| id.to_string()).collect(),
        });
    }
    Ok(commits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(id: &str, email: &str, committer: &str) -> BranchCommit {
        BranchCommit { id: id.into(), author: "x".into(), email: email.into(), committer_email: committer.into(), parents: Vec::new() }
    }

    #[test]
    fn only_commits_before_the_base_that_are_not_ours_are_a_persons() {
        let ours = Identity { name: "remediate[bot]".into(), email: "1+remediate[bot]@users.noreply.github.com".into() };
        let history = [
            commit("c", "dev@example.com", "noreply@github.com"),
            commit("b", &ours.email, &ours.email),
            commit("a", &ours.email, "noreply@github.com"),
            commit("base", "dev@example.com", "dev@example.com"),
            commit("older", "dev@example.com", "dev@example.com"),
        ];
        let ids =
            |known: &[String]| human_commits(&history, "base", known, &ours).iter().map(|commit| commit.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&[]), ["c", "a"]);
        assert_eq!(ids(&["a".into()]), ["c"]);
    }
}
