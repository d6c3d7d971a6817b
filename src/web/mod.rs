//! The doors: webhooks, findings, health, metrics and the set-up pages.
//!
//! A call is authenticated over its raw bytes before anything in it is read, stored together with its job in one transaction,
//! and only then acknowledged. Everything else happens in `flow`.

mod answer;
mod authentication;
mod github;
mod health;
mod serve;
mod setup;
mod sources;

pub use answer::Answer;
pub use github::HANDLED_EVENTS;
pub use serve::{Doors, router, serve};
pub use setup::{APP_MANIFEST, SetUp, SetUpOutcome, StoreCredentials, manifest, setup_router};
