//! Code scanning alerts.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::call::Call;
use super::error::GithubError;
use super::installation::Installation;
use crate::model::Repository;

/// An alert.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Number in the repository.
    pub number: u64,
    /// `open`, `dismissed`, `fixed`; absent in some events.
    #[serde(default)]
    pub state: Option<String>,
    /// Page for people.
    #[serde(default)]
    pub html_url: String,
    /// The rule that complains.
    #[serde(default)]
    pub rule: AlertRule,
    /// The scanner.
    #[serde(default)]
    pub tool: AlertTool,
    /// Where it was seen last.
    #[serde(default)]
    pub most_recent_instance: Option<AlertInstance>,
    /// Older answers list all instances in its place.
    #[serde(default)]
    pub instances: Vec<AlertInstance>,
}

impl Alert {
    /// Where it was seen last, in either form.
    #[must_use]
    pub fn instance(&self) -> Option<&AlertInstance> {
        self.most_recent_instance.as_ref().or_else(|| self.instances.last())
    }
}

/// The rule of an alert.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRule {
    /// The scanner's id, such as `CKV_AWS_21`; absent in rare cases.
    #[serde(default)]
    pub id: Option<String>,
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
    /// `none`, `note`, `warning`, `error`.
    #[serde(default)]
    pub severity: Option<String>,
    /// `low`, `medium`, `high`, `critical`.
    #[serde(default)]
    pub security_severity_level: Option<String>,
    /// In a sentence.
    #[serde(default)]
    pub description: String,
    /// Tags.
    #[serde(default)]
    pub tags: Option<Vec<String>>,
}

/// The scanner of an alert.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertTool {
    /// Name, such as `checkov`.
    #[serde(default)]
    pub name: String,
    /// Version.
    #[serde(default)]
    pub version: Option<String>,
}

/// One sighting of an alert.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertInstance {
    /// Branch or pull request, as a full ref.
    #[serde(default, rename = "ref")]
    pub git_ref: String,
    /// State there.
    #[serde(default)]
    pub state: Option<String>,
    /// Commit that was scanned.
    #[serde(default)]
    pub commit_sha: Option<String>,
    /// Where.
    #[serde(default)]
    pub location: Option<AlertLocation>,
    /// What the scanner said.
    #[serde(default)]
    pub message: Option<AlertMessage>,
}

/// A scanner's sentence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertMessage {
    /// Text.
    #[serde(default)]
    pub text: String,
}

/// Lines of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertLocation {
    /// Path from the root.
    #[serde(default)]
    pub path: String,
    /// First line, from 1.
    #[serde(default)]
    pub start_line: Option<usize>,
    /// Last line.
    #[serde(default)]
    pub end_line: Option<usize>,
}

/// Why an alert is dismissed. (`fixed` cannot be set: only a new scan without the result does that.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DismissReason {
    /// Not a hole.
    FalsePositive,
    /// Accepted.
    WontFix,
    /// Only in tests.
    UsedInTests,
}

impl DismissReason {
    const fn text(self) -> &'static str {
        match self {
            Self::FalsePositive => "false positive",
            Self::WontFix => "won't fix",
            Self::UsedInTests => "used in tests",
        }
    }
}

impl Installation {
    /// An alert; `None` when there is none.
    ///
    /// # Errors
    /// As any call; 403 when code scanning is switched off.
    pub async fn alert(&self, repository: &Repository, number: u64) -> Result<Option<Alert>, GithubError> {
        self.caller.optional(Call::on(Method::GET, repository, &["code-scanning", "alerts", &number.to_string()]).conditional()).await
    }

    /// Dismisses an alert with a reason and a comment of at most 280 characters.
    ///
    /// # Errors
    /// As any call.
    pub async fn dismiss_alert(
        &self,
        repository: &Repository,
        number: u64,
        reason: DismissReason,
        comment: &str,
    ) -> Result<Alert, GithubError> {
        let body = json!({
            "state": "dismissed",
            "dismissed_reason": reason.text(),
            "dismissed_comment": comment.chars().take(280).collect::<String>(),
        });
        self.caller.json(Call::on(Method::PATCH, repository, &["code-scanning", "alerts", &number.to_string()]).body(&body)).await
    }

    /// Opens a dismissed alert again.
    ///
    /// # Errors
    /// As any call.
    pub async fn reopen_alert(&self, repository: &Repository, number: u64) -> Result<Alert, GithubError> {
        let call = Call::on(Method::PATCH, repository, &["code-scanning", "alerts", &number.to_string()]).body(&json!({ "state": "open" }));
        self.caller.json(call).await
    }
}
