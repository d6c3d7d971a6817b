//! `set` into JSON or plain YAML that an argument holds: `container_definitions[*].readonlyRootFilesystem`.

use hcl_edit::expr::Expression;

use crate::hcl::{Attribute, JsonKind, JsonValue, Step, expression_span, object_entries};
use crate::model::{Edit, Refusal, RefusalKind, Span};
use crate::rule::SetSpec;

use super::context::{BlockMeaning, Context, RuleScope, Writing};
use super::follow::{follow_into, term_of};
use super::plan::{Change, Plan, shorten};
use super::policy_text::{PolicyText, heredoc_content};
use super::set::{End, Spot, leaves_plan};
use super::shared::asked;
use super::statement_text::json_value;
use super::term::Term;
use super::yaml_text::YamlText;

/// The objects that an argument holds as JSON.
pub(super) enum Members {
    /// In `jsonencode([{ … }])`: the expressions of the objects.
    Encoded(Vec<Expression>),
    /// In a heredoc or in quotes.
    Text(Box<PolicyText>),
    /// YAML in a heredoc or in quotes.
    Yaml(YamlText),
}

/// The objects of `jsonencode([…])`, `jsonencode({…})` or a heredoc with JSON; `None` for any other value.
pub(super) fn members(cx: Context<'_>, spot: Spot<'_>, attribute: &Attribute) -> Option<Members> {
    match &*attribute.value {
        Expression::FuncCall(call) if call.name.name.as_str() == "jsonencode" => match call.args.iter().next()? {
            Expression::Array(items) if items.iter().all(|item| matches!(item, Expression::Object(_))) => {
                Some(Members::Encoded(items.iter().cloned().collect()))
            }
            object @ Expression::Object(_) => Some(Members::Encoded(vec![object.clone()])),
            _ => None,
        },
        Expression::HeredocTemplate(_) => {
            let document = cx.bench.document(&spot.key.path).ok()?;
            let content = heredoc_content(document.text(), attribute.value_span)?;
            match PolicyText::read(document.text(), content) {
                Some(text) => Some(Members::Text(Box::new(text))),
                None => YamlText::read(document.text(), content).map(Members::Yaml),
            }
        }
        text @ (Expression::String(_) | Expression::StringTemplate(_)) => {
            let document = cx.bench.document(&spot.key.path).ok()?;
            let span = expression_span(text)?;
            match PolicyText::read_quoted(document.text(), span) {
                Some(json) => matches!(json.root.kind, JsonKind::Array(_) | JsonKind::Object(_)).then(|| Members::Text(Box::new(json))),
                None => YamlText::read_quoted(document.text(), span).map(Members::Yaml),
            }
        }
        _ => None,
    }
}

/// What must change in each object; `block` in the condition is the object.
pub(super) fn plan(cx: Context<'_>, spot: Spot<'_>, spec: &SetSpec, members: &Members, rest: &[Step]) -> Result<Plan, Refusal> {
    let mut changes = Plan::new();
    match members {
        Members::Encoded(objects) => {
            let site = spot.site();
            for object in objects {
                let term = term_of(cx.bench, &site, object, expression_span(object));
                let scope = RuleScope { block: Some(BlockMeaning::Term(term.clone())), writing: Writing::Target, ..cx.scope() };
                let plan = || {
                    let span = expression_span(object);
                    let leaves = follow_into(cx.bench, &site, object, span, false, rest);
                    let changes = leaves_plan(cx, &scope, &leaves, &spec.path, End::of(spec), spec.default.as_ref())?;
                    Ok(match span {
                        Some(span) => asked(changes, &spot.key.path, span, &leaves),
                        None => changes,
                    })
                };
                // An object that is put together by other means has no entries to look at.
                if !object_entries(object).is_empty() {
                    changes.extend(cx.gate_term(spec.when.as_ref(), term, plan)?);
                }
            }
        }
        Members::Text(text) => {
            let objects: Vec<&JsonValue> = match &text.root.kind {
                JsonKind::Array(items) => items.iter().collect(),
                _ => vec![&text.root],
            };
            for object in objects {
                let term = text.term(object);
                changes.extend(cx.gate_term(spec.when.as_ref(), term.clone(), || in_text(cx, spot, spec, text, object, &term, rest))?);
            }
        }
        Members::Yaml(yaml) => {
            let term = yaml.term();
            changes.extend(cx.gate_term(spec.when.as_ref(), term.clone(), || in_yaml(cx, spot, spec, yaml, &term, rest))?);
        }
    }
    Ok(changes)
}

fn in_yaml(cx: Context<'_>, spot: Spot<'_>, spec: &SetSpec, yaml: &YamlText, block: &Term, rest: &[Step]) -> Result<Plan, Refusal> {
    let path: Vec<&str> = rest.iter().map(|step| step.name.as_str()).collect();
    let held = path.iter().fold(block.clone(), |term, name| term.member(name));
    let held = match &spec.default {
        Some(default) if held == Term::NULL => cx.evaluate(default, None),
        _ => held,
    };
    let end = End::of(spec);
    if end.met(&RuleScope { block: Some(BlockMeaning::Term(block.clone())), ..cx.scope() }, &held) == Some(true) {
        return Ok(Plan::new());
    }
    let wanted = end.wanted(&RuleScope { block: Some(BlockMeaning::Term(block.clone())), writing: Writing::Target, ..cx.scope() })?;
    let edit = wanted.term.known().and_then(|value| yaml.set(&path, value));
    let edit =
        edit.ok_or_else(|| missing_object(cx, spot, spec, spot.key.in_document(spot.document).map_or(Span::at(0), |block| block.span)))?;
    let summary = format!("sets `{}` to `{}`", spec.path, shorten(&wanted.text));
    Ok(vec![Change { path: spot.key.path.clone(), edit, summary, argument: spec.path.clone(), through: Vec::new(), asked: None }])
}

fn in_text(
    cx: Context<'_>,
    spot: Spot<'_>,
    spec: &SetSpec,
    text: &PolicyText,
    object: &JsonValue,
    block: &Term,
    rest: &[Step],
) -> Result<Plan, Refusal> {
    let Some((last, around)) = rest.split_last() else { return Ok(Plan::new()) };
    let mut holders = vec![object];
    for (depth, step) in around.iter().enumerate() {
        let mut inner: Vec<&JsonValue> = Vec::new();
        for holder in holders {
            match (holder.member(&step.name).map(|member| &member.value), step.every) {
                (Some(value), true) => match &value.kind {
                    JsonKind::Array(items) => inner.extend(items),
                    _ => inner.push(value),
                },
                (Some(value), false) => inner.push(value),
                (None, true) => {}
                (None, false) if spec.create_blocks => {
                    return missing_member(cx, spot, spec, text, holder, (step, &around[depth + 1..], last), block);
                }
                (None, false) => {}
            }
        }
        holders = inner;
    }
    let mut changes = Plan::new();
    for holder in holders {
        changes.extend(member_plan(cx, spot, spec, text, holder, block, last)?);
    }
    Ok(changes)
}

/// The member `last` of an object in the text.
fn member_plan(
    cx: Context<'_>,
    spot: Spot<'_>,
    spec: &SetSpec,
    text: &PolicyText,
    holder: &JsonValue,
    block: &Term,
    last: &Step,
) -> Result<Plan, Refusal> {
    let condition = RuleScope { block: Some(BlockMeaning::Term(block.clone())), ..cx.scope() };
    let default = spec.default.as_ref().map_or(Term::NULL, |default| cx.evaluate(default, None));
    let held = holder.member(&last.name).map_or(default, |member| text.term(&member.value));
    match End::of(spec).met(&condition, &held) {
        Some(true) => Ok(Plan::new()),
        None => Err(missing_object(cx, spot, spec, holder.span)),
        Some(false) => {
            let (value, summary) = wanted(cx, spot, spec, holder, block)?;
            Ok(vec![change(spot, spec, text.set_member(holder, &last.name, &value), summary)])
        }
    }
}

/// A member whose objects around are missing too: they are written with it.
fn missing_member(
    cx: Context<'_>,
    spot: Spot<'_>,
    spec: &SetSpec,
    text: &PolicyText,
    holder: &JsonValue,
    (first, around, last): (&Step, &[Step], &Step),
    block: &Term,
) -> Result<Plan, Refusal> {
    if !matches!(holder.kind, JsonKind::Object(_)) || around.iter().any(|step| step.every) {
        return Err(missing_object(cx, spot, spec, holder.span));
    }
    let condition = RuleScope { block: Some(BlockMeaning::Term(block.clone())), ..cx.scope() };
    let default = spec.default.as_ref().map_or(Term::NULL, |default| cx.evaluate(default, None));
    if End::of(spec).met(&condition, &default) == Some(true) {
        return Ok(Plan::new());
    }
    let (value, summary) = wanted(cx, spot, spec, holder, block)?;
    let whole = around
        .iter()
        .rev()
        .fold(serde_json::json!({ last.name.as_str(): value }), |inner, step| serde_json::json!({ step.name.as_str(): inner }));
    Ok(vec![change(spot, spec, text.set_member(holder, &first.name, &whole), summary)])
}

/// The wanted value as JSON, and what is said about it.
fn wanted(
    cx: Context<'_>,
    spot: Spot<'_>,
    spec: &SetSpec,
    holder: &JsonValue,
    block: &Term,
) -> Result<(serde_json::Value, String), Refusal> {
    let scope = RuleScope { block: Some(BlockMeaning::Term(block.clone())), writing: Writing::Target, ..cx.scope() };
    let wanted = End::of(spec).wanted(&scope)?;
    let value = json_value(&wanted.term, true).ok_or_else(|| missing_object(cx, spot, spec, holder.span))?;
    Ok((value, format!("sets `{}` to `{}`", spec.path, shorten(&wanted.text))))
}

fn change(spot: Spot<'_>, spec: &SetSpec, edit: Edit, summary: String) -> Change {
    Change { path: spot.key.path.clone(), edit, summary, argument: spec.path.clone(), through: Vec::new(), asked: None }
}

fn missing_object(cx: Context<'_>, spot: Spot<'_>, spec: &SetSpec, span: Span) -> Refusal {
    Refusal::new(
        RefusalKind::DecidedElsewhere,
        format!("`{}` cannot be set in the text: what stands there cannot be read or is not there.", spec.path),
    )
    .at(cx.bench.place(&spot.key.path, span, "the object in the text"))
}
