//! One store over SQLite (a file, the default) or PostgreSQL (several replicas): deliveries, the queue, findings,
//! remediations, the audit chain, decisions, and what is remembered of the code host.
//!
//! Time is always an argument. A [`Session`] writes all or nothing, so a state change, its audit event and the job that follows
//! are one transaction. A step of the line looks like this:
//!
//! ```no_run
//! # use chrono::{Duration, Utc};
//! # use remediate::lifecycle::{Event, Policy};
//! # use remediate::store::{Store, StoreError, Worker};
//! # async fn step(store: &Store) -> Result<(), StoreError> {
//! let worker = Worker::new("replica-1", Duration::seconds(60));
//! let now = Utc::now();
//! let Some(job) = store.claim(&worker, &["verify"], now).await? else {
//!     store.wait_for_work(std::time::Duration::from_secs(1)).await; // wakes at once for work of this process
//!     return Ok(());
//! };
//! // Slow work (git, GitHub) happens between sessions; `store.heartbeat(&job, &worker, now)` every third of the lease keeps the job ours.
//! let id = job.payload["remediation"].as_str().unwrap_or_default().to_owned();
//! let mut session = store.begin().await?;
//! if let Some(found) = session.remediation(&id).await? {
//!     let event = Event::RuleHolds { commit: "c0ffee".into(), evidence: "versioning is on".into() };
//!     // Saves the remediation (`Conflict` when somebody was faster), adds its audit events and enqueues the steps that follow.
//!     let done = session.transition(&found, &event, now, &Policy::default()).await?;
//!     for action in done.actions { /* comments, labels, …: enqueue them as jobs of their own, here */ }
//! }
//! session.complete(&job).await?; // `LeaseLost` when another worker took the job over; then nothing is written
//! session.commit().await?;
//! # Ok(()) }
//! ```
//!
//! A step that fails calls [`Store::fail`] instead, which schedules the retry or moves the job to the dead letters.

mod audit;
mod chain;
mod counts;
mod decisions;
mod deliveries;
mod error;
mod export;
mod findings;
mod index;
mod jobs;
mod migrate;
mod open;
mod remediations;
mod repositories;
mod session;
mod transitions;
mod value;

pub use audit::NewEvent;
pub use chain::{ChainBreak, ChainCheck, ChainWalk, GENESIS, canonical, check, seal};
pub use counts::{Limit, Unmapped};
pub use decisions::{Answer, VersionedDecision};
pub use deliveries::{Delivery, Housekeeping, NewDelivery, Received};
pub use error::StoreError;
pub use export::{CSV_HEADER, ExportBreak, check_export, csv_line, json_line};
pub use findings::{HistoryLine, Recorded, Sighting, Witness};
pub use index::{IndexHead, KnownState};
pub use jobs::{DeadJob, Enqueued, Job, JobFate, NewJob, QueueCount, Worker, backoff};
pub use migrate::{MIGRATIONS, Migration};
pub use open::Store;
pub use remediations::{VersionedRemediation, new_id};
pub use repositories::{KnownConfig, KnownRepository, RemoteObject};
pub use session::Session;
pub use transitions::Transition;
