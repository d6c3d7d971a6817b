//! `remediate suppressions` and `remediate exceptions`: what is left alone, why, by whose agreement, and until when.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::records::{self, Database, moment, print_table};
use crate::lifecycle::{Decision, DecisionStatus};
use crate::store::VersionedDecision;

/// Lists decisions.
#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Lists them, newest first.
    List {
        /// Only those in this state: requested, approved, rejected, lapsed or ended.
        #[arg(long, value_parser = ["requested", "approved", "rejected", "lapsed", "ended"])]
        state: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 200)]
        limit: i64,
        #[command(flatten)]
        database: Database,
    },
}

/// Lists false positives. Exit code 2: the database cannot be read.
#[must_use]
pub fn run_suppressions(options: &Options) -> ExitCode {
    let Action::List { state, limit, database } = &options.action;
    records::finish(
        "suppressions",
        database.with(async |session| {
            print(&session.suppressions(state.as_deref().unwrap_or_default(), *limit).await?, "no suppressions");
            Ok(ExitCode::SUCCESS)
        }),
    )
}

/// Lists exceptions. Exit code 2: the database cannot be read.
#[must_use]
pub fn run_exceptions(options: &Options) -> ExitCode {
    let Action::List { state, limit, database } = &options.action;
    records::finish(
        "exceptions",
        database.with(async |session| {
            print(&session.exceptions(state.as_deref().unwrap_or_default(), *limit).await?, "no exceptions");
            Ok(ExitCode::SUCCESS)
        }),
    )
}

fn print(decisions: &[VersionedDecision], empty: &str) {
    let rows: Vec<_> = decisions.iter().map(|found| row(&found.decision)).collect();
    print_table(["STATE", "UNTIL", "SCOPE", "WHAT", "ASKED BY", "DECIDED BY", "SINCE", "REASON"], &rows, empty);
}

fn row(decision: &Decision) -> [String; 8] {
    let (by, at) = match &decision.status {
        DecisionStatus::Requested => (String::new(), decision.requested_at),
        DecisionStatus::Approved { by, at } | DecisionStatus::Rejected { by, at, .. } => (by.clone(), *at),
        DecisionStatus::Lapsed { at } => (String::new(), *at),
        DecisionStatus::Ended { by, at } => (by.clone().unwrap_or_default(), *at),
    };
    [
        decision.status.name().to_owned(),
        decision.until().map_or_else(|| "-".to_owned(), |until| until.format("%Y-%m-%d").to_string()),
        decision.scope.name().to_owned(),
        decision.scope.key(),
        decision.requested_by.clone(),
        by,
        moment(at),
        decision.reason.clone(),
    ]
}
