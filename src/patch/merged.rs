//! Many patches as one.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;

use rayon::prelude::*;

use crate::model::{ChangedFile, Patch, Reach, Workspace};

use super::fix::changed_file;

/// All patches as one: texts from the first state of the files to the last, and what is said of each patch said once. `None`
/// when there is no patch.
pub(super) fn merged(patches: &[&Patch], before: &Workspace, after: &Workspace) -> Option<Patch> {
    let (first, more) = patches.split_first()?;
    Some(Patch {
        files: merged_files(patches, before, after),
        rules: distinct(patches, |patch| &patch.rules),
        notes: distinct(patches, |patch| &patch.notes),
        effects: distinct(patches, |patch| &patch.effects),
        summary: distinct(patches, |patch| &patch.summary),
        address: first.address.clone(),
        applicability: more.iter().map(|patch| patch.applicability).fold(first.applicability, Ord::max),
        runbook: merged_runbook(patches),
        reach: Reach {
            instances: distinct(patches, |patch| &patch.reach.instances),
            callers: distinct(patches, |patch| &patch.reach.callers),
        },
        proofs: first.proofs.clone(),
    })
}

/// What the patches say, in their order: all that the first says, and of the others what was not said before.
fn distinct<T: Clone + Eq + Hash>(patches: &[&Patch], part: impl Fn(&Patch) -> &Vec<T>) -> Vec<T> {
    let Some((first, more)) = patches.split_first() else { return Vec::new() };
    let mut all = part(first).clone();
    let mut seen: HashSet<&T> = part(first).iter().collect();
    all.extend(more.iter().flat_map(|patch| part(patch)).filter(|item| seen.insert(item)).cloned());
    all
}

/// A file that one patch alone changed is in the composition as it is in that patch.
fn merged_files(patches: &[&Patch], before: &Workspace, after: &Workspace) -> BTreeMap<String, ChangedFile> {
    let mut files: HashMap<&String, (&ChangedFile, bool)> = HashMap::new();
    for (path, file) in patches.iter().flat_map(|patch| &patch.files) {
        files.entry(path).and_modify(|(_, alone)| *alone = false).or_insert((file, true));
    }
    let files: Vec<(&String, (&ChangedFile, bool))> = files.into_iter().collect();
    let merged = files.into_par_iter().filter_map(|(path, (file, alone))| {
        let after = after.get(path)?;
        let same = alone && file.before.as_deref() == before.get(path) && file.after == after;
        Some((path.clone(), if same { file.clone() } else { changed_file(before.get(path), after) }))
    });
    merged.collect::<Vec<_>>().into_iter().collect()
}

/// The steps of all patches, each once.
fn merged_runbook(patches: &[&Patch]) -> Option<String> {
    let mut whole: Option<String> = None;
    let mut seen: HashSet<&str> = HashSet::new();
    for (number, runbook) in patches.iter().enumerate().filter_map(|(number, patch)| Some((number, patch.runbook.as_deref()?))) {
        let known = whole.get_or_insert_default();
        if seen.insert(runbook) && (number == 0 || !known.contains(runbook)) {
            known.push_str(if known.is_empty() { "" } else { "\n" });
            known.push_str(runbook);
        }
    }
    whole
}
