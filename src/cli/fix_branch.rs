//! `--branch`: a commit in the local repository, made without touching its files, index or current branch.

use std::path::Path;

use git2::build::TreeUpdateBuilder;
use git2::{FileMode, Repository};

use super::fix_plan::{Answer, FixReport};

/// Commits the changed files on top of `HEAD` as the new branch `name`; gives the commit's id.
pub(super) fn commit(root: &Path, name: &str, report: &FixReport) -> Result<String, String> {
    let told = |what: &str, error: git2::Error| format!("{what}: {}", error.message());
    if !git2::Branch::name_is_valid(name).unwrap_or(false) {
        return Err(format!("`{name}` is no valid branch name"));
    }
    let repository = Repository::discover(root).map_err(|error| told(&format!("{} is in no git repository", root.display()), error))?;
    let work_tree =
        repository.workdir().and_then(|path| path.canonicalize().ok()).ok_or("the git repository has no files of its own (it is bare)")?;
    let root = root.canonicalize().map_err(|error| format!("{}: {error}", root.display()))?;
    let prefix = root.strip_prefix(&work_tree).map_err(|_| format!("{} is not inside {}", root.display(), work_tree.display()))?;
    let head = repository.head().and_then(|head| head.peel_to_commit()).map_err(|error| told("the repository has no commit yet", error))?;
    let tree = head.tree().map_err(|error| told("the last commit cannot be read", error))?;
    let mut update = TreeUpdateBuilder::new();
    for (path, file) in &report.files {
        let path = prefix.join(path);
        let entry = tree.get_path(&path).map_err(|_| format!("{} is not committed; commit it first", path.display()))?;
        let committed = repository.find_blob(entry.id()).map_err(|error| told("a file of the last commit cannot be read", error))?;
        if file.before.as_deref().map(str::as_bytes) != Some(committed.content()) {
            return Err(format!("{} differs from the last commit; commit or undo that first", path.display()));
        }
        let blob = repository.blob(file.after.as_bytes()).map_err(|error| told("cannot store the changed file", error))?;
        let mode = if entry.filemode() == i32::from(FileMode::BlobExecutable) { FileMode::BlobExecutable } else { FileMode::Blob };
        update.upsert(path, blob, mode);
    }
    let tree = update
        .create_updated(&repository, &tree)
        .and_then(|id| repository.find_tree(id))
        .map_err(|error| told("cannot make the tree", error))?;
    let author = repository
        .signature()
        .or_else(|_| git2::Signature::now("remediate", "remediate@localhost"))
        .map_err(|error| told("no author", error))?;
    let reference = format!("refs/heads/{name}");
    if repository.find_reference(&reference).is_ok() {
        return Err(format!("the branch `{name}` exists already"));
    }
    let id = repository
        .commit(Some(&reference), &author, &author, &message(report), &tree, &[&head])
        .map_err(|error| told("cannot commit", error))?;
    Ok(id.to_string())
}

fn message(report: &FixReport) -> String {
    let mut lines = Vec::new();
    for line in &report.lines {
        if let (Answer::Fixed(change), Some((address, _))) = (&line.answer, &line.place) {
            lines.push(format!("{address}: {}", change.summary.join("; ")));
        }
    }
    lines.dedup();
    format!("Fix {} security finding{}\n\n{}\n", report.fixed(), if report.fixed() == 1 { "" } else { "s" }, lines.join("\n"))
}
