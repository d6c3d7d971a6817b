//! The `module` blocks of a workspace: which module calls which.

use std::collections::HashMap;

use crate::terraform::{directory_of, is_configuration_file, local_source};

use super::workbench::{BlockKey, Workbench};

/// A `module` block.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// Which block.
    pub block: BlockKey,
    /// Directory of the file it stands in.
    pub dir: String,
    /// Directory that its `source` names, when that is a local path within the workspace.
    pub source_dir: Option<String>,
    /// The `source`, when it is a literal.
    pub source: Option<String>,
}

/// Every module call of a workspace, found by either end. No fix changes them.
#[derive(Debug, Default)]
pub(super) struct Calls {
    all: Vec<Call>,
    /// Numbers of the calls in a directory.
    from: HashMap<String, Vec<usize>>,
    /// Numbers of the calls whose source is a directory.
    to: HashMap<String, Vec<usize>>,
}

impl Calls {
    /// Reads the calls out of the files of a workbench.
    pub(super) fn read(bench: &Workbench) -> Self {
        let files = bench.files().iter().filter(|(path, text)| is_configuration_file(path) && text.contains("module"));
        let paths: Vec<&str> = files.map(|(path, _)| path).collect();
        let mut calls = Self::default();
        for path in paths {
            calls.read_file(bench, path);
        }
        calls
    }

    fn read_file(&mut self, bench: &Workbench, path: &str) {
        let Ok(document) = bench.document(path) else { return };
        for (index, block) in document.body().blocks.iter().enumerate().filter(|(_, block)| block.kind == "module") {
            let Some(key) = BlockKey::of(path, &document, index) else { continue };
            let source = block
                .attribute("source")
                .and_then(|source| crate::hcl::literal(&source.value))
                .and_then(|value| value.as_str().map(str::to_owned));
            let dir = directory_of(path).to_owned();
            let source_dir = source.as_deref().and_then(|source| local_source(&dir, source));
            self.add(Call { block: key, dir, source_dir, source });
        }
    }

    fn add(&mut self, call: Call) {
        let number = self.all.len();
        self.from.entry(call.dir.clone()).or_default().push(number);
        if let Some(source_dir) = &call.source_dir {
            self.to.entry(source_dir.clone()).or_default().push(number);
        }
        self.all.push(call);
    }

    /// All calls, in the order of their files.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Call> {
        self.all.iter()
    }

    /// The calls that stand in a directory.
    pub(super) fn in_directory(&self, dir: &str) -> impl Iterator<Item = &Call> {
        self.from.get(dir).into_iter().flatten().map(|number| &self.all[*number])
    }

    /// What a `module` block calls.
    pub(super) fn at(&self, block: &BlockKey) -> Option<&Call> {
        self.in_directory(block.dir()).find(|call| call.block == *block)
    }

    /// The calls of the module in a directory.
    pub(super) fn of_module(&self, dir: &str) -> impl Iterator<Item = &Call> {
        self.to.get(dir).into_iter().flatten().map(|number| &self.all[*number])
    }
}
