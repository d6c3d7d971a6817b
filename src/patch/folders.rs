//! Which files stand in which directory, so that no question about one module looks at the files of all the others.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::model::Workspace;
use crate::terraform::{directory_of, is_configuration_file, is_test_file};

use super::workbench::is_override;

/// Paths of a workspace by what they are for. Texts do not matter.
#[derive(Debug, Clone, Default)]
pub(super) struct Folders {
    /// Configuration files by directory, in path order.
    modules: HashMap<String, BTreeSet<String>>,
    /// Directories with files that replace arguments of blocks in others: few have any.
    overridden: HashSet<String>,
    /// Variable files, in path order.
    variable_files: BTreeSet<String>,
    /// Terragrunt files, in path order.
    terragrunt_files: BTreeSet<String>,
    /// Test files, in path order.
    tests: BTreeSet<String>,
}

impl Folders {
    /// Sorts the paths of a workspace.
    pub(super) fn of(files: &Workspace) -> Self {
        let mut folders = Self::default();
        for (path, _) in files.iter() {
            folders.add(path);
        }
        folders
    }

    /// Takes in a file that is new.
    pub(super) fn add(&mut self, path: &str) {
        if is_configuration_file(path) {
            let dir = directory_of(path);
            if is_override(path) {
                self.overridden.insert(dir.to_owned());
            }
            match self.modules.get_mut(dir) {
                Some(paths) => drop(paths.insert(path.to_owned())),
                None => drop(self.modules.insert(dir.to_owned(), BTreeSet::from([path.to_owned()]))),
            }
        } else if path.ends_with(".tfvars") || path.ends_with(".tfvars.json") {
            self.variable_files.insert(path.to_owned());
        } else if path.rsplit('/').next() == Some("terragrunt.hcl") {
            self.terragrunt_files.insert(path.to_owned());
        } else if is_test_file(path) {
            self.tests.insert(path.to_owned());
        }
    }

    /// Forgets a file that is gone.
    pub(super) fn remove(&mut self, path: &str) {
        if let Some(paths) = self.modules.get_mut(directory_of(path)) {
            paths.remove(path);
        }
        self.variable_files.remove(path);
        self.terragrunt_files.remove(path);
        self.tests.remove(path);
    }

    /// The configuration files directly in a directory, in path order.
    pub(super) fn configuration(&self, dir: &str) -> impl Iterator<Item = &str> {
        self.modules.get(dir).into_iter().flatten().map(String::as_str)
    }

    /// Whether a directory may have files that replace arguments of blocks in others.
    pub(super) fn may_override(&self, dir: &str) -> bool {
        !self.overridden.is_empty() && self.overridden.contains(dir)
    }

    /// The variable files in a directory and below it, in path order.
    pub(super) fn variable_files(&self, dir: &str) -> impl Iterator<Item = &str> {
        let prefix = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        let inside = prefix.clone();
        self.variable_files.range(prefix..).take_while(move |path| path.starts_with(&inside)).map(String::as_str)
    }

    /// All test files, in path order.
    pub(super) fn tests(&self) -> impl Iterator<Item = &str> {
        self.tests.iter().map(String::as_str)
    }

    /// All Terragrunt files, in path order.
    pub(super) fn terragrunt_files(&self) -> impl Iterator<Item = &str> {
        self.terragrunt_files.iter().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_by_what_they_are_for() {
        let paths =
            ["a/main.tf", "a/x.tf.json", "a/b/main.tofu", "a/b.auto.tfvars", "a/b/terraform.tfvars", "ab/c.tfvars", "a/terragrunt.hcl"];
        let mut folders = Folders::of(&paths.into_iter().map(|path| (path, "")).collect());
        assert_eq!(folders.configuration("a").collect::<Vec<_>>(), ["a/main.tf", "a/x.tf.json"]);
        assert_eq!(folders.variable_files("a").collect::<Vec<_>>(), ["a/b.auto.tfvars", "a/b/terraform.tfvars"]);
        assert_eq!(folders.variable_files("").count(), 3);
        assert_eq!(folders.terragrunt_files().collect::<Vec<_>>(), ["a/terragrunt.hcl"]);
        assert!(!folders.may_override("a"));
        folders.add("a/main_override.tf");
        assert!(folders.may_override("a") && !folders.may_override("a/b"));
        folders.remove("a/main_override.tf");
        folders.add("a/new.tf");
        folders.remove("a/main.tf");
        assert_eq!(folders.configuration("a").collect::<Vec<_>>(), ["a/new.tf", "a/x.tf.json"]);
        assert_eq!(folders.configuration("c").count(), 0);
    }
}
