//! `remediate findings`: what came in, and what nobody mapped yet.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::records::{self, Database, moment, print_table};

/// Lists findings, and rules and types that are not mapped yet.
#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Lists findings, oldest first, with the remediation that answers each.
    List {
        /// Only those in this state: active, resolved or suppressed.
        #[arg(long, value_parser = ["active", "resolved", "suppressed"])]
        state: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 200)]
        limit: i64,
        #[command(flatten)]
        database: Database,
    },
    /// Lists rule ids and resource types of sources that are kept and counted but not understood.
    Unmapped {
        /// At most so many.
        #[arg(long, default_value_t = 200)]
        limit: i64,
        #[command(flatten)]
        database: Database,
    },
}

/// Runs the subcommand. Exit code 2: the database cannot be read.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    records::finish(
        "findings",
        match &options.action {
            Action::List { state, limit, database } => database.with(async |session| {
                let findings = session.findings_after("", state.as_deref().unwrap_or_default(), *limit).await?;
                let mut rows = Vec::with_capacity(findings.len());
                for witness in findings {
                    let remediation = session.remediation(&witness.remediation.0).await?.map(|found| found.remediation);
                    let (state, score) = remediation.map_or((String::new(), String::new()), |found| {
                        (found.state.name().to_owned(), found.risk.map_or(String::new(), |risk| risk.score.to_string()))
                    });
                    let resource = witness.finding.resource.raw_id.unwrap_or_default();
                    rows.push([
                        witness.finding.source,
                        witness.finding.id,
                        witness.state,
                        state,
                        score,
                        moment(witness.last_seen),
                        resource,
                    ]);
                }
                let header = ["SOURCE", "FINDING", "STATE", "REMEDIATION", "SCORE", "LAST SEEN", "RESOURCE"];
                print_table(header, &rows, "no findings");
                Ok(ExitCode::SUCCESS)
            }),
            Action::Unmapped { limit, database } => database.with(async |session| {
                let rows: Vec<_> = session
                    .unmapped(*limit)
                    .await?
                    .into_iter()
                    .map(|unmapped| {
                        [
                            unmapped.source,
                            unmapped.kind,
                            unmapped.value,
                            unmapped.times.to_string(),
                            moment(unmapped.last_seen),
                            unmapped.example,
                        ]
                    })
                    .collect();
                print_table(["SOURCE", "KIND", "VALUE", "TIMES", "LAST SEEN", "EXAMPLE"], &rows, "everything that came in is mapped");
                Ok(ExitCode::SUCCESS)
            }),
        },
    )
}
