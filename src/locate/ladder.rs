//! The ladder: rung after rung, until one block is left; never a choice between two.

use super::block::place_of;
use super::names::Hit;
use super::position::{locate_address, locate_line, locate_position, with_module_path};
use super::query::{Candidate, Decision, Located, Query, Report, RepositoryView, RungReport};
use super::rung_names::NameFinding;
use crate::identity;
use crate::model::{Address, CodePosition, Confidence, Evidence, Place, Refusal, RefusalKind, ResourceMode, Rung, Target};
use crate::terraform::Sources;

/// Most candidates that are listed in a question.
const MOST_LISTED: usize = 20;

/// A block in one of the repositories.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Position in the list of repositories.
    pub(super) repository: usize,
    pub(super) target: Target,
}

impl Found {
    /// Whether two findings are the same block seen from the same root (an unknown root is any root).
    fn same(&self, other: &Self) -> bool {
        let roots = self.target.root_dir.is_none() || other.target.root_dir.is_none() || self.target.root_dir == other.target.root_dir;
        self.repository == other.repository && self.target.path == other.target.path && self.target.span == other.target.span && roots
    }
}

/// The rungs over one query.
pub(super) struct Rungs<'q> {
    pub(super) query: &'q Query<'q>,
    pub(super) repositories: &'q [RepositoryView<'q>],
    /// The parsed files of each repository: what one rung read serves the next.
    pub(super) sources: Vec<Sources<'q>>,
}

/// Looks for the block that creates or decides what the query describes.
///
/// Deterministic: the same query over the same files gives the same report.
#[must_use]
pub fn locate(query: &Query<'_>, repositories: &[RepositoryView<'_>]) -> Report {
    let sources = repositories.iter().map(|view| Sources::new(view.workspace)).collect();
    let rungs = Rungs { query, repositories, sources };
    let mut ladder = Ladder { rungs: &rungs, reports: Vec::new(), pool: Vec::new(), stood: None };
    ladder.climb()
}

struct Ladder<'r> {
    rungs: &'r Rungs<'r>,
    reports: Vec<RungReport>,
    /// What is left of the candidates.
    pool: Vec<Found>,
    /// The rung that named the pool's candidates.
    stood: Option<Rung>,
}

impl Ladder<'_> {
    fn climb(&mut self) -> Report {
        let rungs = self.rungs;
        for rung in [Rung::Answered, Rung::ScannerPosition, Rung::State, Rung::Provenance] {
            let (found, note) = match rung {
                Rung::Answered => rungs.by_answer(),
                Rung::ScannerPosition => rungs.by_position(),
                Rung::State => rungs.by_state(),
                _ => rungs.by_tags(),
            };
            if note.is_empty() {
                continue;
            }
            self.report(rung, &found, note);
            self.narrow(rung, found);
            if let [only] = self.pool.as_slice() {
                return self.located(only.clone(), Confidence::Certain);
            }
        }
        let names = rungs.by_name();
        for (rung, found, note) in names.reports() {
            self.report(rung, &found, note);
        }
        self.decide(names)
    }

    fn report(&mut self, rung: Rung, found: &[Found], note: String) {
        let places = found.iter().take(MOST_LISTED).map(|found| self.place(found)).collect();
        self.reports.push(RungReport { rung, found: found.len(), note, places });
    }

    fn place(&self, found: &Found) -> Place {
        let text = self.rungs.repositories.get(found.repository).and_then(|view| view.workspace.get(&found.target.path));
        place_of(text.unwrap_or_default(), &found.target)
    }

    /// A lower rung may single out one of a higher rung's candidates; it never replaces them.
    fn narrow(&mut self, rung: Rung, found: Vec<Found>) {
        let found = distinct(found);
        if self.pool.is_empty() {
            self.stood = (!found.is_empty()).then_some(rung).or(self.stood);
            self.pool = found;
            return;
        }
        let both: Vec<Found> = self
            .pool
            .iter()
            .filter_map(|known| {
                let other = found.iter().find(|other| other.same(known))?;
                let mut merged = if known.target.root_dir.is_some() { known.clone() } else { other.clone() };
                merged.target.evidence = known.target.evidence.iter().chain(&other.target.evidence).cloned().collect();
                merged.target.evidence.dedup();
                Some(merged)
            })
            .collect();
        if !both.is_empty() {
            self.pool = both;
        }
    }

    fn decide(&mut self, names: NameFinding) -> Report {
        let had_pool = !self.pool.is_empty();
        let NameFinding { exact, patterns, open, refusal, decisive, .. } = names;
        let patterns: Vec<Found> = patterns.into_iter().map(|pattern| pattern.found).collect();
        if had_pool {
            let narrowing = if exact.is_empty() { patterns } else { exact };
            self.narrow(Rung::EvaluatedName, narrowing);
            return match self.pool.as_slice() {
                [only] => self.located(only.clone(), Confidence::Certain),
                _ => self.ask("several blocks fit equally well"),
            };
        }
        let exact = distinct(exact);
        match exact.as_slice() {
            [only] => return self.located(only.clone(), Confidence::Certain),
            [] => {}
            _ => {
                self.pool = exact;
                return self.ask("several blocks have exactly this name");
            }
        }
        if let Some(refusal) = refusal {
            return self.refuse(refusal);
        }
        let patterns = distinct(patterns);
        match patterns.as_slice() {
            [only] if decisive => return self.located(only.clone(), Confidence::Likely),
            [] => {}
            _ => {
                let why = if patterns.len() == 1 {
                    "the name's pattern fits one block, but too loosely to be sure"
                } else {
                    "the name fits the patterns of several blocks"
                };
                self.pool = patterns;
                self.pool.extend(open);
                return self.ask(why);
            }
        }
        if !open.is_empty() && open.len() <= MOST_LISTED {
            self.pool = open;
            return self.ask("no block has this name; these are of its type and their names cannot be known from the code");
        }
        self.refuse(self.rungs.nothing())
    }

    fn located(&mut self, mut found: Found, confidence: Confidence) -> Report {
        found.target.confidence = confidence;
        let place = self.rungs.repositories.get(found.repository).zip(self.rungs.sources.get(found.repository));
        let Some((view, sources)) = place else { return self.refuse(self.rungs.nothing()) };
        let found = self.rungs.part_of(found, view);
        let surroundings = super::surroundings::of(view, sources, &found.target);
        let located = Located {
            repository: (!view.name.is_empty()).then(|| view.name.to_owned()),
            target: found.target,
            callers: surroundings.callers,
            instances: surroundings.instances,
            parts: surroundings.parts,
        };
        Report { ladder: std::mem::take(&mut self.reports), decision: Decision::Located(Box::new(located)) }
    }

    fn ask(&mut self, why: &str) -> Report {
        let candidates: Vec<Candidate> = self.pool.iter().take(MOST_LISTED).map(|found| self.candidate(found)).collect();
        let said = self.rungs.said();
        let next = "answer with the number: `/remediate at 1`, or with the place: `/remediate at path:line`";
        let mut refusal = Refusal::new(RefusalKind::AmbiguousTarget, format!("{said}: {why}")).next(next);
        for (number, found) in self.pool.iter().take(MOST_LISTED).enumerate() {
            let mut place = self.place(found);
            let root = found
                .target
                .root_dir
                .as_deref()
                .filter(|root| *root != found.target.module_dir)
                .map(|root| format!(" from {}", shown(root)));
            let repository = self.rungs.repositories.get(found.repository).map(|view| view.name).filter(|name| !name.is_empty());
            let repository = repository.map(|name| format!(" in {name}")).unwrap_or_default();
            place.note = format!("{}: {}{}{repository}", number + 1, found.target.address, root.unwrap_or_default());
            refusal = refusal.at(place);
        }
        Report { ladder: std::mem::take(&mut self.reports), decision: Decision::Ask { candidates, refusal } }
    }

    fn candidate(&self, found: &Found) -> Candidate {
        let repository = self.rungs.repositories.get(found.repository).map(|view| view.name.to_owned()).filter(|name| !name.is_empty());
        let mut target = found.target.clone();
        target.confidence = Confidence::Possible;
        Candidate { repository, target }
    }

    fn refuse(&mut self, refusal: Refusal) -> Report {
        Report { ladder: std::mem::take(&mut self.reports), decision: Decision::NotFound { refusal } }
    }
}

/// A directory for people.
pub(super) fn shown(directory: &str) -> &str {
    if directory.is_empty() { "the top directory" } else { directory }
}

/// Each block once; evidence of repetitions is kept once.
pub(super) fn distinct(found: Vec<Found>) -> Vec<Found> {
    let mut kept: Vec<Found> = Vec::new();
    for found in found {
        match kept.iter_mut().find(|known| known.same(&found) && known.target.root_dir.is_some() == found.target.root_dir.is_some()) {
            Some(known) => {
                if known.target.address != found.target.address {
                    // Several instances of one block: the block is meant, not one instance.
                    known.target.address = known.target.address.block();
                }
                for evidence in found.target.evidence {
                    if !known.target.evidence.contains(&evidence) && known.target.evidence.len() < 8 {
                        known.target.evidence.push(evidence);
                    }
                }
            }
            None => kept.push(found),
        }
    }
    kept
}

impl<'q> Rungs<'q> {
    /// The resource in a few words.
    pub(super) fn said(&self) -> String {
        match (&self.query.identity, &self.query.position) {
            (Some(identity), _) => format!("`{}`", identity.id),
            (None, Some(position)) => match (&position.path, &position.address) {
                (_, Some(address)) => format!("`{address}`"),
                (Some(path), None) => format!("`{path}`"),
                (None, None) => "the finding".into(),
            },
            _ => "the finding".into(),
        }
    }

    /// The Terraform types that may be meant.
    pub(super) fn types(&self) -> Vec<String> {
        let Some(identity) = &self.query.identity else { return self.query.types.clone() };
        let candidates = identity::candidate_types(identity);
        let both: Vec<String> = candidates.iter().filter(|kind| self.query.types.contains(kind)).cloned().collect();
        if both.is_empty() { candidates } else { both }
    }

    /// Whether a type may be meant.
    pub(super) fn wanted(&self, kind: &str) -> bool {
        self.types().iter().any(|known| known == kind)
    }

    /// Whether a repository may be meant, by its name in the query.
    pub(super) fn repository_fits(view: &RepositoryView<'_>, name: Option<&str>) -> bool {
        name.is_none_or(|name| view.name.is_empty() || view.name.eq_ignore_ascii_case(name) || name.is_empty())
    }

    fn by_answer(&self) -> (Vec<Found>, String) {
        let Some(answer) = &self.query.answer else { return (Vec::new(), String::new()) };
        let mut found = Vec::new();
        for (at, view) in self.repositories.iter().enumerate().filter(|(_, view)| Self::repository_fits(view, answer.repository.as_deref()))
        {
            if view.workspace.get(&answer.path).is_none() {
                continue;
            }
            let directory = crate::terraform::directory_of(&answer.path);
            let by_address = answer.address.as_ref().and_then(|address| {
                let own = Address { module: Vec::new(), ..address.clone() };
                locate_address(view.workspace, &own, Some(directory)).ok().filter(|target| target.path == answer.path)
            });
            let target = by_address.or_else(|| locate_line(view.workspace, &answer.path, answer.line?).ok());
            if let Some(mut target) = target {
                if let Some(address) = &answer.address {
                    target.address = address.clone();
                }
                target.root_dir = None;
                target.evidence = vec![Evidence { rung: Rung::Answered, note: format!("{} said so", answer.by), places: Vec::new() }];
                found.push(Found { repository: at, target });
            }
        }
        let note = if found.is_empty() { "an earlier answer no longer fits the code" } else { "a person said where it is" };
        (found, note.into())
    }

    fn by_position(&self) -> (Vec<Found>, String) {
        let Some(position) = &self.query.position else { return (Vec::new(), String::new()) };
        let mut found = Vec::new();
        let mut notes: Vec<String> = Vec::new();
        for (at, view) in
            self.repositories.iter().enumerate().filter(|(_, view)| Self::repository_fits(view, position.repository.as_deref()))
        {
            match locate_position(view.workspace, position, self.query.scanned_text.as_deref()) {
                Ok(target) => found.push(Found { repository: at, target }),
                Err(refusal) => {
                    found.extend(refusal.places.iter().filter_map(|place| {
                        let target = locate_line(view.workspace, &place.path, position.start_line.unwrap_or(place.line)).ok()?;
                        let target = at_position(target, position);
                        (refusal.kind == RefusalKind::AmbiguousTarget).then_some(Found { repository: at, target })
                    }));
                    notes.push(refusal.message);
                }
            }
        }
        let note = match found.as_slice() {
            [] if notes.is_empty() => "the scanner's repository is not among those looked into".into(),
            [] => notes.join("; "),
            [only] => format!("{} at {}", only.target.address, only.target.path),
            several => format!("{} blocks are at such a position", several.len()),
        };
        (found, note)
    }

    /// Nothing fits: what was looked at, and what would help.
    pub(super) fn nothing(&self) -> Refusal {
        let files = match self.query.looked {
            Some((1, files)) => format!("{files} Terraform file(s)"),
            Some((repositories, files)) => format!("{files} Terraform file(s) of {repositories} repositories"),
            None => format!("{} Terraform file(s)", self.repositories.iter().map(|view| view.index.len()).sum::<usize>()),
        };
        let types = self.types();
        let shown = types.iter().take(4).map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(", ");
        let what = if shown.is_empty() { "a block".to_owned() } else { shown };
        let message = format!("{} was looked for as {what} in {files} and not found", self.said());
        let data: Vec<Place> = Vec::new();
        let generated = types.first().and_then(|kind| identity::kinds().of_type(kind)).is_some_and(identity::Kind::generated);
        let next = if generated {
            "its id is made up by the cloud: give access to the Terraform state, tag resources with `yor_trace`, or answer `/remediate at path:line`"
        } else {
            "if it is in code, say where: `/remediate at path:line`"
        };
        Refusal { places: data, ..Refusal::new(RefusalKind::NotLocated, message).next(next) }
    }

    /// A hit of the index as a target.
    pub(super) fn target_of_hit(view: &RepositoryView<'_>, hit: &Hit<'_>) -> Option<Target> {
        let is_call = hit.is_argument;
        let facts = view.index.facts(hit.path)?;
        let span = if is_call {
            facts.calls.iter().find(|call| *call.name == *hit.block)?.span
        } else {
            facts.resources.iter().find(|resource| *resource.kind == *hit.kind && *resource.name == *hit.block)?.span
        };
        let module = hit.module.iter().map(|name| crate::model::ModuleStep { name: name.to_string(), key: None });
        let module = module.filter(|step| step.name != "terragrunt").collect();
        let address = if is_call {
            Address { module, mode: ResourceMode::Module, ..Address::managed("module", hit.block) }
        } else {
            Address { module, ..Address::managed(hit.kind, hit.block) }
        };
        let path = primary_path(view, hit);
        // The index's JSON spans are those of the bodies: the text decides.
        let target = Target {
            path,
            span: crate::model::Span::new(span.0 as usize, span.1 as usize),
            module_dir: crate::terraform::directory_of(hit.path).to_owned(),
            root_dir: Some(hit.root.to_owned()),
            address,
            evidence: Vec::new(),
            confidence: Confidence::Possible,
        };
        Some(with_span_of_text(view, target))
    }
}

/// One of the blocks that a position may mean, with what of the position it has.
fn at_position(mut target: Target, position: &CodePosition) -> Target {
    let said = match (&position.path, &position.address) {
        (None, Some(address)) => format!("`{address}` is its address"),
        (Some(path), _) => format!("its file's path ends in `{path}`"),
        (None, None) => return target,
    };
    if let Some(evidence) = target.evidence.last_mut() {
        evidence.note = said;
    }
    let address = position.address.as_deref().and_then(|text| text.parse::<Address>().ok());
    with_module_path(target, address.as_ref())
}

/// The file of the block itself, when the hit is in an override file that only changes it.
fn primary_path(view: &RepositoryView<'_>, hit: &Hit<'_>) -> String {
    let is_override = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.split('.').next().unwrap_or(name);
        stem == "override" || stem.ends_with("_override")
    };
    if is_override(hit.path) {
        let mut files = view.index.in_directory(crate::terraform::directory_of(hit.path)).filter(|(path, _)| !is_override(path));
        let has_block = |facts: &super::facts::FileFacts| {
            facts.resources.iter().any(|resource| *resource.kind == *hit.kind && *resource.name == *hit.block)
        };
        if let Some((path, _)) = files.find(|(_, facts)| has_block(facts)) {
            return path.to_owned();
        }
    }
    hit.path.to_owned()
}

/// The span as the parsed file has it; the index's is kept when the file cannot be read.
fn with_span_of_text(view: &RepositoryView<'_>, mut target: Target) -> Target {
    let own = Address { module: Vec::new(), key: None, ..target.address.clone() };
    let document = view.workspace.shared(&target.path).and_then(|text| crate::hcl::Document::parse_file(&target.path, text).ok());
    if let Some(document) = document
        && let Some(block) = document.body().blocks.iter().find(|block| super::block::address_of(block).as_ref() == Some(&own))
    {
        target.span = block.span;
    }
    target
}
