//! A value that decides more than the argument that a finding is about.
//!
//! `local.anywhere` may be the networks of the SSH rule and of the web server's: to narrow it for the one closes the other. So a
//! change elsewhere is made there only when every reader is one that the rule asked about, or wants the same change by the same rule.
//! Otherwise the argument gets a value of its own, where that is safe, or the fix is refused and the readers are named.

use hcl_edit::expr::Expression;
use serde_json::Value;

use crate::hcl::{self, Syntax};
use crate::model::{Edit, Refusal, RefusalKind, Span};
use crate::terraform::{directory_of, is_configuration_file};

use super::context::Context;
use super::follow::{Decided, Leaf};
use super::operation;
use super::plan::{Change, Plan, find_expression, shorten};
use super::readers::{Name, Reader, name_at, readers};
use super::subject::Subject;

/// Most readers that a refusal names.
const MOST_NAMED: usize = 5;

/// The argument on whose behalf a value is changed where it is decided.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Asked {
    /// Its file.
    path: String,
    /// The bytes of its value.
    span: Span,
    /// The bytes of the whole value that decides, when that is the only one and stands there as a whole.
    only: Option<Span>,
}

/// Says of each change on whose behalf it is made: of the argument whose value stands at `span` and was followed to `leaves`.
pub(super) fn asked(plan: Plan, path: &str, span: Span, leaves: &[Leaf]) -> Plan {
    let whole = |change: &Change| match leaves {
        [Leaf { site, span: Some(span), decided: Decided::Value(_), .. }] if site.path == change.path && span.covers(change.edit.span) => {
            Some(*span)
        }
        _ => None,
    };
    let with = |change: Change| {
        let asked = Asked { path: path.to_owned(), span, only: whole(&change) };
        Change { asked: Some(change.asked.clone().unwrap_or(asked)), ..change }
    };
    plan.into_iter().map(with).collect()
}

/// The plan, with nothing changed that others read: see the module's text.
///
/// # Errors
/// A refusal that names the readers.
pub(super) fn kept_apart(cx: Context<'_>, subject: &Subject<'_>, plan: Plan) -> Result<Plan, Refusal> {
    let is_elsewhere =
        |change: &Change| change.asked.as_ref().is_some_and(|asked| asked.path != change.path || !asked.span.covers(change.edit.span));
    if !plan.iter().any(is_elsewhere) {
        return Ok(plan);
    }
    let mut kept = Plan::new();
    for change in &plan {
        let name = if is_elsewhere(change) { name_at(cx.bench, &change.path, change.edit.span) } else { None };
        let others = name.as_ref().map(|name| others(cx, subject, &plan, change, name)).unwrap_or_default();
        match (name, others.as_slice()) {
            (Some(name), [_, ..]) => {
                let own = own_value(cx, &plan, change, &name, &others).ok_or_else(|| refusal(cx, change, &name, &others))?;
                if !kept.contains(&own) {
                    kept.push(own);
                }
            }
            _ => kept.push(change.clone()),
        }
    }
    Ok(kept)
}

/// The readers that nobody asked about and that do not want the same change.
fn others(cx: Context<'_>, subject: &Subject<'_>, plan: &[Change], change: &Change, name: &Name) -> Vec<Reader> {
    let asks = |plan: &[Change], reader: &Reader| {
        let same = plan.iter().filter(|other| other.path == change.path && other.edit == change.edit);
        same.filter_map(|other| other.asked.as_ref()).any(|asked| asked.path == reader.key.path && asked.span.covers(reader.span))
    };
    let wants_too = |reader: &Reader| {
        let concerned =
            reader.key.kind == "resource" && reader.key.labels.first().is_some_and(|kind| cx.rule.target.resources.contains(kind));
        let there = Context { target: &reader.key, ..cx };
        concerned
            && there.wants(cx.rule.target.when.as_ref(), None)
            && subject
                .operations
                .iter()
                .any(|operation| operation::plan(there, operation, &reader.key).is_ok_and(|plan| asks(&plan, reader)))
    };
    readers(cx.bench, name).into_iter().filter(|reader| !asks(plan, reader) && !wants_too(reader)).collect()
}

/// The change in the argument itself. Only for what is independent of the others by its kind: a switch, a number or a list of
/// networks, in the module where it is decided. Names and versions belong together, and `count` needs what it counts.
fn own_value(cx: Context<'_>, plan: &[Change], change: &Change, name: &Name, others: &[Reader]) -> Option<Change> {
    let asked = change.asked.as_ref()?;
    let (decided, here) = (cx.bench.document(&change.path).ok()?, cx.bench.document(&asked.path).ok()?);
    let native = decided.syntax() == Syntax::Native && here.syntax() == Syntax::Native;
    let inside = directory_of(&asked.path) == directory_of(&change.path) && is_configuration_file(&change.path);
    if !native || !inside || others.iter().any(|reader| reader.repeats) {
        return None;
    }
    let references: Vec<Span> = hcl::references(&find_expression(&here, asked.span)?)
        .into_iter()
        .filter_map(|reference| reference.span)
        .filter(|span| here.slice(*span) == name.whole())
        .collect();
    let ([reference], Some(whole)) = (references.as_slice(), asked.only) else { return None };
    let edits = plan.iter().filter(|other| other.path == change.path && whole.covers(other.edit.span)).map(|other| &other.edit);
    let value = hcl::literal(&edited(decided.slice(whole), whole.start, edits)?.parse::<Expression>().ok()?)?;
    let networks = match &value {
        Value::Array(items) => items.iter().all(is_network),
        single => is_network(single),
    };
    if !(value.is_boolean() || value.is_number() || networks) {
        return None;
    }
    let text = hcl::render(&value, "", "\n");
    let summary = format!("sets `{}` to `{}` here; `{}` stays as it is, for others read it", change.argument, shorten(&text), name.shown());
    let edit = Edit { span: *reference, text };
    Some(Change { path: asked.path.clone(), edit, summary, argument: change.argument.clone(), through: Vec::new(), asked: None })
}

/// Whether a value is a network, or several in one text.
fn is_network(value: &Value) -> bool {
    let is_one = |text: &str| text.trim().split_once('/').is_some_and(|(address, _)| address.parse::<std::net::IpAddr>().is_ok());
    value.as_str().is_some_and(|text| text.split(',').all(is_one))
}

/// A text with edits whose places count from `start` before it.
pub(super) fn edited<'e>(text: &str, start: usize, edits: impl Iterator<Item = &'e Edit>) -> Option<String> {
    let mut edits: Vec<&Edit> = edits.collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    edits.dedup();
    let mut text = text.to_owned();
    for edit in edits {
        let range = edit.span.start.checked_sub(start)?..edit.span.end.checked_sub(start)?;
        text.get(range.clone())?;
        text.replace_range(range, &edit.text);
    }
    Some(text)
}

fn refusal(cx: Context<'_>, change: &Change, name: &Name, others: &[Reader]) -> Refusal {
    let named = others.iter().take(MOST_NAMED).map(|reader| format!("`{}` of `{}`", reader.argument, reader.key.local_address()));
    let more = others.len().saturating_sub(MOST_NAMED);
    let mut list = named.collect::<Vec<_>>().join(", ");
    if more > 0 {
        list.push_str(&format!(" and {more} more"));
    }
    let message =
        format!("`{}` decides `{}`, and {list} as well. What those need is not known from this finding.", name.shown(), change.argument);
    let mut refusal = Refusal::new(RefusalKind::DecidedElsewhere, message).next(format!(
        "Change `{}` where it is written if all of them should change, or give this argument a value of its own.",
        name.shown()
    ));
    refusal = refusal.at(cx.bench.place(&change.path, change.edit.span, "the value that decides"));
    for reader in others.iter().take(MOST_NAMED) {
        refusal = refusal.at(cx.bench.place(&reader.key.path, reader.span, format!("`{}` reads it", reader.key.local_address())));
    }
    refusal
}
