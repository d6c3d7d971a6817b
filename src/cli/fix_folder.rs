//! Reading a folder of Terraform files, and writing changed ones back.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::locate::RepositoryIndex;
use crate::model::{ChangedFile, Workspace, WorkspaceFile};
use crate::terraform::{directory_of, is_common, is_configuration_file, is_test_file, may_be_named, named_files};

/// Largest file that is read.
const MAX_FILE: u64 = 4 * 1024 * 1024;
/// Largest JSON, template or test file beside Terraform's own (policies).
const MAX_SIDE_FILE: u64 = 256 * 1024;
/// Most files in the folders of code that decodes YAML which are read although no name says which.
const MOST_UNNAMED: usize = 2_000;
/// Most bytes that are read in all.
const MAX_TOTAL: u64 = 1024 * 1024 * 1024;
/// Deepest folder.
const MAX_DEPTH: usize = 64;
/// Folders that hold nothing of the user's.
const SKIPPED: [&str; 5] = [".git", ".terraform", ".terragrunt-cache", "node_modules", ".external_modules"];

/// The files of a folder.
pub(super) struct Folder {
    /// The folder.
    pub root: PathBuf,
    /// Its files.
    pub workspace: Workspace,
}

impl Folder {
    /// Reads every Terraform file below `root`, its tests, the JSON and template files that policies may come from, and the YAML files
    /// that the code reads. Symbolic links are not followed; files that are too large, binary or not UTF-8 are left out.
    pub(super) fn read(root: &Path) -> Result<Self, String> {
        let mut workspace = Workspace::new();
        read_below(root, &mut |path, text| workspace.insert(path, text))?;
        Ok(Self { root: root.to_owned(), workspace })
    }

    /// As [`read`](Self::read), with the index of what was read: it is made while the files are read.
    pub(super) fn read_with_index(root: &Path) -> Result<(Self, RepositoryIndex), String> {
        let (read, workspace, index) = RepositoryIndex::while_reading(|take| read_below(root, take));
        read?;
        Ok((Self { root: root.to_owned(), workspace }, index))
    }
}

fn read_below(root: &Path, take: &mut dyn FnMut(String, WorkspaceFile)) -> Result<(), String> {
    if !root.is_dir() {
        return Err(format!("{} is no folder", root.display()));
    }
    let mut reader = Reader { take, total: 0, common: Vec::new(), named: BTreeSet::new(), decoding: BTreeSet::new() };
    reader.walk(root, "", 0)?;
    reader.named_ones()
}

/// Hands over the files of a folder, one after the other.
struct Reader<'t> {
    take: &'t mut dyn FnMut(String, WorkspaceFile),
    /// Bytes read so far.
    total: u64,
    /// Files that are read only when the code asks for them, with their paths.
    common: Vec<(PathBuf, String)>,
    /// Paths that the code names.
    named: BTreeSet<String>,
    /// Directories of code that decodes YAML: it may put names together, or list a folder.
    decoding: BTreeSet<String>,
}

impl Reader<'_> {
    fn walk(&mut self, dir: &Path, prefix: &str, depth: usize) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Ok(());
        }
        let entries = fs::read_dir(dir).map_err(|error| format!("cannot read the folder {}: {error}", dir.display()))?;
        for entry in entries.flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
            if kind.is_dir() && !SKIPPED.contains(&name) {
                self.walk(&entry.path(), &path, depth + 1)?;
            } else if kind.is_file() && is_common(name) {
                self.common.push((entry.path(), path));
            } else if kind.is_file()
                && let Some(limit) = size_limit(name)
            {
                self.file(&entry.path(), path, limit)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, file: &Path, path: String, limit: u64) -> Result<(), String> {
        let size = fs::metadata(file).map_or(u64::MAX, |metadata| metadata.len());
        if size > limit {
            return Ok(());
        }
        self.total += size;
        if self.total > MAX_TOTAL {
            return Err(format!("the folder holds more than {MAX_TOTAL} bytes of Terraform files; name a smaller one"));
        }
        if let Some(text) = fs::read(file).ok().and_then(|bytes| String::from_utf8(bytes).ok()).filter(|text| !text.contains('\0')) {
            if is_configuration_file(&path) {
                self.named.extend(named_files(&path, &text));
                if text.contains("yamldecode(") {
                    self.decoding.insert(directory_of(&path).to_owned());
                }
            }
            (self.take)(path, text.into());
        }
        Ok(())
    }

    /// Reads those of the common files that the code names, and a bounded number beside and below code that decodes such files.
    fn named_ones(&mut self) -> Result<(), String> {
        let mut common = std::mem::take(&mut self.common);
        common.sort();
        let mut unnamed = 0;
        for (file, path) in common {
            let mut asked = self.named.contains(&path);
            if !asked && unnamed < MOST_UNNAMED && self.is_below_decoding(&path) {
                unnamed += 1;
                asked = true;
            }
            if asked {
                self.file(&file, path, MAX_SIDE_FILE)?;
            }
        }
        Ok(())
    }

    fn is_below_decoding(&self, path: &str) -> bool {
        let mut directory = directory_of(path);
        loop {
            if self.decoding.contains(directory) {
                return true;
            }
            if directory.is_empty() {
                return false;
            }
            directory = directory_of(directory);
        }
    }
}

/// The size up to which a file of this name is read; `None` for files that say nothing.
fn size_limit(name: &str) -> Option<u64> {
    const OWN: [&str; 6] = [".tf", ".tofu", ".tfvars", ".tf.json", ".tofu.json", ".tfvars.json"];
    if OWN.iter().any(|end| name.ends_with(end)) || name == "terragrunt.hcl" {
        return Some(MAX_FILE);
    }
    // Units of Terragrunt draw in files of any name (`root.hcl`, `env.hcl`).
    let drawn_in = name.ends_with(".hcl") && !name.starts_with('.');
    (may_be_named(name) || is_test_file(name) || drawn_in).then_some(MAX_SIDE_FILE)
}

/// Writes changed files: each to a file beside it first, which then takes its place with its permissions.
pub(super) fn write(folder: &Folder, files: &BTreeMap<String, ChangedFile>) -> Result<(), String> {
    for (path, file) in files {
        let target = folder.root.join(path);
        replace(&target, file.after.as_bytes()).map_err(|error| format!("cannot write {}: {error}", target.display()))?;
    }
    Ok(())
}

fn replace(target: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let permissions = match fs::symlink_metadata(target) {
        Ok(metadata) if metadata.file_type().is_symlink() => return Err(std::io::Error::other("it has become a symbolic link")),
        Ok(metadata) => Some(metadata.permissions()),
        Err(_) => None,
    };
    let dir = target.parent().unwrap_or_else(|| Path::new("."));
    let mut beside = tempfile::Builder::new().prefix(".remediate-").tempfile_in(dir)?;
    beside.write_all(bytes)?;
    if let Some(permissions) = permissions {
        beside.as_file().set_permissions(permissions)?;
    }
    beside.persist(target).map_err(|error| error.error)?;
    Ok(())
}

/// The rule files of a folder, with their paths below it.
pub(super) fn rule_files(dir: &Path) -> Result<Vec<(String, String)>, String> {
    fn walk(dir: &Path, prefix: &str, files: &mut Vec<(String, String)>, depth: usize) -> Result<(), String> {
        let entries = fs::read_dir(dir).map_err(|error| format!("cannot read the folder {}: {error}", dir.display()))?;
        for entry in entries.flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
            if kind.is_dir() && depth < 8 {
                walk(&entry.path(), &path, files, depth + 1)?;
            } else if kind.is_file() && name.ends_with(".hcl") {
                files.push((
                    path,
                    fs::read_to_string(entry.path()).map_err(|error| format!("cannot read {}: {error}", entry.path().display()))?,
                ));
            }
        }
        Ok(())
    }
    let mut files = Vec::new();
    walk(dir, "", &mut files, 0)?;
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_terraform_files_are_read_and_written() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join(".terraform")).unwrap();
        fs::write(dir.path().join(".terraform/a.tf"), "x").unwrap();
        fs::write(dir.path().join("main.tf"), "a = 1\n").unwrap();
        fs::write(dir.path().join("binary.tf"), [0xff, 0xfe]).unwrap();
        fs::write(dir.path().join("notes.md"), "x").unwrap();
        std::os::unix::fs::symlink("/etc/passwd", dir.path().join("link.tf")).unwrap();
        let folder = Folder::read(dir.path()).unwrap();
        assert_eq!(folder.workspace.iter().map(|(path, _)| path).collect::<Vec<_>>(), ["main.tf"]);
        let (same, index) = Folder::read_with_index(dir.path()).unwrap();
        assert_eq!((same.workspace, index.len()), (folder.workspace.clone(), 1));
        fs::create_dir_all(dir.path().join("charts")).unwrap();
        fs::write(dir.path().join("charts/values.yaml"), "a: 1\n").unwrap();
        fs::create_dir_all(dir.path().join("net/zones")).unwrap();
        fs::write(dir.path().join("net/main.tf"), "locals {\n  a = yamldecode(file(\"../c.yml\"))\n}\n").unwrap();
        fs::write(dir.path().join("net/zones/a.yaml"), "a: 1\n").unwrap();
        fs::write(dir.path().join("c.yml"), "a: 1\n").unwrap();
        let read = Folder::read(dir.path()).unwrap().workspace;
        let paths: Vec<&str> = read.iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["c.yml", "main.tf", "net/main.tf", "net/zones/a.yaml"]);
        let changed = ChangedFile { before: Some("a = 1\n".into()), after: "a = 2\n".into(), edits: Vec::new() };
        write(&folder, &[("main.tf".to_owned(), changed.clone())].into()).unwrap();
        assert_eq!(fs::read_to_string(dir.path().join("main.tf")).unwrap(), "a = 2\n");
        assert!(write(&folder, &[("link.tf".to_owned(), changed)].into()).is_err());
    }
}
