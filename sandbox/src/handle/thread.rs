//! Handle of an issue or pull request.

use crate::act::MergeMethod;
use crate::bare::ChangedFile;
use crate::error::Outcome;
use crate::handle::RepositoryHandle;
use crate::state::{Comment, Issue, Pull};

/// An issue or pull request.
#[derive(Clone)]
pub struct ThreadHandle {
    pub(super) repository: RepositoryHandle,
    pub(super) number: u64,
}

impl ThreadHandle {
    /// Number in the repository.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The repository.
    pub fn repository(&self) -> &RepositoryHandle {
        &self.repository
    }

    /// The page of it.
    pub fn page(&self) -> String {
        let kind = if self.pull().is_ok() { "pull" } else { "issues" };
        let path = format!("/{}/{kind}/{}", self.repository.full_name(), self.number);
        self.repository.shared.world().api(&path)
    }

    /// A copy as it is now.
    pub fn issue(&self) -> Outcome<Issue> {
        self.repository.shared.world().thread(self.repository.id, self.number).cloned()
    }

    /// A copy of the pull request's own part; 404 for issues.
    pub fn pull(&self) -> Outcome<Pull> {
        self.repository.shared.world().pull(self.repository.id, self.number).cloned()
    }

    /// The comments, oldest first.
    pub fn comments(&self) -> Vec<Comment> {
        self.issue().map(|issue| issue.comments).unwrap_or_default()
    }

    /// What the pull request changes.
    pub fn files(&self) -> Outcome<Vec<ChangedFile>> {
        let pull = self.pull()?;
        let world = self.repository.shared.world();
        Ok(world.pull_files(world.repository(self.repository.id)?, &pull))
    }

    /// A user comments. Gives the comment's id.
    pub fn comment(&self, user: &str, body: &str) -> Outcome<u64> {
        self.repository.shared.world().comment(self.repository.id, self.number, user, body)
    }

    /// A user edits a comment.
    pub fn edit_comment(&self, user: &str, comment: u64, body: &str) -> Outcome<()> {
        self.repository.shared.world().edit_comment(self.repository.id, comment, user, body)
    }

    /// A user edits the title or the body.
    pub fn edit(&self, user: &str, title: Option<&str>, body: Option<&str>) -> Outcome<()> {
        self.repository.shared.world().edit_thread(self.repository.id, self.number, user, title, body)
    }

    /// A user adds a label.
    pub fn label(&self, user: &str, name: &str) -> Outcome<()> {
        self.repository.shared.world().add_labels(self.repository.id, self.number, user, &[name.to_string()])
    }

    /// A user removes a label.
    pub fn unlabel(&self, user: &str, name: &str) -> Outcome<()> {
        self.repository.shared.world().remove_label(self.repository.id, self.number, user, name)
    }

    /// A user closes it.
    pub fn close(&self, user: &str) -> Outcome<()> {
        self.repository.shared.world().close_thread(self.repository.id, self.number, user, None)
    }

    /// A user opens it again.
    pub fn reopen(&self, user: &str) -> Outcome<()> {
        self.repository.shared.world().reopen_thread(self.repository.id, self.number, user)
    }

    /// A user approves the pull request.
    pub fn approve(&self, user: &str) -> Outcome<u64> {
        self.repository.shared.world().review(self.repository.id, self.number, user, "APPROVED", "")
    }

    /// A user asks for changes.
    pub fn request_changes(&self, user: &str, body: &str) -> Outcome<u64> {
        self.repository.shared.world().review(self.repository.id, self.number, user, "CHANGES_REQUESTED", body)
    }

    /// A user marks a draft as ready, or as draft again.
    pub fn set_draft(&self, user: &str, draft: bool) -> Outcome<()> {
        self.repository.shared.world().set_draft(self.repository.id, self.number, user, draft)
    }

    /// A user merges it with a merge commit. Gives the commit's id.
    pub fn merge(&self, user: &str) -> Outcome<String> {
        self.merge_by(user, MergeMethod::Merge)
    }

    /// A user merges it.
    pub fn merge_by(&self, user: &str, method: MergeMethod) -> Outcome<String> {
        self.repository.shared.world().merge_pull(self.repository.id, self.number, user, method, None)
    }

    /// A user reverts the merged pull request on its base branch. Gives the commit's id.
    pub fn revert(&self, user: &str) -> Outcome<String> {
        self.repository.shared.world().revert_merge(self.repository.id, self.number, user)
    }
}
