//! The command line: one file a subcommand.
//!
//! Exit codes: 0 done, 1 the work has something a person must look at (refusals, failed checks), 2 bad usage or input.

mod audit;
mod audit_trail;
mod config;
mod dead_letters;
mod decisions;
mod doctor;
mod explain;
mod findings;
mod fix;
mod fix_branch;
mod fix_folder;
mod fix_plan;
mod fix_report;
mod fix_target;
mod locate;
mod records;
mod rules;
mod schema;
mod serve;
mod setup;
mod start;

pub use serve::{doors, line};

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Turns cloud-security findings into Terraform pull requests and follows each one until the fix is proved.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

// One line a subcommand, in alphabetical order; each has a file of its own with `Options` and `run`.
#[derive(Debug, Subcommand)]
enum Command {
    /// Shows, exports and checks the audit record.
    Audit(audit::Options),
    /// Checks, explains and documents configuration.
    Config(config::Options),
    /// Lists jobs that were given up, and tries them again.
    DeadLetters(dead_letters::Options),
    /// Checks everything the bot needs and says what to mend.
    Doctor(doctor::Options),
    /// Lists accepted risks: requested, approved and expired.
    Exceptions(decisions::Options),
    /// Tells why a finding has the score it has, and where it stands.
    Explain(explain::Options),
    /// Lists findings, and rules and types that are not mapped yet.
    Findings(findings::Options),
    /// Fixes the findings of a report in a folder of Terraform files.
    Fix(fix::Options),
    /// Finds the block that creates a cloud resource, and shows how.
    Locate(locate::Options),
    /// Checks, tests, documents, scaffolds and lists rules.
    Rules(rules::Options),
    /// Prints the JSON Schema of a format.
    Schema(schema::Options),
    /// Runs the bot.
    Serve(serve::Options),
    /// Creates the GitHub App.
    Setup(setup::Options),
    /// Lists false positives: requested, approved and ended.
    Suppressions(decisions::Options),
}

/// Runs the command line of this process.
#[must_use]
pub fn run() -> ExitCode {
    match Arguments::parse().command {
        Command::Audit(options) => audit::run(&options),
        Command::Config(options) => config::run(&options),
        Command::DeadLetters(options) => dead_letters::run(&options),
        Command::Doctor(options) => doctor::run(&options),
        Command::Exceptions(options) => decisions::run_exceptions(&options),
        Command::Explain(options) => explain::run(&options),
        Command::Findings(options) => findings::run(&options),
        Command::Fix(options) => fix::run(&options),
        Command::Locate(options) => locate::run(&options),
        Command::Rules(options) => rules::run(&options),
        Command::Schema(options) => schema::run(&options),
        Command::Serve(options) => serve::run(&options),
        Command::Setup(options) => setup::run(&options),
        Command::Suppressions(options) => decisions::run_suppressions(&options),
    }
}
