//! Opening pull requests, asking for reviews, reviewing.

use serde_json::{Value, json};

use super::issues::{check_length, extend};
use crate::error::{ApiError, Outcome};
use crate::state::{Level, Pull, Review, World};

/// What `POST /pulls` takes.
#[derive(Debug, Clone, Default)]
pub struct NewPull {
    /// Title.
    pub title: String,
    /// Body in Markdown.
    pub body: String,
    /// Branch with the change, possibly as `owner:branch`.
    pub head: String,
    /// Branch to merge into.
    pub base: String,
    /// Not ready for review.
    pub draft: bool,
}

impl World {
    /// Sends `pull_request`.
    pub(super) fn emit_pull(&mut self, repository: u64, number: u64, actor: &str, action: &str, more: Value) -> Outcome<()> {
        let found = self.repository(repository)?;
        let issue = self.thread(repository, number)?;
        let Some(pull) = &issue.pull else { return Ok(()) };
        let mut payload = json!({ "action": action, "number": number, "pull_request": self.pull_json(found, issue, pull) });
        extend(&mut payload, more);
        self.emit("pull_request", repository, actor, payload);
        Ok(())
    }

    /// Opens a pull request, with GitHub's checks.
    pub fn open_pull(&mut self, repository: u64, actor: &str, new: &NewPull) -> Outcome<u64> {
        check_length("PullRequest", &new.body)?;
        let found = self.writable(repository)?;
        let invalid = |field: &str| ApiError::invalid("PullRequest", field, "invalid", "");
        let head_ref = match new.head.split_once(':') {
            Some((owner, branch)) if owner.eq_ignore_ascii_case(&found.owner) => branch.to_string(),
            Some(_) => return Err(invalid("head")),
            None => new.head.clone(),
        };
        if new.title.trim().is_empty() {
            return Err(ApiError::invalid("PullRequest", "title", "missing_field", ""));
        }
        let head_sha = found.branch(&head_ref).ok_or_else(|| invalid("head"))?.clone();
        let base_sha = found.branch(&new.base).ok_or_else(|| invalid("base"))?.clone();
        let taken = found
            .pulls()
            .any(|issue| issue.open && issue.pull.as_ref().is_some_and(|pull| pull.head_ref == head_ref && pull.base_ref == new.base));
        if taken {
            return Err(ApiError::custom("PullRequest", &format!("A pull request already exists for {}:{head_ref}.", found.owner)));
        }
        if found.git.divergence(&base_sha, &head_sha)?.1 == 0 {
            return Err(ApiError::custom("PullRequest", &format!("No commits between {} and {head_ref}", new.base)));
        }
        let number = found.next_number();
        let mut issue = self.new_thread(number, actor, &new.title, &new.body);
        issue.pull = Some(Pull {
            id: self.fresh_id(),
            head_ref,
            head_sha,
            base_ref: new.base.clone(),
            base_sha,
            draft: new.draft,
            merged_at: None,
            merged_by: None,
            merge_commit_sha: None,
            reviewers: Default::default(),
            teams: Default::default(),
            reviews: Vec::new(),
            review_comments: Vec::new(),
        });
        self.repository_mut(repository)?.issues.insert(number, issue);
        self.emit_pull(repository, number, actor, "opened", json!({}))?;
        Ok(number)
    }

    /// A pull request's own part.
    pub fn pull(&self, repository: u64, number: u64) -> Outcome<&Pull> {
        self.thread(repository, number)?.pull.as_ref().ok_or_else(ApiError::not_found)
    }

    /// A pull request's own part, to change it.
    pub fn pull_mut(&mut self, repository: u64, number: u64) -> Outcome<&mut Pull> {
        self.thread_mut(repository, number)?.pull.as_mut().ok_or_else(ApiError::not_found)
    }

    /// A pull request can be reopened only unmerged and with its branch in place.
    pub(super) fn check_reopening(&mut self, repository: u64, number: u64) -> Outcome<()> {
        let found = self.repository(repository)?;
        let Some(pull) = &self.thread(repository, number)?.pull else { return Ok(()) };
        let refused = ApiError::custom("PullRequest", "state cannot be changed. The pull request cannot be reopened.");
        if pull.merged_at.is_some() {
            return Err(refused);
        }
        let head = found.branch(&pull.head_ref).cloned().ok_or(refused)?;
        self.pull_mut(repository, number)?.head_sha = head;
        Ok(())
    }

    /// Marks a draft ready, or a ready one as draft.
    pub fn set_draft(&mut self, repository: u64, number: u64, actor: &str, draft: bool) -> Outcome<()> {
        self.writable(repository)?;
        let pull = self.pull_mut(repository, number)?;
        if std::mem::replace(&mut pull.draft, draft) == draft {
            return Ok(());
        }
        let action = if draft { "converted_to_draft" } else { "ready_for_review" };
        self.emit_pull(repository, number, actor, action, json!({}))
    }

    /// Asks users and teams for a review. One bad name refuses the whole call.
    pub fn request_reviews(&mut self, repository: u64, number: u64, actor: &str, users: &[String], teams: &[String]) -> Outcome<()> {
        let found = self.writable(repository)?;
        let full = found.full_name();
        let strangers = ApiError::new(
            422,
            format!(
                "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the {full} repository."
            ),
        );
        let author = self.thread(repository, number)?.author.clone();
        self.pull(repository, number)?;
        let mut logins = Vec::new();
        for user in users {
            if user.eq_ignore_ascii_case(&author) {
                return Err(ApiError::new(422, "Review cannot be requested from pull request author."));
            }
            let account = self.account(user).map_err(|_| strangers.clone())?;
            if self.level(found, user) < Level::Read || !self.may_review(repository, user) {
                return Err(strangers);
            }
            logins.push(account.login.clone());
        }
        let owner = self.account(&found.owner)?;
        for slug in teams {
            let access = owner.teams.get(slug).filter(|team| team.visible).and_then(|team| team.repositories.get(&repository));
            if access.is_none() {
                return Err(strangers);
            }
        }
        for login in logins {
            if self.pull_mut(repository, number)?.reviewers.insert(login.clone()) {
                let reviewer = self.user_json(&login);
                self.emit_pull(repository, number, actor, "review_requested", json!({ "requested_reviewer": reviewer }))?;
            }
        }
        for slug in teams {
            if self.pull_mut(repository, number)?.teams.insert(slug.clone()) {
                let owner = self.account(&self.repository(repository)?.owner)?;
                let team = owner.teams.get(slug).map(|team| self.team_json(&owner.login, team, Level::Read));
                self.emit_pull(repository, number, actor, "review_requested", json!({ "requested_team": team }))?;
            }
        }
        Ok(())
    }

    /// Collaborators are those with access of their own; the public's read access is not enough.
    fn may_review(&self, repository: u64, login: &str) -> bool {
        let Ok(found) = self.repository(repository) else { return false };
        let mut private = found.clone();
        private.private = true;
        self.level(&private, login) >= Level::Read
    }

    /// Takes requests for a review back.
    pub fn unrequest_reviews(&mut self, repository: u64, number: u64, actor: &str, users: &[String], teams: &[String]) -> Outcome<()> {
        self.writable(repository)?;
        for login in users {
            let pull = self.pull_mut(repository, number)?;
            let before = pull.reviewers.len();
            pull.reviewers.retain(|one| !one.eq_ignore_ascii_case(login));
            if pull.reviewers.len() < before {
                let reviewer = self.user_json(login);
                self.emit_pull(repository, number, actor, "review_request_removed", json!({ "requested_reviewer": reviewer }))?;
            }
        }
        for slug in teams {
            self.pull_mut(repository, number)?.teams.remove(slug);
        }
        Ok(())
    }

    /// Submits a review: `APPROVED`, `CHANGES_REQUESTED` or `COMMENTED`.
    pub fn review(&mut self, repository: u64, number: u64, actor: &str, state: &str, body: &str) -> Outcome<u64> {
        self.writable(repository)?;
        let issue = self.thread(repository, number)?;
        if issue.author == actor && state != "COMMENTED" {
            let verb = if state == "APPROVED" { "approve" } else { "request changes on" };
            return Err(ApiError::new(422, format!("Can not {verb} your own pull request")));
        }
        let id = self.fresh_id();
        let now = self.now();
        let pull = self.pull_mut(repository, number)?;
        pull.reviewers.remove(actor);
        let review =
            Review { id, user: actor.into(), state: state.into(), body: body.into(), commit: pull.head_sha.clone(), submitted_at: now };
        pull.reviews.push(review.clone());
        let found = self.repository(repository)?;
        let issue = self.thread(repository, number)?;
        let mut shown = self.review_json(found, number, &review);
        shown["state"] = state.to_lowercase().into();
        let pull = issue.pull.as_ref().map(|pull| self.pull_simple_json(found, issue, pull));
        self.emit("pull_request_review", repository, actor, json!({ "action": "submitted", "review": shown, "pull_request": pull }));
        Ok(id)
    }
}
