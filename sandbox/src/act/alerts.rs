//! Code scanning alerts.

use serde_json::{Value, json};

use crate::error::{ApiError, Outcome};
use crate::state::{Alert, World};

/// Reasons GitHub accepts for dismissing an alert.
const REASONS: &[&str] = &["false positive", "won't fix", "used in tests"];

impl World {
    /// A scan finds something; number, commit and times are filled in.
    pub fn raise_alert(&mut self, repository: u64, mut alert: Alert) -> Outcome<u64> {
        let found = self.repository(repository)?;
        alert.number = found.alerts.keys().next_back().map_or(1, |last| last + 1);
        alert.reference = format!("refs/heads/{}", found.default_branch);
        alert.commit_sha = found.branch(&found.default_branch).cloned().unwrap_or_default();
        alert.created_at = self.now();
        let number = alert.number;
        self.repository_mut(repository)?.alerts.insert(number, alert);
        self.emit_alert(repository, number, "github", "created")?;
        Ok(number)
    }

    fn alert_mut(&mut self, repository: u64, number: u64) -> Outcome<&mut Alert> {
        self.repository_mut(repository)?.alerts.get_mut(&number).ok_or_else(ApiError::not_found)
    }

    /// A later scan no longer finds it.
    pub fn fix_alert(&mut self, repository: u64, number: u64) -> Outcome<()> {
        let now = self.now();
        let alert = self.alert_mut(repository, number)?;
        alert.state = "fixed".into();
        alert.fixed_at = Some(now);
        self.emit_alert(repository, number, "github", "fixed")
    }

    /// `PATCH /code-scanning/alerts/{number}`: dismiss or open again.
    pub fn update_alert(&mut self, repository: u64, number: u64, actor: &str, body: &Value) -> Outcome<()> {
        self.writable(repository)?;
        let now = self.now();
        let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_string);
        let alert = self.alert_mut(repository, number)?;
        let action = match text("state").as_deref() {
            Some("dismissed") => {
                let reason = text("dismissed_reason").filter(|reason| REASONS.contains(&reason.as_str()));
                let reason = reason.ok_or_else(|| ApiError::new(422, "Invalid dismissed_reason"))?;
                alert.dismissed_reason = Some(reason);
                alert.dismissed_comment = text("dismissed_comment");
                alert.dismissed_by = Some(actor.into());
                alert.dismissed_at = Some(now);
                alert.state = "dismissed".into();
                "closed_by_user"
            }
            Some("open") => {
                alert.dismissed_reason = None;
                alert.dismissed_comment = None;
                alert.dismissed_by = None;
                alert.dismissed_at = None;
                alert.state = "open".into();
                "reopened_by_user"
            }
            _ => return Err(ApiError::new(422, "Invalid request. \"state\" must be \"open\" or \"dismissed\".")),
        };
        self.emit_alert(repository, number, actor, action)
    }

    fn emit_alert(&mut self, repository: u64, number: u64, actor: &str, action: &str) -> Outcome<()> {
        let found = self.repository(repository)?;
        let alert = found.alerts.get(&number).ok_or_else(ApiError::not_found)?;
        let payload = json!({
            "action": action, "alert": self.alert_json(found, alert), "ref": alert.reference, "commit_oid": alert.commit_sha,
        });
        self.emit("code_scanning_alert", repository, actor, payload);
        Ok(())
    }
}
