//! Handle of an organisation.

use std::sync::Arc;

use super::RepositoryHandle;
use crate::error::Outcome;
use crate::server::Shared;
use crate::state::Level;

/// An organisation.
#[derive(Clone)]
pub struct OrganizationHandle {
    pub(super) shared: Arc<Shared>,
    pub(super) login: String,
}

impl OrganizationHandle {
    /// Login.
    pub fn login(&self) -> &str {
        &self.login
    }

    /// Adds a member; owners administer everything.
    pub fn member(&self, login: &str, owner: bool) -> Outcome<()> {
        self.shared.world().add_member(&self.login, login, owner)
    }

    /// Adds a team, or replaces its members.
    pub fn team(&self, slug: &str, members: &[&str]) -> Outcome<u64> {
        self.shared.world().add_team(&self.login, slug, members)
    }

    /// What members may do with every repository (read by default).
    pub fn base_permission(&self, level: Level) {
        if let Some(account) = self.shared.world().accounts.get_mut(&self.login.to_lowercase()) {
            account.base_permission = level;
        }
    }

    /// An empty private repository with the default branch `main`.
    pub fn repository(&self, name: &str) -> Outcome<RepositoryHandle> {
        self.repository_with(name, "main")
    }

    /// An empty private repository with another default branch.
    pub fn repository_with(&self, name: &str, default_branch: &str) -> Outcome<RepositoryHandle> {
        let id = self.shared.world().create_repository(&self.login, name, default_branch)?;
        Ok(RepositoryHandle { shared: self.shared.clone(), id })
    }
}
