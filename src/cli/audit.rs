//! `remediate audit`: what an auditor asks for.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand, ValueEnum};

use super::audit_trail::Trail;
use super::records::{self, Database};
use crate::store::{CSV_HEADER, ChainCheck, Session, check_export, csv_line, json_line};

/// Shows, exports and checks the audit record.
#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Shows everything that happened to a finding: detection, assignment, action, verification.
    Show {
        /// The source's id of the finding, or ours.
        finding: String,
        /// How to print it.
        #[arg(long, value_enum, default_value_t = Shape::Text)]
        format: Shape,
        #[command(flatten)]
        database: Database,
    },
    /// Writes the whole record.
    Export {
        /// The form.
        #[arg(long, value_enum, default_value_t = Form::Json)]
        format: Form,
        /// Where to; standard output when not given.
        #[arg(long)]
        output: Option<PathBuf>,
        #[command(flatten)]
        database: Database,
    },
    /// Checks the hash chain: of an exported file without any database, or of the database.
    Verify {
        /// An exported file, JSON or CSV.
        file: Option<PathBuf>,
        /// The hash of the last event as noted elsewhere; finds a record that was cut short.
        #[arg(long)]
        head: Option<String>,
        #[command(flatten)]
        database: Database,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shape {
    /// For people.
    Text,
    /// For programs.
    Json,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    /// An array, one event on a line.
    Json,
    /// For spreadsheets.
    Csv,
}

const PAGE: i64 = 1_000;

/// Runs the subcommand. Exit code 1: the chain is broken, or nothing is known of the finding. 2: bad usage or input.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    records::finish(
        "audit",
        match &options.action {
            Action::Show { finding, format, database } => database.with(async |session| show(session, finding, *format).await),
            Action::Export { format, output, database } => database.with(async |session| export(session, *format, output.as_ref()).await),
            Action::Verify { file: Some(file), head, .. } => verify_file(file, head.as_deref()),
            Action::Verify { file: None, head, database } => database.with(async |session| verify_database(session, head.as_deref()).await),
        },
    )
}

async fn show(session: &mut Session, name: &str, format: Shape) -> Result<ExitCode> {
    let trails = Trail::of_findings(session, name).await?;
    if trails.is_empty() {
        eprintln!("nothing is known of a finding `{name}`; `remediate findings list` shows what is");
        return Ok(ExitCode::from(1));
    }
    match format {
        Shape::Text => trails.iter().for_each(|trail| print!("{trail}")),
        Shape::Json => println!("{:#}", serde_json::Value::from_iter(trails.iter().map(Trail::to_json))),
    }
    Ok(ExitCode::SUCCESS)
}

async fn export(session: &mut Session, format: Form, output: Option<&PathBuf>) -> Result<ExitCode> {
    let mut out: Box<dyn std::io::Write> = match output {
        Some(path) => Box::new(std::fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?),
        None => Box::new(std::io::stdout().lock()),
    };
    let mut out = std::io::BufWriter::new(&mut out);
    match format {
        Form::Json => write!(out, "[")?,
        Form::Csv => writeln!(out, "{CSV_HEADER}")?,
    }
    let mut after = 0;
    loop {
        let page = session.audit_after(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        for event in &page {
            match format {
                Form::Json => write!(out, "{}\n{}", if event.sequence == 1 { "" } else { "," }, json_line(event))?,
                Form::Csv => writeln!(out, "{}", csv_line(event))?,
            }
        }
        after = last.sequence;
    }
    if matches!(format, Form::Json) {
        writeln!(out, "\n]")?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn verify_file(file: &PathBuf, head: Option<&str>) -> Result<ExitCode> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    match check_export(&text) {
        Ok(check) => Ok(verified(&check, head)),
        Err(broken) => {
            println!("BROKEN: {}:{}: {}", file.display(), broken.line, broken.reason);
            Ok(ExitCode::from(1))
        }
    }
}

async fn verify_database(session: &mut Session, head: Option<&str>) -> Result<ExitCode> {
    match session.verify_audit().await? {
        Ok(check) => Ok(verified(&check, head)),
        Err(broken) => {
            println!("BROKEN: {broken}");
            Ok(ExitCode::from(1))
        }
    }
}

fn verified(check: &ChainCheck, head: Option<&str>) -> ExitCode {
    match head {
        Some(head) if !head.eq_ignore_ascii_case(&check.head) => {
            println!(
                "BROKEN: the chain holds for {} events but ends with {}, not with {head}: events are missing at the end",
                check.events, check.head
            );
            ExitCode::from(1)
        }
        _ => {
            println!("The chain holds: {} events, the last has the hash {}", check.events, check.head);
            ExitCode::SUCCESS
        }
    }
}
