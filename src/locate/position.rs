//! The first rung: a file and a line, or an address, from a scanner or a person.

use super::block::{address_of, block_at_line, place_of, target_of};
use super::follow::LineMap;
use crate::hcl::Document;
use crate::model::{Address, CodePosition, Confidence, Evidence, Refusal, RefusalKind, ResourceMode, Rung, Target, Workspace};
use crate::terraform::{ModuleSource, directory_of, is_configuration_file, module_source};

/// The resource, data source or module call around `path:line`.
///
/// # Errors
/// When the file is not there, cannot be read as Terraform, or holds no such block at the line.
pub fn locate_line(workspace: &Workspace, path: &str, line: usize) -> Result<Target, Refusal> {
    let document = read(workspace, path)?;
    let Some(block) = block_at_line(&document, line) else {
        return Err(Refusal::new(RefusalKind::NotLocated, format!("{path}:{line} is in no resource, data source or module call"))
            .next("give a line of the block itself"));
    };
    found(workspace, path, &document, block, format!("{path}:{line} is in it"))
}

/// The block of an address, looked for in `directory` and, through local module calls, below it. Instance keys are not checked.
///
/// # Errors
/// When nothing or more than one block has the address.
pub fn locate_address(workspace: &Workspace, address: &Address, directory: Option<&str>) -> Result<Target, Refusal> {
    let roots: Vec<String> = match directory {
        Some(directory) => vec![directory.trim_matches('/').to_owned()],
        None => directories(workspace),
    };
    let mut candidates: Vec<Target> = Vec::new();
    for root in &roots {
        let module_dir = match enter(workspace, root, address) {
            Entered::Directory(directory) => directory,
            Entered::Published(call) => {
                candidates.push(*call);
                continue;
            }
            Entered::No => continue,
        };
        for (path, document) in documents_in(workspace, &module_dir) {
            let own = Address { module: Vec::new(), key: None, ..address.clone() };
            let blocks = document.body().blocks.iter().filter(|block| address_of(block).as_ref() == Some(&own));
            candidates.extend(blocks.filter_map(|block| target_of(&path, block)).map(|target| Target {
                root_dir: Some(root.clone()),
                address: address.clone(),
                ..target
            }));
        }
    }
    one_of(workspace, candidates, &format!("the address `{address}`"))
}

/// The block that a scanner's position means, in the text as it is now.
///
/// `scanned_text` is the file's text at the commit that was scanned; with it, moved lines are followed. Path, lines, address and
/// caller are checked against each other: a position whose lines hold another block than its address says is not believed.
///
/// # Errors
/// When the file is not there or is named twice, the lines changed since, or no block or more than one fits.
pub fn locate_position(workspace: &Workspace, position: &CodePosition, scanned_text: Option<&str>) -> Result<Target, Refusal> {
    let address = position.address.as_deref().and_then(|text| text.parse::<Address>().ok());
    let Some(raw_path) = position.path.as_deref().filter(|path| !path.is_empty()) else {
        let Some(address) = address else {
            return Err(Refusal::new(RefusalKind::NotLocated, "the position names neither a file nor an address"));
        };
        return locate_address(workspace, &address, None);
    };
    let path = resolve_path(workspace, raw_path)?;
    let document = read(workspace, &path)?;
    let line = match position.start_line.filter(|line| *line > 0) {
        Some(line) => now(&path, document.source(), line, position.end_line, scanned_text).map(Some),
        None => Ok(None),
    };
    let by_address: Vec<_> =
        address.iter().flat_map(|address| document.body().blocks.iter().filter(|block| same_block(block, address))).collect();
    match (line, by_address.as_slice()) {
        (Ok(Some(line)), named) => {
            let at = block_at_line(&document, line);
            match (at, named) {
                (Some(at), [only]) if at.span == only.span => {
                    found(workspace, &path, &document, at, format!("the scanner names {path}:{line}"))
                }
                (_, [only]) => found(workspace, &path, &document, only, format!("the scanner names it in {path}; its lines have moved")),
                (Some(at), []) if address.is_none() => found(workspace, &path, &document, at, format!("the scanner names {path}:{line}")),
                // An address that is not in the file: what stands at its line now is something else.
                _ => Err(gone(&path, &position_text(position))),
            }
        }
        (Ok(None) | Err(_), [only]) => found(workspace, &path, &document, only, format!("the scanner names it in {path}")),
        (Err(refusal), _) => Err(refusal),
        (Ok(None), _) => Err(gone(&path, &position_text(position))),
    }
    .map(|target| with_module_path(target, address.as_ref()))
}

/// The scanner's address carries the module path, which a file and a line do not.
pub(super) fn with_module_path(mut target: Target, address: Option<&Address>) -> Target {
    if let Some(address) = address.filter(|address| address.kind == target.address.kind && address.name == target.address.name) {
        target.address.module.clone_from(&address.module);
        target.address.key.clone_from(&address.key);
    }
    target
}

fn position_text(position: &CodePosition) -> String {
    match (&position.address, position.start_line) {
        (Some(address), Some(line)) => format!("{address} at line {line}"),
        (Some(address), None) => address.clone(),
        (None, Some(line)) => format!("line {line}"),
        (None, None) => "nothing in it".to_owned(),
    }
}

fn gone(path: &str, what: &str) -> Refusal {
    Refusal::new(RefusalKind::NotLocated, format!("{path} no longer holds what the scanner saw ({what})"))
        .next("scan again, or say where it is now with `/remediate at path:line`")
}

/// The line of now for the scanner's line.
fn now(path: &str, text: &str, start: usize, end: Option<usize>, scanned: Option<&str>) -> Result<usize, Refusal> {
    let Some(scanned) = scanned.filter(|scanned| *scanned != text) else {
        return Ok(start);
    };
    let map = LineMap::between(scanned, text);
    // The block's head may have been edited while the rest of it only moved.
    let lines = start..=end.unwrap_or(start).clamp(start, start.saturating_add(2000));
    let old = Document::parse_file(path, scanned).ok();
    let head = old.as_ref().and_then(|old| block_at_line(old, start)).and_then(address_of);
    let new = Document::parse_file(path, text).ok();
    for line in lines {
        let Some(followed) = map.line(line) else { continue };
        let there = new.as_ref().and_then(|new| block_at_line(new, followed)).and_then(address_of);
        if head.is_none() || head == there {
            return Ok(followed);
        }
    }
    // The whole file may have been reordered: the same address in it is the same block.
    let by_address = new.as_ref().and_then(|new| {
        let mut same = new.body().blocks.iter().filter(|block| head.is_some() && address_of(block) == head);
        same.next().map(|block| new.position(block.span.start).line)
    });
    by_address.ok_or_else(|| gone(path, &format!("line {start}")))
}

/// Whether a block has the name and type that an address ends in.
fn same_block(block: &crate::hcl::Block, address: &Address) -> bool {
    address_of(block).is_some_and(|own| own.mode == address.mode && own.kind == address.kind && own.name == address.name)
}

/// The workspace's path for a scanner's: as it stands, without a leading `/` or `./`, or the one path that ends in it.
pub(super) fn resolve_path(workspace: &Workspace, raw: &str) -> Result<String, Refusal> {
    let clean = clean_path(raw);
    let clean = clean.as_str();
    if workspace.get(clean).is_some() {
        return Ok(clean.to_owned());
    }
    let mut ends: Vec<&str> = workspace.iter().map(|(path, _)| path).filter(|path| ends_with_path(path, clean)).collect();
    if ends.is_empty() {
        // An absolute path of the machine that scanned: the repository's path is its end.
        let longest = workspace
            .iter()
            .map(|(path, _)| path)
            .filter(|path| path.contains('/') && ends_with_path(clean, path))
            .max_by_key(|path| path.len());
        ends.extend(longest);
    }
    match ends.as_slice() {
        [only] => Ok((*only).to_owned()),
        [] => Err(Refusal::new(RefusalKind::NotLocated, format!("there is no file `{}`", clean.chars().take(200).collect::<String>()))
            .next("the file may have been moved or deleted since the scan")),
        several => Err(several.iter().take(20).fold(
            Refusal::new(RefusalKind::AmbiguousTarget, format!("{} files end in `{clean}`", several.len())).next("name the whole path"),
            |refusal, path| refusal.at(crate::model::Place { path: (*path).to_owned(), line: 1, span: None, note: "may be meant".into() }),
        )),
    }
}

/// A path as people and scanners write it, relative and with `/`.
pub(super) fn clean_path(raw: &str) -> String {
    let clean = raw.trim().replace('\\', "/");
    clean.trim_start_matches("./").trim_start_matches('/').to_owned()
}

pub(super) fn ends_with_path(path: &str, end: &str) -> bool {
    !end.is_empty() && path.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

pub(super) fn read(workspace: &Workspace, path: &str) -> Result<Document, Refusal> {
    let Some(text) = workspace.shared(path) else {
        return Err(Refusal::new(RefusalKind::NotLocated, format!("there is no file `{path}`")));
    };
    Document::parse_file(path, text).map_err(|error| {
        Refusal::new(RefusalKind::Unreadable, format!("{path} cannot be read as Terraform: {error}")).next("mend the file first")
    })
}

fn found(workspace: &Workspace, path: &str, document: &Document, block: &crate::hcl::Block, note: String) -> Result<Target, Refusal> {
    let Some(mut target) = target_of(path, block) else {
        return Err(Refusal::new(RefusalKind::NotLocated, format!("{path}: a `{}` block creates nothing", block.kind)));
    };
    // Files in a directory that nothing calls are a root of their own.
    target.root_dir = (!is_called(workspace, &target.module_dir)).then(|| target.module_dir.clone());
    let place = place_of(document.source(), &target);
    target.evidence.push(Evidence { rung: Rung::ScannerPosition, note, places: vec![place] });
    Ok(target)
}

/// Whether some file of the workspace has a local module call into `directory`.
fn is_called(workspace: &Workspace, directory: &str) -> bool {
    let last = directory.rsplit('/').next().unwrap_or(directory);
    workspace.iter().any(|(path, text)| {
        // Reading the text is enough to rule most files out before parsing.
        text.contains("module") && text.contains(last) && directory_of(path) != directory && {
            Document::parse_file(path, text).is_ok_and(|document| {
                document.body().blocks_of("module").any(|call| source_of(directory_of(path), call).as_deref() == Some(directory))
            })
        }
    })
}

/// The directory that a module call leads to, when it is local.
pub(super) fn source_of(directory: &str, call: &crate::hcl::Block) -> Option<String> {
    let source = call.attribute("source")?;
    let hcl_edit::expr::Expression::String(source) = &*source.value else { return None };
    local_source(directory, source.as_str())
}

/// A relative `source` seen from `directory`, inside the workspace.
pub(super) fn local_source(directory: &str, source: &str) -> Option<String> {
    // Terragrunt's `${get_repo_root()}/modules/x`, as the index writes it.
    if let Some(from_top) = source.strip_prefix("repo-root:") {
        return local_source("", &format!("./{from_top}"));
    }
    crate::terraform::local_source(directory, source)
}

/// Where the module path of an address leads.
enum Entered {
    /// To this directory.
    Directory(String),
    /// Into a published module, by this call: its code is nowhere here, and the call is what can be changed.
    Published(Box<Target>),
    No,
}

/// Follows the module path of an address from a root directory.
fn enter(workspace: &Workspace, root: &str, address: &Address) -> Entered {
    let mut directory = root.to_owned();
    for (at, step) in address.module.iter().enumerate() {
        let documents = documents_in(workspace, &directory);
        let mut calls = documents.iter().flat_map(|(path, document)| document.body().blocks_of("module").map(move |call| (path, call)));
        let Some((path, call)) = calls.find(|(_, call)| call.label(0) == Some(step.name.as_str())) else { return Entered::No };
        if let Some(next) = source_of(&directory, call) {
            directory = next;
            continue;
        }
        let source = call.attribute("source").and_then(|source| crate::hcl::literal(&source.value));
        let published = source.is_some_and(|source| {
            source.as_str().is_some_and(|source| matches!(module_source(&directory, source), ModuleSource::Registry { .. }))
        });
        let Some(mut target) = target_of(path, call).filter(|_| published) else { return Entered::No };
        target.root_dir = Some(root.to_owned());
        target.address.module = address.module.get(..at).unwrap_or_default().to_vec();
        target.address.key.clone_from(&step.key);
        return Entered::Published(Box::new(target));
    }
    Entered::Directory(directory)
}

/// The configuration files of a directory that can be read.
fn documents_in(workspace: &Workspace, directory: &str) -> Vec<(String, Document)> {
    workspace
        .in_directory(directory)
        .filter(|(path, _)| is_configuration_file(path))
        .filter_map(|(path, text)| Some((path.to_owned(), Document::parse_file(path, text).ok()?)))
        .collect()
}

fn directories(workspace: &Workspace) -> Vec<String> {
    let mut directories: Vec<String> =
        workspace.iter().filter(|(path, _)| is_configuration_file(path)).map(|(path, _)| directory_of(path).to_owned()).collect();
    directories.dedup();
    directories.sort();
    directories.dedup();
    directories
}

/// The only candidate, or a refusal that lists them.
fn one_of(workspace: &Workspace, mut candidates: Vec<Target>, what: &str) -> Result<Target, Refusal> {
    let place = |target: &Target| place_of(workspace.get(&target.path).unwrap_or_default(), target);
    if candidates.len() == 1 {
        let mut target = candidates.remove(0);
        let places = vec![place(&target)];
        let within = target.address.mode == ResourceMode::Module && !what.ends_with(&format!("`{}`", target.address));
        let note =
            if within { format!("{what} is inside the published module that this block calls") } else { format!("{what} is this block") };
        target.evidence.push(Evidence { rung: Rung::ScannerPosition, note, places });
        target.confidence = Confidence::Certain;
        return Ok(target);
    }
    if candidates.is_empty() {
        return Err(Refusal::new(RefusalKind::NotLocated, format!("no block has {what}")));
    }
    let message = format!("{} blocks have {what}", candidates.len());
    let refusal = Refusal::new(RefusalKind::AmbiguousTarget, message).next("say which with its file and line");
    Err(candidates.iter().take(20).fold(refusal, |refusal, target| refusal.at(place(target))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace() -> Workspace {
        [
            ("live/prod/main.tf", "# one\nmodule \"logs\" {\n  source = \"../../modules/bucket\"\n  name   = \"prod-logs\"\n}\n"),
            ("live/dev/main.tf", "module \"logs\" {\n  source = \"../../modules/bucket\"\n  name   = \"dev-logs\"\n}\n"),
            (
                "modules/bucket/main.tf",
                "variable \"name\" {}\n\n# the bucket\nresource \"aws_s3_bucket\" \"this\" {\n  bucket = var.name\n}\n",
            ),
        ]
        .into_iter()
        .collect()
    }

    fn at(path: &str, line: Option<usize>, address: Option<&str>) -> CodePosition {
        CodePosition { path: Some(path.into()), start_line: line, address: address.map(Into::into), ..CodePosition::default() }
    }

    #[test]
    fn a_line_names_its_block_comments_included() {
        let target = locate_line(&workspace(), "modules/bucket/main.tf", 3).unwrap();
        assert_eq!((target.address.to_string().as_str(), target.root_dir), ("aws_s3_bucket.this", None));
        assert!(locate_line(&workspace(), "modules/bucket/main.tf", 1).is_err());
        assert!(locate_line(&workspace(), "nowhere.tf", 1).is_err());
    }

    #[test]
    fn an_address_is_followed_through_module_calls() {
        let address: Address = "module.logs.aws_s3_bucket.this".parse().unwrap();
        let target = locate_address(&workspace(), &address, Some("live/prod")).unwrap();
        assert_eq!((target.path.as_str(), target.root_dir.as_deref()), ("modules/bucket/main.tf", Some("live/prod")));
        let refusal = locate_address(&workspace(), &address, None).unwrap_err();
        assert_eq!((refusal.kind, refusal.places.len()), (RefusalKind::AmbiguousTarget, 2));
    }

    #[test]
    fn an_address_inside_a_published_module_leads_to_its_call() {
        let text = "module \"logs\" {\n  source  = \"terraform-aws-modules/s3-bucket/aws\"\n  bucket = \"acme\"\n}\n\nmodule \"git\" {\n  source = \"git::https://github.com/acme/m.git\"\n}\n";
        let workspace: Workspace = [("main.tf", text)].into_iter().collect();
        let found = |address: &str| locate_address(&workspace, &address.parse().unwrap(), None);
        let target = found("module.logs.aws_s3_bucket.this[0]").unwrap();
        assert_eq!((target.address.to_string().as_str(), target.span.start), ("module.logs", 0));
        assert!(target.evidence[0].note.contains("inside the published module"), "{:?}", target.evidence);
        assert!(found("module.git.aws_s3_bucket.this").is_err());
        assert!(found("module.logs").unwrap().evidence[0].note.ends_with("is this block"));
    }

    #[test]
    fn scanner_paths_are_found_however_they_are_rooted() {
        for path in ["/modules/bucket/main.tf", "./modules/bucket/main.tf", "bucket/main.tf", "/builds/acme/repo/modules/bucket/main.tf"] {
            let target = locate_position(&workspace(), &at(path, Some(4), Some("module.logs.aws_s3_bucket.this")), None).unwrap();
            assert_eq!(target.address.to_string(), "module.logs.aws_s3_bucket.this", "{path}");
        }
        assert_eq!(locate_position(&workspace(), &at("main.tf", Some(4), None), None).unwrap_err().kind, RefusalKind::AmbiguousTarget);
    }

    #[test]
    fn moved_lines_are_followed_and_vanished_ones_are_not_guessed() {
        let old = "resource \"aws_s3_bucket\" \"a\" {\n  bucket = \"a\"\n}\nresource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n}\n";
        let new = "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n}\n\nresource \"aws_s3_bucket\" \"c\" {\n  bucket = \"c\"\n}\n";
        let workspace: Workspace = [("main.tf", new)].into_iter().collect();
        let target = locate_position(&workspace, &at("main.tf", Some(4), None), Some(old)).unwrap();
        assert_eq!(target.address.to_string(), "aws_s3_bucket.b");
        assert!(locate_position(&workspace, &at("main.tf", Some(1), None), Some(old)).is_err());
    }

    #[test]
    fn an_address_that_left_the_file_is_not_replaced_by_what_stands_at_its_line() {
        let workspace: Workspace = [("main.tf", "resource \"aws_s3_bucket\" \"other\" {\n}\n")].into_iter().collect();
        assert!(locate_position(&workspace, &at("main.tf", Some(1), Some("aws_s3_bucket.gone")), None).is_err());
    }
}
