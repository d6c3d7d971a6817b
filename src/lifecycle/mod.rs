//! The one place where the state of a remediation changes.
//!
//! [`step`] takes a remediation and something that happened, and gives the remediation as it is now and what is to be done
//! about it, as data. An event that can come late or twice (webhooks are hints, jobs repeat) changes nothing and asks for
//! nothing; an event that cannot be true in this state is [`Illegal`]. What each event does in each state is the table in
//! `docs/lifecycle.md`, which a test compares with the code.
//!
//! [`Decision`] holds the rules for saying no to a finding: who may ask, who may agree (never the same person), and until when.

mod action;
mod decision;
mod event;
mod finding_events;
mod no_events;
mod outcome;
mod proof_events;
mod pull_request_events;
#[cfg(test)]
mod tests;
mod turn;
mod work_events;

pub use action::{Action, Follow, Note, Thread};
pub use decision::{Asked, Decision, DecisionRules, DecisionStatus, NotAllowed, Scope, Speaker};
pub use event::Event;
pub use outcome::{outcome, standing};
pub use turn::{Illegal, Policy, consistent, counts_from, step};
