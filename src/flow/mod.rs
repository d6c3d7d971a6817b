//! The line, in order: one async function a step.
//!
//! Each step reads through an adapter, calls the pure step, writes through an adapter and names the next job; none decides
//! anything about Terraform, GitHub or SQL.
//!
//! `deliveries` (receive, normalise, one remediation for one hole) → `assess` → `place` → `plan` → `publish` → `track` →
//! `verify`; `act` says on GitHub what the state machine wants said, `tell` says it to the sources. Every step may run twice: what it does outside the
//! database is looked up before it is done, and its state change completes its job in the same transaction.

mod act;
mod again;
mod apply;
mod around;
mod assess;
mod choose;
mod clock;
mod command;
mod commands;
mod decide;
mod decisions;
mod deliveries;
mod dry_run;
mod error;
mod indexing;
mod intake;
mod lately;
mod line;
mod needs;
mod place;
mod plan;
mod policy;
mod precedence;
mod publish;
mod reconcile;
mod review;
mod rules;
mod solve;
mod source;
mod states;
mod steps;
mod talk;
mod tell;
mod track;
mod trees;
mod verify;
mod workers;
mod write_up;

pub use choose::{Choice as RuleChoice, RULE_WISH, ask_which, choose, dedup_key, identity_of};
pub use clock::Clock;
pub use command::{Choice, Command, Reach, Wishes, parse_command};
pub use error::StepError;
pub use line::Line;
pub use needs::NEEDED_PERMISSIONS;
pub use policy::policy_names;
pub use precedence::Precedence;
pub(crate) use precedence::{FINDINGS, PEOPLE};
pub use source::{REPORT_EVENT, parse_report, parse_source, source_problem};
pub use trees::Trees;
pub use workers::run_workers;
