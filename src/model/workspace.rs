//! The files that the pure steps look at.

use std::collections::BTreeMap;
use std::sync::Arc;

/// One file's text, as read. Cloning is cheap.
pub type WorkspaceFile = Arc<str>;

/// The text of the files in question, by path relative to the repository's (or folder's) root.
///
/// Paths use `/`, hold no `.` or `..` component and do not begin with `/`: whoever builds a workspace refuses others.
/// Binary and non-UTF-8 files are left out by whoever builds it. Symbolic links are never followed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workspace {
    files: BTreeMap<String, WorkspaceFile>,
}

impl Workspace {
    /// An empty workspace.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces a file.
    pub fn insert(&mut self, path: impl Into<String>, text: impl Into<WorkspaceFile>) {
        self.files.insert(path.into(), text.into());
    }

    /// The text of `path`, if the workspace has it.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(AsRef::as_ref)
    }

    /// The shared text of `path`.
    #[must_use]
    pub fn shared(&self, path: &str) -> Option<WorkspaceFile> {
        self.files.get(path).cloned()
    }

    /// Removes a file and gives its text.
    pub fn remove(&mut self, path: &str) -> Option<WorkspaceFile> {
        self.files.remove(path)
    }

    /// All files in path order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_ref()))
    }

    /// All files in path order, with their shared texts.
    pub fn iter_shared(&self) -> impl Iterator<Item = (&str, &WorkspaceFile)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text))
    }

    /// The files directly in `directory` (`""` is the root), in path order.
    pub fn in_directory<'a>(&'a self, directory: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let prefix = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        self.files
            .range(prefix.clone()..)
            .take_while({
                let prefix = prefix.clone();
                move |(path, _)| path.starts_with(&prefix)
            })
            .filter(move |(path, _)| !path[prefix.len()..].contains('/'))
            .map(|(path, text)| (path.as_str(), text.as_ref()))
    }

    /// The files in `directory` and in all directories below it (`""` is everything), in path order.
    pub fn below<'a>(&'a self, directory: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let prefix = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        let inside = prefix.clone();
        self.files.range(prefix..).take_while(move |(path, _)| path.starts_with(&inside)).map(|(path, text)| (path.as_str(), text.as_ref()))
    }

    /// Number of files.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether it holds no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

impl<P: Into<String>, T: Into<WorkspaceFile>> FromIterator<(P, T)> for Workspace {
    fn from_iter<I: IntoIterator<Item = (P, T)>>(iter: I) -> Self {
        Self { files: iter.into_iter().map(|(path, text)| (path.into(), text.into())).collect() }
    }
}
