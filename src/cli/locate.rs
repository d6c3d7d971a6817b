//! `remediate locate`: from an id, an address or a position to the block, with the whole ladder shown.
//!
//! Exit codes: 0 located, 1 a question or nothing found, 2 bad usage or input.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Severity};

use super::fix_folder::Folder;
use crate::identity;
use crate::locate::labelled::{Outcome, Score, parse_layout};
use crate::locate::{Decision, Located, Query, Report, RepositoryView, State, locate};
use crate::model::{Address, CodePosition, Confidence, Place, Rung, Workspace};

/// Finds the Terraform block that creates a cloud resource, and shows how it was found.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 located, 1 a question or nothing found, 2 bad usage or input.")]
pub struct Options {
    /// An ARN, Azure id, GCP name or bare id; a Terraform address; or FILE:LINE.
    #[arg(value_name = "ARN|ADDRESS|FILE:LINE", required_unless_present = "labelled")]
    what: Option<String>,
    /// The folder with the code.
    #[arg(long, value_name = "DIR", default_value = ".")]
    path: PathBuf,
    /// A Terraform state (version 4); only addresses and identities are read from it. May be given several times.
    #[arg(long, value_name = "FILE")]
    state: Vec<PathBuf>,
    /// Type of the resource as its cloud or Terraform names it, when the id is a bare name.
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Account, subscription or project of the resource.
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Region of the resource.
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// A tag of the cloud resource; may be given several times.
    #[arg(long = "tag", value_name = "KEY=VALUE")]
    tags: Vec<String>,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
    /// Instead: measures the ladder on a folder of labelled layouts and prints precision and recall.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["state", "kind", "json"])]
    labelled: Option<PathBuf>,
}

/// Runs the subcommand.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    let result = match (&options.labelled, &options.what) {
        (Some(directory), _) => measure(directory),
        (None, what) => find(options, what.as_deref().unwrap_or_default()),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            eprintln!("remediate locate: {message}");
            ExitCode::from(2)
        }
    }
}

fn find(options: &Options, what: &str) -> Result<bool, String> {
    let (folder, index) = Folder::read_with_index(&options.path)?;
    let mut states = Vec::new();
    for path in &options.state {
        let bytes = std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        let inside = path.strip_prefix(&options.path).unwrap_or(path).to_string_lossy().replace('\\', "/");
        states.push(State::read(&inside, &bytes).map_err(|error| error.to_string())?);
    }
    let query = Query { states: &states, ..query(options, what)? };
    let report = locate(&query, &[RepositoryView { name: "", workspace: &folder.workspace, index: &index }]);
    if options.json {
        let text = serde_json::to_string_pretty(&report).map_err(|error| error.to_string())?;
        println!("{text}");
    } else {
        print!("{}", shown(&report, &folder.workspace));
    }
    Ok(matches!(report.decision, Decision::Located(_)))
}

/// What was asked for: an id with a cloud's shape first, then FILE:LINE, then an address.
fn query(options: &Options, what: &str) -> Result<Query<'static>, String> {
    let mut query = Query::default();
    for tag in &options.tags {
        let (key, value) = tag.split_once('=').ok_or_else(|| format!("--tag {tag}: expected KEY=VALUE"))?;
        query.tags.insert(key.to_owned(), value.to_owned());
    }
    let identity = || identity::parse(what, options.kind.as_deref(), options.account.as_deref(), options.region.as_deref());
    if options.kind.is_some()
        || what.starts_with("arn:")
        || what.starts_with('/') && what.to_ascii_lowercase().starts_with("/subscriptions/")
    {
        query.identity = identity();
    } else if let Some((path, line)) = what.rsplit_once(':').and_then(|(path, line)| Some((path, line.parse::<usize>().ok()?))) {
        query.position = Some(CodePosition { path: Some(path.to_owned()), start_line: Some(line), ..CodePosition::default() });
    } else if let (None, Ok(address)) = (identity(), what.parse::<Address>()) {
        query.position = Some(CodePosition { address: Some(address.to_string()), ..CodePosition::default() });
    } else {
        query.identity = identity();
    }
    if query.identity.is_none() && query.position.is_none() {
        return Err(format!(
            "`{what}` is no ARN, Azure id, GCP name, known bare id, Terraform address or FILE:LINE; a bare name needs --type"
        ));
    }
    Ok(query)
}

fn rung_name(rung: Rung) -> &'static str {
    match rung {
        Rung::Answered => "answered by a person",
        Rung::ScannerPosition => "position",
        Rung::State => "state",
        Rung::Provenance => "provenance tags",
        Rung::EvaluatedName => "evaluated names",
        Rung::NamePattern => "name patterns",
    }
}

/// The report for people.
fn shown(report: &Report, workspace: &Workspace) -> String {
    let mut out = String::from("Ladder\n");
    for step in &report.ladder {
        out.push_str(&format!("  {:<22} {}\n", rung_name(step.rung), step.note));
    }
    out.push('\n');
    match &report.decision {
        Decision::Located(located) => located_text(located, workspace, &mut out),
        Decision::Ask { refusal, .. } => {
            out.push_str(&format!("Question: {refusal}\n"));
            for place in &refusal.places {
                out.push_str(&format!("  {} ({}:{})\n", place.note, place.path, place.line));
            }
            next(refusal.next.as_deref(), &mut out);
        }
        Decision::NotFound { refusal } => {
            out.push_str(&format!("Not found: {refusal}\n"));
            for place in &refusal.places {
                out.push_str(&excerpt(std::slice::from_ref(place), workspace));
            }
            next(refusal.next.as_deref(), &mut out);
        }
    }
    out
}

fn next(next: Option<&str>, out: &mut String) {
    if let Some(next) = next {
        out.push_str(&format!("Next: {next}\n"));
    }
}

fn located_text(located: &Located, workspace: &Workspace, out: &mut String) {
    let target = &located.target;
    let line = workspace.get(&target.path).map_or(1, |text| crate::model::LineColumn::of(text, target.span.start).line);
    let sure = match target.confidence {
        Confidence::Certain => "certain",
        Confidence::Likely => "likely: a draft for a person to check",
        Confidence::Possible => "possible",
    };
    out.push_str(&format!("Located: {} ({}:{line}), {sure}\n", target.address, target.path));
    if let Some(root) = target.root_dir.as_deref().filter(|root| *root != target.module_dir) {
        out.push_str(&format!("  from the root module {}\n", if root.is_empty() { "at the top" } else { root }));
    }
    for evidence in &target.evidence {
        out.push_str(&format!("  because {}\n", evidence.note));
        out.push_str(&excerpt(&evidence.places, workspace));
    }
    list("Called from", located.callers.iter().map(|place| format!("{} ({}:{})", place.note, place.path, place.line)), out);
    list("Instances", located.instances.iter().cloned(), out);
    list("Parts", located.parts.iter().map(|part| format!("{} ({}:{})", part.address, part.place.path, part.place.line)), out);
}

fn list(title: &str, lines: impl Iterator<Item = String>, out: &mut String) {
    let lines: Vec<String> = lines.collect();
    if !lines.is_empty() {
        out.push_str(&format!("{title}\n"));
        lines.iter().for_each(|line| out.push_str(&format!("  {line}\n")));
    }
}

/// The places with their source and carets, one excerpt a file.
fn excerpt(places: &[Place], workspace: &Workspace) -> String {
    let mut files: Vec<&str> = Vec::new();
    for place in places {
        if !files.contains(&place.path.as_str()) {
            files.push(&place.path);
        }
    }
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_context_lines(1);
    let mut out = String::new();
    for path in files {
        let Some(text) = workspace.get(path) else { continue };
        let mut labels: Vec<LabeledSpan> = Vec::new();
        for place in places.iter().filter(|place| place.path == path) {
            let Some(span) = place.span.filter(|span| span.end <= text.len()) else { continue };
            // A whole block is shown by its first line, and what holds another place by what stands before that one.
            let line = text.get(span.range()).and_then(|text| text.find('\n')).unwrap_or(span.len());
            let inner = places.iter().filter(|inner| inner.path == path).filter_map(|inner| inner.span);
            let before = inner.filter(|inner| span.start < inner.start && inner.start < span.end).map(|inner| inner.start - span.start);
            let length = before.min().map_or(line, |before| before.min(line));
            labels.push(LabeledSpan::new(Some(place.note.clone()), span.start, length));
        }
        let head = format!("in {path}");
        let diagnostic = MietteDiagnostic::new(head).with_severity(Severity::Advice).with_labels(labels);
        let report = miette::Report::new(diagnostic).with_source_code(NamedSource::new(path, text.to_owned()));
        let mut rendered = String::new();
        if handler.render_report(&mut rendered, report.as_ref()).is_ok() {
            out.push_str(&rendered);
        }
    }
    out
}

/// Precision and recall over a folder of layouts.
fn measure(directory: &Path) -> Result<bool, String> {
    let entries = std::fs::read_dir(directory).map_err(|error| format!("cannot read {}: {error}", directory.display()))?;
    let mut paths: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.extension().is_some_and(|end| end == "layout")).collect();
    paths.sort();
    let mut total = Score::default();
    for path in &paths {
        let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        let layout = parse_layout(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        for judged in layout.judge() {
            total.add(judged.outcome);
            if matches!(judged.outcome, Outcome::Wrong | Outcome::Missed) {
                let kind = if judged.outcome == Outcome::Wrong { "WRONG" } else { "missed" };
                println!("{kind}: {}:{} {}: {}", path.display(), judged.case.line, judged.case.id, judged.said);
            }
        }
    }
    println!("layouts {}, cases {}, of which to refuse or ask {}", paths.len(), total.cases(), total.held);
    println!("right {}, wrong {}, missed {}", total.right, total.wrong, total.missed);
    let per_cent = |mille: usize| format!("{}.{} %", mille / 10, mille % 10);
    println!("precision {}, recall {}", per_cent(total.precision()), per_cent(total.recall()));
    Ok(total.wrong == 0)
}
