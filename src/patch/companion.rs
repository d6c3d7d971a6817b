//! `companion`: a resource that refers to the target exists with this body.

use serde_json::Value;

use crate::hcl::{self, Syntax};
use crate::model::{Refusal, RefusalKind};
use crate::rule::{BodyItem, CompanionSpec, Operation, RuleExpression};

use super::body::{items_plan, write_items};
use super::companion_reverse;
use super::context::{Context, RuleScope, Writing};
use super::json_edit;
use super::linked::find_linked;
use super::plan::{Change, Lifecycle, Plan, value_edit};
use super::render::render;
use super::set::Spot;
use super::version;
use super::workbench::BlockKey;

/// Whether the inline form is the one to use: for the provider versions of the target's module, or because the target carries
/// the inline block already and a companion beside it would contradict it.
pub(super) fn is_inline(cx: Context<'_>, spec: &CompanionSpec) -> bool {
    let provider = spec.resource.split('_').next().unwrap_or_default();
    let carried = || {
        let document = cx.target_document().ok()?;
        let block = cx.target.in_document(&document)?;
        Some(spec.inline.iter().filter_map(first_step).any(|name| block.body.nested(&name).next().is_some()))
    };
    !spec.inline.is_empty() && carried() == Some(true)
        || spec.inline_version.as_deref().is_some_and(|constraint| version::meets(cx.bench, cx.target.dir(), provider, constraint))
}

/// What must change for the companion to exist.
pub(super) fn plan(cx: Context<'_>, spec: &CompanionSpec) -> Result<Plan, Refusal> {
    cx.gate(spec.when.as_ref(), None, || wanted_plan(cx, spec))
}

fn wanted_plan(cx: Context<'_>, spec: &CompanionSpec) -> Result<Plan, Refusal> {
    if let Some(path) = &spec.referenced_by {
        return companion_reverse::plan(cx, spec, path);
    }
    if let Some(relink) = &spec.relink {
        return relinked(cx, spec, relink);
    }
    let written = match &spec.link_to {
        Some(kind) => match companion_reverse::written(cx, kind) {
            Some(key) => Some(key),
            // The rule wrote none: the target has its own.
            None => return Ok(Plan::new()),
        },
        None => None,
    };
    let owner = Context { target: written.as_ref().unwrap_or(cx.target), ..cx };
    let found = find_linked(owner, &spec.resource, &spec.link);
    let items: Vec<BodyItem> = spec.body.iter().filter(|item| !is_link(item, &spec.link)).cloned().collect();
    let mut first: Option<Result<Plan, Refusal>> = None;
    for key in &found {
        let document = cx.bench.document(&key.path)?;
        let Some(block) = key.in_document(&document) else { continue };
        let spot = Spot { key, document: &document, body: &block.body, prefix: "", writing: Writing::Elsewhere };
        match items_plan(cx, spot, &items) {
            Ok(plan) if plan.is_empty() => return Ok(plan),
            Ok(plan) => first = first.or(Some(not_ignored(cx, key, block, &plan).map(|()| plan))),
            refused => first = first.or(Some(refused)),
        }
    }
    match first {
        Some(plan) => plan.map(|changes| changes.into_iter().map(|change| of_companion(spec, change)).collect()),
        None => Ok(vec![write(cx, spec, &free_name(cx, spec), Some(owner))?]),
    }
}

/// What must change for no such resource to refer to the target, or to what `link_to` names: each refers to something else.
fn relinked(cx: Context<'_>, spec: &CompanionSpec, relink: &RuleExpression) -> Result<Plan, Refusal> {
    let owners = match &spec.link_to {
        Some(kind) => companion_reverse::present(cx, kind),
        None => vec![cx.target.clone()],
    };
    let mut changes = Plan::new();
    for owner in &owners {
        for key in find_linked(Context { target: owner, ..cx }, &spec.resource, &spec.link) {
            let document = cx.bench.document(&key.path)?;
            let Some((block, attribute)) = key.in_document(&document).and_then(|block| Some((block, block.attribute(&spec.link)?))) else {
                continue;
            };
            let alone = cx.instance_key().is_empty() && key.dir() == cx.target.dir();
            if !alone {
                return Err(Refusal::new(
                    RefusalKind::DecidedElsewhere,
                    format!(
                        "`{}` of `{}` cannot be led elsewhere from here: not in one module, or one of several.",
                        spec.link,
                        key.local_address()
                    ),
                )
                .at(cx.bench.place(&key.path, block.span, "the resource that refers to it")));
            }
            let wanted = render(&RuleScope { writing: Writing::Elsewhere, ..cx.scope() }, relink)?;
            let summary = format!("changes `{}` to `{}`", spec.link, wanted.text);
            let edit = value_edit(&document, attribute.value_span, &wanted);
            let change = Change { path: key.path.clone(), edit, summary, argument: spec.link.clone(), through: Vec::new(), asked: None };
            not_ignored(cx, &key, block, std::slice::from_ref(&change))?;
            changes.push(of_companion(spec, change));
        }
    }
    Ok(changes)
}

/// The argument or block of the target that an inline operation begins with.
fn first_step(operation: &Operation) -> Option<String> {
    let path = match operation {
        Operation::Set(spec) => &spec.path,
        Operation::Block(spec) => &spec.path,
        Operation::Remove(spec) => &spec.path,
        Operation::Narrow(spec) => &spec.path,
        Operation::Statement(spec) => &spec.path,
        Operation::Companion(_) => return None,
    };
    hcl::parse_path(path).into_iter().next().map(|step| step.name)
}

/// What must change in a companion whose owner is not in these files.
pub(super) fn itself(cx: Context<'_>, spec: &CompanionSpec, key: &BlockKey) -> Result<Plan, Refusal> {
    let items: Vec<BodyItem> = spec.body.iter().filter(|item| !is_link(item, &spec.link)).cloned().collect();
    let document = cx.bench.document(&key.path)?;
    match key.in_document(&document) {
        Some(block) => items_plan(cx, Spot { key, document: &document, body: &block.body, prefix: "", writing: Writing::Target }, &items),
        None => Ok(Plan::new()),
    }
}

fn is_link(item: &BodyItem, link: &str) -> bool {
    matches!(item, BodyItem::Argument { name, .. } if name == link)
}

/// A change that says whose argument it is: effects and `ignore_changes` of the target are about the target's own.
pub(super) fn of_companion(spec: &CompanionSpec, change: Change) -> Change {
    let summary = format!("{} in `{}`", change.summary, spec.resource);
    Change { summary, argument: format!("{}:{}", spec.resource, change.argument), ..change }
}

/// A companion whose `ignore_changes` covers what would be changed stays as it is, and that is said.
pub(super) fn not_ignored(cx: Context<'_>, key: &BlockKey, block: &hcl::Block, plan: &[Change]) -> Result<(), Refusal> {
    let lifecycle = Lifecycle::of(block);
    match plan.iter().find(|change| lifecycle.ignores(&change.argument)) {
        None => Ok(()),
        Some(change) => Err(Refusal::new(
            RefusalKind::RefusedByRule,
            format!(
                "`lifecycle {{ ignore_changes }}` of `{}` covers `{}`, so Terraform would not apply the change.",
                key.local_address(),
                change.argument
            ),
        )
        .at(cx.bench.place(&key.path, block.span, "the block with `ignore_changes`"))),
    }
}

/// A new companion after the target; `owner` is what its link refers to.
pub(super) fn write(cx: Context<'_>, spec: &CompanionSpec, name: &str, owner: Option<Context<'_>>) -> Result<Change, Refusal> {
    let document = cx.target_document()?;
    let Some(target) = cx.target.in_document(&document) else {
        return Err(Refusal::new(
            RefusalKind::NotLocated,
            format!("`{}` is no longer in `{}`.", cx.target.local_address(), cx.target.path),
        ));
    };
    // What the target refers to must not refer to the target: its arguments are copied.
    let writing = if spec.referenced_by.is_some() { Writing::Target } else { Writing::Elsewhere };
    let scope = RuleScope { writing, ..cx.scope() };
    let mut text = format!("resource {} {} {{\n", hcl::quote(&spec.resource), hcl::quote(name));
    let mut meta = false;
    for argument in ["count", "for_each", "provider"] {
        if let Some(attribute) = target.attribute(argument) {
            text.push_str(&format!("{argument} = {}\n", document.slice(attribute.value_span).replace("\r\n", "\n")));
            meta = true;
        }
    }
    if meta {
        text.push('\n');
    }
    let links = spec.body.iter().any(|item| is_link(item, &spec.link));
    if let Some(owner) = owner.filter(|_| !links && !spec.link.contains('.')) {
        let attribute = spec.link_attributes.first().map_or("id", String::as_str);
        text.push_str(&format!("{} = {}\n", spec.link, owner.reference(attribute)));
        if !spec.body.is_empty() {
            text.push('\n');
        }
    }
    write_items(&scope, &spec.body, &mut text)?;
    text.push_str("}\n");
    let text = hcl::format(&text).trim_end().to_owned();
    let edit = match document.syntax() {
        Syntax::Native => hcl::insert_after_block(&document, target, &text),
        Syntax::Json => json_edit::insert_resource(&document, &spec.resource, name, &text).ok_or_else(|| {
            Refusal::new(
                RefusalKind::DecidedElsewhere,
                format!("`{}` cannot be written into the JSON file `{}`.", spec.resource, cx.target.path),
            )
        })?,
    };
    let summary = format!("adds `{}.{name}` for `{}`", spec.resource, cx.target.local_address());
    Ok(Change { path: cx.target.path.clone(), edit, summary, argument: String::new(), through: Vec::new(), asked: None })
}

/// The name that the rule gives a companion, else the target's.
pub(super) fn own_name(cx: Context<'_>, spec: &CompanionSpec) -> String {
    let asked = spec.name.as_ref().and_then(|name| match cx.evaluate(name, None).known() {
        Some(Value::String(text)) if is_name(text) => Some(text.clone()),
        _ => None,
    });
    asked.or_else(|| cx.target.labels.last().cloned()).unwrap_or_else(|| "this".into())
}

/// The target's name, or the rule's, with a number where the module has that one already.
pub(super) fn free_name(cx: Context<'_>, spec: &CompanionSpec) -> String {
    let base = own_name(cx, spec);
    let taken: Vec<BlockKey> = cx.bench.blocks(cx.target.dir(), "resource", Some(&spec.resource)).into_iter().map(|(key, _)| key).collect();
    let is_taken = |name: &str| taken.iter().any(|key| key.labels.get(1).map(String::as_str) == Some(name));
    if !is_taken(&base) {
        return base;
    }
    (2..).map(|number| format!("{base}_{number}")).find(|name| !is_taken(name)).unwrap_or(base)
}

fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_') && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}
