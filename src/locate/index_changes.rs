//! Taking changes into the index: only changed blobs are read, only root modules that reach a changed directory are put together
//! again.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::facts::FileFacts;
use super::index::{IndexedFile, RepositoryIndex, fact_id, file_name, is_indexed, is_variable_file};
use super::names::RootNames;
use super::position::local_source;
use super::scan::scan_with;
use super::variable_files::{GivenIn, takers};
use crate::hcl::Token;
use crate::terraform::directory_of;
use rayon::prelude::*;

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

/// A change of an indexed path on its way into the index.
pub(super) struct Incoming {
    pub(super) path: Arc<str>,
    /// The [`fact_id`] that is to be there; `None` when the file goes.
    pub(super) id: Option<Arc<str>>,
    pub(super) text: Option<Arc<str>>,
}

impl Incoming {
    fn of(change: Change) -> Option<Self> {
        let (path, id, text) = match change {
            Change::Put { path, blob, text } => {
                let id = Arc::from(fact_id(&path, &blob));
                (path, Some(id), text)
            }
            Change::Remove { path } => (path, None, None),
        };
        is_indexed(&path).then(|| Self { path: Arc::from(path), id, text })
    }
}

/// What a difference touched.
#[derive(Debug, Default)]
pub(super) struct Changed {
    directories: BTreeSet<Arc<str>>,
    /// Folders with changed variable files, and the variables that these give or gave.
    variable_files: GivenIn,
}

impl Changed {
    /// Notes what a variable file gave and gives.
    fn note_values<'f>(&mut self, directory: &str, path: &str, facts: impl Iterator<Item = &'f Arc<FileFacts>>) {
        if is_variable_file(path) {
            let given = self.variable_files.entry(directory.into()).or_default();
            given.extend(facts.flat_map(|facts| &facts.values).map(|(name, _)| name.clone()));
        }
    }
}

impl RepositoryIndex {
    /// Takes in the difference between two trees. Blobs that the index has are not read again.
    pub fn apply(&mut self, changes: Vec<Change>) {
        self.apply_with(changes, HashMap::new());
    }

    /// As [`apply`](Self::apply), with facts that were read earlier, by [`fact_id`]: what a store kept of this
    /// [`INDEX_VERSION`](super::INDEX_VERSION).
    pub fn apply_with(&mut self, changes: Vec<Change>, known: HashMap<String, Arc<FileFacts>>) {
        let incoming: Vec<Incoming> = changes.into_par_iter().filter_map(Incoming::of).collect();
        let facts = self.facts_of(&incoming, &known);
        let mut changed = Changed::default();
        self.put_all(incoming, facts, &mut changed);
        self.refresh(changed);
    }

    /// Puts in what came, with the facts of each, and notes in `changed` what that touched.
    pub(super) fn put_all(&mut self, incoming: Vec<Incoming>, facts: Vec<Option<Arc<FileFacts>>>, changed: &mut Changed) {
        let mut facts = facts.into_iter();
        let mut incoming = incoming.into_iter().peekable();
        // Files of one directory mostly come one after the other: it is looked up once for all of them.
        while let Some(first) = incoming.next() {
            let directory = match self.directories.get_key_value(directory_of(&first.path)) {
                Some((directory, _)) => directory.clone(),
                None => Arc::from(directory_of(&first.path)),
            };
            let mut files = self.directories.remove(&directory).unwrap_or_default();
            let mut next = Some(first);
            while let Some(Incoming { path, id, .. }) = next {
                let facts = facts.next().flatten();
                let old = self.take_out(&mut files, &path);
                changed.note_values(&directory, &path, old.iter().chain(&facts));
                if let Some((id, facts)) = id.zip(facts) {
                    self.put_in(&mut files, path, id, facts);
                }
                next = incoming.next_if(|next| directory_of(&next.path) == &*directory);
            }
            if !files.is_empty() {
                self.directories.insert(directory.clone(), files);
            }
            changed.directories.insert(directory);
        }
    }

    /// The facts of each incoming file, as far as they are known or can be read. Each text is read once, whatever the number of its
    /// copies.
    fn facts_of(&self, incoming: &[Incoming], known: &HashMap<String, Arc<FileFacts>>) -> Vec<Option<Arc<FileFacts>>> {
        let mut places: HashMap<&Arc<str>, usize> = HashMap::with_capacity(incoming.len());
        let mut first: Vec<(&Incoming, Option<Arc<FileFacts>>)> = Vec::new();
        let mut of_incoming: Vec<Option<usize>> = Vec::with_capacity(incoming.len());
        for file in incoming {
            let place = file.id.as_ref().map(|id| {
                *places.entry(id).or_insert_with(|| {
                    let here = self.blobs.get(id).map(|(facts, _)| facts);
                    first.push((file, here.or_else(|| known.get(id.as_ref())).cloned()));
                    first.len() - 1
                })
            });
            of_incoming.push(place);
        }
        let read = |tokens: &mut Vec<Token>, (file, known): (&Incoming, Option<Arc<FileFacts>>)| {
            known.or_else(|| Some(Arc::new(scan_with(tokens, &file.path, file.text.as_deref()?))))
        };
        let facts: Vec<Option<Arc<FileFacts>>> = first.into_par_iter().map_init(Vec::new, read).collect();
        of_incoming.into_iter().map(|place| facts.get(place?)?.clone()).collect()
    }

    /// Takes a file out of its directory's `files` and gives what it said.
    fn take_out(&mut self, files: &mut Vec<IndexedFile>, path: &str) -> Option<Arc<FileFacts>> {
        let at = files.binary_search_by(|file| file.path.as_ref().cmp(path)).ok()?;
        let old = files.remove(at);
        self.count -= 1;
        if let Some((_, uses)) = self.blobs.get_mut(&old.id) {
            *uses -= 1;
            if *uses == 0 {
                self.blobs.remove(&old.id);
            }
        }
        if let Some(paths) = self.by_file_name.get_mut(file_name(path)) {
            paths.retain(|known| known.as_ref() != path);
            if paths.is_empty() {
                self.by_file_name.remove(file_name(path));
            }
        }
        Some(old.facts)
    }

    fn put_in(&mut self, files: &mut Vec<IndexedFile>, path: Arc<str>, id: Arc<str>, facts: Arc<FileFacts>) {
        let blob = self.blobs.entry(id);
        let id = blob.key().clone();
        blob.or_insert_with(|| (facts.clone(), 0)).1 += 1;
        match self.by_file_name.get_mut(file_name(&path)) {
            Some(paths) => paths.push(path.clone()),
            None => drop(self.by_file_name.insert(file_name(&path).into(), vec![path.clone()])),
        }
        let at = files.partition_point(|file| file.path < path);
        files.insert(at, IndexedFile { path, id, facts });
        self.count += 1;
    }

    /// Puts the root modules together again that reach a changed directory.
    pub(super) fn refresh(&mut self, changed: Changed) {
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
            called.extend(self.calls.get(directory).into_iter().flatten().cloned());
            self.remark(directory, &mut shared);
        }
        while let Some(directory) = stack.pop() {
            if !reached.contains(&directory) {
                stack.extend(self.callers.get(&directory).into_iter().flatten().cloned());
                reached.insert(directory);
            }
        }
        reached.extend(called);
        self.reach_takers(shared, &mut reached);
        let mut reached: Vec<Arc<str>> = reached.into_iter().collect();
        // Files that were taken in one after the other mostly lie beside each other in memory.
        reached.sort_unstable();
        let built: Vec<(Arc<str>, Option<RootNames>)> = reached
            .into_par_iter()
            .map(|root| {
                let names = self.is_root(&root).then(|| RootNames::build(self, &root));
                (root, names)
            })
            .collect();
        self.names.replace(built);
    }

    /// Renews what a directory's own files say besides names, and whether it is a folder of variable files; the variables of one that
    /// became such a folder, or is none any more, are added to `shared`.
    fn remark(&mut self, directory: &Arc<str>, shared: &mut GivenIn) {
        let files = self.directories.get(directory).map_or(&[][..], Vec::as_slice);
        self.names.mark(directory, files);
        let only_variables = !files.is_empty() && files.iter().all(|file| is_variable_file(&file.path));
        let differs =
            if only_variables { self.variable_folders.insert(directory.clone()) } else { self.variable_folders.remove(directory) };
        if differs {
            let given = files.iter().filter(|file| is_variable_file(&file.path)).flat_map(|file| &file.facts.values);
            shared.entry(directory.as_ref().into()).or_default().extend(given.map(|(name, _)| name.clone()));
        }
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
}
