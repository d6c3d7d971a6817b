//! Accounts, and what they may do.

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::error::GithubError;
use super::installation::Installation;
use crate::model::Repository;

/// A user, bot or organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Login. Enterprises have none (then it is empty).
    #[serde(default)]
    pub login: String,
    /// Numeric id.
    #[serde(default)]
    pub id: u64,
    /// `User`, `Bot`, `Organization`, …
    #[serde(default, rename = "type")]
    pub kind: String,
}

impl Account {
    /// Whether this is a bot: an app or a machine account GitHub marks as one.
    #[must_use]
    pub fn is_bot(&self) -> bool {
        self.kind == "Bot" || self.login.ends_with("[bot]")
    }
}

/// What somebody may do in a repository. Ordered from nothing to everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Nothing, or not known.
    None,
    /// Read.
    Read,
    /// Read, and manage issues.
    Triage,
    /// Push.
    Write,
    /// Push, and manage most settings.
    Maintain,
    /// Everything.
    Admin,
}

impl Permission {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "admin" => Self::Admin,
            "maintain" => Self::Maintain,
            "write" | "push" => Self::Write,
            "triage" => Self::Triage,
            "read" | "pull" => Self::Read,
            "none" => Self::None,
            _ => return None,
        })
    }
}

/// Somebody's part in a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TeamRole {
    /// An ordinary member.
    Member,
    /// May manage the team.
    Maintainer,
}

#[derive(Deserialize)]
struct PermissionAnswer {
    #[serde(default)]
    permission: String,
    #[serde(default)]
    role_name: String,
}

#[derive(Deserialize)]
struct Membership {
    state: String,
    role: TeamRole,
}

impl Installation {
    /// What `login` may do in the repository. Custom roles count as the basic role they build on.
    ///
    /// # Errors
    /// As any call; somebody unknown has [`Permission::None`].
    pub async fn permission_of(&self, repository: &Repository, login: &str) -> Result<Permission, GithubError> {
        let call = Call::on(Method::GET, repository, &["collaborators", login, "permission"]);
        let answer: Option<PermissionAnswer> = self.caller.optional(call).await?;
        Ok(answer.map_or(Permission::None, |answer| {
            let basic = Permission::named(&answer.permission);
            // `permission` knows four levels only: `role_name` tells maintain and triage from write and read.
            Permission::named(&answer.role_name).or(basic).unwrap_or(Permission::None)
        }))
    }

    /// The part of `login` in a team; `None` for who is no active member, or when the team does not exist (or is secret).
    ///
    /// # Errors
    /// As any call; needs the organisation permission `members: read`.
    pub async fn team_role(&self, organisation: &str, team: &str, login: &str) -> Result<Option<TeamRole>, GithubError> {
        let call = Call::new(Method::GET, &["orgs", organisation, "teams", team, "memberships", login]);
        let membership: Option<Membership> = self.caller.optional(call).await?;
        Ok(membership.filter(|membership| membership.state == "active").map(|membership| membership.role))
    }

    /// The user or bot with this login, for the numeric id that a commit's address needs; `None` when there is none.
    ///
    /// # Errors
    /// As any call.
    pub async fn account(&self, login: &str) -> Result<Option<Account>, GithubError> {
        self.caller.optional(Call::new(Method::GET, &["users", login]).conditional()).await
    }
}
