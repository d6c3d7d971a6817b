//! Handles of apps and installations.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Utc;

use super::ids;
use crate::error::{ApiError, Outcome};
use crate::server::Shared;
use crate::state::App;

/// A registered app.
#[derive(Clone)]
pub struct AppHandle {
    pub(super) shared: Arc<Shared>,
    pub(super) id: u64,
}

impl AppHandle {
    /// Numeric id.
    pub fn id(&self) -> u64 {
        self.id
    }

    fn app(&self) -> Outcome<App> {
        self.shared.world().apps.get(&self.id).cloned().ok_or_else(ApiError::not_found)
    }

    /// Private key as PEM.
    pub fn private_key(&self) -> String {
        self.app().map(|app| app.key.private_pem).unwrap_or_default()
    }

    /// Secret that webhooks are signed with.
    pub fn webhook_secret(&self) -> String {
        self.app().map(|app| app.webhook_secret).unwrap_or_default()
    }

    /// Login of its bot.
    pub fn bot(&self) -> String {
        self.app().map(|app| app.bot()).unwrap_or_default()
    }

    /// Sends webhooks there from now on. What happened before is not sent, as on GitHub.
    pub fn set_webhook_url(&self, url: &str) -> Outcome<()> {
        self.shared.world().apps.get_mut(&self.id).ok_or_else(ApiError::not_found)?.webhook_url = url.into();
        Ok(())
    }

    /// An owner installs the app on an account: on these repositories, or on all.
    pub fn install(&self, account: &str, repositories: Option<&[&str]>) -> Outcome<InstallationHandle> {
        let mut world = self.shared.world();
        let selection = repositories.map(|names| ids(&world, account, names)).transpose()?;
        let id = world.install(self.id, account, account, selection)?;
        Ok(InstallationHandle { shared: self.shared.clone(), id })
    }
}

/// An installation of an app.
#[derive(Clone)]
pub struct InstallationHandle {
    pub(super) shared: Arc<Shared>,
    pub(super) id: u64,
}

impl InstallationHandle {
    /// Numeric id.
    pub fn id(&self) -> u64 {
        self.id
    }

    fn account(&self) -> String {
        self.shared.world().installations.get(&self.id).map(|one| one.account.clone()).unwrap_or_default()
    }

    /// An owner removes the app.
    pub fn uninstall(&self) -> Outcome<()> {
        let account = self.account();
        self.shared.world().uninstall(self.id, &account)
    }

    /// An owner suspends the app, or lets it work again.
    pub fn suspend(&self, suspended: bool) -> Outcome<()> {
        let account = self.account();
        self.shared.world().suspend(self.id, &account, suspended)
    }

    /// An owner chooses other repositories; `None` means all.
    pub fn select(&self, repositories: Option<&[&str]>) -> Outcome<()> {
        let account = self.account();
        let mut world = self.shared.world();
        let selection = repositories.map(|names| ids(&world, &account, names)).transpose()?;
        world.select_repositories(self.id, &account, selection)
    }

    /// An owner accepts other permissions, such as `("contents", "read")`.
    pub fn set_permissions(&self, permissions: &[(&str, &str)]) -> Outcome<()> {
        let account = self.account();
        let permissions: BTreeMap<String, String> = permissions.iter().map(|(name, level)| (name.to_string(), level.to_string())).collect();
        self.shared.world().set_permissions(self.id, &account, permissions)
    }

    /// A token with everything the installation may do, for a test that calls the API itself.
    pub fn token(&self) -> String {
        let mut world = self.shared.world();
        let permissions = world.installations.get(&self.id).map(|one| one.permissions.clone()).unwrap_or_default();
        world.issue_token(self.id, None, permissions).0
    }

    /// Makes every issued token expire now.
    pub fn expire_tokens(&self) {
        for token in self.shared.world().tokens.values_mut().filter(|token| token.installation == self.id) {
            token.expires_at = Utc::now();
        }
    }

    /// How many requests are left in this hour.
    pub fn set_remaining(&self, remaining: u32) -> Outcome<()> {
        let mut world = self.shared.world();
        let limit = world.hourly_limit;
        let found = world.installations.get_mut(&self.id).ok_or_else(ApiError::not_found)?;
        found.used = limit.saturating_sub(remaining);
        Ok(())
    }
}
