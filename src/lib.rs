//! Turns cloud-security findings into Terraform pull requests and follows each one until the fix is proved.
//!
//! The crate is built in floors (see `ARCHITECTURE.md`); every `use crate::` points to a lower floor.
//! Floors 0 to 3 are synchronous functions over values: no I/O, no clock, no environment.

// Floor 0: words.
pub mod config;
pub mod model;

// Floor 1: language.
pub mod hcl;

// Floor 2: knowledge.
pub mod identity;
pub mod rule;
pub mod terraform;

// Floor 3: pure steps.
pub mod ingest;
pub mod lifecycle;
pub mod locate;
pub mod owners;
pub mod patch;
pub mod render;
pub mod risk;

// Floor 4: adapters.
#[cfg(feature = "app")]
pub mod cloud;
#[cfg(feature = "app")]
pub mod git;
#[cfg(feature = "app")]
pub mod github;
#[cfg(feature = "app")]
pub mod integrations;
#[cfg(feature = "app")]
pub mod store;

// Floor 5: the line, in order.
#[cfg(feature = "app")]
pub mod flow;

// Floor 6: doors.
#[cfg(feature = "app")]
pub mod cli;
#[cfg(feature = "app")]
pub mod web;
