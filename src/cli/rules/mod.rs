//! `remediate rules`: tools for people who write rules.

mod docs;
mod scaffold;
mod test;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use rayon::prelude::*;

use crate::rule::{Catalogue, Problem, Rule, applicability_phrase, check_catalogue, check_rule, end_phrase, nearest, page, severity_word};

/// Checks, tests, documents, scaffolds and lists rules.
#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    action: Action,
}

/// Where rules come from besides the built-in ones.
#[derive(Debug, Args)]
struct Source {
    /// A folder of rules laid over the built-in ones; only its rules are checked, tested and listed.
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Finds mistakes in rules: unknown names, paths and types, scanner ids claimed twice, what no example shows, examples that do not come out.
    Check {
        #[command(flatten)]
        source: Source,
        /// Only rules whose id begins with this.
        filter: Option<String>,
    },
    /// Runs the examples of rules.
    Test {
        #[command(flatten)]
        source: Source,
        /// Only rules whose id begins with this.
        filter: Option<String>,
        /// Writes what comes out into the `after` of examples that expect a change, for review; needs --rules.
        #[arg(long, requires = "rules")]
        accept: bool,
    },
    /// Writes the pages of the rules.
    Docs {
        #[command(flatten)]
        source: Source,
        /// Folder to write to.
        #[arg(long, default_value = "docs/rules", value_name = "DIR")]
        out: PathBuf,
        /// Writes nothing; exit code 1 if a page differs from its rule.
        #[arg(long)]
        check: bool,
    },
    /// Writes a new rule file to fill in.
    New {
        /// Id of the rule, `provider/service/name`.
        id: String,
        /// Terraform type it is about.
        #[arg(long)]
        resource: String,
        /// The argument and its wanted value, `path=value`.
        #[arg(long, value_name = "PATH=VALUE")]
        set: Option<String>,
        /// Folder of the rules.
        #[arg(long, default_value = "rules", value_name = "DIR")]
        rules: PathBuf,
    },
    /// Lists rules with their scanner ids.
    List {
        #[command(flatten)]
        source: Source,
        /// Only rules whose id, title, type or scanner id contains this.
        filter: Option<String>,
    },
    /// Shows one rule: its page on the terminal.
    Show {
        #[command(flatten)]
        source: Source,
        /// Id of the rule, or what a scanner calls it.
        id: String,
        /// The page as Markdown.
        #[arg(long, conflicts_with = "json")]
        markdown: bool,
        /// The rule file as JSON, for other programs.
        #[arg(long)]
        json: bool,
    },
}

/// Runs the subcommand. Exit code 1: something was found; 2: bad usage or unreadable input.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    let done = match &options.action {
        Action::Check { source, filter } => check(source, filter.as_deref()),
        Action::Test { source, filter, accept } => test::run(source, filter.as_deref(), *accept),
        Action::Docs { source, out, check } => docs::run(source, out, *check),
        Action::New { id, resource, set, rules } => scaffold::run(id, resource, set.as_deref(), rules),
        Action::List { source, filter } => list(source, filter.as_deref()),
        Action::Show { source, id, markdown: true, .. } => show(source, id, print_page),
        Action::Show { source, id, json: true, .. } => show(source, id, print_json),
        Action::Show { source, id, .. } => show(source, id, print_rule),
    };
    done.unwrap_or_else(|error| {
        eprintln!("{error:#}");
        ExitCode::from(2)
    })
}

/// The rules to work on, with the catalogue they are part of and the mistakes in files that could not be loaded.
struct Loaded {
    catalogue: Catalogue,
    ids: Vec<String>,
    problems: Vec<Problem>,
}

impl Loaded {
    fn rules<'a>(&'a self, filter: Option<&'a str>) -> impl Iterator<Item = &'a Rule> {
        self.ids
            .iter()
            .filter(move |id| filter.is_none_or(|filter| id.starts_with(filter)))
            .filter_map(|id| self.catalogue.by_id(id))
            .map(AsRef::as_ref)
    }
}

fn load(source: &Source) -> anyhow::Result<Loaded> {
    let built_in = Catalogue::built_in();
    let Some(folder) = &source.rules else {
        let ids = built_in.iter().map(|rule| rule.id.clone()).collect();
        return Ok(Loaded { catalogue: built_in, ids, problems: Vec::new() });
    };
    let files = read_folder(folder)?;
    let (catalogue, problems) = built_in.with_overlay(&files);
    let ids = files.iter().filter_map(|(path, _)| path.strip_suffix(".hcl")).map(str::to_owned).collect();
    Ok(Loaded { catalogue, ids, problems })
}

/// The rule files below a folder, in order of their paths. Symbolic links are not followed.
fn read_folder(folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    use anyhow::Context as _;
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(&directory).with_context(|| format!("cannot read the folder of rules {}", directory.display()))? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "hcl") && entry.file_type()?.is_file() {
                let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
                let below = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                files.push((below, text));
            }
        }
    }
    files.sort();
    Ok(files)
}

fn check(source: &Source, filter: Option<&str>) -> anyhow::Result<ExitCode> {
    let loaded = load(source)?;
    let mut problems: Vec<Problem> =
        loaded.problems.iter().filter(|problem| filter.is_none_or(|filter| problem.path.starts_with(filter))).cloned().collect();
    let rules: Vec<&Rule> = loaded.rules(filter).collect();
    let count = rules.len();
    problems.par_extend(rules.par_iter().flat_map_iter(|rule| {
        let mut found = check_rule(rule);
        found.extend(test::example_problems(rule));
        found
    }));
    problems.extend(
        check_catalogue(&loaded.catalogue)
            .into_iter()
            .filter(|problem| loaded.ids.iter().any(|id| problem.path.strip_suffix(".hcl") == Some(id))),
    );
    let found = problems.len();
    for problem in problems {
        eprintln!("{:?}", miette::Report::new(problem));
    }
    if found == 0 {
        println!("{count} rules, nothing found");
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("{found} found in {count} rules");
    Ok(ExitCode::FAILURE)
}

fn list(source: &Source, filter: Option<&str>) -> anyhow::Result<ExitCode> {
    let loaded = load(source)?;
    let needle = filter.unwrap_or_default().to_lowercase();
    for rule in loaded.rules(None) {
        let ids: Vec<&str> = rule.aliases.values().flatten().map(String::as_str).collect();
        let haystack = format!("{} {} {} {}", rule.id, rule.title, rule.target.resources.join(" "), ids.join(" ")).to_lowercase();
        if haystack.contains(&needle) {
            println!("{:<48} {}  [{}]", rule.id, rule.title, ids.join(" "));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn show(source: &Source, id: &str, print: impl Fn(&Rule) -> anyhow::Result<()>) -> anyhow::Result<ExitCode> {
    let loaded = load(source)?;
    let by_scanner = || loaded.catalogue.iter().filter(|rule| rule.aliases.values().flatten().any(|alias| alias.eq_ignore_ascii_case(id)));
    let mut rules: Vec<&Rule> = loaded.catalogue.by_id(id).map(AsRef::as_ref).into_iter().collect();
    if rules.is_empty() {
        rules = by_scanner().map(AsRef::as_ref).collect();
    }
    if rules.is_empty() {
        let near = nearest(id, loaded.catalogue.iter().map(|rule| rule.id.as_str()));
        anyhow::bail!(
            "no rule has the id `{id}`, and no scanner's id is that{}",
            near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
        );
    }
    for rule in rules {
        print(rule)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print_page(rule: &Rule) -> anyhow::Result<()> {
    print!("{}", page(rule));
    Ok(())
}

/// Prints the rule's file as the JSON that Terraform's own JSON syntax would make of it: one document a line.
fn print_json(rule: &Rule) -> anyhow::Result<()> {
    let file: serde_json::Value = hcl::from_str(&rule.source)?;
    println!("{file}");
    Ok(())
}

fn print_rule(rule: &Rule) -> anyhow::Result<()> {
    println!(
        "{}\n  {}\n  severity {}, {}\n",
        rule.id,
        rule.title,
        severity_word(rule.severity),
        applicability_phrase(rule.applicability.level)
    );
    println!("{}\n", rule.rationale);
    println!("On {}:", rule.target.resources.join(", "));
    for operation in &rule.operations {
        println!("  - {}", end_phrase(operation));
    }
    for param in &rule.params {
        println!("Parameter {}{}: {}", param.name, if param.required { " (required)" } else { "" }, param.description);
    }
    for refusal in &rule.refusals {
        println!("Refuses when {}: {}", refusal.when.text, refusal.note);
    }
    for (scheme, ids) in &rule.aliases {
        println!("{scheme}: {}", ids.join(", "));
    }
    println!("\nPage: docs/rules/{}.md", rule.id);
    Ok(())
}
