//! The names that root modules give to what they create, and their lookup: constant time, whatever the size of the repository.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use super::facts::{BackendFact, FileFacts};
use super::id_table::{IdTable, take_out};
use super::index::IndexedFile;
use super::values::{Name, fits};
use crate::identity;

/// Most blocks with nothing known of their name that a lookup returns.
const MOST_OPEN: usize = 200;

/// What one root module may create.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) root: Arc<str>,
    pub(super) path: Arc<str>,
    /// The facts of the file, in which `creator` says what creates it.
    pub(super) facts: Arc<FileFacts>,
    pub(super) creator: Creator,
    pub(super) module: Arc<[Box<str>]>,
    pub(super) named: Named,
    pub(super) region: Option<Arc<str>>,
    pub(super) accounts: Arc<[Box<str>]>,
}

/// A name with the hash by which it is looked up.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) name: Name,
    hash: u64,
}

impl Named {
    pub(super) fn new(name: Name) -> Self {
        let hash = match &name {
            Name::Known(name) => name_key(name),
            Name::Pattern(pieces) => pattern_key(Name::ends(pieces)),
            Name::Open => 0,
        };
        Self { name, hash }
    }
}

/// What of a file creates something, by its position in the file's facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Creator {
    /// A resource block.
    Resource(u32),
    /// An argument of a call to a module that is not in the repository, by the call and the argument.
    Argument(u32, u32),
}

/// The entries of one root module, before they are put into the lookup.
#[derive(Debug, Default)]
pub(super) struct RootNames {
    pub(super) entries: Vec<Entry>,
}

/// A block that may have created a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit<'n> {
    /// Type of the resource, or name of the argument.
    pub(super) kind: &'n str,
    /// Whether it is an argument of a call to a module that is not in the repository.
    pub(super) is_argument: bool,
    /// Directory of the root module.
    pub(super) root: &'n str,
    pub(super) path: &'n str,
    /// Name of the resource block or of the call.
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
    of_root: HashMap<Arc<str>, Box<[u32]>>,
    known: IdTable,
    patterns: IdTable,
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

fn name_key(name: &str) -> u64 {
    hash(&[&lower_case(name)])
}

fn pattern_key((start, end): (&str, &str)) -> u64 {
    hash(&[&lower_case(start), &lower_case(end)])
}

/// Most names are in lower case already.
fn lower_case(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) { text.to_ascii_lowercase().into() } else { text.into() }
}

fn push(table: &mut HashMap<Arc<str>, Vec<u32>>, key: &str, id: u32) {
    match table.get_mut(key) {
        Some(ids) => ids.push(id),
        None => drop(table.insert(Arc::from(key), vec![id])),
    }
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

/// Takes `gone` out of a table of ids: each list is gone through once, however many leave it.
fn drop_from(table: &mut HashMap<Arc<str>, Vec<u32>>, gone: HashMap<Box<str>, Vec<u32>>) {
    for (key, gone) in gone {
        let Some(ids) = table.get_mut(key.as_ref()) else { continue };
        take_out(ids, gone);
        if ids.is_empty() {
            table.remove(key.as_ref());
        }
    }
}

fn note<'t>(table: &'t mut HashMap<Box<str>, Vec<u32>>, key: &str) -> &'t mut Vec<u32> {
    table.entry(key.into()).or_default()
}

impl Names {
    /// Replaces what is known of root modules; `None` for directories that are none any more.
    ///
    /// All together, because a table of many entries is gone through once then, and not once for each root.
    pub(super) fn replace(&mut self, roots: Vec<(Arc<str>, Option<RootNames>)>) {
        let gone: Vec<u32> = roots.iter().flat_map(|(root, _)| self.of_root.remove(root).unwrap_or_default()).collect();
        self.remove(gone);
        let coming = roots.iter().filter_map(|(_, names)| names.as_ref()).map(|names| names.entries.len()).sum::<usize>();
        self.entries.reserve(coming.saturating_sub(self.free.len()));
        self.of_root.reserve(roots.len());
        for (root, names) in roots {
            let ids: Vec<u32> = names.into_iter().flat_map(|names| names.entries).map(|entry| self.insert(entry)).collect();
            if !ids.is_empty() {
                self.of_root.insert(root, ids.into());
            }
        }
    }

    /// Renews what one directory's own files say of backends, imports and provenance.
    pub(super) fn mark(&mut self, directory: &Arc<str>, files: &[IndexedFile]) {
        let old = self.marks.remove(directory).unwrap_or_default();
        for id in &old.imports {
            forget(&mut self.imports, id, |(path, _)| crate::terraform::directory_of(path) == directory.as_ref());
        }
        for trace in &old.traces {
            forget(&mut self.traces, trace, |(path, ..)| crate::terraform::directory_of(path) == directory.as_ref());
        }
        let mut marks = Marks::default();
        for IndexedFile { path, facts, .. } in files {
            marks.backend = marks.backend.or_else(|| facts.backend.clone());
            for import in &facts.imports {
                marks.imports.push(import.id.clone());
                self.imports.entry(import.id.clone()).or_default().push((path.clone(), import.to.clone()));
            }
            for resource in &facts.resources {
                for (_, value) in resource.tags.iter().filter(|(key, _)| key.contains("trace")) {
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

    /// Every entry, in no order.
    pub(super) fn each(&self, tell: &mut dyn FnMut(&Entry)) {
        self.entries.iter().flatten().for_each(tell);
    }

    /// The ids of all import blocks.
    pub(super) fn import_ids(&self) -> impl Iterator<Item = &str> {
        self.imports.keys().map(AsRef::as_ref)
    }

    /// The values of all traces.
    pub(super) fn trace_values(&self) -> impl Iterator<Item = &str> {
        self.traces.keys().map(AsRef::as_ref)
    }

    /// Directories with a backend.
    pub(super) fn backends(&self) -> impl Iterator<Item = (&str, &BackendFact)> {
        self.marks.iter().filter_map(|(directory, marks)| Some((directory.as_ref(), marks.backend.as_ref()?)))
    }

    fn insert(&mut self, entry: Entry) -> u32 {
        let id = self.free.pop().unwrap_or_else(|| {
            self.entries.push(None);
            u32::try_from(self.entries.len() - 1).unwrap_or(u32::MAX)
        });
        match &entry.named.name {
            Name::Known(_) => self.known.insert(entry.named.hash, id),
            Name::Pattern(_) => self.patterns.insert(entry.named.hash, id),
            Name::Open => push(&mut self.open, entry.kind(), id),
        }
        if !entry.is_argument() {
            push(&mut self.of_kind, entry.kind(), id);
        }
        if let Some(slot) = self.entries.get_mut(id as usize) {
            *slot = Some(entry);
        }
        id
    }

    fn remove(&mut self, ids: Vec<u32>) {
        let mut known: HashMap<u64, Vec<u32>> = HashMap::new();
        let mut patterns: HashMap<u64, Vec<u32>> = HashMap::new();
        let mut open: HashMap<Box<str>, Vec<u32>> = HashMap::new();
        let mut kinds: HashMap<Box<str>, Vec<u32>> = HashMap::new();
        for id in ids {
            let Some(entry) = self.entries.get_mut(id as usize).and_then(Option::take) else { continue };
            match &entry.named.name {
                Name::Known(_) => known.entry(entry.named.hash).or_default().push(id),
                Name::Pattern(_) => patterns.entry(entry.named.hash).or_default().push(id),
                Name::Open => note(&mut open, entry.kind()).push(id),
            }
            if !entry.is_argument() {
                note(&mut kinds, entry.kind()).push(id);
            }
            self.free.push(id);
        }
        self.known.remove(known);
        self.patterns.remove(patterns);
        drop_from(&mut self.open, open);
        drop_from(&mut self.of_kind, kinds);
    }

    fn entry(&self, id: u32) -> Option<&Entry> {
        self.entries.get(id as usize).and_then(Option::as_ref)
    }

    /// Blocks of these types that may have created `name`: exact ones first, then by how much of the name they fix.
    pub(super) fn lookup(&self, types: &[String], name: &str) -> Vec<Hit<'_>> {
        self.lookup_where(types, name, &|entry: &Entry| !entry.is_argument() && types.iter().any(|kind| *kind == entry.kind()))
    }

    /// Arguments of modules outside the repository that are, or may be, `name`.
    pub(super) fn lookup_arguments(&self, name: &str) -> Vec<Hit<'_>> {
        self.lookup_where(&[], name, &Entry::is_argument)
    }

    fn lookup_where(&self, types: &[String], name: &str, wanted: &dyn Fn(&Entry) -> bool) -> Vec<Hit<'_>> {
        let mut hits: Vec<Hit<'_>> = Vec::new();
        for entry in self.known.get(name_key(name)).iter().filter_map(|id| self.entry(*id)) {
            if wanted(entry) && matches!(&entry.named.name, Name::Known(known) if entry.same_name(known, name)) {
                hits.push(entry.hit(true, name.chars().count()));
            }
        }
        for id in self.pattern_ids(name) {
            let Some(entry) = self.entry(id).filter(|entry| wanted(entry)) else { continue };
            let Name::Pattern(pieces) = &entry.named.name else { continue };
            let fold = entry.same_name("a", "A");
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
                ids.extend_from_slice(self.patterns.get(hash(&[&lower[..start], &lower[end..]])));
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
    pub(super) fn roots(&self) -> std::collections::HashSet<&str> {
        self.of_root.keys().map(AsRef::as_ref).collect()
    }
}

impl Entry {
    /// Type of the resource, or name of the argument.
    pub(super) fn kind(&self) -> &str {
        match self.creator {
            Creator::Resource(at) => self.facts.resources.get(at as usize).map_or("", |resource| &resource.kind),
            Creator::Argument(call, at) => {
                self.facts.calls.get(call as usize).and_then(|call| call.arguments.get(at as usize)).map_or("", |(name, _)| name)
            }
        }
    }

    /// Name of the resource block or of the call.
    pub(super) fn block(&self) -> &str {
        match self.creator {
            Creator::Resource(at) => self.facts.resources.get(at as usize).map_or("", |resource| &resource.name),
            Creator::Argument(call, _) => self.facts.calls.get(call as usize).map_or("", |call| &call.name),
        }
    }

    /// Whether it is an argument of a call to a module that is not in the repository.
    pub(super) const fn is_argument(&self) -> bool {
        matches!(self.creator, Creator::Argument(..))
    }

    fn same_name(&self, a: &str, b: &str) -> bool {
        if self.is_argument() { a == b } else { identity::same_name(self.kind(), a, b) }
    }

    fn hit(&self, exact: bool, fixed: usize) -> Hit<'_> {
        Hit {
            kind: self.kind(),
            is_argument: self.is_argument(),
            root: &self.root,
            path: &self.path,
            block: self.block(),
            module: &self.module,
            exact,
            fixed,
            region: self.region.as_deref(),
            accounts: &self.accounts,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::locate::RepositoryIndex;
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
    fn hostile_texts_end_in_an_open_name() {
        let items = "\"a\",".repeat(200_000);
        let entries: String = (0..50_000).map(|at| format!("k{at} = {at}\n")).collect();
        let uses: String =
            (0..5_000).map(|at| format!("resource \"aws_sqs_queue\" \"q{at}\" {{\n  name = local.big.k{at}\n}}\n")).collect();
        let text = format!(
            "locals {{\n  long = join(\"\", [{items}])\n  big = {{\n{entries}}}\n  ring = local.ring\n}}\n{uses}resource \"aws_sqs_queue\" \"long\" {{\n  name = \"${{local.long}}${{local.ring}}\"\n}}\n"
        );
        let index = index(&[("main.tf", &text), ("deep.tf", &"a = [".repeat(100_000))]);
        assert_eq!(index.names().roots().len(), 1);
        assert!(index.names().lookup(&["aws_sqs_queue".to_owned()], "anything").iter().all(|hit| !hit.exact));
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
