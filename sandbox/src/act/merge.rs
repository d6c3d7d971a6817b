//! Merging pull requests.

use serde_json::json;

use super::references::author;
use crate::bare::CommitText;
use crate::error::{ApiError, Outcome};
use crate::shape::split_message;
use crate::state::{Pull, World};

/// How the button merges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeMethod {
    /// A merge commit with two parents.
    Merge,
    /// One commit that holds the whole change.
    Squash,
    /// The commits one by one on top of the base.
    Rebase,
}

impl World {
    /// Merges a pull request with the button: 405 when it cannot be, 409 when its head is not `expected`.
    pub fn merge_pull(
        &mut self,
        repository: u64,
        number: u64,
        actor: &str,
        method: MergeMethod,
        expected: Option<&str>,
    ) -> Outcome<String> {
        let found = self.writable(repository)?;
        let issue = self.thread(repository, number)?;
        let pull = self.pull(repository, number)?.clone();
        if expected.is_some_and(|expected| expected != pull.head_sha) {
            return Err(ApiError::new(409, "Head branch was modified. Review and try the merge again."));
        }
        let blocked = |why: &str| ApiError::new(405, why);
        if !issue.open || pull.draft {
            return Err(blocked(if pull.draft { "Pull Request is still a draft" } else { "Pull Request is not mergeable" }));
        }
        let approvals = pull.reviews.iter().filter(|review| review.state == "APPROVED").count();
        if approvals < found.required_approvals {
            return Err(blocked(&format!(
                "At least {} approving review is required by reviewers with write access.",
                found.required_approvals
            )));
        }
        let base = found.branch(&pull.base_ref).cloned().ok_or_else(|| blocked("Base branch was deleted"))?;
        let title = format!("{} (#{number})", issue.title);
        let merge_title = format!("Merge pull request #{number} from {}/{}\n\n{}", found.owner, pull.head_ref, issue.title);
        let sha = match method {
            MergeMethod::Merge => {
                self.merge_commit(repository, &base, &[&base, &pull.head_sha], &pull, &author(self, actor, &merge_title))?
            }
            MergeMethod::Squash => self.merge_commit(repository, &base, &[&base], &pull, &author(self, actor, &title))?,
            MergeMethod::Rebase => self.rebase(repository, &base, &pull)?,
        };
        let git = self.repository(repository)?.git.clone();
        git.update_reference(&format!("refs/heads/{}", pull.base_ref), &sha, Some(&base))?;
        let found = self.repository_mut(repository)?;
        found.signed.insert(sha.clone());
        self.mark_merged(repository, number, actor, &sha)?;
        self.notice_push(repository, actor)?;
        Ok(sha)
    }

    fn merge_commit(&self, repository: u64, base: &str, parents: &[&str], pull: &Pull, text: &CommitText) -> Outcome<String> {
        let git = &self.repository(repository)?.git;
        let tree = git.merge_trees(base, &pull.head_sha).ok_or_else(|| ApiError::new(405, "Pull Request is not mergeable"))?;
        let parents: Vec<String> = parents.iter().map(ToString::to_string).collect();
        Ok(git.commit_tree(&tree, &parents, text)?)
    }

    fn rebase(&self, repository: u64, base: &str, pull: &Pull) -> Outcome<String> {
        let git = &self.repository(repository)?.git;
        let commits = git.log(&["--reverse", "--no-merges", &format!("{base}..{}", pull.head_sha)])?;
        let mut tip = base.to_string();
        for commit in commits {
            let parent = commit.parents.first().cloned().unwrap_or_default();
            let onto = format!("--merge-base={parent}");
            let tree = git.text(&["merge-tree", "--write-tree", "--no-messages", &onto, &tip, &commit.sha]);
            let tree = tree.map_err(|_| ApiError::new(405, "This branch can't be rebased"))?;
            let text = CommitText { name: commit.name, email: commit.email, message: commit.message };
            tip = git.commit_tree(&tree, &[tip], &text)?;
        }
        Ok(tip)
    }

    /// Records a merge, closes the pull request and the issues it says it closes.
    pub(super) fn mark_merged(&mut self, repository: u64, number: u64, actor: &str, sha: &str) -> Outcome<()> {
        let now = self.now();
        let pull = self.pull_mut(repository, number)?;
        pull.merged_at = Some(now);
        pull.merged_by = Some(actor.into());
        pull.merge_commit_sha = Some(sha.into());
        let into_default = {
            let base = pull.base_ref.clone();
            self.repository(repository)?.default_branch == base
        };
        let issue = self.thread_mut(repository, number)?;
        issue.open = false;
        issue.closed_at = Some(now);
        issue.updated_at = now;
        issue.closed_by = Some(actor.into());
        let mentioned = if into_default { closing_references(&issue.body) } else { Vec::new() };
        self.emit_pull(repository, number, actor, "closed", json!({}))?;
        for other in mentioned {
            if self.thread(repository, other).is_ok_and(|other| other.pull.is_none()) {
                self.close_thread(repository, other, actor, None)?;
            }
        }
        Ok(())
    }

    /// Reverts a merged pull request as a user would: a commit on the base branch that undoes it.
    pub fn revert_merge(&mut self, repository: u64, number: u64, actor: &str) -> Outcome<String> {
        let found = self.writable(repository)?;
        let pull = self.pull(repository, number)?;
        let merged = pull.merge_commit_sha.clone().ok_or_else(|| ApiError::new(422, "The pull request is not merged"))?;
        let title = format!("Revert \"{}\"", split_message(&self.thread(repository, number)?.title).0);
        let tip = found.branch(&pull.base_ref).cloned().ok_or_else(ApiError::not_found)?;
        let onto = format!("--merge-base={merged}");
        let before = format!("{merged}^1");
        let tree = found.git.text(&["merge-tree", "--write-tree", "--no-messages", &onto, &tip, &before])?;
        let sha = found.git.commit_tree(&tree, std::slice::from_ref(&tip), &author(self, actor, &title))?;
        found.git.update_reference(&format!("refs/heads/{}", pull.base_ref), &sha, Some(&tip))?;
        self.notice_push(repository, actor)?;
        Ok(sha)
    }
}

/// Numbers after a closing keyword: `Fixes #12`, `resolves: #3`.
fn closing_references(body: &str) -> Vec<u64> {
    const WORDS: &[&str] = &["close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved"];
    let words: Vec<&str> = body.split_whitespace().collect();
    words
        .windows(2)
        .filter_map(|pair| {
            let [keyword, reference] = pair else { return None };
            let keyword = keyword.trim_end_matches(':').to_lowercase();
            let digits: String = reference.strip_prefix('#')?.chars().take_while(char::is_ascii_digit).collect();
            WORDS.contains(&keyword.as_str()).then(|| digits.parse().ok()).flatten()
        })
        .collect()
}
