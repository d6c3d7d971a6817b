//! `remediate schema`: prints the published JSON Schemas, so that the files in `docs/` are made by the program itself.

use std::process::ExitCode;

use clap::{Args, ValueEnum};

/// Prints a JSON Schema.
#[derive(Debug, Args)]
pub struct Options {
    /// Which one.
    #[arg(value_enum)]
    kind: Kind,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// Our own finding format.
    Finding,
}

/// Prints the schema on standard output.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    let schema = match options.kind {
        Kind::Finding => crate::ingest::own_json_schema(),
    };
    println!("{schema:#}");
    ExitCode::SUCCESS
}
