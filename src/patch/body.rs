//! `block`, and the bodies that blocks and companions must have.

use crate::hcl::{Body, Found, Syntax, parse_path};
use crate::model::Refusal;
use crate::rule::{BlockSpec, BodyItem, RuleExpression};

use super::context::{Context, RuleScope, Writing};
use super::dynamic::{makes_block, no_block};
use super::json_edit;
use super::plan::{Change, Plan, insert, insert_nested};
use super::render::render;
use super::set::{End, Spot, argument};
use super::term::Term;
use super::workbench::{BlockKey, deciding_block};

/// What must change for a nested block to exist with at least this body.
pub(super) fn plan(cx: Context<'_>, spec: &BlockSpec, key: &BlockKey) -> Result<Plan, Refusal> {
    cx.gate(spec.when.as_ref(), None, || wanted_plan(cx, spec, key))
}

fn wanted_plan(cx: Context<'_>, spec: &BlockSpec, key: &BlockKey) -> Result<Plan, Refusal> {
    let path = parse_path(&spec.path);
    let (Some(first), Some(last)) = (path.first(), path.last()) else { return Ok(Plan::new()) };
    let key = deciding_block(cx.bench, key, &first.name);
    let document = cx.bench.document(&key.path)?;
    let Some(block) = key.in_document(&document) else { return Ok(Plan::new()) };
    let prefix = format!("{}.", spec.path);
    let mut best: Option<Plan> = None;
    let mut refused = None;
    let mut missing: Option<(&Body, usize)> = None;
    for found in block.body.find(&path) {
        match found {
            Found::Block { block: nested, dynamic, .. } => {
                if makes_block(cx, &key, nested) == Some(false) {
                    refused = Some(no_block(cx, &spec.path, &key, nested));
                    continue;
                }
                let body = if dynamic {
                    nested.body.blocks_of("content").next().map_or(&nested.body, |content| &content.body)
                } else {
                    &nested.body
                };
                let spot = Spot { key: &key, document: &document, body, prefix: &prefix, writing: Writing::Target };
                if !cx.wants(spec.matching.as_ref(), Some((&spot.site(), body))) {
                    continue;
                }
                match items_plan(cx, spot, &spec.body) {
                    Ok(plan) if plan.is_empty() => return Ok(plan),
                    Ok(plan) => best = best.or(Some(plan)),
                    Err(refusal) => refused = Some(refusal),
                }
            }
            Found::Missing { body, depth } => missing = Some((body, depth)),
            Found::Attribute { body, .. } if body.nested(&last.name).next().is_some() => {}
            Found::Attribute { .. } | Found::Inside { .. } => return Ok(Plan::new()),
        }
    }
    match (best, refused) {
        (Some(plan), _) => return Ok(plan),
        (None, Some(refusal)) => return Err(refusal),
        _ => {}
    }
    let (body, depth) = missing.unwrap_or((&block.body, path.len() - 1));
    let scope = RuleScope { writing: Writing::Target, ..cx.scope() };
    let mut text = block_text(&scope, &last.name, &spec.body)?;
    for step in path[depth..path.len() - 1].iter().rev() {
        text = format!("{} {{\n  {}\n}}", step.name, text.replace('\n', "\n  "));
    }
    let outer = path.get(depth).unwrap_or(last);
    Ok(vec![insert_nested(&document, &key, body, &outer.name, &spec.path, &text)?])
}

/// `name { … }` laid out as `terraform fmt` would, without indentation.
pub(super) fn block_text(scope: &RuleScope<'_>, head: &str, items: &[BodyItem]) -> Result<String, Refusal> {
    let mut text = format!("{head} {{\n");
    write_items(scope, items, &mut text)?;
    if text.ends_with("{\n") {
        return Ok(format!("{head} {{}}"));
    }
    text.push_str("}\n");
    let mut laid_out = crate::hcl::format(&text);
    laid_out.truncate(laid_out.trim_end().len());
    Ok(laid_out)
}

/// The items of a body as lines.
pub(super) fn write_items(scope: &RuleScope<'_>, items: &[BodyItem], text: &mut String) -> Result<(), Refusal> {
    let mut wrote = false;
    let mut blank = false;
    for item in items {
        match item {
            BodyItem::BlankLine => blank = wrote,
            BodyItem::Absent { .. } => {}
            BodyItem::Argument { name, value, when, .. } => {
                if !wants(scope, when.as_ref()) {
                    continue;
                }
                if std::mem::take(&mut blank) {
                    text.push('\n');
                }
                text.push_str(&format!("{name} = {}\n", render(scope, value)?.text));
                wrote = true;
            }
            BodyItem::Block { name, labels, body, when, .. } => {
                if !wants(scope, when.as_ref()) {
                    continue;
                }
                if std::mem::take(&mut blank) || wrote {
                    text.push('\n');
                }
                let labels: String = labels.iter().map(|label| format!(" {}", crate::hcl::quote(label))).collect();
                if body.is_empty() {
                    text.push_str(&format!("{name}{labels} {{}}\n"));
                } else {
                    text.push_str(&format!("{name}{labels} {{\n"));
                    write_items(scope, body, text)?;
                    text.push_str("}\n");
                }
                wrote = true;
            }
        }
    }
    Ok(())
}

fn wants(scope: &RuleScope<'_>, when: Option<&crate::rule::RuleExpression>) -> bool {
    when.is_none_or(|when| {
        let condition = RuleScope { cx: scope.cx, block: scope.block.clone(), statement: None, writing: Writing::Condition };
        super::evaluate::Environment::new(&condition).evaluate(&when.expression).truth() == Some(true)
    })
}

/// What must change for a body to hold at least these items.
pub(super) fn items_plan(cx: Context<'_>, spot: Spot<'_>, items: &[BodyItem]) -> Result<Plan, Refusal> {
    let mut changes = Plan::new();
    for item in items {
        match item {
            BodyItem::BlankLine => {}
            BodyItem::Argument { name, value, one_of, keep, when } => {
                let site = spot.site();
                let plan =
                    || argument_plan(cx, spot, name, End { value: Some(value), one_of: one_of.as_ref(), present: *keep, ..End::default() });
                changes.extend(cx.gate(when.as_ref(), Some((&site, spot.body)), plan)?);
            }
            BodyItem::Absent { name } => changes.extend(absent_plan(spot, name)),
            BodyItem::Block { name, labels, body, when, matching } => {
                let site = spot.site();
                let plan = || nested_plan(cx, spot, name, labels, body, matching.as_ref());
                changes.extend(cx.gate(when.as_ref(), Some((&site, spot.body)), plan)?);
            }
        }
    }
    Ok(changes)
}

/// One argument of a wanted body.
fn argument_plan(cx: Context<'_>, spot: Spot<'_>, name: &str, end: End<'_>) -> Result<Plan, Refusal> {
    let path = format!("{}{name}", spot.prefix);
    match spot.body.attribute(name) {
        Some(held) if is_null(cx, &spot, held) => argument(cx, spot, held, &path, End { present: false, ..end }, None),
        Some(held) => argument(cx, spot, held, &path, end, None),
        // A nested block or dynamic block in the place of the argument is left alone.
        None if spot.body.nested(name).next().is_some() => Ok(Plan::new()),
        None => {
            let wanted = end.wanted(&spot.scope(cx))?;
            Ok(insert(spot.document, spot.key, spot.body, name, &path, &wanted))
        }
    }
}

fn is_null(cx: Context<'_>, spot: &Spot<'_>, held: &crate::hcl::Attribute) -> bool {
    super::follow::term_of(cx.bench, &spot.site(), &held.value, Some(held.value_span)) == Term::NULL
}

/// Removes every argument and block of this name.
fn absent_plan(spot: Spot<'_>, name: &str) -> Plan {
    let argument = spot.body.attribute(name);
    // In JSON the blocks are the argument.
    let blocks = spot.body.nested(name).filter(|(block, ..)| !argument.is_some_and(|held| held.span.covers(block.span)));
    argument
        .map(|held| held.span)
        .into_iter()
        .chain(blocks.map(|(block, ..)| block.span))
        .map(|span| {
            let edit = match spot.document.syntax() {
                Syntax::Native => crate::hcl::remove_item(spot.document, span),
                Syntax::Json => json_edit::remove_member(spot.document.text(), span),
            };
            let argument = format!("{}{name}", spot.prefix);
            Change {
                path: spot.key.path.clone(),
                edit,
                summary: format!("removes `{argument}`"),
                argument,
                through: Vec::new(),
                asked: None,
            }
        })
        .collect()
}

/// A nested block of a wanted body: one of those there that match must have it, else the first of them is mended, else one is added.
fn nested_plan(
    cx: Context<'_>,
    spot: Spot<'_>,
    name: &str,
    labels: &[String],
    items: &[BodyItem],
    matching: Option<&RuleExpression>,
) -> Result<Plan, Refusal> {
    let prefix = format!("{}{name}.", spot.prefix);
    let mut first: Option<Result<Plan, Refusal>> = None;
    for (_, body, _) in spot.body.nested(name) {
        let inner = Spot { body, prefix: &prefix, ..spot };
        if !cx.wants(matching, Some((&inner.site(), body))) {
            continue;
        }
        match items_plan(cx, inner, items) {
            Ok(plan) if plan.is_empty() => return Ok(plan),
            other => first = first.or(Some(other)),
        }
    }
    if let Some(first) = first {
        return first;
    }
    // `rule = [{ … }]`: a provider's attribute in the place of blocks is not understood here.
    if spot.body.attribute(name).is_some() && spot.document.syntax() == crate::hcl::Syntax::Native {
        return Ok(Plan::new());
    }
    let head = labels.iter().fold(name.to_owned(), |head, label| format!("{head} {}", crate::hcl::quote(label)));
    let text = block_text(&spot.scope(cx), &head, items)?;
    Ok(vec![insert_nested(spot.document, spot.key, spot.body, name, &prefix_without_dot(&prefix), &text)?])
}

fn prefix_without_dot(prefix: &str) -> String {
    prefix.trim_end_matches('.').to_owned()
}
