//! Indexing a whole tree: batch after batch, while the files are read. What a batch says is worked out on another core than the one
//! that reads, and is taken in there too; what remains in the end is putting the root modules together.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

use super::facts::FileFacts;
use super::index::{RepositoryIndex, fact_id, is_indexed, text_id};
use super::index_changes::{Changed, Incoming};
use super::scan::scan_with;
use crate::hcl::Token;
use crate::model::{Workspace, WorkspaceFile};

/// Files of one batch: enough that handing one over costs little beside reading it, few enough that the last one is soon done.
const BATCH: usize = 64;

/// What was taken in so far.
#[derive(Default)]
struct Intake(Mutex<(RepositoryIndex, Changed)>);

impl RepositoryIndex {
    /// Indexes every file of a workspace; blob ids are made from the texts.
    #[must_use]
    pub fn of_workspace(workspace: &Workspace) -> Self {
        let intake = Intake::default();
        let files: Vec<(&str, &WorkspaceFile)> = workspace.iter_shared().collect();
        files.par_chunks(BATCH).for_each_init(Vec::new, |tokens, files| {
            let files = files.iter().filter(|(path, _)| is_indexed(path));
            intake.take(tokens, files.map(|(path, text)| (Arc::from(*path), (*text).clone())).collect());
        });
        intake.finish()
    }

    /// As [`of_workspace`](Self::of_workspace), of files that `read` is still reading: it hands over each one with its path, and
    /// they are indexed meanwhile. Gives what `read` gives, and all files as a workspace.
    pub fn while_reading<R: Send>(read: impl FnOnce(&mut dyn FnMut(String, WorkspaceFile)) -> R + Send) -> (R, Workspace, Self) {
        let intake = Intake::default();
        let mut workspace = Workspace::new();
        let result = rayon::scope(|scope| {
            let mut batch: Vec<(Arc<str>, WorkspaceFile)> = Vec::with_capacity(BATCH);
            let intake = &intake;
            let result = read(&mut |path, text| {
                if is_indexed(&path) {
                    batch.push((Arc::from(path.as_str()), text.clone()));
                }
                workspace.insert(path, text);
                if batch.len() == BATCH {
                    let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                    scope.spawn(move |_| intake.take(&mut Vec::new(), full));
                }
            });
            intake.take(&mut Vec::new(), batch);
            result
        });
        (result, workspace, intake.finish())
    }
}

impl Intake {
    /// A scan that panicked took nothing in: what is there is whole.
    fn lock(&self) -> MutexGuard<'_, (RepositoryIndex, Changed)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a batch in. The index is locked only to see which texts it has and to put in what they say: not while they are scanned.
    fn take(&self, tokens: &mut Vec<Token>, files: Vec<(Arc<str>, WorkspaceFile)>) {
        let incoming: Vec<Incoming> = files.into_iter().map(|(path, text)| Incoming::of_text(path, text)).collect();
        let mut facts = self.known(&incoming);
        let mut here: HashMap<&str, Arc<FileFacts>> = HashMap::new();
        for (Incoming { path, id, text }, facts) in incoming.iter().zip(&mut facts) {
            let (None, Some(id), Some(text)) = (&facts, id, text) else { continue };
            let read = || Arc::new(scan_with(tokens, path, text));
            *facts = Some(here.entry(id).or_insert_with(read).clone());
        }
        let mut taken = self.lock();
        let (index, changed) = &mut *taken;
        index.put_all(incoming, facts, changed);
    }

    /// The facts of those files whose text was taken in already.
    fn known(&self, incoming: &[Incoming]) -> Vec<Option<Arc<FileFacts>>> {
        let taken = self.lock();
        let blob = |id: &Arc<str>| taken.0.blobs.get(id).map(|(facts, _)| facts.clone());
        incoming.iter().map(|file| file.id.as_ref().and_then(blob)).collect()
    }

    fn finish(self) -> RepositoryIndex {
        let (mut index, changed) = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        index.refresh(changed);
        index
    }
}

impl Incoming {
    /// A file that is there; its blob id is made from its text.
    fn of_text(path: Arc<str>, text: WorkspaceFile) -> Self {
        let id = Arc::from(fact_id(&path, &text_id(&text)));
        Self { path, id: Some(id), text: Some(text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// More files than a batch holds, with repeated texts, calls to a module and a file that is not indexed.
    fn files() -> Vec<(String, String)> {
        let module = "variable \"name\" {}\nresource \"aws_s3_bucket\" \"x\" {\n  bucket = var.name\n}\n";
        let mut files = vec![("modules/b/main.tf".to_owned(), module.to_owned()), ("README.md".to_owned(), "no".to_owned())];
        for at in 0..2 * BATCH {
            let call = format!("module \"a\" {{\n  source = \"../../modules/b\"\n  name   = \"logs-{at}\"\n}}\n");
            files.push((format!("live/{at}/main.tf"), call));
            files.push((format!("live/{at}/locals.tf"), "locals {\n  a = 1\n}\n".to_owned()));
        }
        files
    }

    #[test]
    fn indexing_while_reading_gives_what_indexing_afterwards_gives() {
        let whole: Workspace = files().into_iter().collect();
        let expected = RepositoryIndex::of_workspace(&whole);
        let (count, workspace, index) = RepositoryIndex::while_reading(|take| {
            let files = files();
            let count = files.len();
            // In no order, as a folder gives them.
            files.into_iter().rev().for_each(|(path, text)| take(path, text.into()));
            count
        });
        assert_eq!((count, workspace.len(), index.len()), (whole.len(), whole.len(), whole.len() - 1));
        assert_eq!(workspace, whole);
        assert_eq!(index.search_keys(), expected.search_keys());
        let paths =
            |index: &RepositoryIndex, directory: &str| index.in_directory(directory).map(|(path, _)| path.to_owned()).collect::<Vec<_>>();
        assert_eq!(paths(&index, "live/3"), ["live/3/locals.tf", "live/3/main.tf"]);
        for kind in [0, 77, 2 * BATCH - 1] {
            let hits = index.names().lookup(&["aws_s3_bucket".into()], &format!("logs-{kind}"));
            let hits: Vec<_> = hits.iter().filter(|hit| hit.exact).map(|hit| (hit.root.to_owned(), hit.path)).collect();
            assert_eq!(hits, [(format!("live/{kind}"), "modules/b/main.tf")]);
        }
    }

    #[test]
    fn a_text_is_scanned_once_whatever_the_number_of_its_copies() {
        let index = RepositoryIndex::of_workspace(&files().into_iter().collect());
        assert_eq!(index.entries().count(), 2 * BATCH + 2);
    }
}
