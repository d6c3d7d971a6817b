//! Repositories as they are now.

use chrono::{DateTime, Utc};
use reqwest::Method;
use serde::{Deserialize, Deserializer, Serialize};

use super::call::Call;
use super::error::GithubError;
use super::installation::Installation;
use super::people::Account;
use crate::model::Repository;

/// What our token may do in a repository.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions {
    /// Read.
    #[serde(default)]
    pub pull: bool,
    /// Write.
    #[serde(default)]
    pub push: bool,
    /// Manage.
    #[serde(default)]
    pub admin: bool,
}

/// A repository as GitHub describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryInfo {
    /// Numeric id, which survives a rename.
    pub id: u64,
    /// Name now.
    pub name: String,
    /// Owner now.
    pub owner: Account,
    /// Default branch. There is one by name even while the repository is empty.
    #[serde(default)]
    pub default_branch: String,
    /// Nothing can be written.
    #[serde(default)]
    pub archived: bool,
    /// Switched off by GitHub.
    #[serde(default)]
    pub disabled: bool,
    /// A fork of another one.
    #[serde(default)]
    pub fork: bool,
    /// Not public.
    #[serde(default)]
    pub private: bool,
    /// Size in KiB; 0 for an empty one (GitHub updates it with a delay).
    #[serde(default)]
    pub size: u64,
    /// When a branch was pushed to last; absent for an empty repository.
    #[serde(default, deserialize_with = "time")]
    pub pushed_at: Option<DateTime<Utc>>,
    /// Page for people.
    #[serde(default)]
    pub html_url: String,
    /// Topics.
    #[serde(default)]
    pub topics: Vec<String>,
    /// What our token may do; absent in some answers.
    #[serde(default)]
    pub permissions: Option<Permissions>,
}

/// GitHub writes times as text, but in the payload of a push as seconds since 1970. Anything else is no time.
fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(match &value {
        serde_json::Value::String(text) => DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc()),
        value => value.as_i64().and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
    })
}

impl RepositoryInfo {
    /// As our word for it.
    #[must_use]
    pub fn repository(&self, installation: u64) -> Repository {
        Repository { id: self.id, installation, owner: self.owner.login.clone(), name: self.name.clone() }
    }

    /// Why nothing can be written here, if so.
    #[must_use]
    pub fn obstacle(&self) -> Option<&'static str> {
        if self.archived {
            Some("the repository is archived")
        } else if self.disabled {
            Some("GitHub has disabled the repository")
        } else if self.permissions.is_some_and(|permissions| !permissions.push) {
            Some("the app may not write to the repository")
        } else {
            None
        }
    }
}

impl Installation {
    /// The repository as it is now, under its present name even if `repository` holds an old one; `None` when it is gone
    /// or no longer ours to see.
    ///
    /// # Errors
    /// As any call.
    pub async fn repository(&self, repository: &Repository) -> Result<Option<RepositoryInfo>, GithubError> {
        self.caller.optional(Call::on(Method::GET, repository, &[]).conditional()).await
    }

    /// All repositories of the installation.
    ///
    /// # Errors
    /// As any call.
    pub async fn repositories(&self) -> Result<Vec<RepositoryInfo>, GithubError> {
        self.caller.list(Call::new(Method::GET, &["installation", "repositories"]), Some("repositories")).await
    }
}
