//! The provider's schema accepts what a patch writes: no argument it does not have, none it insists on left out.

use std::collections::BTreeSet;

use crate::hcl::{Block, Body, Document, Syntax};
use crate::model::Refusal;
use crate::rule::schema::{META_ARGUMENTS, NestedBlock, Shape, provider_version, shape};
use crate::terraform::directory_of;

use super::proofs::{PROOFS, failed};
use super::version;
use super::workbench::Workbench;

/// Fails when a resource among the changed blocks of a file has a problem that it did not have before. Types that the schema does
/// not know, and modules that are pinned below the schema's major version, are passed over.
pub(super) fn accepted(
    bench: &Workbench,
    path: &str,
    before: Option<&Document>,
    after: &Document,
    changed: &[&Block],
) -> Result<(), Refusal> {
    for block in changed.iter().filter(|block| matches!(block.kind.as_str(), "resource" | "data")) {
        let Some(kind) = block.label(0) else { continue };
        let name = if block.kind == "data" { format!("data.{kind}") } else { kind.to_owned() };
        let Some(shape) = shape(&name).filter(|_| describes(bench, path, kind)) else { continue };
        let problems = problems_of(after, &block.body, shape);
        let labels: Vec<&str> = block.labels.iter().map(|label| label.text.as_str()).collect();
        let known: BTreeSet<String> = before
            .iter()
            .flat_map(|document| document.blocks_labelled(&block.kind, &labels).flat_map(|block| problems_of(document, &block.body, shape)))
            .collect();
        if let Some(new) = problems.difference(&known).next() {
            return Err(failed(PROOFS[8], path, &format!("in `{}` {new}", labels.join("."))));
        }
    }
    Ok(())
}

/// Whether the module may run with the major version that the schema describes.
fn describes(bench: &Workbench, path: &str, kind: &str) -> bool {
    let provider = kind.split('_').next().unwrap_or_default();
    let Some(major) = provider_version(provider).and_then(|version| version.split('.').next()) else { return false };
    version::at_least(bench, directory_of(path), provider, major) == Some(true)
}

fn problems_of(document: &Document, body: &Body, shape: &Shape) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    look(body, shape, "", document.syntax() == Syntax::Json, &mut Vec::new(), &mut found);
    found
}

/// `around`: the blocks that the body is in, for blocks that nest in themselves.
fn look<'s>(body: &Body, shape: &'s Shape, prefix: &str, json: bool, around: &mut Vec<(&'s str, &'s Shape)>, found: &mut BTreeSet<String>) {
    let top = prefix.is_empty();
    let known = |name: &str| {
        shape.arguments.contains_key(name) || shape.blocks.contains_key(name) || shape.readable.iter().any(|readable| readable == name)
    };
    let meta = |name: &str| {
        top && (META_ARGUMENTS.contains(&name) || matches!(name, "provisioner" | "connection" | "timeouts")) || name == "dynamic" && json
    };
    for attribute in body.attributes.iter().filter(|attribute| !known(&attribute.name) && !meta(&attribute.name)) {
        found.insert(format!("the argument `{prefix}{}` does not exist", attribute.name));
    }
    for block in &body.blocks {
        let name = if block.kind == "dynamic" { block.label(0).unwrap_or_default() } else { &block.kind };
        match shape.blocks.get_key_value(name) {
            Some((name, nested)) => {
                let inner = inner_shape(name, nested, shape, around);
                around.push((name, inner));
                for (_, content, _) in body.nested(name).filter(|(held, ..)| held.span == block.span) {
                    look(content, inner, &format!("{prefix}{name}."), json, around, found);
                }
                around.pop();
            }
            None if known(name) || meta(name) => {}
            None => {
                found.insert(format!("the block `{prefix}{name}` does not exist"));
            }
        }
    }
    for name in shape.required().filter(|name| body.attribute(name).is_none() && body.nested(name).next().is_none()) {
        found.insert(format!("`{prefix}{name}` is missing, on which the provider insists"));
    }
}

fn inner_shape<'s>(name: &str, nested: &'s NestedBlock, shape: &'s Shape, around: &[(&'s str, &'s Shape)]) -> &'s Shape {
    if nested.recursive { around.iter().rev().find(|(known, _)| *known == name).map_or(shape, |(_, shape)| *shape) } else { &nested.shape }
}
