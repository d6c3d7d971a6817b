//! The names that root modules give to what they create, and their lookup: constant time, whatever the size of the repository.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use super::block::directory_of;
use super::facts::{BackendFact, CallFact, Fact, FileFacts, ResourceFact};
use super::index::RepositoryIndex;
use super::position::local_source;
use super::scan::naming_arguments;
use super::values::{Each, Name, Piece, Scope, Val, by_name, fits, variables};
use crate::identity;

/// Deepest module path that is followed.
const DEEPEST: usize = 16;
/// Most module instances of one root module with one selection.
const MOST_MODULES: usize = 4_000;
/// Type of an entry that is an argument of a module that is not in the repository; the argument's name follows.
pub(super) const MODULE_ARGUMENT: &str = "module argument ";
/// Most blocks with nothing known of their name that a lookup returns.
const MOST_OPEN: usize = 200;

/// One way to apply a root module: the variable files given to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct VariableFiles {
    /// `""` for the module as it stands, else the last file's stem.
    pub(super) name: String,
    /// Paths, later ones win.
    pub(super) files: Vec<String>,
}

/// What one root module may create.
#[derive(Debug, Clone)]
struct Entry {
    kind: Arc<str>,
    root: Arc<str>,
    path: Arc<str>,
    block: Arc<str>,
    module: Arc<[Box<str>]>,
    name: Name,
    region: Option<Arc<str>>,
    accounts: Arc<[Box<str>]>,
}

/// The entries of one root module, before they are put into the lookup.
#[derive(Debug, Default)]
pub(super) struct RootNames {
    entries: Vec<Entry>,
}

/// A block that may have created a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit<'n> {
    pub(super) kind: &'n str,
    /// Directory of the root module.
    pub(super) root: &'n str,
    pub(super) path: &'n str,
    /// Name of the resource block.
    pub(super) block: &'n str,
    /// Module path from the root.
    pub(super) module: &'n [Box<str>],
    /// The name is wholly known and equal.
    pub(super) exact: bool,
    /// Characters of the name that are fixed; 0 when nothing is known.
    pub(super) fixed: usize,
    /// Region its provider is set to, when known.
    pub(super) region: Option<&'n str>,
    /// Accounts its provider is bound to, when known.
    pub(super) accounts: &'n [Box<str>],
}

/// Lookup tables over all root modules.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    entries: Vec<Option<Entry>>,
    free: Vec<u32>,
    of_root: HashMap<Arc<str>, Vec<u32>>,
    known: HashMap<u64, Vec<u32>>,
    patterns: HashMap<u64, Vec<u32>>,
    open: HashMap<Arc<str>, Vec<u32>>,
    of_kind: HashMap<Arc<str>, Vec<u32>>,
    marks: HashMap<Arc<str>, Marks>,
    imports: HashMap<Box<str>, Vec<ImportAt>>,
    traces: HashMap<Box<str>, Vec<BlockAt>>,
}

/// Path and address of an import block.
type ImportAt = (Arc<str>, Box<str>);
/// Path, type and name of a block.
type BlockAt = (Arc<str>, Box<str>, Box<str>);

/// What one directory's own files say, besides the names.
#[derive(Debug, Clone, Default)]
struct Marks {
    backend: Option<BackendFact>,
    /// Import ids.
    imports: Vec<Box<str>>,
    /// Values of provenance tags.
    traces: Vec<Box<str>>,
}

fn hash(parts: &[&str]) -> u64 {
    let hasher: BuildHasherDefault<DefaultHasher> = BuildHasherDefault::default();
    hasher.hash_one(parts)
}

fn pattern_key(start: &str, end: &str) -> u64 {
    hash(&[&start.to_ascii_lowercase(), &end.to_ascii_lowercase()])
}

/// Drops the entries of `key` that `gone` picks.
fn forget<T>(map: &mut HashMap<Box<str>, Vec<T>>, key: &str, gone: impl Fn(&T) -> bool) {
    if let Some(known) = map.get_mut(key) {
        known.retain(|entry| !gone(entry));
        if known.is_empty() {
            map.remove(key);
        }
    }
}

impl Names {
    /// Replaces what is known of a root module; `None` when the directory is none any more.
    pub(super) fn replace(&mut self, root: &Arc<str>, names: Option<RootNames>) {
        for id in self.of_root.remove(root).unwrap_or_default() {
            self.remove(id);
        }
        let Some(names) = names else { return };
        let ids: Vec<u32> = names.entries.into_iter().map(|entry| self.insert(entry)).collect();
        if !ids.is_empty() {
            self.of_root.insert(root.clone(), ids);
        }
    }

    /// Renews what one directory's own files say of backends, imports and provenance.
    pub(super) fn mark(&mut self, directory: &Arc<str>, files: &[(Arc<str>, Arc<FileFacts>)]) {
        let old = self.marks.remove(directory).unwrap_or_default();
        for id in &old.imports {
            forget(&mut self.imports, id, |(path, _)| super::block::directory_of(path) == directory.as_ref());
        }
        for trace in &old.traces {
            forget(&mut self.traces, trace, |(path, ..)| super::block::directory_of(path) == directory.as_ref());
        }
        let mut marks = Marks::default();
        for (path, facts) in files {
            marks.backend = marks.backend.or_else(|| facts.backend.clone());
            for import in &facts.imports {
                marks.imports.push(import.id.clone());
                self.imports.entry(import.id.clone()).or_default().push((path.clone(), import.to.clone()));
            }
            for resource in &facts.resources {
                for (key, value) in resource.tags.iter().filter(|(key, _)| key.contains("trace")) {
                    let _ = key;
                    marks.traces.push(value.clone());
                    self.traces.entry(value.clone()).or_default().push((path.clone(), resource.kind.clone(), resource.name.clone()));
                }
            }
        }
        if marks.backend.is_some() || !marks.imports.is_empty() || !marks.traces.is_empty() {
            self.marks.insert(directory.clone(), marks);
        }
    }

    /// Import blocks with this id: path and address.
    pub(super) fn imports(&self, id: &str) -> Vec<(&str, &str)> {
        self.imports.get(id).into_iter().flatten().map(|(path, to)| (path.as_ref(), to.as_ref())).collect()
    }

    /// Blocks that carry this trace: path, type and name.
    pub(super) fn traces(&self, value: &str) -> Vec<(&str, &str, &str)> {
        self.traces.get(value).into_iter().flatten().map(|(path, kind, name)| (path.as_ref(), kind.as_ref(), name.as_ref())).collect()
    }

    /// Directories with a backend.
    pub(super) fn backends(&self) -> impl Iterator<Item = (&str, &BackendFact)> {
        self.marks.iter().filter_map(|(directory, marks)| Some((directory.as_ref(), marks.backend.as_ref()?)))
    }

    fn bucket(&mut self, entry: &Entry) -> &mut Vec<u32> {
        match &entry.name {
            Name::Known(name) => self.known.entry(hash(&[&name.to_ascii_lowercase()])).or_default(),
            Name::Pattern(pieces) => {
                let (start, end) = Name::ends(pieces);
                self.patterns.entry(pattern_key(start, end)).or_default()
            }
            Name::Open => self.open.entry(entry.kind.clone()).or_default(),
        }
    }

    fn insert(&mut self, entry: Entry) -> u32 {
        let id = self.free.pop().unwrap_or_else(|| {
            self.entries.push(None);
            u32::try_from(self.entries.len() - 1).unwrap_or(u32::MAX)
        });
        self.bucket(&entry).push(id);
        self.of_kind.entry(entry.kind.clone()).or_default().push(id);
        if let Some(slot) = self.entries.get_mut(id as usize) {
            *slot = Some(entry);
        }
        id
    }

    fn remove(&mut self, id: u32) {
        let Some(entry) = self.entries.get_mut(id as usize).and_then(Option::take) else { return };
        let drop_from = |ids: &mut Vec<u32>| {
            if let Some(at) = ids.iter().position(|known| *known == id) {
                ids.swap_remove(at);
            }
        };
        drop_from(self.bucket(&entry));
        if let Some(ids) = self.of_kind.get_mut(&entry.kind) {
            drop_from(ids);
        }
        self.free.push(id);
    }

    fn entry(&self, id: u32) -> Option<&Entry> {
        self.entries.get(id as usize).and_then(Option::as_ref)
    }

    /// Blocks of these types that may have created `name`: exact ones first, then by how much of the name they fix.
    pub(super) fn lookup(&self, types: &[String], name: &str) -> Vec<Hit<'_>> {
        self.lookup_where(types, name, &|entry: &Entry| types.iter().any(|kind| **kind == *entry.kind))
    }

    /// Arguments of modules outside the repository that are, or may be, `name`.
    pub(super) fn lookup_arguments(&self, name: &str) -> Vec<Hit<'_>> {
        self.lookup_where(&[], name, &|entry: &Entry| entry.kind.starts_with(MODULE_ARGUMENT))
    }

    fn lookup_where(&self, types: &[String], name: &str, wanted: &dyn Fn(&Entry) -> bool) -> Vec<Hit<'_>> {
        let mut hits: Vec<Hit<'_>> = Vec::new();
        for entry in self.known.get(&hash(&[&name.to_ascii_lowercase()])).into_iter().flatten().filter_map(|id| self.entry(*id)) {
            if wanted(entry) && matches!(&entry.name, Name::Known(known) if identity::same_name(&entry.kind, known, name)) {
                hits.push(entry.hit(true, name.chars().count()));
            }
        }
        for id in self.pattern_ids(name) {
            let Some(entry) = self.entry(id).filter(|entry| wanted(entry)) else { continue };
            let Name::Pattern(pieces) = &entry.name else { continue };
            let fold = identity::same_name(&entry.kind, "a", "A");
            if let Some(fixed) = fits(pieces, name, fold) {
                hits.push(entry.hit(false, fixed));
            }
        }
        let open = types.iter().filter_map(|kind| self.open.get(kind.as_str())).flatten().take(MOST_OPEN);
        hits.extend(open.filter_map(|id| self.entry(*id)).map(|entry| entry.hit(false, 0)));
        hits.sort_by(|a, b| (b.exact, b.fixed, a.root, a.path, a.block).cmp(&(a.exact, a.fixed, b.root, b.path, b.block)));
        hits
    }

    /// Patterns whose literal ends are the ends of `name`: one look for each pair of lengths, not for each pattern.
    fn pattern_ids(&self, name: &str) -> Vec<u32> {
        if self.patterns.is_empty() {
            return Vec::new();
        }
        let lower = name.to_ascii_lowercase();
        let cuts: Vec<usize> = lower.char_indices().map(|(at, _)| at).chain([lower.len()]).collect();
        let mut ids = Vec::new();
        for &start in &cuts {
            for &end in cuts.iter().filter(|end| **end >= start) {
                ids.extend(self.patterns.get(&hash(&[&lower[..start], &lower[end..]])).into_iter().flatten());
            }
        }
        ids
    }

    /// Every block of these types, at most `most`.
    pub(super) fn of_types(&self, types: &[String], most: usize) -> Vec<Hit<'_>> {
        let mut hits: Vec<Hit<'_>> = types
            .iter()
            .filter_map(|kind| self.of_kind.get(kind.as_str()))
            .flatten()
            .filter_map(|id| self.entry(*id))
            .map(|entry| entry.hit(false, 0))
            .take(most.saturating_mul(4))
            .collect();
        hits.sort_by(|a, b| (a.root, a.path, a.block, a.module).cmp(&(b.root, b.path, b.block, b.module)));
        hits.dedup();
        hits.truncate(most);
        hits
    }

    /// Directories of root modules that create something.
    #[cfg(test)]
    pub(super) fn roots(&self) -> HashSet<&str> {
        self.of_root.keys().map(AsRef::as_ref).collect()
    }
}

impl Entry {
    fn hit(&self, exact: bool, fixed: usize) -> Hit<'_> {
        Hit {
            kind: &self.kind,
            root: &self.root,
            path: &self.path,
            block: &self.block,
            module: &self.module,
            exact,
            fixed,
            region: self.region.as_deref(),
            accounts: &self.accounts,
        }
    }
}

impl RootNames {
    /// Puts a root module together, once for each way its variables are given.
    pub(super) fn build(index: &RepositoryIndex, root: &Arc<str>) -> Self {
        let mut names = Self::default();
        for selection in selections(index, root) {
            let steps = Cell::new(0);
            let mut walk = Walk { index, root, names: &mut names, left: MOST_MODULES, steps: &steps };
            let given = given(index, root, &selection);
            walk.module(root, &given, &mut Vec::new(), None);
        }
        let mut seen = HashSet::new();
        names.entries.retain(|entry| {
            let Entry { kind, path, block, module, name, region, .. } = entry;
            seen.insert((kind.clone(), path.clone(), block.clone(), module.clone(), name.clone(), region.clone()))
        });
        names
    }
}

struct Walk<'w> {
    index: &'w RepositoryIndex,
    root: &'w Arc<str>,
    names: &'w mut RootNames,
    left: usize,
    steps: &'w Cell<usize>,
}

/// Provider configurations by name, with region and accounts.
type Providers = HashMap<String, (Option<Arc<str>>, Arc<[Box<str>]>)>;

impl Walk<'_> {
    fn module(&mut self, directory: &str, given: &HashMap<Box<str>, Val>, path: &mut Vec<Box<str>>, inherited: Option<&Providers>) {
        if path.len() > DEEPEST || self.left == 0 {
            return;
        }
        self.left -= 1;
        let index = self.index;
        let files: Vec<_> = index.in_directory(directory).filter(|(path, _)| !path.contains(".tfvars")).collect();
        let locals = by_name(files.iter().flat_map(|(_, facts)| facts.locals.iter().map(|(name, fact)| (name.as_ref(), fact))));
        let declared: Vec<(&str, Option<&Fact>)> =
            files.iter().flat_map(|(_, facts)| facts.variables.iter().map(|(name, default)| (name.as_ref(), default.as_ref()))).collect();
        let mut values = variables(&declared, given, &locals, self.steps);
        if values.is_empty() {
            // Terragrunt and modules with unreadable variables: what is given still counts.
            values = given.clone();
        }
        let scope = Scope { locals: &locals, variables: values, steps: self.steps };
        let providers = self.providers(&files, &scope, inherited);
        let module: Arc<[Box<str>]> = path.as_slice().into();
        for (file, facts) in &files {
            let file: Arc<str> = Arc::from(*file);
            for resource in &facts.resources {
                self.resource(resource, &file, &module, &scope, &providers);
            }
        }
        for (file, facts) in &files {
            for call in &facts.calls {
                let Some(target) = local_source(directory, &call.source) else {
                    self.remote(call, file, &module, &scope, &providers);
                    continue;
                };
                let passed = passed_providers(call.providers.as_ref(), &providers);
                for each in scope.instances(call.for_each.as_ref()) {
                    let arguments = call.arguments.iter().map(|(name, fact)| (name.clone(), scope.value(fact, each.as_ref()))).collect();
                    path.push(call.name.clone());
                    self.module(&target, &arguments, path, Some(&passed));
                    path.pop();
                }
            }
        }
    }

    fn providers(&self, files: &[(&str, &FileFacts)], scope: &Scope<'_>, inherited: Option<&Providers>) -> Providers {
        let mut providers: Providers = inherited.cloned().unwrap_or_default();
        for fact in files.iter().flat_map(|(_, facts)| &facts.providers) {
            let region = fact.region.as_ref().and_then(|region| scope.value(region, None).as_literal().map(Arc::from));
            let mut accounts: Vec<Box<str>> = fact.accounts.iter().filter_map(|account| account_in(&scope.value(account, None))).collect();
            if accounts.is_empty() {
                accounts.extend(account_of_directory(self.root));
            }
            providers.insert(fact.name.to_string(), (region, accounts.into()));
        }
        providers
    }

    /// A module that is not in the repository: every text it is given may be a name it gives.
    fn remote(&mut self, call: &CallFact, file: &str, module: &Arc<[Box<str>]>, scope: &Scope<'_>, providers: &Providers) {
        let (region, accounts) =
            providers.get("aws").cloned().unwrap_or_else(|| (None, account_of_directory(self.root).into_iter().collect()));
        for each in scope.instances(call.for_each.as_ref()) {
            for (argument, fact) in &call.arguments {
                let value = scope.value(fact, each.as_ref());
                let name = Name::of(&value, false);
                if matches!(name, Name::Open) || value.as_literal().is_some_and(|text| text.len() < 3) {
                    continue;
                }
                self.names.entries.push(Entry {
                    kind: Arc::from(format!("{MODULE_ARGUMENT}{argument}")),
                    root: self.root.clone(),
                    path: Arc::from(file),
                    block: Arc::from(call.name.as_ref()),
                    module: module.clone(),
                    name,
                    region: region.clone(),
                    accounts: accounts.clone(),
                });
            }
        }
    }

    fn resource(&mut self, resource: &ResourceFact, file: &Arc<str>, module: &Arc<[Box<str>]>, scope: &Scope<'_>, providers: &Providers) {
        let provider = resource.provider.as_deref().unwrap_or_else(|| resource.kind.split('_').next().unwrap_or_default());
        let (region, accounts) =
            providers.get(provider).cloned().unwrap_or_else(|| (None, account_of_directory(self.root).into_iter().collect()));
        for each in scope.instances(resource.for_each.as_ref()) {
            let literal = |fact: Option<&Fact>| fact.and_then(|fact| scope.value(fact, each.as_ref()).as_literal().map(str::to_owned));
            let own_region = literal(resource.region.as_ref());
            let accounts = literal(resource.account.as_ref()).map_or_else(|| accounts.clone(), |own| Arc::from([Box::from(own)]));
            let name = resource_name(resource, scope, each.as_ref());
            self.names.entries.push(Entry {
                kind: Arc::from(resource.kind.as_ref()),
                root: self.root.clone(),
                path: file.clone(),
                block: Arc::from(resource.name.as_ref()),
                module: module.clone(),
                name,
                region: own_region.map(Arc::from).or_else(|| region.clone()),
                accounts,
            });
        }
    }
}

/// What a block's resource may be called.
fn resource_name(resource: &ResourceFact, scope: &Scope<'_>, each: Option<&Each>) -> Name {
    match &resource.called {
        Some(fact) => Name::of(&scope.value(fact, each), resource.prefix),
        // The provider makes up a name (`terraform-…`) or the type has none: nothing to look up.
        None if naming_arguments(&resource.kind).0.is_some() => Name::Pattern(Box::new([Piece::Text("terraform-".into()), Piece::Hole])),
        None => Name::Open,
    }
}

/// The providers a called module sees: the default ones, and those passed under their name inside.
fn passed_providers(passed: Option<&Fact>, providers: &Providers) -> Providers {
    let mut seen: Providers =
        providers.iter().filter(|(name, _)| !name.contains('.')).map(|(name, value)| (name.clone(), value.clone())).collect();
    if let Some(Fact::Map(entries)) = passed {
        for (inside, outside) in entries {
            let Fact::Reference(outside) = outside else { continue };
            match providers.get(outside.as_ref()) {
                Some(value) => drop(seen.insert(inside.to_string(), value.clone())),
                None => drop(seen.remove(inside.as_ref())),
            }
        }
    }
    seen
}

/// A 12-digit account id, the account of a role ARN, or a project or subscription by name.
fn account_in(value: &Val) -> Option<Box<str>> {
    let text = value.as_literal()?;
    if text.starts_with("arn:") {
        return text.split(':').nth(4).filter(|account| !account.is_empty()).map(Box::from);
    }
    (!text.is_empty()).then(|| text.into())
}

/// A folder named after an AWS account.
fn account_of_directory(root: &str) -> Option<Box<str>> {
    root.split(['/', '-', '_']).find(|part| part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit())).map(Box::from)
}

/// The ways a root module is applied: as it stands, and with each variable file that lies where such files do.
pub(super) fn selections(index: &RepositoryIndex, root: &str) -> Vec<VariableFiles> {
    let declared: HashSet<&str> =
        index.in_directory(root).flat_map(|(_, facts)| facts.variables.iter().map(|(name, _)| name.as_ref())).collect();
    let mut found = vec![VariableFiles::default()];
    if declared.is_empty() {
        return found;
    }
    let mut shared: Vec<String> = Vec::new();
    let mut own: Vec<(String, String)> = Vec::new();
    for directory in variable_directories(index, root) {
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
        found.push(VariableFiles { name: "shared".into(), files: shared });
    } else {
        let with_shared = |(name, path)| VariableFiles { name, files: shared.iter().cloned().chain([path]).collect() };
        found.extend(own.into_iter().take(64).map(with_shared));
    }
    if found.len() > 1 && needs_files(index, root, &found) {
        found.remove(0);
    }
    found
}

/// Whether a variable without a default is given by these files only: then the module is never applied without one of them.
fn needs_files(index: &RepositoryIndex, root: &str, selections: &[VariableFiles]) -> bool {
    let automatic = given(index, root, &VariableFiles::default());
    let files = || selections.iter().flat_map(|selection| &selection.files).filter_map(|path| index.facts(path));
    let declared = index.in_directory(root).flat_map(|(_, facts)| &facts.variables);
    let mut required = declared.filter(|(name, default)| default.is_none() && !automatic.contains_key(name));
    required.any(|(name, _)| files().any(|facts| facts.values.iter().any(|(given, _)| given == name)))
}

/// Where the variable files of a root lie: in it, in folders of its own without configuration, in the usual folders beside it and
/// at the top.
fn variable_directories<'i>(index: &'i RepositoryIndex, root: &'i str) -> Vec<&'i str> {
    const USUAL: [&str; 11] =
        ["vars", "tfvars", "envs", "env", "environments", "config", "configs", "variables", "stacks", "workspaces", "settings"];
    let plain = |directory: &str| index.in_directory(directory).all(|(path, _)| path.contains(".tfvars"));
    let mut found = vec![root];
    let depth = |directory: &str| directory.split('/').filter(|part| !part.is_empty()).count();
    let base = depth(root);
    found.extend(
        index.directories_below(root).filter(|directory| *directory != root && depth(directory) <= base + 2 && plain(directory)).take(500),
    );
    let above = directory_of(root);
    for top in if above.is_empty() { vec![""] } else { vec![above, ""] } {
        if root.is_empty() {
            break;
        }
        for usual in USUAL {
            let start = if top.is_empty() { usual.to_owned() } else { format!("{top}/{usual}") };
            let exact = index.directory(&start);
            let below: Vec<&str> = index.directories_below(&start).collect();
            found.extend(exact.into_iter().chain(below).filter(|directory| plain(directory)));
        }
    }
    let mut seen = BTreeMap::new();
    found.retain(|directory| seen.insert(*directory, ()).is_none());
    found
}

/// The values given to the root's variables.
fn given(index: &RepositoryIndex, root: &str, selection: &VariableFiles) -> HashMap<Box<str>, Val> {
    let no_locals = HashMap::new();
    let steps = Cell::new(0);
    let scope = Scope { locals: &no_locals, variables: HashMap::new(), steps: &steps };
    let automatic = |path: &str| {
        let file = path.rsplit('/').next().unwrap_or(path);
        file.starts_with("terraform.tfvars") || file.ends_with(".auto.tfvars") || file.ends_with(".auto.tfvars.json")
    };
    let mut files: Vec<&str> = index.in_directory(root).map(|(path, _)| path).filter(|path| automatic(path)).collect();
    files.sort_by_key(|path| !path.contains("terraform.tfvars"));
    let mut given = HashMap::new();
    for path in files.into_iter().chain(selection.files.iter().map(String::as_str)) {
        for (name, fact) in index.facts(path).into_iter().flat_map(|facts| &facts.values) {
            given.insert(name.clone(), scope.value(fact, None));
        }
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Workspace;

    fn index(files: &[(&str, &str)]) -> RepositoryIndex {
        RepositoryIndex::of_workspace(&files.iter().copied().collect::<Workspace>())
    }

    fn hits(index: &RepositoryIndex, kind: &str, name: &str) -> Vec<String> {
        let hits = index.names().lookup(&[kind.to_owned()], name);
        hits.iter().map(|hit| format!("{}{}", hit.block, if hit.exact { "" } else { "?" })).collect()
    }

    #[test]
    fn keys_values_and_functions_name_things() {
        let index = index(&[(
            "main.tf",
            r#"
locals {
  buckets = { logs = { name = "acme-logs" }, data = { name = "acme-data" } }
  p = join("-", ["acme", "eu"])
}
resource "aws_s3_bucket" "map" {
  for_each = local.buckets
  bucket = each.value.name
}
resource "aws_sqs_queue" "set" {
  for_each = toset(["a", "b"])
  name = format("%s-%s", local.p, each.key)
}
resource "aws_sqs_queue" "pattern" {
  name = "jobs-${lower(var.env)}"
}
resource "aws_sns_topic" "prefixed" {
  name_prefix = "alarms-"
}
resource "aws_sns_topic" "unnamed" {
}
"#,
        )]);
        assert_eq!(hits(&index, "aws_s3_bucket", "acme-data"), ["map"]);
        assert_eq!(hits(&index, "aws_sqs_queue", "acme-eu-b"), ["set"]);
        assert_eq!(hits(&index, "aws_sqs_queue", "jobs-x"), ["pattern?"]);
        assert_eq!(hits(&index, "aws_sns_topic", "alarms-2026"), ["prefixed?"]);
        assert!(hits(&index, "aws_sns_topic", "other").is_empty());
        assert_eq!(index.names().roots().len(), 1);
    }

    #[test]
    fn regions_and_accounts_follow_the_provider() {
        let index = index(&[(
            "accounts/123456789012/main.tf",
            r#"
provider "aws" { 
  region = "eu-west-1"
}
provider "aws" {
  alias  = "us"
  region = "us-east-1"
  assume_role {
    role_arn = "arn:aws:iam::999999999999:role/x"
  }
}
resource "aws_sqs_queue" "here" {
  name = "q"
}
resource "aws_sqs_queue" "there" {
  provider = aws.us
  name     = "q"
}
"#,
        )]);
        let found = index.names().lookup(&["aws_sqs_queue".to_owned()], "q");
        let told: Vec<_> = found.iter().map(|hit| (hit.block, hit.region, hit.accounts.first().map(AsRef::as_ref))).collect();
        assert_eq!(told, [("here", Some("eu-west-1"), Some("123456789012")), ("there", Some("us-east-1"), Some("999999999999"))]);
    }
}
