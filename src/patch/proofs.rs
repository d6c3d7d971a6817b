//! What must be true of every patch before anyone sees it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use hcl_edit::expr::Expression;

use crate::hcl::{self, Document, Syntax};
use crate::model::{ChangedFile, Refusal, RefusalKind};
use crate::terraform::{directory_of, is_configuration_file};

use super::version;
use super::workbench::Workbench;

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
        let old = bench.document_before(path);
        let held = || if document.syntax() == Syntax::Native { hcl::comments(before) } else { Vec::new() };
        comments_kept(path, &old.as_ref().map_or_else(held, |old| old.comments()), &document.comments())?;
        if document.syntax() == Syntax::Native
            && old.as_ref().map_or_else(|| hcl::is_formatted(before), |old| old.is_formatted())
            && !document.is_formatted()
        {
            return Err(failed(PROOFS[5], path, "its layout is no longer that of `terraform fmt`"));
        }
        if hcl::splice(before, &file.edits).ok().as_deref() != Some(file.after.as_str()) {
            return Err(failed(PROOFS[4], path, "the edits do not lead from the old text to the new one"));
        }
        let changed = changed_blocks(old.as_deref(), &document);
        if document.syntax() == Syntax::Native && version::quotes_expressions(bench, directory_of(path)) {
            quoted_expressions(bench, path, &changed)?;
        }
        references_exist(bench, path, old.as_deref(), &document, &changed)?;
        super::schema_proof::accepted(bench, path, old.as_deref(), &document, &changed)?;
    }
    for path in files.keys().filter(|path| is_configuration_file(path)) {
        no_duplicates(bench, path)?;
    }
    Ok(())
}

/// Terraform before 0.12 reads no file with an expression outside of quotes.
fn quoted_expressions(bench: &Workbench, path: &str, changed: &[&hcl::Block]) -> Result<(), Refusal> {
    fn bare(expression: &Expression) -> bool {
        match expression {
            Expression::Array(items) => items.iter().any(bare),
            Expression::Object(_) => hcl::object_entries(expression).into_iter().any(|entry| bare(entry.value)),
            Expression::StringTemplate(_) | Expression::HeredocTemplate(_) => false,
            other => hcl::literal(other).is_none(),
        }
    }
    fn first_bare(body: &hcl::Body) -> Option<&hcl::Attribute> {
        let own = body.attributes.iter().find(|attribute| bare(&attribute.value));
        own.or_else(|| body.blocks.iter().find_map(|block| first_bare(&block.body)))
    }
    match changed.iter().find_map(|block| first_bare(&block.body)) {
        None => Ok(()),
        Some(attribute) => Err(Refusal::new(
            RefusalKind::RefusedByRule,
            format!(
                "The module is bound to Terraform before 0.12, which cannot read what the fix would write: an expression outside of quotes for `{}`.",
                attribute.name
            ),
        )
        .next("Upgrade the module to Terraform 0.12 or later first, or make the change by hand.")
        .at(bench.place(path, attribute.value_span, "what would be written"))),
    }
}

fn comments_kept(path: &str, before: &[hcl::Comment], after: &[hcl::Comment]) -> Result<(), Refusal> {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for comment in before {
        *counts.entry(&comment.text).or_default() += 1;
    }
    for comment in after {
        *counts.entry(&comment.text).or_default() -= 1;
    }
    match counts.into_iter().find(|(_, left)| *left > 0) {
        Some((comment, _)) => Err(failed(PROOFS[3], path, &format!("`{}` is gone", super::plan::shorten(comment)))),
        None => Ok(()),
    }
}

/// References of attributes and blocks, as far as they name something a module declares.
fn named<'d>(attributes: &[hcl::Attribute], blocks: impl IntoIterator<Item = &'d hcl::Block>) -> BTreeSet<String> {
    fn in_body<'d>(attributes: &[hcl::Attribute], blocks: impl IntoIterator<Item = &'d hcl::Block>, found: &mut BTreeSet<String>) {
        for attribute in attributes {
            for reference in hcl::references(&attribute.value) {
                match (reference.name(0), reference.names.len()) {
                    ("var" | "local" | "module", 2..) => found.insert(reference.names[..2].join(".")),
                    ("data", 3..) => found.insert(reference.names[..3].join(".")),
                    (kind, 2..) if kind.contains('_') => found.insert(reference.names[..2].join(".")),
                    _ => false,
                };
            }
        }
        for block in blocks {
            in_body(&block.body.attributes, &block.body.blocks, found);
        }
    }
    let mut found = BTreeSet::new();
    in_body(attributes, blocks, &mut found);
    found
}

/// The top-level blocks whose text is not that of a block before: in the others nothing can be wrong that was not before.
fn changed_blocks<'d>(before: Option<&Document>, after: &'d Document) -> Vec<&'d hcl::Block> {
    let texts = |document: &'d Document| document.body().blocks.iter().map(|block| document.slice(block.span));
    let old: Vec<&str> = before.iter().flat_map(|document| document.body().blocks.iter().map(|block| document.slice(block.span))).collect();
    // A fix changes few blocks of a file: the others stand where they stood, from the top or from the bottom.
    let above = texts(after).zip(&old).take_while(|(new, old)| new == *old).count();
    let rest = old.len().min(after.body().blocks.len()) - above;
    let below = after.body().blocks.iter().rev().zip(old.iter().rev()).take(rest);
    let below = below.take_while(|(block, old)| after.slice(block.span) == **old).count();
    let between = &after.body().blocks[above..after.body().blocks.len() - below];
    between.iter().filter(|block| !old.contains(&after.slice(block.span))).collect()
}

fn references_exist(
    bench: &Workbench,
    path: &str,
    before: Option<&Document>,
    after: &Document,
    changed: &[&hcl::Block],
) -> Result<(), Refusal> {
    let dir = directory_of(path);
    let known = || before.map(|before| named(&before.body().attributes, &before.body().blocks)).unwrap_or_default();
    for reference in named(&after.body().attributes, changed.iter().copied()) {
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
        if !exists && !known().contains(&reference) {
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

/// The blocks of a document that have an address.
fn addressed(document: &Document) -> impl Iterator<Item = &hcl::Block> {
    let labelled = |kind: &str| matches!(kind, "resource" | "data" | "module" | "variable" | "output");
    document.body().blocks.iter().filter(move |block| labelled(&block.kind))
}

fn address_of(block: &hcl::Block) -> (&str, Vec<&str>) {
    (&block.kind, block.labels.iter().map(|label| label.text.as_str()).collect())
}

fn no_duplicates(bench: &Workbench, path: &str) -> Result<(), Refusal> {
    let before = bench.document_before(path);
    let mut old: HashMap<(&str, Vec<&str>), usize> = HashMap::new();
    for block in before.iter().flat_map(|document| addressed(document)) {
        *old.entry(address_of(block)).or_default() += 1;
    }
    let document = bench.document(path)?;
    let module = bench.module_files(directory_of(path));
    let mut now: HashMap<(&str, Vec<&str>), usize> = HashMap::new();
    for block in addressed(&document) {
        let address = address_of(block);
        let was = old.get(&address).copied().unwrap_or(0);
        let count = now.entry(address.clone()).or_default();
        *count += 1;
        let others = || module.iter().filter(|(other, _)| other != path).flat_map(|(_, document)| addressed(document));
        if *count > was && (*count > 1 || others().any(|other| address_of(other) == address)) {
            let shown = format!("{} {}", address.0, address.1.join("."));
            return Err(failed(PROOFS[7], path, &format!("`{shown}` is declared twice")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_blocks_with_a_text_of_their_own_have_changed() {
        let changed = |before: Option<&str>, after: &str| {
            let before = before.map(|text| Document::parse(text).unwrap());
            let after = Document::parse(after).unwrap();
            let blocks = changed_blocks(before.as_ref(), &after);
            blocks.into_iter().map(|block| after.slice(block.span).to_owned()).collect::<Vec<_>>()
        };
        let before = Some("a {}\nb {}\nc {}\n");
        assert_eq!(changed(before, "a {}\nx {}\nb { d = 1 }\nc {}\n"), ["x {}", "b { d = 1 }"]);
        assert!(changed(before, "c {}\na {}\nb {}\n").is_empty());
        assert!(changed(before, "b {}\n").is_empty());
        assert_eq!(changed(Some("a {}\n"), "a {}\na {}\ne {}\n"), ["e {}"]);
        assert_eq!(changed(None, "a {}\nb {}\n"), ["a {}", "b {}"]);
    }
}
