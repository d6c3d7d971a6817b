//! `dynamic` blocks: the name of their elements, and those that make no block, into which nothing is to be written.

use crate::hcl::{Attribute, Block, Step, parse_path, traversal_names};
use crate::model::{Refusal, RefusalKind};
use crate::rule::Operation;

use super::context::Context;
use super::follow::term_of;
use super::set::default_meets;
use super::workbench::{BlockKey, deciding_block};

/// What an element of a `dynamic` block is called inside it: its `iterator`, else its label.
pub(super) fn iterator(block: &Block) -> Option<String> {
    let named = block.attribute("iterator").and_then(|attribute| traversal_names(&attribute.value));
    named.map(|names| names.join(".")).or_else(|| block.label(0).map(str::to_owned))
}

/// Whether a nested block is made: always, unless it is a `dynamic` one whose `for_each` is empty (`Some(false)`) or not known (`None`).
pub(super) fn makes_block(cx: Context<'_>, key: &BlockKey, block: &Block) -> Option<bool> {
    let Some(for_each) = for_each(block) else { return Some(true) };
    let held = term_of(cx.bench, &Context::site(key), &for_each.value, Some(for_each.value_span));
    let count = held.elements().map(|items| items.len()).or_else(|| held.members().map(|members| members.len()));
    count.map(|count| count > 0)
}

/// The `dynamic` block that a path leads into, when no other block has that name.
pub(super) fn only_dynamic<'d>(block: &'d Block, path: &[Step]) -> Option<&'d Block> {
    let first = path.first().filter(|step| !step.every)?;
    let mut named = block.body.blocks.iter().filter(|inner| inner.kind == first.name || inner.label(0) == Some(&first.name));
    let (only, None) = (named.next()?, named.next()) else { return None };
    (only.kind == "dynamic").then_some(only)
}

/// What holds only if a `dynamic` block is made of which that is not known: for an end that nothing else meets, no answer.
///
/// # Errors
/// The refusal that names the `for_each`.
pub(super) fn surely_made(cx: Context<'_>, operations: &[Operation], key: &BlockKey) -> Result<(), Refusal> {
    for operation in operations {
        let (path, when, set) = match operation {
            Operation::Set(spec) => (&spec.path, &spec.when, Some(spec)),
            Operation::Block(spec) => (&spec.path, &spec.when, None),
            _ => continue,
        };
        let steps = parse_path(path);
        let Some(first) = steps.first().filter(|_| set.is_none() || steps.len() > 1) else { continue };
        let key = deciding_block(cx.bench, key, &first.name);
        let document = cx.bench.document(&key.path)?;
        let Some(block) = key.in_document(&document) else { continue };
        let Some(only) = only_dynamic(block, &steps).filter(|only| makes_block(cx, &key, only).is_none()) else { continue };
        let by_default = set.is_some_and(|spec| default_meets(cx, spec, &key, &document, block));
        if !by_default && when.as_ref().is_none_or(|when| cx.may(when)) {
            return Err(no_block(cx, path, &key, only));
        }
    }
    Ok(())
}

fn for_each(block: &Block) -> Option<&Attribute> {
    block.attribute("for_each").filter(|_| block.kind == "dynamic")
}

/// The refusal to rely on `path` in such a block, or to write it there.
pub(super) fn no_block(cx: Context<'_>, path: &str, key: &BlockKey, block: &Block) -> Refusal {
    let first = path.split('.').next().unwrap_or_default();
    let address = key.local_address();
    let (what, place) = match makes_block(cx, key, block) {
        None => ("may make no block, for its `for_each` is not known here", "the `for_each` that is not known"),
        Some(_) => ("makes no block, for its `for_each` is empty", "the `for_each` that is empty"),
    };
    let refusal = Refusal::new(
        RefusalKind::DecidedElsewhere,
        format!("The `dynamic \"{first}\"` of `{address}` {what}, and then `{path}` is not set."),
    )
    .next("Give `for_each` what it needs where that is decided, or write the block itself.");
    match for_each(block) {
        Some(for_each) => refusal.at(cx.bench.place(&key.path, for_each.value_span, place)),
        None => refusal,
    }
}
