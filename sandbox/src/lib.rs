//! A stand-in for GitHub on loopback, with a memory.
//!
//! It serves REST, the few GraphQL mutations that matter, git over smart HTTP, signed webhooks and a small web view, and it can be
//! told to fail. Tests act as users through typed handles:
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! use remediate_sandbox::{Level, Sandbox, SandboxConfig};
//!
//! let sandbox = Sandbox::start(SandboxConfig::default()).await?;
//! let acme = sandbox.organization("acme")?;
//! acme.team("data-platform", &["octo-reviewer"])?;
//! let infra = acme.repository("infra")?;
//! infra.commit("octo-reviewer", "main", "Start", &[("main.tf", "resource \"aws_s3_bucket\" \"b\" {}\n")])?;
//! infra.grant_team("data-platform", Level::Write)?;
//! let app = sandbox.register_app("acme", remediate_sandbox::NewApp { name: "remediate".into(), ..Default::default() })?;
//! app.set_webhook_url("http://127.0.0.1:4000/webhooks/github")?;
//! let installation = app.install("acme", None)?;
//! // … start the product with `app.id()`, `app.private_key()`, `app.webhook_secret()` and `sandbox.url()` …
//! sandbox.settled().await?;
//! # let _ = installation;
//! # Ok(())
//! # }
//! ```

mod act;
mod bare;
mod deliver;
mod error;
mod fault;
mod handle;
mod log;
mod organisation;
mod rest;
mod server;
mod shape;
mod smart;
mod state;
mod web;

pub use act::{MergeMethod, NewApp, NewPull};
pub use bare::{Bare, ChangedFile, CommitInfo, FileChange};
pub use deliver::signature;
pub use error::{ApiError, Outcome};
pub use fault::{Effect, Fault, FaultHandle, Intrusion, WebhookEffect, WebhookFault};
pub use handle::{AppHandle, InstallationHandle, OrganizationHandle, RepositoryHandle, Sandbox, SandboxConfig, ThreadHandle};
pub use log::Exchange;
pub use state::{Alert, CheckRun, Comment, Delivery, DeliveryResult, Issue, Level, Pull, Reaction, Repository, Review, Status, World};
