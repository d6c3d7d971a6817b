//! What tests hold: the sandbox itself and things in it, each with the actions of a user.

mod app;
mod organization;
mod repository;
mod thread;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use app::{AppHandle, InstallationHandle};
pub use organization::OrganizationHandle;
pub use repository::RepositoryHandle;
pub use thread::ThreadHandle;

use crate::act::NewApp;
use crate::deliver;
use crate::error::{ApiError, Outcome};
use crate::fault::{Fault, FaultHandle, WebhookFault};
use crate::log::Exchange;
use crate::server::{self, Shared};
use crate::state::{AccountKind, AppKey, Delivery, World};

/// How a sandbox starts.
#[derive(Debug, Clone, Default)]
pub struct SandboxConfig {
    /// Port on 127.0.0.1; 0, the default, takes a free one.
    pub port: u16,
    /// Hourly request limit of an installation; 0, the default, means GitHub's 5,000.
    pub hourly_limit: u32,
}

/// A running stand-in. Dropping it ends the server and removes its repositories.
pub struct Sandbox {
    pub(crate) shared: Arc<Shared>,
    address: SocketAddr,
    tasks: Vec<JoinHandle<()>>,
    // Held for its life: dropping it removes the repositories.
    _folder: TempDir,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Sandbox {
    /// Starts a sandbox with nothing in it.
    ///
    /// # Errors
    /// The port is taken, or no temporary folder can be made.
    pub async fn start(config: SandboxConfig) -> Result<Self> {
        let listener =
            TcpListener::bind(("127.0.0.1", config.port)).await.with_context(|| format!("port {} cannot be used", config.port))?;
        let address = listener.local_addr()?;
        let folder = tempfile::Builder::new().prefix("sandbox-").tempdir()?;
        let (sender, queue) = tokio::sync::mpsc::unbounded_channel();
        let mut world = World::new(format!("http://{address}"), folder.path().to_path_buf(), sender);
        if config.hourly_limit > 0 {
            world.hourly_limit = config.hourly_limit;
        }
        let shared = Arc::new(Shared::new(world));
        let router = axum::Router::new().fallback(server::serve).with_state(shared.clone());
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the sandbox stopped serving");
            }
        });
        let delivering = tokio::spawn(deliver::work(shared.clone(), queue));
        Ok(Self { shared, address, tasks: vec![serving, delivering], _folder: folder })
    }

    /// Base URL of REST (`api.github.com`), pages and git (`github.com`), without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Base URL as a GitHub Enterprise Server has it.
    pub fn enterprise_url(&self) -> String {
        format!("{}/api/v3", self.url())
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The whole state, for what no handle offers. Do not hold it across an `await`.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.shared.world()
    }

    /// An organisation, created when it is new.
    pub fn organization(&self, login: &str) -> Outcome<OrganizationHandle> {
        self.world().add_account(login, AccountKind::Organization);
        Ok(OrganizationHandle { shared: self.shared.clone(), login: login.into() })
    }

    /// A user, created when new.
    pub fn user(&self, login: &str) -> u64 {
        self.world().add_account(login, AccountKind::User)
    }

    /// A repository by full name.
    pub fn repository(&self, full_name: &str) -> Outcome<RepositoryHandle> {
        let (owner, name) = full_name.split_once('/').ok_or_else(ApiError::not_found)?;
        let id = self.world().find_repository(owner, name).ok_or_else(ApiError::not_found)?.id;
        Ok(RepositoryHandle { shared: self.shared.clone(), id })
    }

    /// Registers an app with the key pair of this process.
    pub fn register_app(&self, owner: &str, new: NewApp) -> Result<AppHandle> {
        let key = AppKey::shared()?;
        let id = self.world().register_app(NewApp { owner: owner.into(), ..new }, key)?;
        Ok(AppHandle { shared: self.shared.clone(), id })
    }

    /// An app by slug, for example one made by the manifest flow.
    pub fn app(&self, slug: &str) -> Outcome<AppHandle> {
        let id = self.world().apps.values().find(|app| app.slug == slug).ok_or_else(ApiError::not_found)?.id;
        Ok(AppHandle { shared: self.shared.clone(), id })
    }

    /// Switches a fault on.
    pub fn fault(&self, fault: Fault) -> FaultHandle {
        let handle = fault.handle();
        self.shared.faults.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
        handle
    }

    /// Switches a fault of webhooks on.
    pub fn webhook_fault(&self, fault: WebhookFault) -> FaultHandle {
        let handle = fault.handle();
        self.shared.webhook_faults.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
        handle
    }

    /// Ends all faults.
    pub fn lift_faults(&self) {
        self.shared.faults.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.shared.webhook_faults.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Every request so far, oldest first.
    pub fn requests(&self) -> Vec<Exchange> {
        self.shared.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many requests with this method went to this OpenAPI path template.
    pub fn count(&self, method: &str, template: &str) -> usize {
        let log = self.shared.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.iter().filter(|exchange| exchange.method == method && exchange.template == Some(template)).count()
    }

    /// Forgets the requests so far.
    pub fn forget_requests(&self) {
        self.shared.log.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Every webhook delivery so far, oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.world().deliveries.clone()
    }

    /// Sends an earlier delivery once more, as the "Redeliver" button does.
    pub fn redeliver(&self, delivery: u64) -> Outcome<u64> {
        self.world().redeliver(delivery)
    }

    /// Waits until no webhook waits to be sent.
    ///
    /// # Errors
    /// After 30 seconds, with the events that still wait.
    pub async fn settled(&self) -> Result<()> {
        let mut waiting = Vec::new();
        for _ in 0..3000 {
            waiting = self.pending_events();
            if waiting.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bail!("webhooks still wait: {waiting:?}")
    }

    fn pending_events(&self) -> Vec<String> {
        self.world().deliveries.iter().filter(|one| one.result.is_none()).map(|one| one.event.clone()).collect()
    }

    /// Panics unless all webhooks were sent and taken (2xx).
    ///
    /// # Panics
    /// When a delivery waits or was refused; the message lists them.
    pub fn assert_quiet(&self) {
        let bad: Vec<String> = self
            .world()
            .deliveries
            .iter()
            .filter_map(|one| match &one.result {
                None => Some(format!("{} waits", one.event)),
                Some(result) if !(200..300).contains(&result.status_code) => {
                    Some(format!("{}: {} {}", one.event, result.status_code, result.response))
                }
                Some(_) => None,
            })
            .collect();
        assert!(bad.is_empty(), "webhooks that were not taken: {bad:#?}");
    }
}

/// Ids of repositories by name, for selections.
fn ids(world: &World, owner: &str, names: &[&str]) -> Outcome<BTreeSet<u64>> {
    names.iter().map(|name| Ok(world.find_repository(owner, name).ok_or_else(ApiError::not_found)?.id)).collect()
}
