//! One element of a `for_each` after the other: which of `{ ssh = { port = 22 }, web = { port = 443 } }` a rule means.

use crate::hcl::{Attribute, Block, Body};
use crate::model::{EffectKind, Refusal, RefusalKind};
use crate::rule::{Operation, RuleExpression};

use super::context::{BlockMeaning, Context, RuleScope};
use super::dynamic::iterator;
use super::evaluate::Environment;
use super::follow::{Step, term_of};
use super::operation;
use super::plan::{Change, Plan};
use super::workbench::BlockKey;

/// Most elements that are looked at one by one.
const MOST: usize = 100;

/// The element that `each.value`, or the iterator of a `dynamic` block, means for the time being.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element {
    /// The top-level block around it.
    pub key: BlockKey,
    /// `each`, or the iterator.
    pub iterator: String,
    /// The way into the collection.
    pub step: Step,
}

/// What `plan` wants where a condition hangs on the element of a `for_each` that is written out: the changes for those elements for
/// which it is true. `None` where there are no elements to look at.
pub(super) fn by_element(
    cx: Context<'_>,
    when: &RuleExpression,
    block: Option<&BlockMeaning<'_>>,
    plan: &impl Fn() -> Result<Plan, Refusal>,
) -> Option<Result<Plan, Refusal>> {
    let document = cx.bench.document(&cx.target.path).ok()?;
    let top = cx.target.in_document(&document)?;
    let body = match block {
        Some(BlockMeaning::Body(_, Some(key), body)) if *key == cx.target => Some(*body),
        _ => None,
    };
    let (iterator, for_each) =
        body.and_then(|body| dynamic_around(&top.body, body)).or_else(|| Some(("each".to_owned(), top.attribute("for_each")?)))?;
    let steps = steps_of(cx, for_each).filter(|steps| !steps.is_empty() && steps.len() <= MOST)?;
    let (mut all, mut spared) = (Plan::new(), Vec::new());
    for step in steps {
        let element = Element { key: cx.target.clone(), iterator: iterator.clone(), step: step.clone() };
        let planned = cx.bench.at_element(element, || {
            let scope = RuleScope { block: block.cloned(), ..cx.scope() };
            match Environment::new(&scope).evaluate(&when.expression).truth() {
                Some(true) => plan().map(Some),
                Some(false) => Ok(None),
                None => match plan() {
                    Ok(changes) if changes.is_empty() => Ok(None),
                    _ => Err(cx.undecided(when)),
                },
            }
        });
        match planned {
            Ok(None) => spared.push(step),
            Ok(Some(changes)) => all.extend(changes.into_iter().filter(|change| !all.contains(change)).collect::<Vec<_>>()),
            Err(refusal) => return Some(Err(refusal)),
        }
    }
    match (spared.first(), all.iter().find(|change| in_block(cx, top, for_each, change))) {
        (Some(spared), Some(change)) => Some(Err(said_for_all(cx, change, spared, for_each))),
        _ => Some(Ok(all)),
    }
}

/// Refuses to replace an instance that is right already: where one end is missed by some instances of a `for_each` only, another
/// end of the same rule must not be written for all of them when that makes Terraform create them anew.
///
/// # Errors
/// A refusal that names an instance that would be replaced and that nobody spoke of.
pub(super) fn none_replaced_unasked(cx: Context<'_>, operations: &[Operation]) -> Result<(), Refusal> {
    let replaces = cx.rule.applicability.effects.iter().any(|effect| effect.kind == EffectKind::Replacement);
    let document = cx.bench.document(&cx.target.path)?;
    let Some(top) = cx.target.in_document(&document).filter(|_| replaces && operations.len() > 1) else { return Ok(()) };
    let Some(for_each) = top.attribute("for_each") else { return Ok(()) };
    let Some(steps) = steps_of(cx, for_each).filter(|steps| steps.len() <= MOST) else { return Ok(()) };
    let (mut spared, mut for_all) = (None, None);
    for operation in operations {
        let planned = |step: &Step| {
            let element = Element { key: cx.target.clone(), iterator: "each".to_owned(), step: step.clone() };
            cx.bench.at_element(element, || operation::plan(cx, operation, cx.target))
        };
        let plans = steps.iter().map(planned).collect::<Result<Vec<_>, Refusal>>()?;
        let holds = plans.iter().position(Plan::is_empty);
        match holds {
            Some(index) if !plans.iter().all(Plan::is_empty) => spared = spared.or_else(|| steps.get(index)),
            Some(_) => {}
            None => for_all = for_all.or_else(|| plans.iter().flatten().find(|change| in_block(cx, top, for_each, change)).cloned()),
        }
    }
    match (spared, for_all) {
        (Some(spared), Some(change)) => Err(said_for_all(cx, &change, spared, for_each)),
        _ => Ok(()),
    }
}

/// Whether a change is of what stands in the block itself, and so is said for every element.
fn in_block(cx: Context<'_>, top: &Block, for_each: &Attribute, change: &Change) -> bool {
    change.path == cx.target.path && top.span.covers(change.edit.span) && !for_each.value_span.covers(change.edit.span)
}

fn said_for_all(cx: Context<'_>, change: &Change, spared: &Step, for_each: &Attribute) -> Refusal {
    let spared = match spared {
        Step::Name(name) => format!("`{name}`"),
        Step::Index(index) => format!("number {index}"),
        Step::Any => "others".to_owned(),
    };
    Refusal::new(
        RefusalKind::DecidedElsewhere,
        format!(
            "`{}` is said for every element of the `for_each`, and rule `{}` means only some: {spared} would change as well.",
            change.argument, cx.rule.id
        ),
    )
    .next("Give the elements values of their own for it, or write a block of its own for what the rule means.")
    .at(cx.bench.place(&change.path, change.edit.span, "what is said for every element"))
    .at(cx.bench.place(&cx.target.path, for_each.value_span, "the elements"))
}

/// The iterator and the `for_each` of the `dynamic` block whose content `body` is.
fn dynamic_around<'d>(outer: &'d Body, body: &Body) -> Option<(String, &'d Attribute)> {
    outer.blocks.iter().find_map(|block| {
        let is_it = block.kind == "dynamic" && block.body.blocks_of("content").any(|content| content.body.span == body.span);
        if is_it { Some((iterator(block)?, block.attribute("for_each")?)) } else { dynamic_around(&block.body, body) }
    })
}

/// The ways into a collection that is written out.
fn steps_of(cx: Context<'_>, for_each: &Attribute) -> Option<Vec<Step>> {
    let held = term_of(cx.bench, &Context::site(cx.target), &for_each.value, Some(for_each.value_span));
    match held.members() {
        Some(members) => Some(members.into_iter().map(|(name, _)| Step::Name(name)).collect()),
        None => held.elements().map(|items| (0..items.len()).map(Step::Index).collect()),
    }
}
