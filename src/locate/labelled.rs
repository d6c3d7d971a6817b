//! Labelled layouts: small repositories in one text file each, with resources and the right answer for each. They measure the
//! ladder: wrong answers (there must be none), blocks found, and questions asked rightly.
//!
//! ```text
//! # what is special here
//! === account 111111111111 eu-west-1
//! === file live/prod/main.tf            (acme/live:main.tf with several repositories)
//! resource "aws_s3_bucket" "logs" { … }
//! === state s3://bucket/key
//! aws_vpc.main id=vpc-0123456789abcdef0
//! === cases
//! arn:aws:s3:::acme-logs                    => live/prod/main.tf aws_s3_bucket.logs
//! vpc-0123456789abcdef0 env=prod tag.k=v    => ask
//! arn:aws:s3:::nobody                       => none
//! ```

use std::collections::BTreeMap;

use super::index::RepositoryIndex;
use super::ladder::locate;
use super::query::{Decision, Query, RepositoryView};
use super::state::State;
use crate::identity;
use crate::model::{CodePosition, Workspace};

/// The right answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// This block: repository (empty when there is one), path, address without instance keys.
    Block {
        /// `owner/name`, or empty.
        repository: String,
        /// Path of the file.
        path: String,
        /// Address in its module, without module path and keys.
        address: String,
    },
    /// Several blocks could be meant: a question.
    Ask,
    /// No block creates it.
    None,
}

/// One resource with its right answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Line in the layout file, from 1.
    pub line: usize,
    /// The id as a source would write it, or `-` when only a position is known.
    pub id: String,
    /// `type`, `account`, `region`, `env`, `at` (FILE:LINE or address), `tag.KEY`, `types`.
    pub facts: BTreeMap<String, String>,
    /// The right answer.
    pub expected: Expectation,
}

/// A small world: repositories, states, cases.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// Repositories by name; one with an empty name when there is only one.
    pub repositories: BTreeMap<String, Workspace>,
    /// States that were read.
    pub states: Vec<State>,
    /// The cases.
    pub cases: Vec<Case>,
    account: Option<String>,
    region: Option<String>,
}

/// How a case came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// The right block.
    Right,
    /// A block, but not the right one: this must never be.
    Wrong,
    /// A block exists and was not found, or was only asked about.
    Missed,
    /// No block was touched where none may be.
    Held,
}

/// One case with its outcome.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The case.
    pub case: Case,
    /// How it came out.
    pub outcome: Outcome,
    /// What the ladder said.
    pub said: String,
}

/// Sums over cases.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Score {
    /// Right blocks.
    pub right: usize,
    /// Wrong blocks.
    pub wrong: usize,
    /// Blocks that exist and were not found.
    pub missed: usize,
    /// Cases in which rightly nothing was chosen.
    pub held: usize,
}

impl Score {
    /// Adds one outcome.
    pub fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Right => self.right += 1,
            Outcome::Wrong => self.wrong += 1,
            Outcome::Missed => self.missed += 1,
            Outcome::Held => self.held += 1,
        }
    }

    /// All cases.
    #[must_use]
    pub const fn cases(&self) -> usize {
        self.right + self.wrong + self.missed + self.held
    }

    /// Right among the chosen, in per mille; 1000 when nothing was chosen.
    #[must_use]
    pub fn precision(&self) -> usize {
        (self.right * 1000).checked_div(self.right + self.wrong).unwrap_or(1000)
    }

    /// Right among the cases that have a block, in per mille.
    #[must_use]
    pub fn recall(&self) -> usize {
        // A wrong block in a case without one is no lost block, but counting it so only makes the figure worse.
        (self.right * 1000).checked_div(self.right + self.wrong + self.missed).unwrap_or(1000)
    }
}

/// Reads a layout file.
///
/// # Errors
/// The line and what is wrong with it.
pub fn parse_layout(text: &str) -> Result<Layout, String> {
    let mut layout = Layout::default();
    let mut section: Option<(String, String)> = None;
    let mut body = String::new();
    for (at, line) in text.lines().enumerate() {
        if let Some(header) = line.strip_prefix("=== ") {
            finish(&mut layout, section.take(), std::mem::take(&mut body))?;
            let (kind, argument) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
            section = Some((kind.to_owned(), argument.trim().to_owned()));
            continue;
        }
        match section.as_ref().map(|(kind, _)| kind.as_str()) {
            Some("cases") if line.trim().is_empty() || line.trim_start().starts_with('#') => {}
            Some("cases") => layout.cases.push(parse_case(line, at + 1)?),
            Some(_) => {
                body.push_str(line);
                body.push('\n');
            }
            None => {}
        }
    }
    finish(&mut layout, section, body)?;
    Ok(layout)
}

fn finish(layout: &mut Layout, section: Option<(String, String)>, body: String) -> Result<(), String> {
    let Some((kind, argument)) = section else { return Ok(()) };
    match kind.as_str() {
        "file" => {
            let (repository, path) = argument.split_once(':').unwrap_or(("", argument.as_str()));
            layout.repositories.entry(repository.to_owned()).or_default().insert(path, body);
        }
        "state" => layout.states.push(state(&argument, &body)?),
        "account" => {
            let mut words = argument.split_whitespace();
            layout.account = words.next().map(str::to_owned);
            layout.region = words.next().map(str::to_owned);
        }
        "cases" => {}
        other => return Err(format!("`=== {other}` is no section; there are file, state, account and cases")),
    }
    Ok(())
}

/// `ADDRESS key=value …` lines as a version 4 state, so that the real reader is what is measured.
fn state(source: &str, body: &str) -> Result<State, String> {
    let mut resources = Vec::new();
    for line in body.lines().filter(|line| !line.trim().is_empty()) {
        let mut words = line.split_whitespace();
        let address: crate::model::Address = words.next().unwrap_or_default().parse().map_err(|error| format!("{line}: {error}"))?;
        let attributes: serde_json::Map<String, serde_json::Value> =
            words.filter_map(|word| word.split_once('=')).map(|(key, value)| (key.to_owned(), value.into())).collect();
        let module = address
            .module
            .iter()
            .map(|step| format!("module.{}{}", step.name, step.key.as_ref().map(ToString::to_string).unwrap_or_default()));
        let module: Vec<String> = module.collect();
        let key = address.key.as_ref().map(|key| serde_json::to_value(key).unwrap_or_default());
        let mut resource = serde_json::json!({
            "mode": "managed", "type": address.kind, "name": address.name,
            "instances": [{ "index_key": key, "attributes": attributes }],
        });
        if !module.is_empty() {
            resource["module"] = module.join(".").into();
        }
        resources.push(resource);
    }
    let document = serde_json::json!({ "version": 4, "resources": resources });
    State::read(source, document.to_string().as_bytes()).map_err(|error| error.to_string())
}

fn parse_case(line: &str, number: usize) -> Result<Case, String> {
    let (left, right) = line.split_once("=>").ok_or_else(|| format!("line {number}: no `=>`"))?;
    let mut words = left.split_whitespace();
    let id = words.next().ok_or_else(|| format!("line {number}: no id"))?.to_owned();
    let facts = words.filter_map(|word| word.split_once('=')).map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let right: Vec<&str> = right.split_whitespace().collect();
    let expected = match right.as_slice() {
        ["ask"] => Expectation::Ask,
        ["none"] => Expectation::None,
        [place, address] => {
            let (repository, path) = place.split_once(':').unwrap_or(("", place));
            Expectation::Block { repository: repository.to_owned(), path: path.to_owned(), address: (*address).to_owned() }
        }
        _ => return Err(format!("line {number}: expected `PATH ADDRESS`, `ask` or `none` after `=>`")),
    };
    Ok(Case { line: number, id, facts, expected })
}

impl Layout {
    fn query<'l>(&'l self, case: &Case) -> Query<'l> {
        let fact = |name: &str| case.facts.get(name).map(String::as_str);
        let account = fact("account").or(self.account.as_deref());
        let region = fact("region").or(self.region.as_deref());
        let identity = (case.id != "-").then(|| identity::parse(&case.id, fact("type"), account, region)).flatten();
        let position = fact("at").map(|at| match at.rsplit_once(':') {
            Some((path, line)) if line.parse::<usize>().is_ok() => CodePosition {
                path: Some(path.to_owned()),
                start_line: line.parse().ok(),
                address: fact("address").map(str::to_owned),
                repository: fact("repository").map(str::to_owned),
                ..CodePosition::default()
            },
            _ => CodePosition { address: Some(at.to_owned()), ..CodePosition::default() },
        });
        let tags = case.facts.iter().filter_map(|(key, value)| Some((key.strip_prefix("tag.")?.to_owned(), value.clone()))).collect();
        Query {
            identity,
            position,
            tags,
            states: &self.states,
            environment: fact("env").map(str::to_owned),
            types: fact("types").map(|types| types.split(',').map(str::to_owned).collect()).unwrap_or_default(),
            ..Query::default()
        }
    }

    /// Asks the ladder about every case.
    #[must_use]
    pub fn judge(&self) -> Vec<Judged> {
        let indexes: Vec<(&str, &Workspace, RepositoryIndex, Vec<i64>)> = self
            .repositories
            .iter()
            .map(|(name, workspace)| {
                let index = RepositoryIndex::of_workspace(workspace);
                let keys = index.search_keys();
                (name.as_str(), workspace, index, keys)
            })
            .collect();
        self.cases
            .iter()
            .map(|case| {
                let query = self.query(case);
                let named = query.position.as_ref().and_then(|position| position.repository.as_deref());
                let asked = query.search_keys();
                // As in production, only repositories are opened that a finding names or whose stored keys meet it.
                let meets = |offered: &[i64]| {
                    asked.exact.iter().chain(&asked.fits).chain(&asked.open).any(|key| offered.binary_search(key).is_ok())
                };
                let views: Vec<RepositoryView<'_>> = indexes
                    .iter()
                    .filter(|(name, _, _, offered)| named.map_or_else(|| meets(offered), |named| named == *name))
                    .map(|(name, workspace, index, _)| RepositoryView { name, workspace, index })
                    .collect();
                let with_modules: Vec<RepositoryView<'_>> = indexes
                    .iter()
                    .filter(|(name, ..)| {
                        views.iter().any(|view| view.name == *name || view.index.module_repositories(&query).contains(*name))
                    })
                    .map(|(name, workspace, index, _)| RepositoryView { name, workspace, index })
                    .collect();
                let report = locate(&query, &with_modules);
                let (outcome, said) = judge(&case.expected, &report.decision);
                Judged { case: case.clone(), outcome, said }
            })
            .collect()
    }
}

fn judge(expected: &Expectation, decision: &Decision) -> (Outcome, String) {
    let said = match decision {
        Decision::Located(located) => {
            let repository = located.repository.as_deref().map(|name| format!("{name}:")).unwrap_or_default();
            let because = located.target.evidence.last().map(|evidence| evidence.note.as_str()).unwrap_or_default();
            format!("{repository}{} {}, because {because}", located.target.path, located.target.address)
        }
        Decision::Ask { candidates, refusal } => format!("ask among {} ({})", candidates.len(), refusal.message),
        Decision::NotFound { refusal } => format!("none ({})", refusal.message),
    };
    let outcome = match (expected, decision) {
        (Expectation::Block { repository, path, address }, Decision::Located(located)) => {
            let mut own = located.target.address.block();
            own.module.clear();
            let same = *path == located.target.path
                && *address == own.to_string()
                && located.repository.as_deref().unwrap_or_default() == repository;
            if same { Outcome::Right } else { Outcome::Wrong }
        }
        (Expectation::Block { .. }, _) => Outcome::Missed,
        (_, Decision::Located(_)) => Outcome::Wrong,
        _ => Outcome::Held,
    };
    (outcome, said)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The labelled set, read from the repository.
    fn layouts() -> Vec<(String, Layout)> {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/locate");
        let mut layouts: Vec<(String, Layout)> = std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "layout"))
            .map(|path| {
                let name = path.file_stem().unwrap().to_string_lossy().into_owned();
                let layout = parse_layout(&std::fs::read_to_string(&path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
                (name, layout)
            })
            .collect();
        layouts.sort_by(|a, b| a.0.cmp(&b.0));
        layouts
    }

    #[test]
    fn no_block_is_wrong_and_nearly_all_are_found() {
        let layouts = layouts();
        let mut score = Score::default();
        let mut told = Vec::new();
        let mut without = 0;
        for (name, layout) in &layouts {
            for judged in layout.judge() {
                score.add(judged.outcome);
                without += usize::from(!matches!(judged.case.expected, Expectation::Block { .. }));
                if matches!(judged.outcome, Outcome::Wrong | Outcome::Missed) {
                    told.push(format!("{:?} {name}:{} {} -> {}", judged.outcome, judged.case.line, judged.case.id, judged.said));
                }
            }
        }
        let told = told.join("\n");
        assert_eq!(score.wrong, 0, "{told}");
        assert!(score.recall() >= 990, "{score:?}\n{told}");
        assert!(score.cases() >= 300 && layouts.len() >= 40, "{} cases in {} layouts", score.cases(), layouts.len());
        assert!(without * 3 >= score.cases(), "{without} of {} cases are to refuse", score.cases());
    }

    #[test]
    fn the_files_that_an_index_asks_for_are_enough() {
        for (name, layout) in layouts() {
            for (repository, workspace) in &layout.repositories {
                let index = RepositoryIndex::of_workspace(workspace);
                for case in &layout.cases {
                    let query = layout.query(case);
                    let asked = index.files_to_locate(&query);
                    assert!(asked.iter().all(|path| index.files_for(&query).contains(path)), "{name}:{}", case.line);
                    let some: Workspace = asked.into_iter().filter_map(|path| Some((path.clone(), workspace.shared(&path)?))).collect();
                    let told = |workspace| locate(&query, &[RepositoryView { name: repository, workspace, index: &index }]).decision;
                    // A bare address is looked for in every file; lock files and the like are no part of the index.
                    if query.position.as_ref().is_none_or(|position| position.path.is_some()) {
                        assert_eq!(told(workspace), told(&some), "{name}:{}", case.line);
                    }
                }
            }
        }
    }

    #[test]
    fn a_mistaken_layout_is_told_with_its_line() {
        assert!(parse_layout("=== cases\narn:aws:s3:::x\n").unwrap_err().contains("line 2"));
        assert!(parse_layout("=== nonsense\n=== cases\n").is_err());
        assert!(parse_layout("=== state s\nnot-an-address\n").is_err());
    }
}
