//! Which directories are root modules, and what reaches what.

use std::collections::{BTreeMap, BTreeSet};

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::configuration::Configuration;
use super::directory;
use super::module::ModuleSource;
use super::selection::Selection;
use super::source::Sources;
use super::terragrunt;

/// A directory that Terraform is run in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The directory.
    pub dir: String,
    /// What shows it, strongest first; never empty.
    pub signs: Vec<RootSign>,
    /// The ways in which it is applied; never empty.
    pub selections: Vec<Selection>,
}

/// What shows that a directory is a root module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RootSign {
    /// It says where its state is kept.
    Backend,
    /// It has a lock file.
    LockFile,
    /// A Terragrunt unit applies it.
    Terragrunt,
    /// It has variable files.
    VariableFiles,
    /// It configures a provider and nothing here calls it.
    Provider,
    /// Nothing here calls it.
    Uncalled,
}

/// The directories with configuration files and the local calls among them.
#[derive(Debug, Default)]
pub struct ModuleGraph {
    /// Every directory that holds configuration files, with those it calls.
    calls: BTreeMap<String, BTreeSet<String>>,
    /// The other way round, without calls of oneself.
    callers: BTreeMap<String, BTreeSet<String>>,
    /// Terragrunt units by the directory they apply.
    units: BTreeMap<String, Vec<String>>,
}

impl ModuleGraph {
    /// Reads the whole workspace, in parallel.
    #[must_use]
    pub fn read(sources: &Sources<'_>) -> Self {
        let mut dirs: BTreeSet<&str> = BTreeSet::new();
        let mut terragrunt_files = Vec::new();
        for (path, _) in sources.workspace().iter() {
            if directory::is_configuration_file(path) {
                dirs.insert(directory::directory_of(path));
            } else if path == "terragrunt.hcl" || path.ends_with("/terragrunt.hcl") {
                terragrunt_files.push(path);
            }
        }
        let dirs: Vec<&str> = dirs.into_iter().collect();
        let calls: BTreeMap<String, BTreeSet<String>> = dirs.par_iter().map(|dir| ((*dir).to_owned(), called_by(sources, dir))).collect();
        let mut callers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (caller, called) in &calls {
            for dir in called.iter().filter(|dir| *dir != caller) {
                callers.entry(dir.clone()).or_default().insert(caller.clone());
            }
        }
        let units = terragrunt_files.par_iter().filter_map(|path| unit_target(sources, path).map(|dir| (dir, (*path).to_owned())));
        let mut graph = Self { calls, callers, units: BTreeMap::new() };
        for (dir, path) in units.collect::<Vec<_>>() {
            if graph.calls.contains_key(&dir) {
                graph.units.entry(dir).or_default().push(path);
            }
        }
        graph.units.values_mut().for_each(|paths| paths.sort());
        graph
    }

    /// The directories that hold configuration files.
    pub fn directories(&self) -> impl Iterator<Item = &str> {
        self.calls.keys().map(String::as_str)
    }

    /// `dir` and every directory that calls it, directly or through others.
    #[must_use]
    pub fn callers_of(&self, dir: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::from([dir.to_owned()]);
        let mut stack = vec![dir.to_owned()];
        while let Some(next) = stack.pop() {
            for caller in self.callers.get(&next).into_iter().flatten() {
                if found.insert(caller.clone()) {
                    stack.push(caller.clone());
                }
            }
        }
        found
    }

    /// What shows that `dir` is a root module; empty if it is none.
    #[must_use]
    pub fn signs(&self, sources: &Sources<'_>, dir: &str) -> Vec<RootSign> {
        let module = sources.module(dir);
        let is_called = self.callers.contains_key(dir);
        let has =
            |suffixes: &[&str]| sources.workspace().in_directory(dir).any(|(path, _)| suffixes.iter().any(|suffix| path.ends_with(suffix)));
        let mut signs = Vec::new();
        if module.backend().is_some() {
            signs.push(RootSign::Backend);
        }
        if has(&[".terraform.lock.hcl"]) && !is_called {
            signs.push(RootSign::LockFile);
        }
        if self.units.contains_key(dir) {
            signs.push(RootSign::Terragrunt);
        }
        if has(&[".tfvars", ".tfvars.json"]) {
            signs.push(RootSign::VariableFiles);
        }
        if !is_called && !self.units.contains_key(dir) {
            let configured = module.providers.iter().any(|block| !block.body.attributes.is_empty());
            signs.extend(configured.then_some(RootSign::Provider));
            signs.push(RootSign::Uncalled);
        }
        signs
    }

    /// Root module `dir` with its selections; `None` if it is none.
    #[must_use]
    pub fn root(&self, sources: &Sources<'_>, dir: &str) -> Option<Root> {
        let signs = self.signs(sources, dir);
        if signs.is_empty() {
            return None;
        }
        let units = self.units.get(dir).map(Vec::as_slice).unwrap_or_default();
        let mut selections: Vec<Selection> = units
            .iter()
            .map(|path| Selection {
                name: directory::directory_of(path).to_owned(),
                terragrunt: Some(path.clone()),
                ..Selection::default()
            })
            .collect();
        if signs.iter().any(|sign| *sign != RootSign::Terragrunt) {
            selections.extend(Selection::all(sources, dir));
        }
        Some(Root { dir: dir.to_owned(), signs, selections })
    }

    /// All root modules, in order of directory.
    #[must_use]
    pub fn roots(&self, sources: &Sources<'_>) -> Vec<Root> {
        let dirs: Vec<&String> = self.calls.keys().collect();
        dirs.par_iter().filter_map(|dir| self.root(sources, dir)).collect()
    }

    /// Every configuration that has `dir` in its module tree, so that [`decide`](fn@super::decide) sees all callers.
    #[must_use]
    pub fn configurations_with<'w>(&self, sources: &Sources<'w>, dir: &str) -> Vec<Configuration<'w>> {
        let callers: Vec<String> = self.callers_of(dir).into_iter().collect();
        let roots: Vec<Root> = callers.par_iter().filter_map(|dir| self.root(sources, dir)).collect();
        let pairs: Vec<(&Root, &Selection)> =
            roots.iter().flat_map(|root| root.selections.iter().map(move |selection| (root, selection))).collect();
        pairs
            .par_iter()
            .map(|(root, selection)| Configuration::load_from(sources, &root.dir, selection))
            .filter(|configuration| configuration.nodes_in(dir).next().is_some())
            .collect()
    }
}

fn called_by(sources: &Sources<'_>, dir: &str) -> BTreeSet<String> {
    let module = sources.module(dir);
    let local =
        module.calls.values().filter_map(|call| if let ModuleSource::Local(dir) = &call.source { Some(dir.to_string()) } else { None });
    local.collect()
}

/// The directory that a Terragrunt unit applies.
fn unit_target(sources: &Sources<'_>, path: &str) -> Option<String> {
    match terragrunt::read(sources.workspace(), path)?.source {
        Some(ModuleSource::Local(dir)) => Some(dir.to_string()),
        Some(_) => None,
        None => Some(directory::directory_of(path).to_owned()),
    }
}
