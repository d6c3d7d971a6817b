//! Check runs.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::call::{Call, Creation};
use super::error::GithubError;
use super::installation::Installation;
use crate::model::Repository;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckConclusion {
    /// A person must do something.
    ActionRequired,
    /// Stopped.
    Cancelled,
    /// No.
    Failure,
    /// Neither yes nor no.
    Neutral,
    /// Yes.
    Success,
    /// Not run.
    Skipped,
    /// Given up by GitHub.
    Stale,
    /// Took too long.
    TimedOut,
}

/// A check run as GitHub has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CheckRun {
    /// Id.
    pub id: u64,
    /// Name.
    #[serde(default)]
    pub name: String,
    /// Our own id of it.
    #[serde(default)]
    pub external_id: Option<String>,
    /// `queued`, `in_progress`, `completed`, …
    #[serde(default)]
    pub status: String,
    /// Set when completed.
    #[serde(default)]
    pub conclusion: Option<CheckConclusion>,
}

/// What a check run is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCheckRun {
    /// Name, such as `remediate`.
    pub name: String,
    /// Commit it is about.
    pub head_sha: String,
    /// Our own id of it: one run per commit, name and id.
    pub external_id: String,
    /// How it ended; `None` while it is going on.
    pub conclusion: Option<CheckConclusion>,
    /// Headline.
    pub title: String,
    /// Text below it, Markdown, at most 65,535 characters.
    pub summary: String,
    /// Page with details.
    pub details_url: Option<String>,
}

impl NewCheckRun {
    fn body(&self) -> serde_json::Value {
        let mut body = json!({
            "name": self.name,
            "external_id": self.external_id,
            "status": if self.conclusion.is_some() { "completed" } else { "in_progress" },
            "output": {
                "title": self.title,
                "summary": self.summary.chars().take(65_535).collect::<String>(),
            },
        });
        if let Some(conclusion) = self.conclusion {
            body["conclusion"] = json!(conclusion);
        }
        if let Some(url) = &self.details_url {
            body["details_url"] = json!(url);
        }
        body
    }
}

impl Installation {
    /// Makes the check run say what it is to say: updates ours on that commit if there is one, creates it otherwise.
    ///
    /// # Errors
    /// As any call.
    pub async fn put_check_run(&self, repository: &Repository, run: &NewCheckRun) -> Result<Creation<CheckRun>, GithubError> {
        if let Some(known) = self.check_run(repository, run).await? {
            let call = Call::on(Method::PATCH, repository, &["check-runs", &known.id.to_string()]).body(&run.body());
            return self.caller.json(call).await.map(Creation::Existed);
        }
        let mut body = run.body();
        body["head_sha"] = json!(run.head_sha);
        let call = Call::on(Method::POST, repository, &["check-runs"]).body(&body);
        self.caller.create(call, || self.check_run(repository, run)).await
    }

    async fn check_run(&self, repository: &Repository, run: &NewCheckRun) -> Result<Option<CheckRun>, GithubError> {
        let call = Call::on(Method::GET, repository, &["commits", &run.head_sha, "check-runs"])
            .query("check_name", &run.name)
            .query("filter", "all");
        let runs: Vec<CheckRun> = self.caller.list(call, Some("check_runs")).await?;
        Ok(runs.into_iter().find(|known| known.external_id.as_deref() == Some(&run.external_id)))
    }
}
