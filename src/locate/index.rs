//! One repository's files as facts, by blob; and the names that its root modules give, found by name in constant time.
//!
//! Updated from a tree difference: only changed blobs are read, only root modules that reach a changed directory are put together
//! again. Never trusted blindly: [`locate`](super::locate) reads the candidates' files and evaluates them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::block::directory_of;
use super::facts::FileFacts;
use super::names::{Names, RootNames};
use super::position::local_source;
use super::scan::scan;
use super::variable_files::{GivenIn, selections, takers};
use crate::identity;
use crate::model::Workspace;
use rayon::prelude::*;

/// Raised whenever facts of the same text would come out different: stored facts of another version are read anew.
pub const INDEX_VERSION: u32 = 1;

/// One difference between two trees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The file is there with this content.
    Put {
        /// Path in the repository.
        path: String,
        /// The blob's id.
        blob: String,
        /// Its text; `None` when the index has the blob already (a renamed file).
        text: Option<Arc<str>>,
    },
    /// The file is gone.
    Remove {
        /// Path in the repository.
        path: String,
    },
}

/// What a difference touched.
#[derive(Debug, Default)]
struct Changed {
    directories: BTreeSet<Arc<str>>,
    /// Folders with changed variable files, and the variables that these give or gave.
    variable_files: GivenIn,
}

impl Changed {
    fn note(&mut self, path: &str, facts: Option<&FileFacts>) {
        let directory = directory_of(path);
        if !self.directories.contains(directory) {
            self.directories.insert(Arc::from(directory));
        }
        if is_variable_file(path) {
            let given = self.variable_files.entry(directory.into()).or_default();
            given.extend(facts.into_iter().flat_map(|facts| &facts.values).map(|(name, _)| name.clone()));
        }
    }
}

fn is_variable_file(path: &str) -> bool {
    path.ends_with(".tfvars") || path.ends_with(".tfvars.json")
}

#[derive(Debug, Clone)]
struct File {
    blob: Arc<str>,
    facts: Arc<FileFacts>,
}

/// The index of one repository.
#[derive(Debug, Clone, Default)]
pub struct RepositoryIndex {
    files: BTreeMap<Arc<str>, File>,
    blobs: HashMap<Arc<str>, (Arc<FileFacts>, usize)>,
    directories: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    calls: HashMap<Arc<str>, BTreeSet<Arc<str>>>,
    callers: HashMap<Arc<str>, BTreeSet<Arc<str>>>,
    /// Directories that hold variable files and no configuration.
    variable_folders: BTreeSet<Arc<str>>,
    names: Names,
}

/// Whether a path is worth indexing: configuration, variable files and Terragrunt.
#[must_use]
pub fn is_indexed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let endings = [".tf", ".tofu", ".tf.json", ".tofu.json", ".tfvars", ".tfvars.json"];
    !path.split('/').any(|part| part == ".terraform") && (endings.iter().any(|ending| name.ends_with(ending)) || name == "terragrunt.hcl")
}

impl RepositoryIndex {
    /// Nothing indexed.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Indexes every file of a workspace; blob ids are made from the texts.
    #[must_use]
    pub fn of_workspace(workspace: &Workspace) -> Self {
        let changes = workspace.iter().filter(|(path, _)| is_indexed(path)).map(|(path, text)| Change::Put {
            path: path.to_owned(),
            blob: text_id(text),
            text: workspace.shared(path).or_else(|| Some(Arc::from(text))),
        });
        let mut index = Self::new();
        index.apply(changes.collect());
        index
    }

    /// Takes in the difference between two trees. Blobs that the index has are not read again.
    pub fn apply(&mut self, changes: Vec<Change>) {
        self.apply_with(changes, HashMap::new());
    }

    /// As [`apply`](Self::apply), with facts that were read earlier, by [`fact_id`]: what a store kept of this [`INDEX_VERSION`].
    pub fn apply_with(&mut self, changes: Vec<Change>, mut known: HashMap<String, Arc<FileFacts>>) {
        let read: Vec<(String, Arc<FileFacts>)> = changes
            .par_iter()
            .filter_map(|change| match change {
                Change::Put { path, blob, text: Some(text) } if is_indexed(path) => {
                    let id = fact_id(path, blob);
                    let here = self.blobs.contains_key(id.as_str()) || known.contains_key(&id);
                    (!here).then(|| (id, Arc::new(scan(path, text))))
                }
                _ => None,
            })
            .collect();
        known.extend(read);
        self.put_all(changes, &known);
    }

    fn put_all(&mut self, changes: Vec<Change>, read: &HashMap<String, Arc<FileFacts>>) {
        let mut changed = Changed::default();
        for change in changes {
            let path = match &change {
                Change::Put { path, .. } | Change::Remove { path } => path.clone(),
            };
            if !is_indexed(&path) {
                continue;
            }
            let known = match &change {
                Change::Put { path, blob, .. } => self.blobs.get(fact_id(path, blob).as_str()).map(|(facts, _)| facts.clone()),
                Change::Remove { .. } => None,
            };
            changed.note(&path, self.files.get(path.as_str()).map(|file| file.facts.as_ref()));
            self.take_out(&path);
            if let Change::Put { path, blob, .. } = change
                && let Some(facts) = known.or_else(|| read.get(&fact_id(&path, &blob)).cloned())
            {
                changed.note(&path, Some(&facts));
                self.put_in(&path, &fact_id(&path, &blob), facts);
            }
        }
        self.refresh(changed);
    }

    fn take_out(&mut self, path: &str) {
        let Some(old) = self.files.remove(path) else { return };
        if let Some((_, uses)) = self.blobs.get_mut(&old.blob) {
            *uses -= 1;
            if *uses == 0 {
                self.blobs.remove(&old.blob);
            }
        }
        let directory = directory_of(path);
        if let Some(paths) = self.directories.get_mut(directory) {
            paths.remove(path);
            if paths.is_empty() {
                self.directories.remove(directory);
            }
        }
    }

    fn put_in(&mut self, path: &str, blob: &str, facts: Arc<FileFacts>) {
        let path: Arc<str> = Arc::from(path);
        let id = self.blobs.get_key_value(blob).map_or_else(|| Arc::from(blob), |(id, _)| id.clone());
        self.blobs.entry(id.clone()).or_insert_with(|| (facts.clone(), 0)).1 += 1;
        let directory = directory_of(&path);
        match self.directories.get_mut(directory) {
            Some(paths) => drop(paths.insert(path.clone())),
            None => drop(self.directories.insert(Arc::from(directory), BTreeSet::from([path.clone()]))),
        }
        self.files.insert(path, File { blob: id, facts });
    }

    /// Puts the root modules together again that reach a changed directory.
    fn refresh(&mut self, changed: Changed) {
        // A folder with configuration keeps its variable files for itself.
        let Changed { directories, variable_files: mut shared } = changed;
        shared.retain(|folder, _| self.variable_folders.contains(folder.as_ref()));
        let mut reached: HashSet<Arc<str>> = HashSet::new();
        let mut stack: Vec<Arc<str>> = directories.iter().cloned().collect();
        // Directories that lost or gained their last caller change between module and root; what else calls them does not change.
        let mut called: BTreeSet<Arc<str>> = BTreeSet::new();
        for directory in &directories {
            called.extend(self.calls.get(directory).into_iter().flatten().cloned());
            self.relink(directory);
            let paths = self.directories.get(directory).into_iter().flatten();
            let files: Vec<_> = paths.filter_map(|path| Some((path.clone(), self.files.get(path)?.facts.clone()))).collect();
            self.names.mark(directory, &files);
            let only_variables = !files.is_empty() && files.iter().all(|(path, _)| is_variable_file(path));
            let differs =
                if only_variables { self.variable_folders.insert(directory.clone()) } else { self.variable_folders.remove(directory) };
            let given = files.iter().filter(|(path, _)| is_variable_file(path)).flat_map(|(_, facts)| &facts.values);
            if differs {
                shared.entry(directory.as_ref().into()).or_default().extend(given.map(|(name, _)| name.clone()));
            }
            called.extend(self.calls.get(directory).into_iter().flatten().cloned());
        }
        while let Some(directory) = stack.pop() {
            if reached.insert(directory.clone()) {
                stack.extend(self.callers.get(&directory).into_iter().flatten().cloned());
            }
        }
        reached.extend(called);
        self.reach_takers(shared, &mut reached);
        let reached: Vec<Arc<str>> = reached.into_iter().collect();
        let built: Vec<(Arc<str>, Option<RootNames>)> = reached
            .into_par_iter()
            .map(|root| {
                let names = self.is_root(&root).then(|| RootNames::build(self, &root));
                (root, names)
            })
            .collect();
        self.names.replace(built);
    }

    /// Adds the directories that are given a changed variable file and declare one of its variables.
    fn reach_takers(&self, shared: GivenIn, reached: &mut HashSet<Arc<str>>) {
        for (taker, variables) in takers(self, shared) {
            let declares = |facts: &FileFacts| facts.variables.iter().any(|(name, _)| variables.contains(name));
            if !reached.contains(taker) && self.in_directory(taker).any(|(_, facts)| declares(facts)) {
                reached.insert(Arc::from(taker));
            }
        }
    }

    /// Renews the local module calls of a directory.
    fn relink(&mut self, directory: &Arc<str>) {
        for target in self.calls.remove(directory).unwrap_or_default() {
            if let Some(callers) = self.callers.get_mut(&target) {
                callers.remove(directory);
                if callers.is_empty() {
                    self.callers.remove(&target);
                }
            }
        }
        let mut targets: BTreeSet<Arc<str>> = BTreeSet::new();
        for (_, facts) in self.in_directory(directory) {
            targets.extend(facts.calls.iter().filter_map(|call| local_source(directory, &call.source)).map(Arc::from));
        }
        for target in &targets {
            self.callers.entry(target.clone()).or_default().insert(directory.clone());
        }
        if !targets.is_empty() {
            self.calls.insert(directory.clone(), targets);
        }
    }

    /// Whether a directory is read as a root module: it has configuration, and nothing calls it or it says so itself.
    #[must_use]
    pub fn is_root(&self, directory: &str) -> bool {
        let mut any = false;
        for (path, facts) in self.in_directory(directory) {
            if is_variable_file(path) {
                continue;
            }
            any = true;
            if facts.root_sign && (facts.backend.is_some() || path.ends_with("terragrunt.hcl")) {
                return true;
            }
        }
        any && !self.callers.contains_key(directory)
    }

    /// The files of a directory with their facts, in path order.
    pub fn in_directory<'i>(&'i self, directory: &str) -> impl Iterator<Item = (&'i str, &'i FileFacts)> {
        let paths = self.directories.get(directory).into_iter().flatten();
        paths.filter_map(|path| self.files.get(path).map(|file| (path.as_ref(), file.facts.as_ref())))
    }

    /// The facts of a file.
    #[must_use]
    pub fn facts(&self, path: &str) -> Option<&FileFacts> {
        self.files.get(path).map(|file| file.facts.as_ref())
    }

    /// The blob id of a file.
    #[must_use]
    pub fn blob(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(|file| file.blob.split('.').next().unwrap_or_default())
    }

    /// The facts of every blob by [`fact_id`], for a store.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &FileFacts)> {
        self.blobs.iter().map(|(id, (facts, _))| (id.as_ref(), facts.as_ref()))
    }

    /// Every indexed path, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(AsRef::as_ref)
    }

    /// Directories below `prefix` (`""`: all) with indexed files.
    pub(super) fn directories_below<'i>(&'i self, prefix: &str) -> impl Iterator<Item = &'i str> {
        let start = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        let from: Arc<str> = Arc::from(start.as_str());
        self.directories.range(from..).map(|(directory, _)| directory.as_ref()).take_while(move |directory| directory.starts_with(&start))
    }

    /// The folder `prefix` and those below it that hold variable files and no configuration.
    pub(super) fn variable_folders<'i>(&'i self, prefix: &str) -> impl Iterator<Item = &'i str> + use<'i> {
        let start = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        let own = self.variable_folders.get(prefix).filter(|_| !prefix.is_empty());
        let below = self.variable_folders.range(Arc::from(start.as_str())..).take_while(move |folder| folder.starts_with(&start));
        own.into_iter().chain(below).map(AsRef::as_ref)
    }

    /// The directory of that name, if it has indexed files.
    pub(super) fn directory(&self, name: &str) -> Option<&str> {
        self.directories.get_key_value(name).map(|(directory, _)| directory.as_ref())
    }

    /// Directories whose files call `directory` as a local module.
    pub fn callers_of<'i>(&'i self, directory: &str) -> impl Iterator<Item = &'i str> {
        self.callers.get(directory).into_iter().flatten().map(AsRef::as_ref)
    }

    /// The directories that a root module is made of: itself and every local module below it.
    #[must_use]
    pub fn tree_of(&self, root: &str) -> Vec<String> {
        let mut found: BTreeSet<String> = BTreeSet::new();
        let mut stack = vec![root.to_owned()];
        while let Some(directory) = stack.pop() {
            stack.extend(self.calls.get(directory.as_str()).into_iter().flatten().map(ToString::to_string));
            if !found.insert(directory) {
                stack.retain(|next| !found.contains(next));
            }
        }
        found.into_iter().collect()
    }

    /// The files that [`locate`](super::locate) needs to see for a query: those of every root module that may be meant, with the
    /// modules they call and the variable files given to them. Read them at the head.
    #[must_use]
    pub fn files_for(&self, query: &super::Query<'_>) -> Vec<String> {
        let mut roots: BTreeSet<String> = BTreeSet::new();
        let mut paths: BTreeSet<String> = BTreeSet::new();
        if let Some(identity) = &query.identity {
            let types = identity::candidate_types(identity);
            let whole = types.iter().flat_map(|kind| identity::kinds().wholes_of(kind)).flat_map(identity::Kind::terraform_types);
            let types: Vec<String> = types.iter().cloned().chain(whole.map(str::to_owned)).collect();
            let named = identity.name.as_deref().map(|name| self.names.lookup(&types, name)).unwrap_or_default();
            let arguments = identity.name.as_deref().map(|name| self.names.lookup_arguments(name)).unwrap_or_default();
            let of_type = if named.iter().any(|hit| hit.exact) { Vec::new() } else { self.names.of_types(&types, 200) };
            roots.extend(named.iter().chain(&arguments).chain(&of_type).map(|hit| hit.root.to_owned()));
            for state in query.states {
                roots.extend(super::backend::root_of_state(self, state));
                for found in state.find(identity) {
                    let kind = std::slice::from_ref(&found.address.kind);
                    roots.extend(
                        self.names.of_types(kind, 2000).iter().filter(|hit| hit.block == found.address.name).map(|hit| hit.root.to_owned()),
                    );
                }
            }
            let imports = [Some(identity.id.as_str()), identity.name.as_deref()].into_iter().flatten();
            roots.extend(imports.flat_map(|id| self.names.imports(id)).map(|(path, _)| directory_of(path).to_owned()));
        }
        let traces = query.tags.values().flat_map(|value| self.names.traces(value)).map(|(path, ..)| path);
        paths.extend(traces.map(str::to_owned));
        let positions =
            query.position.iter().filter_map(|position| position.path.as_deref()).chain(query.tags.get("git_file").map(String::as_str));
        let positions = positions.chain(query.answer.iter().map(|answer| answer.path.as_str()));
        for wanted in positions {
            let last = wanted.rsplit('/').next().unwrap_or(wanted);
            paths.extend(self.files.keys().filter(|path| path.rsplit('/').next() == Some(last)).map(ToString::to_string));
        }
        roots.extend(paths.iter().map(|path| directory_of(path).to_owned()));
        for root in &roots {
            for directory in self.tree_of(root) {
                paths.extend(self.in_directory(&directory).map(|(path, _)| path.to_owned()));
                paths.extend(self.callers_of(&directory).flat_map(|caller| self.in_directory(caller)).map(|(path, _)| path.to_owned()));
            }
            paths.extend(selections(self, root).into_iter().flat_map(|selection| selection.files));
        }
        paths.into_iter().collect()
    }

    /// The names that the root modules give.
    pub(super) const fn names(&self) -> &Names {
        &self.names
    }

    /// Number of indexed files.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether nothing is indexed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// By what the facts of a blob are kept: its id, and the language that its path says it is in.
#[must_use]
pub fn fact_id(path: &str, blob: &str) -> String {
    match path.rsplit('.').next() {
        Some(language @ ("json" | "hcl")) => format!("{blob}.{language}"),
        _ => blob.to_owned(),
    }
}

/// An id for a text that has no blob id: two equal texts have the same.
#[must_use]
pub fn text_id(text: &str) -> String {
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
    let hasher: BuildHasherDefault<DefaultHasher> = BuildHasherDefault::default();
    format!("text-{:x}-{:016x}", text.len(), hasher.hash_one(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Vec<(&'static str, &'static str)> {
        vec![
            ("live/prod/main.tf", "module \"a\" {\n  source = \"../../modules/b\"\n  name = \"prod-logs\"\n}\n"),
            ("live/dev/main.tf", "module \"a\" {\n  source = \"../../modules/b\"\n  name = \"dev-logs\"\n}\n"),
            ("modules/b/main.tf", "variable \"name\" {}\nresource \"aws_s3_bucket\" \"x\" {\n  bucket = var.name\n}\n"),
            ("README.md", "no"),
        ]
    }

    fn index() -> RepositoryIndex {
        RepositoryIndex::of_workspace(&files().into_iter().collect())
    }

    fn found(index: &RepositoryIndex, name: &str) -> Vec<String> {
        let hits = index.names().lookup(&["aws_s3_bucket".into()], name);
        hits.into_iter().filter(|hit| hit.exact).map(|hit| format!("{} {}", hit.root, hit.path)).collect()
    }

    fn put(path: &str, text: &str) -> Change {
        Change::Put { path: path.into(), blob: text_id(text), text: Some(Arc::from(text)) }
    }

    #[test]
    fn names_are_found_through_modules() {
        assert_eq!(index().len(), 3);
        assert_eq!(found(&index(), "prod-logs"), ["live/prod modules/b/main.tf"]);
        assert!(found(&index(), "other").is_empty());
    }

    #[test]
    fn an_update_is_the_same_as_starting_over() {
        let mut index = index();
        index.apply(vec![put("live/dev/main.tf", "resource \"aws_s3_bucket\" \"y\" {\n  bucket = \"solo\"\n}\n")]);
        assert_eq!(found(&index, "solo"), ["live/dev live/dev/main.tf"]);
        assert!(found(&index, "dev-logs").is_empty());
        index.apply(vec![Change::Remove { path: "live/prod/main.tf".into() }]);
        assert!(found(&index, "prod-logs").is_empty());
        // Nothing calls the module any more: it is a root, and its own name is open.
        assert!(index.is_root("modules/b"));
        index.apply(files().into_iter().map(|(path, text)| put(path, text)).collect());
        assert_eq!(found(&index, "prod-logs"), ["live/prod modules/b/main.tf"]);
        assert_eq!(found(&index, "dev-logs"), ["live/dev modules/b/main.tf"]);
    }

    #[test]
    fn stored_facts_give_the_same_index_without_a_text() {
        let stored: HashMap<String, Arc<FileFacts>> = index()
            .entries()
            .map(|(id, facts)| (id.to_owned(), Arc::new(serde_json::from_slice(&serde_json::to_vec(facts).unwrap()).unwrap())))
            .collect();
        let put = |(path, text): (&str, &str)| Change::Put { path: path.into(), blob: text_id(text), text: None };
        let mut back = RepositoryIndex::new();
        back.apply_with(files().into_iter().map(put).collect(), stored);
        assert_eq!(found(&back, "prod-logs"), found(&index(), "prod-logs"));
        assert_eq!(back.search_keys(), index().search_keys());
    }

    #[test]
    fn one_text_in_two_languages_is_read_in_each() {
        let text = "locals {\n  a = 1\n}\n";
        let mut index = RepositoryIndex::new();
        index.apply(vec![put("terragrunt.hcl", text), put("main.tf", text), put("main.tf.json", text)]);
        let locals = |path: &str| index.facts(path).unwrap().locals.len();
        assert_eq!((locals("terragrunt.hcl"), locals("main.tf"), locals("main.tf.json")), (1, 1, 0));
        assert_eq!(index.blob("main.tf.json"), Some(text_id(text).as_str()));
    }

    #[test]
    fn a_folder_that_gets_configuration_keeps_its_variable_files_to_itself() {
        let mut index = RepositoryIndex::of_workspace(
            &[
                ("app/main.tf", "variable \"env\" {}\nresource \"aws_s3_bucket\" \"x\" {\n  bucket = \"acme-${var.env}-data\"\n}\n"),
                ("envs/prod/prod.tfvars", "env = \"prod\"\n"),
            ]
            .into_iter()
            .collect(),
        );
        assert_eq!(found(&index, "acme-prod-data"), ["app app/main.tf"]);
        index.apply(vec![put("envs/prod/main.tf", "locals {\n  a = 1\n}\n")]);
        assert!(found(&index, "acme-prod-data").is_empty());
        index.apply(vec![Change::Remove { path: "envs/prod/main.tf".into() }]);
        assert_eq!(found(&index, "acme-prod-data"), ["app app/main.tf"]);
        index.apply(vec![put("envs/prod/prod.tfvars", "env = \"live\"\n")]);
        assert_eq!(found(&index, "acme-live-data"), ["app app/main.tf"]);
    }

    #[test]
    fn variable_files_and_workspaces_give_their_own_names() {
        let workspace: Workspace = [
            ("main.tf", "variable \"env\" {}\nresource \"aws_s3_bucket\" \"x\" {\n  bucket = \"acme-${var.env}-data\"\n}\n"),
            ("envs/prod.tfvars", "env = \"prod\"\n"),
            ("envs/dev.tfvars", "env = \"dev\"\n"),
        ]
        .into_iter()
        .collect();
        let index = RepositoryIndex::of_workspace(&workspace);
        let hits = index.names().lookup(&["aws_s3_bucket".into()], "acme-prod-data");
        assert!(hits.iter().any(|hit| hit.exact));
        // The variable has no default: without one of the files the module is never applied.
        assert!(index.names().lookup(&["aws_s3_bucket".into()], "acme-qa-data").is_empty());
    }
}
