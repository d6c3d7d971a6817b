//! The files as they are while fixes are made, parsed once each.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use crate::hcl::{Block, Body, Document};
use crate::model::{Edit, Place, Refusal, RefusalKind, Span, Workspace, WorkspaceFile};
use crate::terraform::directory_of;

use super::calls::{Call, Calls};
use super::elements::Element;
use super::folders::Folders;
use super::leaf::Step;

/// A parsed file, or why it cannot be parsed.
type Parsed = Result<Arc<Document>, String>;

/// The configuration files of a module that can be read, in path order.
type ModuleFiles = Arc<Vec<(String, Arc<Document>)>>;

/// The version constraints that a module declares itself, by provider.
type Constraints = HashMap<String, Option<String>>;

/// Files, their parsed form, and what was changed since the last fix began.
#[derive(Debug)]
pub struct Workbench {
    files: Workspace,
    documents: RefCell<HashMap<String, Parsed>>,
    /// Files as they were parsed before their last change, for reading only what changed.
    earlier: RefCell<HashMap<String, Arc<Document>>>,
    /// The modules that were looked at, by directory, until one of their files changes.
    modules: RefCell<HashMap<String, ModuleFiles>>,
    /// What was asked of the modules' provider versions, by directory, until one of their files changes.
    constraints: RefCell<HashMap<String, Constraints>>,
    folders: RefCell<Option<Arc<Folders>>>,
    calls: RefCell<Option<Arc<Calls>>>,
    /// The element of a `for_each` that is looked at, if only one is.
    element: RefCell<Option<Element>>,
    journal: Vec<Entry>,
    /// Counts the changes of files.
    version: u64,
}

/// A file before the fix under way changed it.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub path: String,
    /// Its text; `None` for a file that the fix made.
    pub text: Option<WorkspaceFile>,
    /// Its parsed form, if there was one.
    pub document: Option<Arc<Document>>,
}

/// How a block is found again after edits: its file, kind and labels, and which of several alike. Cloning is cheap, for every
/// question about a block takes its key along.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockKey(Arc<BlockName>);

/// What a [`BlockKey`] says.
#[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockName {
    /// Path of the file.
    pub path: String,
    /// `resource`, `module`, `data`, …
    pub kind: String,
    /// Labels.
    pub labels: Vec<String>,
    /// 0 for the first of that kind and labels in the file.
    pub ordinal: usize,
}

impl std::ops::Deref for BlockKey {
    type Target = BlockName;

    fn deref(&self) -> &BlockName {
        &self.0
    }
}

impl BlockKey {
    /// The key of the top-level block number `index` of a document.
    pub(super) fn of(path: &str, document: &Document, index: usize) -> Option<Self> {
        let block = document.body().blocks.get(index)?;
        let alike = |other: &&Block| {
            other.kind == block.kind && other.labels.iter().map(|label| &label.text).eq(block.labels.iter().map(|label| &label.text))
        };
        let ordinal = document.body().blocks[..index].iter().filter(alike).count();
        Some(Self(Arc::new(BlockName {
            path: path.to_owned(),
            kind: block.kind.clone(),
            labels: block.labels.iter().map(|label| label.text.clone()).collect(),
            ordinal,
        })))
    }

    /// The block in a document of its file.
    pub(super) fn in_document<'d>(&self, document: &'d Document) -> Option<&'d Block> {
        document
            .body()
            .blocks_of(&self.kind)
            .filter(|block| block.labels.iter().map(|label| &label.text).eq(&self.labels))
            .nth(self.ordinal)
    }

    /// Directory of its file.
    #[must_use]
    pub fn dir(&self) -> &str {
        directory_of(&self.path)
    }

    /// Its address within its module: `aws_s3_bucket.b`, `data.aws_iam_policy_document.p`, `module.m`.
    #[must_use]
    pub fn local_address(&self) -> String {
        match self.kind.as_str() {
            "resource" => self.labels.join("."),
            kind => format!("{kind}.{}", self.labels.join(".")),
        }
    }
}

/// Whether a file replaces arguments of blocks in other files.
pub(super) fn is_override(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or(name);
    stem == "override" || stem.ends_with("_override")
}

impl Workbench {
    /// A workbench over the files of a workspace.
    #[must_use]
    pub fn new(files: Workspace) -> Self {
        Self {
            files,
            documents: RefCell::default(),
            earlier: RefCell::default(),
            modules: RefCell::default(),
            constraints: RefCell::default(),
            folders: RefCell::default(),
            calls: RefCell::default(),
            element: RefCell::default(),
            journal: Vec::new(),
            version: 0,
        }
    }

    /// The files as they are now.
    #[must_use]
    pub const fn files(&self) -> &Workspace {
        &self.files
    }

    /// Parses files that will be looked at, side by side: the first look at each would do it one after the other.
    pub fn parse_ahead<'p>(&mut self, paths: impl IntoIterator<Item = &'p str>) {
        let paths: BTreeSet<&str> = paths.into_iter().filter(|path| !self.documents.get_mut().contains_key(*path)).collect();
        let texts: Vec<(&str, WorkspaceFile)> = paths.into_iter().filter_map(|path| Some((path, self.files.shared(path)?))).collect();
        let parsed = texts.into_par_iter().map(|(path, text)| (path.to_owned(), parse(path, text)));
        self.documents.get_mut().extend(parsed.collect::<Vec<_>>());
    }

    /// The parsed file, or a refusal that says why it cannot be read.
    pub fn document(&self, path: &str) -> Result<Arc<Document>, Refusal> {
        if let Some(parsed) = self.documents.borrow().get(path) {
            return parsed.clone().map_err(|error| unreadable(path, &error));
        }
        let Some(text) = self.files.shared(path) else {
            return Err(Refusal::new(RefusalKind::NotLocated, format!("`{path}` is not among the files that were read.")));
        };
        let parsed = match self.earlier.borrow_mut().remove(path) {
            Some(earlier) => Document::parse_again(path, &earlier, text).map(Arc::new).map_err(|error| error.to_string()),
            None => parse(path, text),
        };
        self.documents.borrow_mut().insert(path.to_owned(), parsed.clone());
        parsed.map_err(|error| unreadable(path, &error))
    }

    /// Which files stand where.
    pub(super) fn folders(&self) -> Arc<Folders> {
        Arc::clone(self.folders.borrow_mut().get_or_insert_with(|| Arc::new(Folders::of(&self.files))))
    }

    /// The files of the module in a directory. Where a `.tofu` file stands beside its `.tf` sibling, OpenTofu reads only the
    /// former, but Terraform the latter: both are given.
    pub(super) fn module_files(&self, dir: &str) -> ModuleFiles {
        if let Some(module) = self.modules.borrow().get(dir) {
            return Arc::clone(module);
        }
        let folders = self.folders();
        let files = folders.configuration(dir).filter_map(|path| Some((path.to_owned(), self.document(path).ok()?)));
        let files = Arc::new(files.collect::<Vec<_>>());
        self.modules.borrow_mut().insert(dir.to_owned(), Arc::clone(&files));
        files
    }

    /// The version constraint that a module declares for a provider; `read` looks, when that was not asked before.
    pub(super) fn constraint(&self, dir: &str, provider: &str, read: impl FnOnce() -> Option<String>) -> Option<String> {
        if let Some(known) = self.constraints.borrow().get(dir).and_then(|module| module.get(provider)) {
            return known.clone();
        }
        let constraint = read();
        let mut modules = self.constraints.borrow_mut();
        modules.entry(dir.to_owned()).or_default().insert(provider.to_owned(), constraint.clone());
        constraint
    }

    /// Runs something while a `for_each` has only one element.
    pub(super) fn at_element<T>(&self, element: Element, run: impl FnOnce() -> T) -> T {
        let before = self.element.replace(Some(element));
        let result = run();
        self.element.replace(before);
        result
    }

    /// The way into the collection behind an iterator (or `each`) of a block: one element's, or any.
    pub(super) fn element(&self, key: &BlockKey, iterator: &str) -> Step {
        let element = self.element.borrow();
        element
            .as_ref()
            .filter(|element| element.key == *key && element.iterator == iterator)
            .map_or(Step::Any, |element| element.step.clone())
    }

    /// How many changes of files there have been: as long as it is the same, every question has the same answer.
    pub(super) const fn version(&self) -> u64 {
        self.version
    }

    /// What to say when Terraform and OpenTofu read different files here, and only one of them was changed.
    pub(super) fn other_reader(&self, path: &str) -> Option<String> {
        let other = |from: &str, to: &str| {
            ["", ".json"].iter().find_map(|end| Some(format!("{}{to}{end}", path.strip_suffix(&format!("{from}{end}"))?)))
        };
        let (reader, other) = match other(".tofu", ".tf") {
            Some(other) => ("Terraform", other),
            None => ("OpenTofu", other(".tf", ".tofu")?),
        };
        self.files.get(&other)?;
        let changed = self.journal.iter().any(|entry| entry.path == other);
        (!changed).then(|| format!("{reader} reads `{other}` instead of `{path}`, and that file was not changed."))
    }

    /// The top-level blocks of a kind in a module, with their keys; regular files before override files.
    pub(super) fn blocks(&self, dir: &str, kind: &str, first_label: Option<&str>) -> Vec<(BlockKey, Arc<Document>)> {
        let mut found = Vec::new();
        for (path, document) in self.module_files(dir).iter() {
            for (index, block) in document.body().blocks.iter().enumerate() {
                if block.kind == kind && first_label.is_none_or(|label| block.label(0) == Some(label)) {
                    found.extend(BlockKey::of(path, document, index).map(|key| (key, Arc::clone(document))));
                }
            }
        }
        found.sort_by_key(|(key, _)| is_override(&key.path));
        found
    }

    /// Every module call of the workspace.
    pub(super) fn calls(&self) -> Arc<Calls> {
        if let Some(calls) = self.calls.borrow().as_ref() {
            return Arc::clone(calls);
        }
        let calls = Arc::new(Calls::read(self));
        *self.calls.borrow_mut() = Some(Arc::clone(&calls));
        calls
    }

    /// The calls of the module in a directory.
    pub(super) fn callers(&self, dir: &str) -> Vec<Call> {
        self.calls().of_module(dir).cloned().collect()
    }

    /// Begins a fix: what follows can be undone as a whole.
    pub(super) fn begin(&mut self) {
        self.journal.clear();
    }

    /// Undoes everything since [`Workbench::begin`].
    pub(super) fn undo(&mut self) {
        for Entry { path, text, document } in std::mem::take(&mut self.journal) {
            match text {
                Some(text) => self.put(&path, text),
                None => self.take(&path),
            }
            if let Some(document) = document {
                self.documents.get_mut().insert(path, Ok(document));
            }
        }
    }

    /// Puts these files back as they are in `before`, and forgets the fix under way.
    pub(super) fn restore<'p>(&mut self, paths: impl Iterator<Item = &'p str>, before: &Workspace) {
        self.journal.clear();
        for path in paths {
            match before.shared(path) {
                Some(text) => self.put(path, text),
                None => self.take(path),
            }
        }
    }

    /// Gives up what was parsed, side by side: for thousands of files that takes as long as hundreds of fixes.
    pub(super) fn discard(mut self) {
        let documents: Vec<Parsed> = std::mem::take(self.documents.get_mut()).into_values().collect();
        documents.into_par_iter().for_each(drop);
    }

    /// The files that the fix under way changed, as they were before, in path order.
    pub(super) fn changed(&self) -> Vec<&Entry> {
        let mut changed: Vec<&Entry> = self.journal.iter().collect();
        changed.sort_by(|a, b| a.path.cmp(&b.path));
        changed
    }

    /// A file as it was parsed before the fix under way changed it; `None` for one that it made, or that could not be read.
    pub(super) fn document_before(&self, path: &str) -> Option<Arc<Document>> {
        let entry = self.journal.iter().find(|entry| entry.path == path)?;
        match (&entry.document, &entry.text) {
            (Some(document), _) => Some(Arc::clone(document)),
            (None, Some(text)) => Document::parse_file(path, Arc::clone(text)).ok().map(Arc::new),
            (None, None) => None,
        }
    }

    /// Another workbench over the same files, sharing what is parsed.
    pub(super) fn fork(&self) -> Self {
        Self {
            documents: self.documents.clone(),
            folders: self.folders.clone(),
            calls: self.calls.clone(),
            ..Self::new(self.files.clone())
        }
    }

    /// Applies edits to a file, with alignment. The file need not parse afterwards; the proofs look at that.
    pub(super) fn apply(&mut self, path: &str, edits: &[Edit]) -> Result<(), Refusal> {
        let applied = match self.document(path) {
            Ok(document) => document.edited(edits),
            Err(_) => {
                let before = self.files.get(path).unwrap_or_default();
                if path.ends_with(".json") { crate::hcl::splice(before, edits) } else { crate::hcl::apply(before, edits) }
            }
        };
        let after = applied
            .map_err(|error| Refusal::new(RefusalKind::ProofFailed, format!("The edits of `{path}` do not fit together: {error}.")))?;
        self.replace(path, after.into());
        Ok(())
    }

    /// Puts another text in the place of a file's.
    pub(super) fn replace(&mut self, path: &str, text: WorkspaceFile) {
        if !self.journal.iter().any(|entry| entry.path == path) {
            let document = self.documents.get_mut().get(path).and_then(|parsed| parsed.clone().ok());
            self.journal.push(Entry { path: path.to_owned(), text: self.files.shared(path), document });
        }
        self.put(path, text);
    }

    fn put(&mut self, path: &str, text: WorkspaceFile) {
        if self.files.get(path).is_none()
            && let Some(folders) = self.folders.get_mut()
        {
            Arc::make_mut(folders).add(path);
        }
        self.files.insert(path, text);
        self.forget(path);
    }

    fn take(&mut self, path: &str) {
        self.files.remove(path);
        if let Some(folders) = self.folders.get_mut() {
            Arc::make_mut(folders).remove(path);
        }
        self.forget(path);
    }

    fn forget(&mut self, path: &str) {
        self.version += 1;
        if let Some((path, Ok(document))) = self.documents.get_mut().remove_entry(path) {
            self.earlier.get_mut().insert(path, document);
        }
        self.modules.get_mut().remove(directory_of(path));
        self.constraints.get_mut().remove(directory_of(path));
        // Calls are found again by kind, labels and ordinal, which no fix changes; only their documents are parsed anew.
    }

    /// A place in a file, for people.
    pub(super) fn place(&self, path: &str, span: Span, note: impl Into<String>) -> Place {
        let line = self.document(path).map_or(1, |document| document.position(span.start).line);
        Place { path: path.to_owned(), line, span: Some(span), note: note.into() }
    }
}

fn parse(path: &str, text: WorkspaceFile) -> Parsed {
    Document::parse_file(path, text).map(Arc::new).map_err(|error| error.to_string())
}

fn unreadable(path: &str, error: &str) -> Refusal {
    Refusal::new(RefusalKind::Unreadable, format!("`{path}` cannot be read as Terraform: {error}."))
}

/// Attributes and blocks of a body as [`Found`](crate::hcl::Found) sees them, override files included: the body that decides a
/// top-level argument is the last override of the block that sets it.
pub(super) fn deciding_block(bench: &Workbench, key: &BlockKey, name: &str) -> BlockKey {
    if !bench.folders().may_override(key.dir()) {
        return key.clone();
    }
    let overriding = bench.blocks(key.dir(), &key.kind, key.labels.first().map(String::as_str));
    overriding
        .into_iter()
        .rfind(|(other, document)| {
            is_override(&other.path)
                && other.labels == key.labels
                && other.in_document(document).is_some_and(|block| has(&block.body, name))
        })
        .map_or_else(|| regular(bench, key, name).unwrap_or_else(|| key.clone()), |(other, _)| other)
}

/// The block that the override file of `key` changes, where `key` itself says nothing about an argument.
fn regular(bench: &Workbench, key: &BlockKey, name: &str) -> Option<BlockKey> {
    let document = bench.document(&key.path).ok().filter(|_| is_override(&key.path))?;
    if key.in_document(&document).is_some_and(|block| has(&block.body, name)) {
        return None;
    }
    let all = bench.blocks(key.dir(), &key.kind, key.labels.first().map(String::as_str));
    all.into_iter().map(|(other, _)| other).find(|other| !is_override(&other.path) && other.labels == key.labels)
}

fn has(body: &Body, name: &str) -> bool {
    body.attribute(name).is_some() || body.nested(name).next().is_some()
}
