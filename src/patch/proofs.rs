//! What must be true of every patch before anyone sees it.

use std::collections::{BTreeMap, BTreeSet};

use crate::hcl::{self, Document, Syntax};
use crate::model::{ChangedFile, Refusal, RefusalKind};

use super::workbench::{Workbench, directory_of, is_configuration};

/// Names of the proofs, in the order they are made.
pub const PROOFS: [&str; 9] = [
    "the result parses",
    "the rule now holds",
    "a second run changes nothing",
    "no comment is lost",
    "bytes outside the edits are identical",
    "a formatted file is still formatted",
    "every reference written exists",
    "no address is declared twice",
    "the provider's schema accepts what is written",
];

/// A refusal because a proof failed.
pub(super) fn failed(proof: &str, path: &str, detail: &str) -> Refusal {
    Refusal::new(RefusalKind::ProofFailed, format!("The change was thrown away because a proof failed: {proof} (`{path}`): {detail}."))
        .next("Nothing was changed. This is a mistake of the program or of the rule: please report it with the block in question.")
}

/// The proofs that look at the files alone.
pub(super) fn prove(bench: &Workbench, files: &BTreeMap<String, ChangedFile>) -> Result<(), Refusal> {
    for (path, file) in files {
        let document = bench.document(path).map_err(|refusal| failed(PROOFS[0], path, &refusal.message))?;
        let before = file.before.as_deref().unwrap_or_default();
        if document.syntax() == Syntax::Native {
            comments_kept(path, before, &file.after)?;
            if hcl::is_formatted(before) && !hcl::is_formatted(&file.after) {
                return Err(failed(PROOFS[5], path, "its layout is no longer that of `terraform fmt`"));
            }
        }
        if hcl::splice(before, &file.edits).ok().as_deref() != Some(file.after.as_str()) {
            return Err(failed(PROOFS[4], path, "the edits do not lead from the old text to the new one"));
        }
        let old = bench.document_before(path);
        references_exist(bench, path, old.as_deref(), &document)?;
        super::schema_proof::accepted(bench, path, old.as_deref(), &document)?;
    }
    for path in files.keys().filter(|path| is_configuration(path)) {
        no_duplicates(bench, path)?;
    }
    Ok(())
}

fn comments_kept(path: &str, before: &str, after: &str) -> Result<(), Refusal> {
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for comment in hcl::comments(before) {
        *counts.entry(comment.text).or_default() += 1;
    }
    for comment in hcl::comments(after) {
        *counts.entry(comment.text).or_default() -= 1;
    }
    match counts.into_iter().find(|(_, left)| *left > 0) {
        Some((comment, _)) => Err(failed(PROOFS[3], path, &format!("`{}` is gone", super::plan::shorten(&comment)))),
        None => Ok(()),
    }
}

/// All references of a document, as far as they name something a module declares.
fn named(document: &Document) -> BTreeSet<String> {
    fn in_body(body: &hcl::Body, found: &mut BTreeSet<String>) {
        for attribute in &body.attributes {
            for reference in hcl::references(&attribute.value) {
                match (reference.name(0), reference.names.len()) {
                    ("var" | "local" | "module", 2..) => found.insert(reference.names[..2].join(".")),
                    ("data", 3..) => found.insert(reference.names[..3].join(".")),
                    (kind, 2..) if kind.contains('_') => found.insert(reference.names[..2].join(".")),
                    _ => false,
                };
            }
        }
        for block in &body.blocks {
            in_body(&block.body, found);
        }
    }
    let mut found = BTreeSet::new();
    in_body(document.body(), &mut found);
    found
}

fn references_exist(bench: &Workbench, path: &str, before: Option<&Document>, after: &Document) -> Result<(), Refusal> {
    let old = before.map(named).unwrap_or_default();
    let dir = directory_of(path);
    for reference in named(after).difference(&old) {
        let parts: Vec<&str> = reference.split('.').collect();
        let exists = match parts.as_slice() {
            ["var", name] => !bench.blocks(dir, "variable", Some(name)).is_empty(),
            ["module", name] => !bench.blocks(dir, "module", Some(name)).is_empty(),
            ["local", name] => bench
                .blocks(dir, "locals", None)
                .iter()
                .any(|(key, document)| key.in_document(document).is_some_and(|block| block.attribute(name).is_some())),
            ["data", kind, name] => {
                bench.blocks(dir, "data", Some(kind)).iter().any(|(key, _)| key.labels.get(1).map(String::as_str) == Some(name))
            }
            [kind, name] => {
                bench.blocks(dir, "resource", Some(kind)).iter().any(|(key, _)| key.labels.get(1).map(String::as_str) == Some(name))
            }
            _ => true,
        };
        if !exists {
            return Err(Refusal::new(
                RefusalKind::ProofFailed,
                format!(
                    "The change was thrown away because a proof failed: {} (`{path}`): `{reference}` is not declared in this module.",
                    PROOFS[6]
                ),
            )
            .next("Check the parameters that were given: a reference must name something that the module declares."));
        }
    }
    Ok(())
}

fn addresses(document: &Document) -> Vec<String> {
    let labelled = |kind: &str| matches!(kind, "resource" | "data" | "module" | "variable" | "output");
    document
        .body()
        .blocks
        .iter()
        .filter(|block| labelled(&block.kind))
        .map(|block| format!("{} {}", block.kind, block.labels.iter().map(|label| label.text.as_str()).collect::<Vec<_>>().join(".")))
        .collect()
}

fn no_duplicates(bench: &Workbench, path: &str) -> Result<(), Refusal> {
    let mut old: BTreeMap<String, usize> = BTreeMap::new();
    for address in bench.document_before(path).map(|document| addresses(&document)).unwrap_or_default() {
        *old.entry(address).or_default() += 1;
    }
    let document = bench.document(path)?;
    let others: Vec<String> = bench
        .module_files(directory_of(path))
        .iter()
        .filter(|(other, _)| other != path)
        .flat_map(|(_, document)| addresses(document))
        .collect();
    let mut now: BTreeMap<String, usize> = BTreeMap::new();
    for address in addresses(&document) {
        let count = now.entry(address.clone()).or_default();
        *count += 1;
        let was = old.get(&address).copied().unwrap_or(0);
        if *count > was && (*count > 1 || others.contains(&address)) {
            return Err(failed(PROOFS[7], path, &format!("`{address}` is declared twice")));
        }
    }
    Ok(())
}
