//! `remediate config`: checks, explains and documents the settings and the repository policy.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::config::{ConfigError, Policy, PolicyFile, check_policy, parse_policy, policy_json_schema, settings_page};
use crate::flow::policy_names;
use crate::risk::risk_page;
use crate::rule::Catalogue;

/// Checks, explains and documents configuration.
#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Checks policy files (`.github/remediate.yml`) and names line and column of what is wrong.
    Check {
        /// The files, each checked by itself.
        #[arg(default_value = ".github/remediate.yml")]
        files: Vec<PathBuf>,
    },
    /// Prints the policy in force: the defaults, then the organisation's file, then the repository's.
    Explain {
        /// The organisation's file (`remediate.yml` in its `.github` repository).
        #[arg(long)]
        organisation: Option<PathBuf>,
        /// The repository's file.
        #[arg(long, default_value = ".github/remediate.yml")]
        repository: PathBuf,
        /// Tells for this rule whether it is on, and its parameters.
        #[arg(long)]
        rule: Option<String>,
    },
    /// Prints the JSON Schema of the policy file, for editors.
    Schema,
    /// Prints the table of the server's settings (docs/configuration.md).
    Table,
    /// Prints how the risk is counted (docs/risk.md).
    Risk,
}

/// Runs the subcommand. Exit code 2: a file is missing or not valid.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    match &options.action {
        Action::Check { files } => check(files),
        Action::Explain { organisation, repository, rule } => explain(organisation.as_ref(), repository, rule.as_deref()),
        Action::Schema => {
            println!("{:#}", policy_json_schema());
            ExitCode::SUCCESS
        }
        Action::Risk => {
            print!("{}", risk_page());
            ExitCode::SUCCESS
        }
        Action::Table => {
            print!("{}", settings_page());
            ExitCode::SUCCESS
        }
    }
}

fn check(files: &[PathBuf]) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    let names = policy_names(&Catalogue::built_in());
    for file in files {
        match read(file).and_then(|text| check_policy(PolicyFile { name: &file.to_string_lossy(), text: &text }, &names)) {
            Ok(_) => println!("{}: good", file.display()),
            Err(error) => {
                eprintln!("{error}");
                code = ExitCode::from(2);
            }
        }
    }
    code
}

fn explain(organisation: Option<&PathBuf>, repository: &PathBuf, rule: Option<&str>) -> ExitCode {
    match in_force(organisation, repository) {
        Ok(policy) => {
            print_policy(&policy, rule);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn in_force(organisation: Option<&PathBuf>, repository: &PathBuf) -> Result<Policy, ConfigError> {
    let mut files = Vec::new();
    if let Some(path) = organisation {
        files.push((path.to_string_lossy().into_owned(), read(path)?));
    }
    if repository.exists() {
        files.push((repository.to_string_lossy().into_owned(), read(repository)?));
    }
    let files: Vec<PolicyFile<'_>> = files.iter().map(|(name, text)| PolicyFile { name, text }).collect();
    let names = policy_names(&Catalogue::built_in());
    for file in &files {
        check_policy(*file, &names)?;
    }
    parse_policy(&files)
}

fn print_policy(policy: &Policy, rule: Option<&str>) {
    let Some(rule) = rule else {
        println!("{:#}", serde_json::to_value(policy).unwrap_or_default());
        return;
    };
    println!("{rule} is {}", if policy.rule_enabled(rule) { "on" } else { "off" });
    for (name, value) in policy.params_for(rule) {
        println!("  {name} = {value}");
    }
}

fn read(path: &PathBuf) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|error| ConfigError::plain(path.to_string_lossy(), format!("cannot read this file: {error}")))
}
