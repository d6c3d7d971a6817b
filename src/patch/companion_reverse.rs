//! Companions that the target refers to: a log group, a role, a validator.

use crate::hcl::{self, Found, parse_path};
use crate::model::Refusal;
use crate::rule::{CompanionSpec, Operation};

use super::body::items_plan;
use super::companion::{free_name, not_ignored, of_companion, own_name, write};
use super::context::{Context, Writing};
use super::follow::{Decided, follow, term_of};
use super::linked::{find_linked, referred};
use super::plan::{Change, Plan, elsewhere, insert, insert_nested, replace};
use super::render::Wanted;
use super::set::{End, Spot, prefix_of};
use super::term::Term;
use super::workbench::{BlockKey, deciding_block};

/// What must change for the target's argument at `path` to refer to a companion. It holds with any value.
pub(super) fn plan(cx: Context<'_>, spec: &CompanionSpec, path: &str) -> Result<Plan, Refusal> {
    let steps = parse_path(path);
    let Some((first, last)) = steps.first().zip(steps.last()) else { return Ok(Plan::new()) };
    let key = deciding_block(cx.bench, cx.target, &first.name);
    let document = cx.bench.document(&key.path)?;
    let Some(block) = key.in_document(&document) else { return Ok(Plan::new()) };
    let name = free_name(cx, spec);
    let reference = format!("{}.{name}{}.{}", spec.resource, cx.instance_key(), spec.attribute);
    let text = if spec.suffix.is_empty() { reference } else { format!("\"${{{reference}}}{}\"", spec.suffix) };
    let wanted = Wanted { term: Term::Code(text.clone()), text };
    let mut changes = Plan::new();
    for found in block.body.find(&steps) {
        match found {
            Found::Attribute { attribute, .. } => {
                let site = Context::site(&key);
                let held = term_of(cx.bench, &site, &attribute.value, Some(attribute.value_span));
                let present = End { present: true, ..End::default() };
                for leaf in follow(cx.bench, &site, &attribute.value, Some(attribute.value_span)) {
                    match present.met(&cx.scope(), &held).or_else(|| present.met(&cx.scope(), &leaf.term())) {
                        Some(true) => {}
                        Some(false) => changes.push(replace(cx, &leaf, path, &wanted)?),
                        None if matches!(leaf.decided, Decided::Given(_)) => {}
                        None => return Err(elsewhere(cx, path, &leaf, "whether it is set at all is not known")),
                    }
                }
            }
            Found::Missing { body, depth } => {
                let prefix = prefix_of(&steps[..depth]);
                let spot = Spot { key: &key, document: &document, body, prefix: &prefix, writing: Writing::Target };
                changes.extend(set_missing(spot, &steps[depth..], &last.name, path, &wanted)?);
            }
            Found::Inside { .. } | Found::Block { .. } => {}
        }
    }
    if !changes.is_empty() {
        changes.push(write(cx, spec, &name, None)?);
    } else if spec.complete
        && let Some(held) = referred(cx.bench, cx.target, path, std::slice::from_ref(&spec.resource))
    {
        return completed(cx, spec, &held);
    }
    Ok(changes)
}

/// What the companion that is there already lacks.
fn completed(cx: Context<'_>, spec: &CompanionSpec, held: &BlockKey) -> Result<Plan, Refusal> {
    let document = cx.bench.document(&held.path)?;
    let Some(block) = held.in_document(&document) else { return Ok(Plan::new()) };
    let spot = Spot { key: held, document: &document, body: &block.body, prefix: "", writing: Writing::Target };
    let changes = items_plan(cx, spot, &spec.body)?;
    not_ignored(cx, held, block, &changes)?;
    Ok(changes.into_iter().map(|change| of_companion(spec, change)).collect())
}

/// The argument, in new blocks where the ones around it are missing.
fn set_missing(spot: Spot<'_>, rest: &[hcl::Step], name: &str, path: &str, wanted: &Wanted) -> Result<Vec<Change>, Refusal> {
    let Some((_, blocks)) = rest.split_last() else { return Ok(Vec::new()) };
    let Some(outer) = blocks.first() else { return Ok(insert(spot.document, spot.key, spot.body, name, path, wanted)) };
    let mut text = format!("{name} = {}", wanted.text);
    for step in blocks.iter().rev() {
        text = format!("{} {{\n  {}\n}}", step.name, text.replace('\n', "\n  "));
    }
    Ok(vec![insert_nested(spot.document, spot.key, spot.body, &outer.name, path, &text)?])
}

/// The resources of type `kind` that an earlier companion of the rule means, whoever wrote them.
pub(super) fn present(cx: Context<'_>, kind: &str) -> Vec<BlockKey> {
    let companions =
        cx.rule.operations.iter().filter_map(|operation| if let Operation::Companion(spec) = operation { Some(spec) } else { None });
    let spec = companions.into_iter().find(|spec| spec.resource == kind && spec.referenced_by.is_none());
    spec.map(|spec| find_linked(cx, kind, &spec.link)).unwrap_or_default()
}

/// The resource of type `kind` that an earlier companion of the rule wrote: it has the name that the rule gives.
pub(super) fn written(cx: Context<'_>, kind: &str) -> Option<BlockKey> {
    let companions =
        cx.rule.operations.iter().filter_map(|operation| if let Operation::Companion(spec) = operation { Some(spec) } else { None });
    let spec = companions.into_iter().find(|spec| spec.resource == kind)?;
    let name = own_name(cx, spec);
    let found = match &spec.referenced_by {
        Some(path) => referred(cx.bench, cx.target, path, &[kind.to_owned()])?,
        None => find_linked(cx, kind, &spec.link).into_iter().next()?,
    };
    let own = found.labels.get(1)?;
    let numbered = own
        .strip_prefix(name.as_str())
        .is_some_and(|rest| rest.is_empty() || rest.strip_prefix('_').is_some_and(|rest| rest.parse::<u32>().is_ok()));
    numbered.then_some(found)
}
