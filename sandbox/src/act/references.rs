//! Pushes: recognised by comparing references with what was known, so that git, REST and test handles behave alike.

use serde_json::{Value, json};

use crate::bare::{CommitInfo, CommitText, FileChange};
use crate::error::{ApiError, Outcome};
use crate::state::World;

const NOTHING: &str = "0000000000000000000000000000000000000000";

/// One reference that moved.
struct Move {
    reference: String,
    before: Option<String>,
    after: Option<String>,
}

impl World {
    /// Notices what a push changed: sends `push`, `create` and `delete`, and moves the pull requests along.
    pub fn notice_push(&mut self, repository: u64, actor: &str) -> Outcome<()> {
        let found = self.repository(repository)?;
        let now = found.git.references()?;
        let mut moves: Vec<Move> = now
            .iter()
            .filter(|(name, sha)| found.references.get(*name) != Some(sha))
            .map(|(name, sha)| Move { reference: name.clone(), before: found.references.get(name).cloned(), after: Some(sha.clone()) })
            .collect();
        moves.extend(found.references.iter().filter(|(name, _)| !now.contains_key(*name)).map(|(name, sha)| Move {
            reference: name.clone(),
            before: Some(sha.clone()),
            after: None,
        }));
        if moves.is_empty() {
            return Ok(());
        }
        let time = self.now();
        let first_push = found.references.is_empty();
        let found = self.repository_mut(repository)?;
        found.references = now;
        found.pushed_at = time;
        let pushed = found.references.keys().find_map(|name| name.strip_prefix("refs/heads/"));
        if let Some(branch) = pushed.filter(|_| first_push && found.branch(&found.default_branch).is_none()) {
            found.default_branch = branch.to_string();
        }
        for step in moves {
            self.announce_move(repository, actor, &step)?;
            self.move_pulls(repository, actor, &step)?;
        }
        Ok(())
    }

    fn announce_move(&mut self, repository: u64, actor: &str, step: &Move) -> Outcome<()> {
        let (kind, name) = match step.reference.strip_prefix("refs/heads/") {
            Some(branch) => ("branch", branch.to_string()),
            None => match step.reference.strip_prefix("refs/tags/") {
                Some(tag) => ("tag", tag.to_string()),
                None => return Ok(()),
            },
        };
        let payload = self.push_json(repository, actor, step)?;
        self.emit("push", repository, actor, payload);
        let master = self.repository(repository)?.default_branch.clone();
        let about = json!({ "ref": name, "ref_type": kind, "pusher_type": "user" });
        match (&step.before, &step.after) {
            (None, Some(_)) => {
                let mut about = about;
                about["master_branch"] = master.into();
                about["description"] = Value::Null;
                self.emit("create", repository, actor, about);
            }
            (Some(_), None) => self.emit("delete", repository, actor, about),
            _ => {}
        }
        Ok(())
    }

    fn push_json(&self, repository: u64, actor: &str, step: &Move) -> Outcome<Value> {
        let found = self.repository(repository)?;
        let commits = self.pushed_commits(repository, step);
        let before = step.before.as_deref().unwrap_or(NOTHING);
        let after = step.after.as_deref().unwrap_or(NOTHING);
        let forced = match (&step.before, &step.after) {
            (Some(before), Some(after)) => found.git.merge_base(before, after).as_ref() != Some(before),
            _ => false,
        };
        let listed: Vec<Value> = commits
            .iter()
            .rev()
            .map(|commit| {
                let files = commit.parents.first().and_then(|parent| found.git.changed_files(parent, &commit.sha).ok()).unwrap_or_default();
                self.push_commit_json(found, commit, &files)
            })
            .collect();
        let head = match &step.after {
            None => Value::Null,
            Some(_) if !listed.is_empty() => listed.last().cloned().unwrap_or_default(),
            Some(sha) => self.push_commit_json(found, &found.git.commit_info(sha)?, &[]),
        };
        let mail = format!("{actor}@users.noreply.github.com");
        Ok(json!({
            "ref": step.reference, "before": before, "after": after, "base_ref": null,
            "compare": self.api(&format!("/{}/compare/{before}...{after}", found.full_name())),
            "created": step.before.is_none(), "deleted": step.after.is_none(), "forced": forced,
            "commits": listed, "head_commit": head, "pusher": { "name": actor, "email": mail },
        }))
    }

    /// New commits of a push, newest first. A new branch lists what the default branch lacks.
    fn pushed_commits(&self, repository: u64, step: &Move) -> Vec<CommitInfo> {
        let (Ok(found), Some(after)) = (self.repository(repository), &step.after) else { return Vec::new() };
        let main = format!("refs/heads/{}", found.default_branch);
        let base = step.before.clone().or_else(|| (step.reference != main).then(|| found.references.get(&main).cloned()).flatten());
        let range = match base {
            Some(base) => format!("{base}..{after}"),
            None => after.clone(),
        };
        found.git.log(&["--max-count=20", &range]).unwrap_or_default()
    }

    /// Updates the pull requests whose head or base moved.
    fn move_pulls(&mut self, repository: u64, actor: &str, step: &Move) -> Outcome<()> {
        let Some(branch) = step.reference.strip_prefix("refs/heads/") else { return Ok(()) };
        let found = self.repository(repository)?;
        let open: Vec<(u64, bool, bool)> = found
            .pulls()
            .filter(|issue| issue.open)
            .filter_map(|issue| {
                let pull = issue.pull.as_ref()?;
                Some((issue.number, pull.head_ref == branch, pull.base_ref == branch))
            })
            .collect();
        for (number, is_head, is_base) in open {
            match (&step.after, is_head, is_base) {
                (None, true, _) => self.close_thread(repository, number, actor, None)?,
                (Some(after), true, _) => self.synchronize_pull(repository, number, actor, after)?,
                (Some(after), _, true) => self.base_moved(repository, number, actor, after)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn synchronize_pull(&mut self, repository: u64, number: u64, actor: &str, after: &str) -> Outcome<()> {
        let now = self.now();
        let issue = self.thread_mut(repository, number)?;
        issue.updated_at = now;
        let Some(pull) = &mut issue.pull else { return Ok(()) };
        let before = std::mem::replace(&mut pull.head_sha, after.to_string());
        self.emit_pull(repository, number, actor, "synchronize", json!({ "before": before, "after": after }))
    }

    /// A push to the base that contains the head merges the pull request, as on GitHub.
    fn base_moved(&mut self, repository: u64, number: u64, actor: &str, after: &str) -> Outcome<()> {
        let found = self.repository(repository)?;
        let Some(pull) = found.issues.get(&number).and_then(|issue| issue.pull.as_ref()) else { return Ok(()) };
        let contained = found.git.merge_base(after, &pull.head_sha).as_ref() == Some(&pull.head_sha);
        if contained {
            return self.mark_merged(repository, number, actor, after);
        }
        if let Some(pull) = &mut self.thread_mut(repository, number)?.pull {
            pull.base_sha = after.to_string();
        }
        Ok(())
    }

    /// Commits files on a branch as a user, creating the branch from the default branch when it is missing.
    pub fn commit_files(&mut self, repository: u64, actor: &str, branch: &str, message: &str, changes: &[FileChange]) -> Outcome<String> {
        let found = self.writable(repository)?;
        let parent = found.branch(branch).or_else(|| found.branch(&found.default_branch)).cloned();
        let text = author(self, actor, message);
        let sha = found.git.commit(&format!("refs/heads/{branch}"), parent.as_deref(), changes, &text)?;
        self.notice_push(repository, actor)?;
        Ok(sha)
    }

    /// Deletes a branch as a user.
    pub fn delete_branch(&mut self, repository: u64, actor: &str, branch: &str) -> Outcome<()> {
        let found = self.writable(repository)?;
        let reference = format!("refs/heads/{branch}");
        if !found.references.contains_key(&reference) {
            return Err(ApiError::new(422, "Reference does not exist"));
        }
        found.git.delete_reference(&reference)?;
        self.notice_push(repository, actor)
    }
}

/// The name and mail address that commits made on GitHub carry.
pub fn author(world: &World, login: &str, message: &str) -> CommitText {
    let id = world.account(login).map_or(0, |account| account.id);
    CommitText { name: login.into(), email: format!("{id}+{login}@users.noreply.github.com"), message: message.into() }
}
