//! One repository's files as facts, by blob; and the names that its root modules give, found by name in constant time.
//!
//! Updated from a tree difference (see [`Change`](super::Change)). Never trusted blindly: [`locate`](super::locate) reads the
//! candidates' files and evaluates them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::facts::FileFacts;
use super::names::Names;
use crate::terraform::directory_of;

/// Raised whenever facts of the same text would come out different: stored facts of another version are read anew.
pub const INDEX_VERSION: u32 = 1;

/// A file of the index.
#[derive(Debug, Clone)]
pub(super) struct IndexedFile {
    pub(super) path: Arc<str>,
    /// Its [`fact_id`].
    pub(super) id: Arc<str>,
    pub(super) facts: Arc<FileFacts>,
}

/// The index of one repository.
#[derive(Debug, Clone, Default)]
pub struct RepositoryIndex {
    /// Number of files.
    pub(super) count: usize,
    /// The files of each directory, in path order.
    pub(super) directories: BTreeMap<Arc<str>, Vec<IndexedFile>>,
    /// Facts by [`fact_id`], with the number of files that have them.
    pub(super) blobs: HashMap<Arc<str>, (Arc<FileFacts>, usize)>,
    pub(super) by_file_name: HashMap<Box<str>, Vec<Arc<str>>>,
    pub(super) calls: HashMap<Arc<str>, BTreeSet<Arc<str>>>,
    pub(super) callers: HashMap<Arc<str>, BTreeSet<Arc<str>>>,
    /// Directories that hold variable files and no configuration.
    pub(super) variable_folders: BTreeSet<Arc<str>>,
    pub(super) names: Names,
}

/// Whether a path is worth indexing: configuration, variable files and Terragrunt.
#[must_use]
pub fn is_indexed(path: &str) -> bool {
    let name = file_name(path);
    let endings = [".tf", ".tofu", ".tf.json", ".tofu.json", ".tfvars", ".tfvars.json"];
    (endings.iter().any(|ending| name.ends_with(ending)) || name == "terragrunt.hcl") && !path.split('/').any(|part| part == ".terraform")
}

pub(super) fn is_variable_file(path: &str) -> bool {
    path.ends_with(".tfvars") || path.ends_with(".tfvars.json")
}

/// The last part of a path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

impl RepositoryIndex {
    /// Nothing indexed.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
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
    pub fn in_directory<'i>(&'i self, directory: &str) -> impl Iterator<Item = (&'i str, &'i FileFacts)> + use<'i> {
        self.files_in(directory).iter().map(|file| (file.path.as_ref(), file.facts.as_ref()))
    }

    /// The files of a directory, in path order.
    pub(super) fn files_in(&self, directory: &str) -> &[IndexedFile] {
        self.directories.get(directory).map_or(&[], Vec::as_slice)
    }

    pub(super) fn file(&self, path: &str) -> Option<&IndexedFile> {
        let files = self.directories.get(directory_of(path))?;
        files.get(files.binary_search_by(|file| file.path.as_ref().cmp(path)).ok()?)
    }

    /// The facts of a file.
    #[must_use]
    pub fn facts(&self, path: &str) -> Option<&FileFacts> {
        self.file(path).map(|file| file.facts.as_ref())
    }

    /// The blob id of a file.
    #[must_use]
    pub fn blob(&self, path: &str) -> Option<&str> {
        self.file(path).map(|file| file.id.split('.').next().unwrap_or_default())
    }

    /// The facts of every blob by [`fact_id`], for a store.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &FileFacts)> {
        self.blobs.iter().map(|(id, (facts, _))| (id.as_ref(), facts.as_ref()))
    }

    /// The indexed path equal to `path`.
    pub(super) fn path(&self, path: &str) -> Option<&str> {
        self.file(path).map(|file| file.path.as_ref())
    }

    /// The indexed paths whose file name is `name`, in no order.
    pub(super) fn paths_called<'i>(&'i self, name: &str) -> impl Iterator<Item = &'i str> {
        self.by_file_name.get(name).into_iter().flatten().map(AsRef::as_ref)
    }

    /// The names of all indexed files, each once.
    pub(super) fn file_names(&self) -> impl Iterator<Item = &str> {
        self.by_file_name.keys().map(AsRef::as_ref)
    }

    /// Directories below `prefix` (`""`: all) with indexed files.
    pub(super) fn directories_below<'i>(&'i self, prefix: &str) -> impl Iterator<Item = &'i str> {
        let start = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        let from: Arc<str> = Arc::from(start.as_str());
        self.directories.range(from..).map(|(directory, _)| directory.as_ref()).take_while(move |directory| directory.starts_with(&start))
    }

    /// Whether any folder holds variable files and no configuration.
    pub(super) fn has_variable_folders(&self) -> bool {
        !self.variable_folders.is_empty()
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

    /// Directories that the files of `directory` call as local modules.
    pub(super) fn calls_of<'i>(&'i self, directory: &str) -> impl Iterator<Item = &'i str> {
        self.calls.get(directory).into_iter().flatten().map(AsRef::as_ref)
    }

    /// The directories that a root module is made of: itself and every local module below it.
    pub(super) fn tree<'i>(&'i self, root: &'i str) -> BTreeSet<&'i str> {
        let mut found: BTreeSet<&str> = BTreeSet::new();
        let mut stack = vec![root];
        while let Some(directory) = stack.pop() {
            if found.insert(directory) {
                stack.extend(self.calls_of(directory));
            }
        }
        found
    }

    /// The names that the root modules give.
    pub(super) const fn names(&self) -> &Names {
        &self.names
    }

    /// Number of indexed files.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether nothing is indexed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
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
    use crate::locate::Change;
    use crate::model::Workspace;

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
