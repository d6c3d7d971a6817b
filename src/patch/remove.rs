//! `remove`: the argument or block is absent.

use crate::hcl::{self, Found, Syntax, parse_path};
use crate::model::Refusal;
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
            Found::Attribute { body, attribute } => {
                if term_of(cx.bench, &site, &attribute.value, Some(attribute.value_span)) == Term::NULL {
                    continue;
                }
                (attribute.span, body, "removes")
            }
            // In JSON the attribute of the same name has been taken already.
            Found::Block { block, body, .. } if body.attribute(&block.kind).is_some() => continue,
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
            let summary = format!("{what} `{}`", spec.path);
            Ok(vec![Change { path: key.path.clone(), edit, summary, argument: spec.path.clone(), through: Vec::new(), asked: None }])
        };
        changes.extend(cx.gate(spec.when.as_ref(), Some((&site, body)), plan)?);
    }
    Ok(changes)
}
