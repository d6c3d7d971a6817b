//! Issues, comments, labels and reactions. Pull requests share all of it.

use serde_json::{Value, json};

use crate::error::{ApiError, Outcome};
use crate::state::{Comment, Issue, Reaction, World};

/// Longest body GitHub takes for issues, pull requests and comments.
const LONGEST_BODY: usize = 65_536;

/// Reactions GitHub knows.
const REACTIONS: &[&str] = &["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"];

impl World {
    /// A new open thread, not yet stored.
    pub(super) fn new_thread(&mut self, number: u64, author: &str, title: &str, body: &str) -> Issue {
        let now = self.now();
        Issue {
            id: self.fresh_id(),
            number,
            title: title.into(),
            body: body.into(),
            author: author.into(),
            open: true,
            state_reason: None,
            labels: Default::default(),
            assignees: Default::default(),
            locked: false,
            comments: Vec::new(),
            reactions: Vec::new(),
            created_at: now,
            updated_at: now,
            closed_at: None,
            closed_by: None,
            pull: None,
        }
    }

    /// Opens an issue.
    pub fn open_issue(&mut self, repository: u64, actor: &str, title: &str, body: &str, labels: &[String]) -> Outcome<u64> {
        check_length("Issue", body)?;
        let number = self.writable(repository)?.next_number();
        let issue = self.new_thread(number, actor, title, body);
        self.repository_mut(repository)?.issues.insert(number, issue);
        self.emit_issue(repository, number, actor, "opened", json!({}))?;
        if !labels.is_empty() {
            self.add_labels(repository, number, actor, labels)?;
        }
        Ok(number)
    }

    /// Sends `issues`, or `pull_request` when the thread is one.
    pub(super) fn emit_issue(&mut self, repository: u64, number: u64, actor: &str, action: &str, more: Value) -> Outcome<()> {
        if self.thread(repository, number)?.pull.is_some() {
            return self.emit_pull(repository, number, actor, action, more);
        }
        let issue = self.issue_json(self.repository(repository)?, self.thread(repository, number)?);
        let mut payload = json!({ "action": action, "issue": issue });
        extend(&mut payload, more);
        self.emit("issues", repository, actor, payload);
        Ok(())
    }

    /// Changes title or body.
    pub fn edit_thread(&mut self, repository: u64, number: u64, actor: &str, title: Option<&str>, body: Option<&str>) -> Outcome<()> {
        self.writable(repository)?;
        check_length("Issue", body.unwrap_or_default())?;
        let now = self.now();
        let issue = self.thread_mut(repository, number)?;
        let mut changes = json!({});
        if let Some(title) = title.filter(|title| *title != issue.title) {
            changes["title"] = json!({ "from": std::mem::replace(&mut issue.title, title.into()) });
        }
        if let Some(body) = body.filter(|body| *body != issue.body) {
            changes["body"] = json!({ "from": std::mem::replace(&mut issue.body, body.into()) });
        }
        if changes.as_object().is_none_or(|changes| changes.is_empty()) {
            return Ok(());
        }
        issue.updated_at = now;
        self.emit_issue(repository, number, actor, "edited", json!({ "changes": changes }))
    }

    /// Closes an issue or pull request; nothing happens when it is closed already.
    pub fn close_thread(&mut self, repository: u64, number: u64, actor: &str, reason: Option<&str>) -> Outcome<()> {
        self.writable(repository)?;
        let now = self.now();
        let issue = self.thread_mut(repository, number)?;
        if !issue.open {
            return Ok(());
        }
        issue.open = false;
        issue.updated_at = now;
        issue.closed_at = Some(now);
        issue.closed_by = Some(actor.into());
        issue.state_reason = issue.pull.is_none().then(|| reason.unwrap_or("completed").to_string());
        self.emit_issue(repository, number, actor, "closed", json!({}))
    }

    /// Opens a closed issue or pull request again.
    pub fn reopen_thread(&mut self, repository: u64, number: u64, actor: &str) -> Outcome<()> {
        self.writable(repository)?;
        let now = self.now();
        self.check_reopening(repository, number)?;
        let issue = self.thread_mut(repository, number)?;
        if issue.open {
            return Ok(());
        }
        issue.open = true;
        issue.updated_at = now;
        issue.closed_at = None;
        issue.closed_by = None;
        issue.state_reason = issue.pull.is_none().then(|| "reopened".to_string());
        self.emit_issue(repository, number, actor, "reopened", json!({}))
    }

    /// Adds labels, creating those the repository does not have, as GitHub does.
    pub fn add_labels(&mut self, repository: u64, number: u64, actor: &str, names: &[String]) -> Outcome<()> {
        self.writable(repository)?;
        for name in names {
            let label = self.ensure_label(repository, name, "ededed", "")?;
            if self.thread_mut(repository, number)?.labels.insert(label.name.clone()) {
                let label = self.label_json(self.repository(repository)?, &label);
                self.emit_issue(repository, number, actor, "labeled", json!({ "label": label }))?;
            }
        }
        Ok(())
    }

    /// Takes a label away; 404 when the thread does not have it.
    pub fn remove_label(&mut self, repository: u64, number: u64, actor: &str, name: &str) -> Outcome<()> {
        let found = self.writable(repository)?;
        let label = found.labels.iter().find(|label| label.name.eq_ignore_ascii_case(name)).cloned();
        let label = label.ok_or_else(|| ApiError::new(404, "Label does not exist"))?;
        if !self.thread_mut(repository, number)?.labels.remove(&label.name) {
            return Err(ApiError::new(404, "Label does not exist"));
        }
        let label = self.label_json(self.repository(repository)?, &label);
        self.emit_issue(repository, number, actor, "unlabeled", json!({ "label": label }))
    }

    /// Adds assignees; users without access are left out in silence, as on GitHub.
    pub fn assign(&mut self, repository: u64, number: u64, actor: &str, logins: &[String]) -> Outcome<()> {
        self.writable(repository)?;
        for login in logins {
            let Ok(account) = self.account(login) else { continue };
            let login = account.login.clone();
            if self.level(self.repository(repository)?, &login) < crate::state::Level::Read {
                continue;
            }
            if self.thread_mut(repository, number)?.assignees.insert(login.clone()) {
                let assignee = self.user_json(&login);
                self.emit_issue(repository, number, actor, "assigned", json!({ "assignee": assignee }))?;
            }
        }
        Ok(())
    }

    /// Writes a comment.
    pub fn comment(&mut self, repository: u64, number: u64, actor: &str, body: &str) -> Outcome<u64> {
        self.writable(repository)?;
        check_length("IssueComment", body)?;
        if body.trim().is_empty() {
            return Err(ApiError::invalid("IssueComment", "body", "missing_field", ""));
        }
        let id = self.fresh_id();
        let now = self.now();
        let issue = self.thread_mut(repository, number)?;
        if issue.locked {
            return Err(ApiError::new(403, "Unable to create comment because issue is locked."));
        }
        issue.comments.push(Comment {
            id,
            author: actor.into(),
            body: body.into(),
            reactions: Vec::new(),
            created_at: now,
            updated_at: now,
        });
        issue.updated_at = now;
        self.emit_comment(repository, number, id, actor, "created", json!({}))?;
        Ok(id)
    }

    /// Changes a comment.
    pub fn edit_comment(&mut self, repository: u64, id: u64, actor: &str, body: &str) -> Outcome<()> {
        self.writable(repository)?;
        check_length("IssueComment", body)?;
        let now = self.now();
        let (number, comment) = self.comment_mut(repository, id)?;
        let before = std::mem::replace(&mut comment.body, body.into());
        comment.updated_at = now;
        self.emit_comment(repository, number, id, actor, "edited", json!({ "changes": { "body": { "from": before } } }))
    }

    /// Deletes a comment.
    pub fn delete_comment(&mut self, repository: u64, id: u64, actor: &str) -> Outcome<()> {
        self.writable(repository)?;
        let (number, _) = self.comment_mut(repository, id)?;
        self.emit_comment(repository, number, id, actor, "deleted", json!({}))?;
        self.thread_mut(repository, number)?.comments.retain(|comment| comment.id != id);
        Ok(())
    }

    fn emit_comment(&mut self, repository: u64, number: u64, id: u64, actor: &str, action: &str, more: Value) -> Outcome<()> {
        let found = self.repository(repository)?;
        let issue = self.thread(repository, number)?;
        let comment = issue.comments.iter().find(|comment| comment.id == id).ok_or_else(ApiError::not_found)?;
        let mut payload = json!({
            "action": action, "issue": self.issue_json(found, issue), "comment": self.comment_json(found, issue, comment),
        });
        extend(&mut payload, more);
        self.emit("issue_comment", repository, actor, payload);
        Ok(())
    }

    /// A comment and the number of its thread.
    pub fn comment_mut(&mut self, repository: u64, id: u64) -> Outcome<(u64, &mut Comment)> {
        let issues = self.repository_mut(repository)?.issues.values_mut();
        for issue in issues {
            let number = issue.number;
            if let Some(comment) = issue.comments.iter_mut().find(|comment| comment.id == id) {
                return Ok((number, comment));
            }
        }
        Err(ApiError::not_found())
    }

    /// Reacts to a comment, or to the body of a thread when `comment` is none. True when the reaction is new.
    pub fn react(&mut self, repository: u64, number: u64, comment: Option<u64>, actor: &str, content: &str) -> Outcome<(Reaction, bool)> {
        self.writable(repository)?;
        if !REACTIONS.contains(&content) {
            return Err(ApiError::invalid("Reaction", "content", "invalid", ""));
        }
        let reaction = Reaction { id: self.fresh_id(), user: actor.into(), content: content.into(), created_at: self.now() };
        let reactions = match comment {
            Some(id) => &mut self.comment_mut(repository, id)?.1.reactions,
            None => &mut self.thread_mut(repository, number)?.reactions,
        };
        if let Some(earlier) = reactions.iter().find(|one| one.user == actor && one.content == content) {
            return Ok((earlier.clone(), false));
        }
        reactions.push(reaction.clone());
        Ok((reaction, true))
    }
}

/// 422 for bodies longer than GitHub stores.
pub(super) fn check_length(resource: &str, body: &str) -> Outcome<()> {
    if body.chars().count() > LONGEST_BODY {
        return Err(ApiError::invalid(resource, "body", "custom", &format!("body is too long (maximum is {LONGEST_BODY} characters)")));
    }
    Ok(())
}

/// Adds the fields of one object to another.
pub(super) fn extend(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}
