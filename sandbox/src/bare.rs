//! A bare git repository on disk, read and written through the `git` program.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// One bare repository.
#[derive(Debug, Clone)]
pub struct Bare {
    /// The folder that `git --git-dir` takes.
    pub dir: PathBuf,
}

/// What a commit does to one path.
#[derive(Debug, Clone)]
pub struct FileChange {
    /// Path inside the repository.
    pub path: String,
    /// The new bytes; `None` removes the path.
    pub content: Option<Vec<u8>>,
    /// Git's file mode: `100644`, `100755` or `120000` for a symbolic link.
    pub mode: &'static str,
}

impl FileChange {
    /// A plain file with this content.
    pub fn write(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), content: Some(content.into()), mode: "100644" }
    }

    /// The path is removed.
    pub fn remove(path: impl Into<String>) -> Self {
        Self { path: path.into(), content: None, mode: "100644" }
    }

    /// A symbolic link to `target`.
    pub fn link(path: impl Into<String>, target: &str) -> Self {
        Self { path: path.into(), content: Some(target.as_bytes().to_vec()), mode: "120000" }
    }
}

/// Who wrote a commit and what it says.
#[derive(Debug, Clone)]
pub struct CommitText {
    /// Author and committer name.
    pub name: String,
    /// Author and committer mail address.
    pub email: String,
    /// The whole message.
    pub message: String,
}

/// One commit as the API shows it.
#[derive(Debug, Clone)]
pub struct CommitInfo {
    /// Object id.
    pub sha: String,
    /// The tree's object id.
    pub tree: String,
    /// Object ids of the parents.
    pub parents: Vec<String>,
    /// Author's name.
    pub name: String,
    /// Author's mail address.
    pub email: String,
    /// Author's date in ISO 8601.
    pub date: String,
    /// The whole message.
    pub message: String,
}

/// One file of a comparison.
#[derive(Debug, Clone)]
pub struct ChangedFile {
    /// Path after the change.
    pub path: String,
    /// Path before a rename.
    pub previous: Option<String>,
    /// `added`, `removed`, `modified` or `renamed`.
    pub status: &'static str,
    /// Lines added.
    pub additions: u64,
    /// Lines removed.
    pub deletions: u64,
    /// Hunks as unified diff; `None` for binary files.
    pub patch: Option<String>,
}

/// One entry of a tree.
#[derive(Debug, Clone)]
pub struct TreeEntry {
    /// Git's file mode.
    pub mode: String,
    /// `blob`, `tree` or `commit`.
    pub kind: String,
    /// Object id.
    pub sha: String,
    /// Bytes of a blob.
    pub size: Option<u64>,
    /// Path relative to the tree.
    pub path: String,
}

impl Bare {
    /// Creates an empty repository whose HEAD names `default_branch`.
    pub fn create(dir: &Path, default_branch: &str) -> Result<Self> {
        std::fs::create_dir_all(dir)?;
        let bare = Self { dir: dir.to_path_buf() };
        bare.text(&["init", "--quiet", "--bare", &format!("--initial-branch={default_branch}")])?;
        for (key, value) in [
            ("http.receivepack", "true"),
            ("uploadpack.allowFilter", "true"),
            ("uploadpack.allowReachableSHA1InWant", "true"),
            ("gc.auto", "0"),
            ("receive.autogc", "false"),
        ] {
            bare.text(&["config", key, value])?;
        }
        Ok(bare)
    }

    /// A `git` command on this repository, cut off from the machine's own git configuration.
    pub fn command(&self) -> Command {
        let mut command = Command::new("git");
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", &self.dir).env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_DIR", &self.dir).env("LC_ALL", "C.UTF-8");
        command
    }

    /// Runs git and gives back what it printed.
    pub fn bytes(&self, arguments: &[&str], input: Option<&[u8]>) -> Result<Vec<u8>> {
        run(self.command(), arguments, input)
    }

    /// Runs git with an index file of its own.
    pub fn bytes_with_index(&self, index: &Path, arguments: &[&str], input: Option<&[u8]>) -> Result<Vec<u8>> {
        let mut command = self.command();
        command.env("GIT_INDEX_FILE", index);
        run(command, arguments, input)
    }

    /// Runs git and gives back its output as trimmed text.
    pub fn text(&self, arguments: &[&str]) -> Result<String> {
        Ok(String::from_utf8_lossy(&self.bytes(arguments, None)?).trim_end().to_string())
    }

    /// All references with the objects they name.
    pub fn references(&self) -> Result<BTreeMap<String, String>> {
        let text = self.text(&["for-each-ref", "--format=%(objectname) %(refname)"])?;
        Ok(text.lines().filter_map(|line| line.split_once(' ')).map(|(sha, name)| (name.into(), sha.into())).collect())
    }

    /// The object a revision names, if it exists.
    pub fn resolve(&self, revision: &str) -> Option<String> {
        if revision.starts_with('-') {
            return None;
        }
        self.text(&["rev-parse", "--verify", "--quiet", "--end-of-options", revision]).ok().filter(|sha| !sha.is_empty())
    }

    /// The commit a branch, tag or object id names.
    pub fn commit_id(&self, revision: &str) -> Option<String> {
        let branch = format!("refs/heads/{revision}^{{commit}}");
        self.resolve(&branch).or_else(|| self.resolve(&format!("{revision}^{{commit}}")))
    }

    /// Writes a commit on top of `parent` and moves `reference` to it, whatever it named before.
    pub fn commit(&self, reference: &str, parent: Option<&str>, changes: &[FileChange], text: &CommitText) -> Result<String> {
        let now = chrono::Utc::now().timestamp();
        let mut stream = Vec::new();
        write!(stream, "commit {reference}\ncommitter {} <{}> {now} +0000\n", text.name, text.email)?;
        write!(stream, "data {}\n{}\n", text.message.len(), text.message)?;
        if let Some(parent) = parent {
            writeln!(stream, "from {parent}")?;
        }
        for change in changes {
            let path = quoted(&change.path);
            match &change.content {
                Some(content) => {
                    write!(stream, "M {} inline {path}\ndata {}\n", change.mode, content.len())?;
                    stream.extend_from_slice(content);
                    stream.push(b'\n');
                }
                None => writeln!(stream, "D {path}")?,
            }
        }
        stream.extend_from_slice(b"done\n");
        self.bytes(&["fast-import", "--quiet", "--force", "--done"], Some(&stream))?;
        self.resolve(reference).context("git fast-import wrote no commit")
    }

    /// Writes a commit object from a tree and parents; moves nothing.
    pub fn commit_tree(&self, tree: &str, parents: &[String], text: &CommitText) -> Result<String> {
        let mut command = self.command();
        command.args(["commit-tree", tree]);
        for parent in parents {
            command.args(["-p", parent]);
        }
        command.args(["-m", &text.message]);
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), &text.name).env(format!("GIT_{role}_EMAIL"), &text.email);
        }
        let output = command.stdin(Stdio::null()).output()?;
        if !output.status.success() {
            bail!("git commit-tree: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_string())
    }

    /// Stores bytes as a blob and gives back its id.
    pub fn write_blob(&self, content: &[u8]) -> Result<String> {
        let id = self.bytes(&["hash-object", "-w", "--stdin"], Some(content))?;
        Ok(String::from_utf8_lossy(&id).trim().to_string())
    }

    /// Moves a reference; with `expected` only when it still names that object.
    pub fn update_reference(&self, reference: &str, target: &str, expected: Option<&str>) -> Result<()> {
        let mut arguments = vec!["update-ref", reference, target];
        arguments.extend(expected);
        self.text(&arguments).map(drop)
    }

    /// Removes a reference.
    pub fn delete_reference(&self, reference: &str) -> Result<()> {
        self.text(&["update-ref", "-d", reference]).map(drop)
    }

    /// The bytes of a path at a revision.
    pub fn read(&self, revision: &str, path: &str) -> Option<Vec<u8>> {
        self.resolve(revision)?;
        self.bytes(&["cat-file", "blob", &format!("{revision}:{path}")], None).ok()
    }

    /// The bytes of a blob.
    pub fn read_blob(&self, sha: &str) -> Option<Vec<u8>> {
        let sha = self.resolve(&format!("{sha}^{{blob}}"))?;
        self.bytes(&["cat-file", "blob", &sha], None).ok()
    }

    /// The entries of a tree, one level or all.
    pub fn tree(&self, tree_ish: &str, recursive: bool) -> Result<Vec<TreeEntry>> {
        let mut arguments = vec!["ls-tree", "-z", "-l"];
        if recursive {
            arguments.extend(["-r", "-t"]);
        }
        arguments.push(tree_ish);
        let listing = self.bytes(&arguments, None)?;
        let listing = String::from_utf8_lossy(&listing);
        Ok(listing.split('\0').filter_map(tree_entry).collect())
    }

    /// One commit.
    pub fn commit_info(&self, sha: &str) -> Result<CommitInfo> {
        let list = self.log(&["-1", sha])?;
        list.into_iter().next().with_context(|| format!("no commit {sha}"))
    }

    /// Commits as `git log` finds them with these arguments, newest first.
    pub fn log(&self, arguments: &[&str]) -> Result<Vec<CommitInfo>> {
        let mut all = vec!["log", "--format=%H%x1f%T%x1f%P%x1f%an%x1f%ae%x1f%aI%x1f%B%x1e"];
        all.extend(arguments);
        let text = self.text(&all)?;
        Ok(text.split('\x1e').filter_map(commit_info).collect())
    }

    /// The commit both descend from.
    pub fn merge_base(&self, left: &str, right: &str) -> Option<String> {
        self.text(&["merge-base", left, right]).ok().filter(|sha| !sha.is_empty())
    }

    /// Commits only in `base` and only in `head`.
    pub fn divergence(&self, base: &str, head: &str) -> Result<(u64, u64)> {
        let text = self.text(&["rev-list", "--left-right", "--count", &format!("{base}...{head}")])?;
        let mut counts = text.split_whitespace().filter_map(|count| count.parse().ok());
        Ok((counts.next().unwrap_or(0), counts.next().unwrap_or(0)))
    }

    /// Files that differ between two commits.
    pub fn changed_files(&self, base: &str, head: &str) -> Result<Vec<ChangedFile>> {
        let patch = self.bytes(&["diff", "--no-color", "--no-ext-diff", "--find-renames", base, head], None)?;
        Ok(changed_files(&String::from_utf8_lossy(&patch)))
    }

    /// Merges two commits in memory; `None` on conflicts, else the tree.
    pub fn merge_trees(&self, base: &str, head: &str) -> Option<String> {
        self.text(&["merge-tree", "--write-tree", "--no-messages", base, head]).ok()
    }
}

fn run(mut command: Command, arguments: &[&str], input: Option<&[u8]>) -> Result<Vec<u8>> {
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut child = command.spawn().context("git cannot be started; is it installed?")?;
    if let (Some(input), Some(mut stdin)) = (input, child.stdin.take()) {
        // git may stop reading early; its own message then says more than a broken pipe.
        let _ = stdin.write_all(input);
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("git {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(output.stdout)
}

/// A path as `git fast-import` wants it: C-style quotes whenever it could be misread.
fn quoted(path: &str) -> String {
    let mut quoted = String::from('"');
    for character in path.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

fn tree_entry(line: &str) -> Option<TreeEntry> {
    let (meta, path) = line.split_once('\t')?;
    let mut parts = meta.split_whitespace();
    let (mode, kind, sha, size) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    Some(TreeEntry { mode: mode.into(), kind: kind.into(), sha: sha.into(), size: size.parse().ok(), path: path.into() })
}

fn commit_info(record: &str) -> Option<CommitInfo> {
    let mut parts = record.trim_start_matches('\n').splitn(7, '\x1f').map(str::to_string);
    let (sha, tree) = (parts.next()?, parts.next()?);
    let parents = parts.next()?.split_whitespace().map(str::to_string).collect();
    let (name, email, date) = (parts.next()?, parts.next()?, parts.next()?);
    let message = parts.next()?.trim_end().to_string();
    Some(CommitInfo { sha, tree, parents, name, email, date, message })
}

/// Cuts `git diff` output into files. Paths come from the `---`, `+++` and `rename` lines, never from the ambiguous header.
fn changed_files(diff: &str) -> Vec<ChangedFile> {
    let mut files: Vec<ChangedFile> = Vec::new();
    let mut in_hunks = false;
    for line in diff.split_inclusive('\n') {
        if let Some(header) = line.strip_prefix("diff --git ") {
            in_hunks = false;
            let path = header.trim_end().rsplit_once(" b/").map_or("", |(_, path)| path).to_string();
            files.push(ChangedFile { path, previous: None, status: "modified", additions: 0, deletions: 0, patch: None });
            continue;
        }
        let Some(file) = files.last_mut() else { continue };
        in_hunks |= line.starts_with("@@");
        if in_hunks {
            hunk_line(file, line);
        } else {
            header_line(file, line.trim_end());
        }
    }
    for file in &mut files {
        if let Some(patch) = &mut file.patch {
            patch.truncate(patch.trim_end_matches('\n').len());
        }
    }
    files
}

fn hunk_line(file: &mut ChangedFile, line: &str) {
    file.additions += u64::from(line.starts_with('+'));
    file.deletions += u64::from(line.starts_with('-'));
    file.patch.get_or_insert_default().push_str(line);
}

fn header_line(file: &mut ChangedFile, line: &str) {
    if line.starts_with("new file mode") {
        file.status = "added";
    } else if line.starts_with("deleted file mode") {
        file.status = "removed";
    } else if let Some(previous) = line.strip_prefix("rename from ") {
        file.status = "renamed";
        file.previous = Some(previous.into());
    } else if let Some(path) = line.strip_prefix("rename to ").or_else(|| line.strip_prefix("+++ b/")) {
        file.path = path.into();
    }
}
