//! Check runs, commit statuses, code scanning alerts.

use serde_json::{Value, json};

use super::{node_id, stamp, stamp_or_null};
use crate::state::{Alert, CheckRun, Repository, Status, World};

impl World {
    /// A check run.
    pub fn check_json(&self, repository: &Repository, check: &CheckRun) -> Value {
        let full = repository.full_name();
        let api = self.api(&format!("/repos/{full}/check-runs/{}", check.id));
        let text = |key: &str| check.output.get(key).cloned().unwrap_or(Value::Null);
        let annotations = check.output.get("annotations").and_then(Value::as_array).map_or(0, Vec::len);
        let pulls: Vec<Value> = repository
            .pulls()
            .filter_map(|issue| {
                let pull = issue.pull.as_ref().filter(|pull| pull.head_sha == check.head_sha && issue.open)?;
                let end = |name: &str, sha: &str| {
                    json!({ "ref": name, "sha": sha, "repo": {
                "id": repository.id, "url": self.api(&format!("/repos/{full}")), "name": repository.name,
            } })
                };
                Some(json!({
                    "id": pull.id, "number": issue.number, "url": self.api(&format!("/repos/{full}/pulls/{}", issue.number)),
                    "head": end(&pull.head_ref, &pull.head_sha), "base": end(&pull.base_ref, &pull.base_sha),
                }))
            })
            .collect();
        json!({
            "id": check.id, "head_sha": check.head_sha, "node_id": node_id("CR", check.id), "external_id": check.external_id,
            "url": api, "html_url": self.api(&format!("/{full}/runs/{}", check.id)), "details_url": check.details_url.clone().unwrap_or_else(|| self.api(&format!("/{full}/runs/{}", check.id))),
            "status": check.status, "conclusion": check.conclusion, "started_at": stamp(check.started_at),
            "completed_at": stamp_or_null(check.completed_at),
            "output": {
                "title": text("title"), "summary": text("summary"), "text": text("text"), "annotations_count": annotations,
                "annotations_url": format!("{api}/annotations"),
            },
            "name": check.name, "check_suite": { "id": check.id + 1_000_000 },
            "app": self.apps.get(&check.app).map(|app| self.app_json(app)), "pull_requests": pulls,
        })
    }

    /// A commit status.
    pub fn status_json(&self, repository: &Repository, status: &Status) -> Value {
        json!({
            "url": self.api(&format!("/repos/{}/statuses/{}", repository.full_name(), status.sha)),
            "avatar_url": null, "id": status.id, "node_id": node_id("SC", status.id), "state": status.state,
            "description": status.description, "target_url": status.target_url, "context": status.context,
            "created_at": stamp(status.created_at), "updated_at": stamp(status.created_at),
            "creator": self.user_json(&status.creator),
        })
    }

    /// A code scanning alert.
    pub fn alert_json(&self, repository: &Repository, alert: &Alert) -> Value {
        let full = repository.full_name();
        let api = self.api(&format!("/repos/{full}/code-scanning/alerts/{}", alert.number));
        json!({
            "number": alert.number, "created_at": stamp(alert.created_at), "updated_at": stamp(alert.created_at),
            "url": api, "html_url": self.api(&format!("/{full}/security/code-scanning/{}", alert.number)),
            "instances_url": format!("{api}/instances"), "state": alert.state, "fixed_at": stamp_or_null(alert.fixed_at),
            "dismissed_by": alert.dismissed_by.as_ref().map(|login| self.user_json(login)),
            "dismissed_at": stamp_or_null(alert.dismissed_at), "dismissed_reason": alert.dismissed_reason,
            "dismissed_comment": alert.dismissed_comment,
            "rule": {
                "id": alert.rule, "severity": if matches!(alert.severity.as_str(), "high" | "critical") { "error" } else { "warning" },
                "security_severity_level": alert.severity, "description": alert.description, "name": alert.rule,
                "full_description": alert.description, "tags": ["security"], "help": alert.description, "help_uri": null,
            },
            "tool": { "name": alert.tool, "guid": null, "version": "3.2.0" },
            "most_recent_instance": {
                "ref": alert.reference, "analysis_key": ".github/workflows/scan.yml:scan", "category": ".github/workflows/scan.yml:scan",
                "environment": "{}", "state": if alert.state == "fixed" { "fixed" } else { "open" }, "commit_sha": alert.commit_sha,
                "message": { "text": alert.description },
                "location": {
                    "path": alert.path, "start_line": alert.start_line, "end_line": alert.end_line,
                    "start_column": 1, "end_column": 2,
                },
                "classifications": [],
            },
        })
    }
}
