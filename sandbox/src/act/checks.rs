//! Check runs and commit statuses.

use serde_json::{Value, json};

use crate::error::{ApiError, Outcome};
use crate::state::{CheckRun, Status, World};

impl World {
    /// Creates a check run from the body of `POST /check-runs`.
    pub fn create_check(&mut self, repository: u64, app: u64, body: &Value) -> Outcome<CheckRun> {
        let found = self.writable(repository)?;
        let text = |key: &str| body.get(key).and_then(Value::as_str);
        let (Some(name), Some(head)) = (text("name"), text("head_sha")) else {
            return Err(ApiError::new(422, "Invalid request. \"name\" and \"head_sha\" weren't supplied."));
        };
        let head = found.git.commit_id(head).ok_or_else(|| ApiError::new(422, format!("No commit found for SHA: {head}")))?;
        let mut check = CheckRun {
            id: self.fresh_id(),
            app,
            name: name.into(),
            head_sha: head,
            status: "queued".into(),
            conclusion: None,
            details_url: None,
            external_id: String::new(),
            output: json!({}),
            started_at: self.now(),
            completed_at: None,
        };
        self.fill_check(&mut check, body)?;
        self.repository_mut(repository)?.checks.push(check.clone());
        self.emit_check(repository, &check, "created")?;
        Ok(check)
    }

    /// Changes a check run from the body of `PATCH /check-runs/{id}`.
    pub fn update_check(&mut self, repository: u64, id: u64, body: &Value) -> Outcome<CheckRun> {
        let found = self.writable(repository)?;
        let mut check = found.checks.iter().find(|check| check.id == id).cloned().ok_or_else(ApiError::not_found)?;
        self.fill_check(&mut check, body)?;
        for one in &mut self.repository_mut(repository)?.checks {
            if one.id == id {
                *one = check.clone();
            }
        }
        let action = if check.status == "completed" { "completed" } else { "created" };
        self.emit_check(repository, &check, action)?;
        Ok(check)
    }

    fn fill_check(&self, check: &mut CheckRun, body: &Value) -> Outcome<()> {
        let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_string);
        check.name = text("name").unwrap_or_else(|| check.name.clone());
        check.status = text("status").unwrap_or_else(|| check.status.clone());
        check.conclusion = text("conclusion").or_else(|| check.conclusion.take());
        check.details_url = text("details_url").or_else(|| check.details_url.take());
        check.external_id = text("external_id").unwrap_or_else(|| check.external_id.clone());
        if let Some(output) = body.get("output").filter(|output| output.is_object()) {
            if ["title", "summary"].iter().any(|key| !output.get(key).is_some_and(Value::is_string)) {
                return Err(ApiError::new(422, "Invalid request. \"title\" and \"summary\" are required in \"output\"."));
            }
            check.output = output.clone();
        }
        if check.conclusion.is_some() {
            check.status = "completed".into();
            check.completed_at.get_or_insert(self.now());
        } else if check.status == "completed" {
            return Err(ApiError::new(422, "Invalid request. \"conclusion\" is required when \"status\" is \"completed\"."));
        }
        Ok(())
    }

    fn emit_check(&mut self, repository: u64, check: &CheckRun, action: &str) -> Outcome<()> {
        let shown = self.check_json(self.repository(repository)?, check);
        let actor = self.apps.get(&check.app).map_or_else(|| "ghost".to_string(), |app| app.bot());
        self.emit("check_run", repository, &actor, json!({ "action": action, "check_run": shown }));
        Ok(())
    }

    /// A user presses "Re-run" on a check.
    pub fn rerequest_check(&mut self, repository: u64, id: u64, actor: &str) -> Outcome<()> {
        let found = self.repository(repository)?;
        let check = found.checks.iter().find(|check| check.id == id).ok_or_else(ApiError::not_found)?;
        let shown = self.check_json(found, check);
        self.emit("check_run", repository, actor, json!({ "action": "rerequested", "check_run": shown }));
        Ok(())
    }

    /// Sets a commit status from the body of `POST /statuses/{sha}`.
    pub fn create_status(&mut self, repository: u64, actor: &str, sha: &str, body: &Value) -> Outcome<Status> {
        let found = self.writable(repository)?;
        let sha = found.git.commit_id(sha).ok_or_else(|| ApiError::new(422, format!("No commit found for SHA: {sha}")))?;
        let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_string);
        let state = text("state").filter(|state| ["error", "failure", "pending", "success"].contains(&state.as_str()));
        let state = state.ok_or_else(|| ApiError::invalid("Status", "state", "invalid", ""))?;
        let status = Status {
            id: self.fresh_id(),
            sha,
            state,
            context: text("context").unwrap_or_else(|| "default".into()),
            description: text("description"),
            target_url: text("target_url"),
            creator: actor.into(),
            created_at: self.now(),
        };
        self.repository_mut(repository)?.statuses.push(status.clone());
        Ok(status)
    }
}
