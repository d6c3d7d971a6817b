//! Many fixes, composed into one change.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::model::{Patch, Refusal, RefusalKind, Target, Workspace, WorkspaceFile};
use crate::rule::Rule;
use crate::terraform::directory_of;

use super::fix::Outcome;
use super::merged::merged;
use super::params::Params;
use super::subject::key_of;
use super::workbench::{BlockKey, Workbench};

/// Fewer fixes than this are made one after the other: starting threads would cost more.
const WORTH_THREADS: usize = 16;
/// How often what was refused is tried again after others were fixed.
const ROUNDS: usize = 3;

/// One fix among many.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// The block.
    pub target: &'a Target,
    /// The parameters.
    pub params: &'a Params,
}

/// What came of many fixes.
#[derive(Debug)]
pub struct Composition {
    /// One result a request, in the order of the requests.
    pub results: Vec<Result<Outcome, Refusal>>,
    /// All changes as one patch, if there are any.
    pub patch: Option<Patch>,
    /// The files after all of them.
    pub workspace: Workspace,
}

/// Fixes many blocks, in an order that does not depend on the order of the requests, each on top of the ones before. A fix that
/// would undo an earlier one of the same block is refused. Modules that have nothing to do with each other are fixed side by side.
#[must_use]
pub fn patch_all(requests: &[Request<'_>], workspace: &Workspace) -> Composition {
    Workbench::new(workspace.clone()).fix_all(requests)
}

impl Workbench {
    /// As [`patch_all`], on the files of this workbench, with what it has parsed already.
    #[must_use]
    pub fn fix_all(mut self, requests: &[Request<'_>]) -> Composition {
        self.parse_ahead(requests.iter().map(|request| request.target.path.as_str()));
        let order = order(requests);
        let before = self.files().clone();
        let groups = if requests.len() < WORTH_THREADS { Vec::new() } else { groups(&self, requests, &order) };
        let (mut results, after) = match side_by_side(&self, requests, &groups) {
            Some(done) => done,
            None => {
                let results = one_by_one(&mut self, requests, &order);
                (results, self.files().clone())
            }
        };
        results.sort_by_key(|(index, _)| *index);
        let results: Vec<Result<Outcome, Refusal>> = results.into_iter().map(|(_, result)| result).collect();
        let patches: Vec<&Patch> = results.iter().filter_map(patch_of).collect();
        let patch = merged(&patches, &before, &after);
        self.discard();
        Composition { results, patch, workspace: after }
    }
}

fn patch_of(result: &Result<Outcome, Refusal>) -> Option<&Patch> {
    if let Ok(Outcome::Patch(patch)) = result { Some(patch) } else { None }
}

/// Results by the number of their request.
type Numbered = Vec<(usize, Result<Outcome, Refusal>)>;

/// Files that were changed, with their texts.
type Changed = Vec<(Option<WorkspaceFile>, String)>;

/// From the bottom of a file to its top, so that the places of the blocks above stay true.
fn order(requests: &[Request<'_>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..requests.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (&requests[*a], &requests[*b]);
        let from_the_bottom = b.target.span.start.cmp(&a.target.span.start);
        a.target.path.cmp(&b.target.path).then(from_the_bottom).then_with(|| a.rule.id.cmp(&b.rule.id))
    });
    order
}

fn one_by_one(bench: &mut Workbench, requests: &[Request<'_>], order: &[usize]) -> Numbered {
    // Blocks are told apart before anything moves: by kind, labels and ordinal, which no fix changes.
    let keys: Vec<Result<BlockKey, Refusal>> = order.iter().map(|index| key_of(bench, requests[*index].target)).collect();
    let mut results: Vec<Option<Result<Outcome, Refusal>>> = vec![None; order.len()];
    // Fixes made, by block.
    let mut done: HashMap<&BlockKey, Vec<usize>> = HashMap::new();
    let mut open: Vec<usize> = (0..order.len()).collect();
    for _ in 0..ROUNDS {
        let mut changed = false;
        for &at in &open {
            let request = &requests[order[at]];
            let key = match &keys[at] {
                Ok(key) => key,
                Err(refusal) => {
                    results[at] = Some(Err(refusal.clone()));
                    continue;
                }
            };
            let mut result = bench.fix_at(request, key);
            // Another instance of the same block, whose finding was answered by the first one's fix.
            let same = |earlier: &usize| requests[*earlier].rule.id == request.rule.id;
            if matches!(result, Ok(Outcome::NotApplicable(_))) && done.get(key).is_some_and(|earlier| earlier.iter().any(same)) {
                result = Ok(Outcome::Holds);
            }
            if matches!(result, Ok(Outcome::Patch(_))) {
                let earlier = done.entry(key).or_default();
                let undone =
                    earlier.iter().map(|earlier| &requests[*earlier]).find(|earlier| bench.still_holds(earlier, key) == Some(false));
                if let Some(undone) = undone {
                    result = Err(would_undo(request, undone));
                    bench.undo();
                } else {
                    earlier.push(order[at]);
                    changed = true;
                }
            }
            results[at] = Some(result);
        }
        // What one fix waited for another may have written: a setting of a stage after the stage's own.
        open.retain(|at| results[*at].as_ref().is_some_and(worth_another_try));
        if !changed || open.is_empty() {
            break;
        }
    }
    order.iter().zip(results).filter_map(|(index, result)| Some((*index, result?))).collect()
}

fn worth_another_try(result: &Result<Outcome, Refusal>) -> bool {
    match result {
        Ok(Outcome::NotApplicable(_)) => true,
        Ok(_) => false,
        Err(refusal) => !matches!(refusal.kind, RefusalKind::NeedsParameter | RefusalKind::NotLocated | RefusalKind::Unreadable),
    }
}

fn would_undo(request: &Request<'_>, undone: &Request<'_>) -> Refusal {
    let message = format!("Rule `{}` would undo what rule `{}` has just fixed in the same file.", request.rule.id, undone.rule.id);
    Refusal::new(RefusalKind::ProofFailed, message)
}

/// Requests that may touch the same files: of one module directory, or of directories that call each other.
fn groups(bench: &Workbench, requests: &[Request<'_>], order: &[usize]) -> Vec<Vec<usize>> {
    let calls = bench.calls();
    let mut parent: HashMap<&str, &str> = HashMap::new();
    for call in calls.iter() {
        if let Some(source) = &call.source_dir {
            let (left, right) = (root(&parent, &call.dir), root(&parent, source));
            if left != right {
                parent.insert(left, right);
            }
        }
    }
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for &index in order {
        groups.entry(root(&parent, directory_of(&requests[index].target.path))).or_default().push(index);
    }
    groups.into_values().collect()
}

fn root<'a>(parent: &HashMap<&'a str, &'a str>, mut dir: &'a str) -> &'a str {
    while let Some(above) = parent.get(dir) {
        dir = above;
    }
    dir
}

/// The groups, shared out to threads; `None` when that is of no use, or when two of them changed the same file after all (a
/// policy file or Terragrunt inputs that both reach).
fn side_by_side(bench: &Workbench, requests: &[Request<'_>], groups: &[Vec<usize>]) -> Option<(Numbered, Workspace)> {
    let threads = rayon::current_num_threads();
    if groups.len() < 2 || threads < 2 {
        return None;
    }
    // Asked for once here, so that not every thread asks for itself.
    bench.folders();
    let forks: Vec<Workbench> = (0..threads).map(|_| bench.fork()).collect();
    let (before, next) = (bench.files(), AtomicUsize::new(0));
    // Whoever is done takes the next group: one with many rules must not keep the others waiting.
    let take = |mut bench: Workbench| -> Vec<(Numbered, Changed)> {
        let groups = std::iter::from_fn(|| groups.get(next.fetch_add(1, Ordering::Relaxed)));
        groups.map(|order| alone(&mut bench, requests, order, before)).collect()
    };
    let parts: Vec<Vec<(Numbered, Changed)>> = forks.into_par_iter().map(take).collect();
    let mut results = Numbered::new();
    let mut after = before.clone();
    let mut seen: HashSet<String> = HashSet::new();
    for (part, touched) in parts.into_iter().flatten() {
        for (text, path) in touched {
            if let Some(text) = text {
                after.insert(path.clone(), text);
            }
            if !seen.insert(path) {
                return None;
            }
        }
        results.extend(part);
    }
    Some((results, after))
}

/// One group, on the files as they were before all of them: what comes out does not depend on which groups a thread took earlier,
/// and what was parsed on the way is given up while it is still near.
fn alone(bench: &mut Workbench, requests: &[Request<'_>], order: &[usize], before: &Workspace) -> (Numbered, Changed) {
    let results = one_by_one(bench, requests, order);
    let changed: Changed = touched(&results).into_iter().map(|path| (bench.files().shared(&path), path)).collect();
    bench.restore(changed.iter().map(|(_, path)| path.as_str()), before);
    (results, changed)
}

/// Paths that the patches change, each once.
fn touched(results: &Numbered) -> Vec<String> {
    results
        .iter()
        .filter_map(|(_, result)| patch_of(result))
        .flat_map(|patch| patch.files.keys())
        .cloned()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}
