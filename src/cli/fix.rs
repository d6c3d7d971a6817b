//! `remediate fix`: fixes the findings of a report in a folder, without GitHub.
//!
//! Exit codes: 0 everything is fixed or there was nothing to do, 1 something was refused, 2 bad usage or input.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::fix_folder::{self, Folder};
use super::fix_plan::{FixReport, Settings, fix_findings};
use super::{fix_branch, fix_report};
use crate::config::{Policy, PolicyFile, parse_policy};
use crate::model::Finding;
use crate::rule::Catalogue;

/// Fixes the findings of a report in a folder of Terraform files.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 all fixed or nothing to do, 1 some refused, 2 bad usage or input.")]
pub struct Options {
    /// The folder; findings name their files relative to it.
    #[arg(long, value_name = "DIR")]
    path: PathBuf,
    /// A Checkov report (`checkov -o json`), our own finding JSON, or any other format that is read; the format is detected.
    #[arg(long, value_name = "FILE")]
    findings: PathBuf,
    /// Changes the files.
    #[arg(long, conflicts_with = "branch")]
    write: bool,
    /// Prints the changes as a unified diff; what happens without `--write` and `--branch` anyway.
    #[arg(long)]
    diff: bool,
    /// Commits the changes on a new branch of the git repository around the folder; the files themselves stay as they are.
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,
    /// Applies only this rule (its id, or a scanner's id for it).
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
    /// How to report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Policy file with rule parameters; absent: the file named by REMEDIATE_CONFIG, else `.github/remediate.yml` in the folder.
    #[arg(long, value_name = "FILE", env = "REMEDIATE_CONFIG")]
    config: Option<PathBuf>,
    /// A rule parameter, as HCL (`kms_key=aws_kms_key.main.arn`); may be given several times.
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    param: Vec<(String, String)>,
    /// A folder of the organisation's own rules, on top of the built-in ones.
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
}

/// Report formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// One JSON document.
    Json,
    /// SARIF 2.1.0 with fixes.
    Sarif,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.trim().to_owned())),
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}

/// Runs the subcommand.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    match fix(options) {
        Ok(report) if report.refused() == 0 => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(message) => {
            eprintln!("remediate fix: {message}");
            ExitCode::from(2)
        }
    }
}

fn fix(options: &Options) -> Result<FixReport, String> {
    let bytes = std::fs::read(&options.findings).map_err(|error| format!("cannot read {}: {error}", options.findings.display()))?;
    let findings = crate::ingest::parse_any(&bytes).map_err(|error| format!("{}: {error}", options.findings.display()))?;
    let folder = Folder::read(&options.path)?;
    let policy = policy(options)?;
    let catalogue = catalogue(options, &findings)?;
    if let Some(rule) = &options.rule
        && super::fix_plan::rules_named(&catalogue, rule).is_empty()
    {
        let nearest = crate::rule::nearest(rule, catalogue.iter().map(|known| known.id.as_str()));
        let nearest = nearest.map(|id| format!(" (did you mean `{id}`?)")).unwrap_or_default();
        return Err(format!("no rule is called `{rule}`{nearest}, and none has it as a scanner's id; `remediate rules list` shows all"));
    }
    let settings =
        Settings { policy: &policy, only: options.rule.as_deref(), params: options.param.iter().cloned().collect::<BTreeMap<_, _>>() };
    let report = fix_findings(&findings, &folder.workspace, &catalogue, &settings);
    if options.write {
        fix_folder::write(&folder, &report.files)?;
    }
    let commit = match &options.branch {
        Some(name) if !report.files.is_empty() => Some(fix_branch::commit(&folder.root, name, &report)?),
        _ => None,
    };
    let show_diff = options.diff || !options.write && options.branch.is_none();
    print!("{}", fix_report::render(&report, options.format, show_diff, commit.as_deref()));
    Ok(report)
}

fn policy(options: &Options) -> Result<Policy, String> {
    let path = match &options.config {
        Some(path) => path.clone(),
        None => {
            let own = options.path.join(".github/remediate.yml");
            if !own.is_file() {
                return Ok(Policy::default());
            }
            own
        }
    };
    let name = path.to_string_lossy().into_owned();
    let text = std::fs::read_to_string(&path).map_err(|error| format!("cannot read {name}: {error}"))?;
    parse_policy(&[PolicyFile { name: &name, text: &text }]).map_err(|error| error.to_string())
}

/// The rules that the findings call for, with the organisation's own over them.
fn catalogue(options: &Options, findings: &[Finding]) -> Result<Catalogue, String> {
    let all = options.rule.is_some() || findings.iter().any(|finding| finding.rules.is_empty());
    let catalogue = if all {
        Catalogue::built_in()
    } else {
        Catalogue::built_in_called(&findings.iter().flat_map(|finding| &finding.rules).map(|rule| rule.id.clone()).collect())
    };
    let Some(dir) = &options.rules else { return Ok(catalogue) };
    let files = fix_folder::rule_files(dir)?;
    let (catalogue, problems) = catalogue.with_overlay(&files);
    match problems.first() {
        None => Ok(catalogue),
        Some(problem) => Err(format!("{}: {problem} (`remediate rules check --rules {}` shows the place)", dir.display(), dir.display())),
    }
}
