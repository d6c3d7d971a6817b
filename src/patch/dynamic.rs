//! `dynamic` blocks: the name of their elements, and those that make no block, into which nothing is to be written.

use crate::hcl::{Attribute, Block, traversal_names};
use crate::model::{Refusal, RefusalKind};

use super::context::Context;
use super::follow::term_of;
use super::workbench::BlockKey;

/// What an element of a `dynamic` block is called inside it: its `iterator`, else its label.
pub(super) fn iterator(block: &Block) -> Option<String> {
    let named = block.attribute("iterator").and_then(|attribute| traversal_names(&attribute.value));
    named.map(|names| names.join(".")).or_else(|| block.label(0).map(str::to_owned))
}

/// The `for_each` of a `dynamic` block, when it is known to be empty.
pub(super) fn empty_for_each<'d>(cx: Context<'_>, key: &BlockKey, block: &'d Block) -> Option<&'d Attribute> {
    let for_each = block.attribute("for_each").filter(|_| block.kind == "dynamic")?;
    let held = term_of(cx.bench, &Context::site(key), &for_each.value, Some(for_each.value_span));
    let count = held.elements().map(|items| items.len()).or_else(|| held.members().map(|members| members.len()));
    (count == Some(0)).then_some(for_each)
}

/// The refusal to write `path` into such a block.
pub(super) fn no_block(cx: Context<'_>, path: &str, key: &BlockKey, for_each: &Attribute) -> Refusal {
    let first = path.split('.').next().unwrap_or_default();
    let address = key.local_address();
    Refusal::new(
        RefusalKind::DecidedElsewhere,
        format!("The `dynamic \"{first}\"` of `{address}` makes no block, for its `for_each` is empty, and so `{path}` is not set."),
    )
    .next("Give `for_each` what it needs where that is decided, or write the block itself.")
    .at(cx.bench.place(&key.path, for_each.value_span, "the `for_each` that is empty"))
}
