//! Which variable files are given to which root modules, by where they lie.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use crate::terraform::{Selection, directory_of};

use super::index::RepositoryIndex;
use super::values::{Scope, Val};

/// Folders beside a root module or at the top of a repository that hold variable files by custom.
const USUAL: [&str; 11] =
    ["vars", "tfvars", "envs", "env", "environments", "config", "configs", "variables", "stacks", "workspaces", "settings"];
/// Most ways to apply one root module that are told apart.
const MOST_SELECTIONS: usize = 64;
/// Most folders of variable files below a root module that are looked into.
const MOST_FOLDERS: usize = 500;

/// The ways a root module is applied: as it stands, and with each variable file that lies where such files do.
pub(super) fn selections(index: &RepositoryIndex, root: &str) -> Vec<Selection> {
    let declared: HashSet<&str> =
        index.in_directory(root).flat_map(|(_, facts)| facts.variables.iter().map(|(name, _)| name.as_ref())).collect();
    let mut found = vec![Selection::plain()];
    if declared.is_empty() {
        return found;
    }
    let mut shared: Vec<String> = Vec::new();
    let mut own: Vec<(String, String)> = Vec::new();
    for directory in variable_directories(index, root) {
        if own.len() >= MOST_SELECTIONS {
            break;
        }
        for (path, facts) in index.in_directory(directory) {
            let file = path.rsplit('/').next().unwrap_or(path);
            let Some(stem) = file.strip_suffix(".tfvars").or_else(|| file.strip_suffix(".tfvars.json")) else { continue };
            let automatic = stem == "terraform" || stem.ends_with(".auto");
            if (automatic && directory == root) || !facts.values.iter().any(|(name, _)| declared.contains(name.as_ref())) {
                continue;
            }
            if matches!(stem, "common" | "global" | "shared" | "default" | "defaults" | "base") {
                shared.push(path.to_owned());
            } else {
                let name = if automatic { directory.rsplit('/').next().unwrap_or(stem) } else { stem };
                own.push((name.to_owned(), path.to_owned()));
            }
        }
    }
    if own.is_empty() && !shared.is_empty() {
        found.push(Selection { name: "shared".into(), var_files: shared, ..Selection::plain() });
    } else {
        let with_shared =
            |(name, path)| Selection { name, var_files: shared.iter().cloned().chain([path]).collect(), ..Selection::plain() };
        found.extend(own.into_iter().take(MOST_SELECTIONS).map(with_shared));
    }
    if found.len() > 1 && needs_files(index, root, &found) {
        found.remove(0);
    }
    found
}

/// Whether a variable without a default is given by these files only: then the module is never applied without one of them.
fn needs_files(index: &RepositoryIndex, root: &str, selections: &[Selection]) -> bool {
    let automatic = given(index, root, &Selection::plain());
    let files = || selections.iter().flat_map(|selection| &selection.var_files).filter_map(|path| index.facts(path));
    let declared = index.in_directory(root).flat_map(|(_, facts)| &facts.variables);
    let mut required = declared.filter(|(name, default)| default.is_none() && !automatic.contains_key(name.as_ref()));
    required.any(|(name, _)| files().any(|facts| facts.values.iter().any(|(given, _)| given == name)))
}

/// Where the variable files of a root lie: in it, in folders of its own without configuration, in the usual folders beside it and
/// at the top. A folder named after the root (`vars/network` for `stacks/network`) is its own; those of others are not then.
fn variable_directories<'i>(index: &'i RepositoryIndex, root: &'i str) -> impl Iterator<Item = &'i str> {
    let base = depth(root);
    let own = index.variable_folders(root).filter(move |folder| *folder != root && depth(folder) <= base + 2).take(MOST_FOLDERS);
    let mut seen = HashSet::new();
    std::iter::once(root).chain(own).chain(usual_folders(index, root)).filter(move |directory| seen.insert(*directory))
}

fn usual_folders<'i>(index: &'i RepositoryIndex, root: &str) -> Vec<&'i str> {
    if !index.has_variable_folders() {
        return Vec::new();
    }
    let above = directory_of(root);
    let tops = match (root.is_empty(), above.is_empty()) {
        (true, _) => return Vec::new(),
        (false, true) => vec![""],
        (false, false) => vec![above, ""],
    };
    let places: Vec<String> =
        tops.iter().flat_map(|top| USUAL.map(|usual| if top.is_empty() { usual.to_owned() } else { format!("{top}/{usual}") })).collect();
    let name = root.rsplit('/').next().unwrap_or(root);
    let named: Vec<&str> = places.iter().flat_map(|place| index.variable_folders(&format!("{place}/{name}"))).collect();
    let mut found: Vec<&str> = if named.is_empty() {
        places.iter().flat_map(|place| index.variable_folders(place)).take(MOST_FOLDERS).collect()
    } else {
        places.iter().filter_map(|place| index.variable_folders(place).next().filter(|folder| folder == place)).chain(named).collect()
    };
    let is_named = |folder: &&str| folder.split('/').any(|part| part == name);
    if found.iter().any(is_named) {
        found.retain(|folder| is_named(folder) || places.iter().any(|place| place == folder));
    }
    found
}

fn depth(directory: &str) -> usize {
    directory.split('/').filter(|part| !part.is_empty()).count()
}

/// Folders of variable files, each with the variables it gives.
pub(super) type GivenIn = BTreeMap<Box<str>, HashSet<Box<str>>>;

/// Directories whose root module may be given what lies in `folders`: the other direction of [`variable_directories`].
pub(super) fn takers(index: &RepositoryIndex, folders: GivenIn) -> Vec<(&str, Rc<HashSet<Box<str>>>)> {
    let mut found = Vec::new();
    // Folders with the same custom share their takers: these are listed once.
    let mut beside: BTreeMap<String, HashSet<Box<str>>> = BTreeMap::new();
    for (folder, variables) in folders {
        let mut place = folder.as_ref();
        while !place.is_empty() {
            let parent = directory_of(place);
            if USUAL.contains(&place.rsplit('/').next().unwrap_or(place)) {
                beside.entry(parent.to_owned()).or_default().extend(variables.iter().cloned());
            }
            place = parent;
        }
        let variables = Rc::new(variables);
        let mut above = Some(folder.as_ref());
        // Its own directory, and two above it.
        for _ in 0..3 {
            let Some(directory) = above else { break };
            found.extend(index.directory(directory).map(|directory| (directory, variables.clone())));
            above = (!directory.is_empty()).then(|| directory_of(directory));
        }
    }
    for (parent, variables) in beside {
        let variables = Rc::new(variables);
        let directories = index.directories_below(&parent).filter(|directory| parent.is_empty() || directory_of(directory) == parent);
        found.extend(directories.map(|directory| (directory, variables.clone())));
    }
    found
}

/// The values given to the root's variables.
pub(super) fn given<'i>(index: &'i RepositoryIndex, root: &str, selection: &Selection) -> HashMap<&'i str, Val> {
    let no_locals = HashMap::new();
    let steps = Cell::new(0);
    let scope = Scope::new(&no_locals, HashMap::new(), &steps);
    let automatic = |path: &str| {
        let file = path.rsplit('/').next().unwrap_or(path);
        file.starts_with("terraform.tfvars") || file.ends_with(".auto.tfvars") || file.ends_with(".auto.tfvars.json")
    };
    let mut files: Vec<&str> = index.in_directory(root).map(|(path, _)| path).filter(|path| automatic(path)).collect();
    files.sort_by_key(|path| !path.contains("terraform.tfvars"));
    let mut given = HashMap::new();
    for path in files.into_iter().chain(selection.var_files.iter().map(String::as_str)) {
        for (name, fact) in index.facts(path).into_iter().flat_map(|facts| &facts.values) {
            given.insert(name.as_ref(), scope.value(fact, None));
        }
    }
    given
}
