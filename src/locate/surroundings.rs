//! What belongs to a located block: who calls its module, which instances it has, and the blocks that hold parts of its resource.

use super::block::{address_of, place_of, target_of};
use super::facts::{CallFact, ResourceFact};
use super::ladder::{Found, Rungs, shown};
use super::position::{local_source, source_of};
use super::query::{PartBlock, RepositoryView};
use super::variable_files::selections;
use crate::hcl::{Document, references};
use crate::identity;
use crate::model::{Evidence, Place, ResourceMode, Rung, Target};
use crate::terraform::{Configuration, Evaluator, Sources, is_configuration_file};

/// Most root modules whose instances are listed.
const MOST_ROOTS: usize = 40;
/// Most instances that are listed.
const MOST_INSTANCES: usize = 200;

#[derive(Default)]
pub(super) struct Surroundings {
    pub(super) callers: Vec<Place>,
    pub(super) instances: Vec<String>,
    pub(super) parts: Vec<PartBlock>,
}

/// What belongs to `target`, a block of the repository whose parsed files are `sources`.
pub(super) fn of<'w>(view: &RepositoryView<'w>, sources: &Sources<'w>, target: &Target) -> Surroundings {
    let mut found = Surroundings { callers: callers(view, &target.module_dir), parts: parts(view, target), ..Surroundings::default() };
    for root in roots_of(view, &target.module_dir) {
        let multiple = root != target.module_dir;
        for selection in selections(view.index, &root).into_iter().take(1) {
            let configuration = Configuration::load_from(sources, &root, &selection);
            let evaluator = Evaluator::new(&configuration);
            for node in configuration.nodes_in(&target.module_dir) {
                let block = match target.address.mode {
                    ResourceMode::Module => node.module.calls.get(target.address.name.as_str()).map(|call| &call.block),
                    mode => node.module.resource(mode, &target.address.kind, &target.address.name).map(|resource| &resource.block),
                };
                let Some(block) = block else { continue };
                for instance in evaluator.instances(node, block) {
                    let text = if multiple { format!("{}: {}", shown(&root), instance.pattern()) } else { instance.pattern() };
                    if found.instances.len() < MOST_INSTANCES && !found.instances.contains(&text) {
                        found.instances.push(text);
                    }
                }
            }
        }
    }
    found
}

/// Root modules that reach a directory, itself when it is one.
fn roots_of(view: &RepositoryView<'_>, directory: &str) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    let mut stack = vec![directory.to_owned()];
    let mut roots = Vec::new();
    while let Some(next) = stack.pop() {
        if !seen.insert(next.clone()) || roots.len() >= MOST_ROOTS {
            continue;
        }
        if view.index.is_root(&next) {
            roots.push(next.clone());
        }
        stack.extend(view.index.callers_of(&next).map(str::to_owned));
    }
    roots.sort();
    roots
}

/// The local module calls that lead into a directory.
fn callers(view: &RepositoryView<'_>, directory: &str) -> Vec<Place> {
    let mut places = Vec::new();
    for caller in view.index.callers_of(directory) {
        for (path, facts) in view.index.in_directory(caller).filter(|(path, _)| is_configuration_file(path)) {
            // The index knows which files have such a call: only these are parsed.
            let calls = |call: &CallFact| local_source(caller, &call.source).as_deref() == Some(directory);
            let Some(text) = view.workspace.get(path).filter(|_| facts.calls.iter().any(calls)) else { continue };
            let Ok(document) = Document::parse_file(path, text) else { continue };
            let calls = document.body().blocks_of("module").filter(|call| source_of(caller, call).as_deref() == Some(directory));
            places.extend(calls.filter_map(|call| target_of(path, call)).map(|target| place_of(text, &target)));
        }
    }
    places
}

/// Blocks of the module that hold a part of the target's resource: their linking argument refers to it.
fn parts(view: &RepositoryView<'_>, target: &Target) -> Vec<PartBlock> {
    let Some(kind) = identity::kinds().of_type(&target.address.kind) else { return Vec::new() };
    let mut found = Vec::new();
    for (path, facts) in view.index.in_directory(&target.module_dir).filter(|(path, _)| is_configuration_file(path)) {
        let is_part = |resource: &ResourceFact| kind.parts.iter().any(|part| part.terraform_type == *resource.kind);
        let Some(text) = view.workspace.get(path).filter(|_| facts.resources.iter().any(is_part)) else { continue };
        let Ok(document) = Document::parse_file(path, text) else { continue };
        for block in document.body().blocks_of("resource") {
            let Some(part) = kind.parts.iter().find(|part| Some(part.terraform_type.as_str()) == block.label(0)) else { continue };
            let linked = block.attribute(&part.link).is_some_and(|attribute| {
                references(&attribute.value).iter().any(|reference| reference.starts_with(&[&target.address.kind, &target.address.name]))
            });
            if let Some((address, part)) = linked.then(|| address_of(block).zip(target_of(path, block))).flatten() {
                found.push(PartBlock { address, place: place_of(text, &part) });
            }
        }
    }
    found
}

impl Rungs<'_> {
    /// A finding about a part goes to the part's block, when exactly one refers to the whole.
    pub(super) fn part_of(&self, found: Found, view: &RepositoryView<'_>) -> Found {
        let wanted = self.query.identity.as_ref().and_then(|identity| identity.terraform_type.clone());
        let Some(wanted) = wanted.filter(|wanted| *wanted != found.target.address.kind) else { return found };
        if identity::kinds().wholes_of(&wanted).all(|whole| whole.terraform_type != found.target.address.kind) {
            return found;
        }
        let parts: Vec<PartBlock> = parts(view, &found.target).into_iter().filter(|part| part.address.kind == wanted).collect();
        let [part] = parts.as_slice() else { return found };
        let mut target = found.target.clone();
        target.path.clone_from(&part.place.path);
        target.span = part.place.span.unwrap_or(target.span);
        target.address.kind.clone_from(&part.address.kind);
        target.address.name.clone_from(&part.address.name);
        target.address.key = None;
        target.evidence.push(Evidence {
            rung: Rung::EvaluatedName,
            note: format!("{} refers to {}", part.address, found.target.address),
            places: vec![part.place.clone()],
        });
        Found { repository: found.repository, target }
    }
}
