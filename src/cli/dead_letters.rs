//! `remediate dead-letters`: jobs that failed too often, and trying them again.

use std::process::ExitCode;

use chrono::Utc;
use clap::{Args, Subcommand};

use super::records::{self, Database, moment, print_table};
use crate::store::JobFate;

/// Lists jobs that were given up, and tries them again.
#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Lists them, newest first.
    List {
        /// At most so many.
        #[arg(long, default_value_t = 200)]
        limit: i64,
        #[command(flatten)]
        database: Database,
    },
    /// Makes jobs ready again, with all their attempts.
    Retry {
        /// Their ids, as `list` shows them.
        #[arg(required_unless_present = "all")]
        ids: Vec<i64>,
        /// Every one.
        #[arg(long, conflicts_with = "ids")]
        all: bool,
        #[command(flatten)]
        database: Database,
    },
}

/// Runs the subcommand. Exit code 2: the database cannot be read, or there is no such job.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    records::finish(
        "dead-letters",
        match &options.action {
            Action::List { limit, database } => database.with(async |session| {
                let jobs = session.dead_jobs(*limit).await?;
                let rows: Vec<_> = jobs
                    .into_iter()
                    .map(|job| {
                        let error = job.last_error.unwrap_or_default();
                        [job.id.to_string(), job.kind, job.attempts.to_string(), moment(job.created_at), job.payload.to_string(), error]
                    })
                    .collect();
                print_table(["ID", "KIND", "ATTEMPTS", "ASKED", "WHAT", "LAST ERROR"], &rows, "no dead letters");
                Ok(ExitCode::SUCCESS)
            }),
            Action::Retry { ids, all, database } => database.change(async |session| {
                let every = if *all { session.dead_jobs(i64::MAX).await?.iter().map(|job| job.id).collect() } else { Vec::new() };
                let ids = if *all { &every } else { ids };
                for id in ids {
                    match session.retry_dead(*id, Utc::now()).await? {
                        JobFate::Replaced => println!("{id}: a job for the same waits already; this one is dropped"),
                        _ => println!("{id}: ready again"),
                    }
                }
                Ok(ExitCode::SUCCESS)
            }),
        },
    )
}
