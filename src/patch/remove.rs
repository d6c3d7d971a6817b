//! `remove`: the argument or block is absent.

use crate::hcl::{self, Attribute, Body, Document, Found, Syntax, parse_path};
use crate::model::{Edit, Refusal};
use crate::rule::RemoveSpec;

use super::context::Context;
use super::follow::term_of;
use super::json_edit;
use super::plan::{Change, Plan};
use super::term::Term;
use super::workbench::{BlockKey, deciding_block};

/// What must change for an argument or block to be absent. An argument that is null counts as absent.
pub(super) fn plan(cx: Context<'_>, spec: &RemoveSpec, key: &BlockKey) -> Result<Plan, Refusal> {
    let path = parse_path(&spec.path);
    let Some(first) = path.first() else { return Ok(Plan::new()) };
    let key = deciding_block(cx.bench, key, &first.name);
    let document = cx.bench.document(&key.path)?;
    let Some(block) = key.in_document(&document) else { return Ok(Plan::new()) };
    let site = Context::site(&key);
    let mut changes = Plan::new();
    for found in block.body.find(&path) {
        let (span, body, what) = match found {
            // In JSON the attribute of that name is the blocks.
            Found::Attribute { body, attribute } if body.blocks_of(&attribute.name).next().is_some() => {
                changes.extend(json_blocks(cx, spec, &key, &document, body, attribute)?);
                continue;
            }
            Found::Attribute { body, attribute } => {
                if term_of(cx.bench, &site, &attribute.value, Some(attribute.value_span)) == Term::NULL {
                    continue;
                }
                (attribute.span, body, "removes")
            }
            Found::Block { block, body, dynamic: false } if body.attribute(&block.kind).is_some() => continue,
            Found::Block { block, body, dynamic } => {
                // For a block, `block` in the condition is the block itself.
                let inner =
                    if dynamic { block.body.blocks_of("content").next().map_or(body, |content| &content.body) } else { &block.body };
                (block.span, inner, "removes the block")
            }
            Found::Inside { .. } | Found::Missing { .. } => continue,
        };
        let plan = || {
            let edit = match document.syntax() {
                Syntax::Native => hcl::remove_item(&document, span),
                Syntax::Json => json_edit::remove_member(document.text(), span),
            };
            Ok(vec![change(spec, &key, edit, what)])
        };
        changes.extend(cx.gate(spec.when.as_ref(), Some((&site, body)), plan)?);
    }
    Ok(changes)
}

/// Of the blocks that a member of a JSON object holds (one, or a list of them) those that the condition means; all of them at once
/// with the member.
fn json_blocks(
    cx: Context<'_>,
    spec: &RemoveSpec,
    key: &BlockKey,
    document: &Document,
    body: &Body,
    attribute: &Attribute,
) -> Result<Plan, Refusal> {
    let site = Context::site(key);
    let whole = || change(spec, key, json_edit::remove_member(document.text(), attribute.span), "removes the block");
    let items = json_edit::element_spans(document, attribute.value_span).unwrap_or_default();
    let mut gone = Vec::new();
    for block in body.blocks_of(&attribute.name) {
        let wanted = cx.gate(spec.when.as_ref(), Some((&site, &block.body)), || Ok(vec![whole()]))?;
        if !wanted.is_empty() {
            gone.push(items.iter().position(|item| item.start == block.span.start));
        }
    }
    let gone: Option<Vec<usize>> = gone.into_iter().collect();
    Ok(match gone {
        Some(gone) if gone.is_empty() => Plan::new(),
        Some(gone) => match json_edit::remove_elements(document, attribute.value_span, &gone) {
            Some(edits) => edits.into_iter().map(|edit| change(spec, key, edit, "removes the block")).collect(),
            None => vec![whole()],
        },
        // It is no list.
        None => vec![whole()],
    })
}

fn change(spec: &RemoveSpec, key: &BlockKey, edit: Edit, what: &str) -> Change {
    let summary = format!("{what} `{}`", spec.path);
    Change { path: key.path.clone(), edit, summary, argument: spec.path.clone(), through: Vec::new(), asked: None }
}
