//! The command line: one file a subcommand.
//!
//! Exit codes: 0 done, 1 the work has something a person must look at (refusals, failed checks), 2 bad usage or input.

mod config;
mod doctor;
mod fix;
mod fix_branch;
mod fix_folder;
mod fix_plan;
mod fix_report;
mod locate;
mod rules;
mod schema;
mod serve;
mod setup;
mod start;

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
    /// Checks, explains and documents configuration.
    Config(config::Options),
    /// Checks everything the bot needs and says what to mend.
    Doctor(doctor::Options),
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
}

/// Runs the command line of this process.
#[must_use]
pub fn run() -> ExitCode {
    match Arguments::parse().command {
        Command::Config(options) => config::run(&options),
        Command::Doctor(options) => doctor::run(&options),
        Command::Fix(options) => fix::run(&options),
        Command::Locate(options) => locate::run(&options),
        Command::Rules(options) => rules::run(&options),
        Command::Schema(options) => schema::run(&options),
        Command::Serve(options) => serve::run(&options),
        Command::Setup(options) => setup::run(&options),
    }
}
