//! `set`: the argument has this value.

use hcl_edit::expr::Expression;
use serde_json::Value;

use crate::hcl::{self, Attribute, Block, Body, Document, Found, Step, Syntax, parse_path};
use crate::model::{Edit, Refusal, RefusalKind, Span};
use crate::rule::{RuleExpression, SetSpec};

use super::context::{BlockMeaning, Context, RuleScope, Writing};
use super::dynamic::{makes_block, no_block, only_dynamic};
use super::evaluate::as_number;
use super::follow::{Decided, Leaf, Site, follow, term_of};
use super::json_edit;
use super::plan::{Change, Plan, elsewhere, find_expression, insert, insert_nested, replace, shorten};
use super::render::{Wanted, render};
use super::shared::{asked, edited};
use super::term::{Term, all, any, equal};
use super::workbench::{BlockKey, deciding_block};

/// The end that an argument must meet.
#[derive(Clone, Copy, Default)]
pub(super) struct End<'r> {
    pub value: Option<&'r RuleExpression>,
    pub at_least: Option<&'r RuleExpression>,
    pub at_most: Option<&'r RuleExpression>,
    pub one_of: Option<&'r RuleExpression>,
    pub contains: Option<&'r RuleExpression>,
    pub present: bool,
}

impl<'r> End<'r> {
    pub(super) fn of(spec: &'r SetSpec) -> Self {
        Self {
            value: spec.value.as_ref(),
            at_least: spec.at_least.as_ref(),
            at_most: spec.at_most.as_ref(),
            one_of: spec.one_of.as_ref(),
            contains: spec.contains.as_ref(),
            present: spec.present,
        }
    }

    /// Whether a value meets the end; `None` when that is not known.
    pub(super) fn met(&self, scope: &RuleScope<'_>, term: &Term) -> Option<bool> {
        let evaluate = |expression: &RuleExpression| super::evaluate::Environment::new(scope).evaluate(&expression.expression);
        if self.present {
            return match term {
                Term::Unknown => None,
                Term::Known(Value::String(text)) => Some(!text.is_empty()),
                Term::Known(Value::Array(items)) => Some(!items.is_empty()),
                other => other.is_null().map(|null| !null),
            };
        }
        let bounded = |bound: &RuleExpression, fits: fn(f64, f64) -> bool| match (as_number(term), as_number(&evaluate(bound))) {
            (Some(value), Some(bound)) => Some(fits(value, bound)),
            _ if term.is_null() == Some(true) => Some(false),
            _ => None,
        };
        let mut tests: Vec<Option<bool>> = Vec::new();
        tests.extend(self.at_least.map(|bound| bounded(bound, |value, bound| value >= bound)));
        tests.extend(self.at_most.map(|bound| bounded(bound, |value, bound| value <= bound)));
        tests.extend(self.one_of.map(|list| evaluate(list).elements().and_then(|items| any(items.iter().map(|item| equal(term, item))))));
        tests.extend(self.contains.map(|list| {
            let wanted = match evaluate(list) {
                term @ Term::Known(Value::Array(_)) | term @ Term::List(_) => term.elements()?,
                single => vec![single],
            };
            let held = term.elements()?;
            all(wanted.iter().map(|item| any(held.iter().map(|own| equal(own, item)))))
        }));
        match (self.value, tests.is_empty()) {
            (Some(value), true) => equal(term, &evaluate(value)),
            _ => all(tests),
        }
    }

    /// What is written where the end is not met.
    pub(super) fn wanted(&self, scope: &RuleScope<'_>) -> Result<Wanted, Refusal> {
        let Some(expression) = self.value.or(self.at_least).or(self.at_most).or(self.contains) else { return self.first_choice(scope) };
        let wanted = render(scope, expression)?;
        let condition = RuleScope { cx: scope.cx, block: scope.block.clone(), statement: None, writing: Writing::Condition };
        if self.met(&condition, &wanted.term) == Some(false) {
            return Err(Refusal::new(
                RefusalKind::NeedsParameter,
                format!(
                    "The value `{}` that rule `{}` was given does not meet the rule's own end.",
                    super::plan::shorten(&wanted.text),
                    scope.cx.rule.id
                ),
            )
            .next("Give the parameter a value within the bounds that the rule states."));
        }
        Ok(wanted)
    }

    /// The first of the values that hold.
    fn first_choice(&self, scope: &RuleScope<'_>) -> Result<Wanted, Refusal> {
        let first = self.one_of.and_then(|list| match &*list.expression {
            Expression::Array(items) => items.get(0).cloned(),
            _ => None,
        });
        let value = first.as_ref().and_then(hcl::literal);
        value.map(|value| Wanted { text: hcl::render(&value, "", "\n"), term: Term::Known(value) }).ok_or_else(|| {
            Refusal::new(
                RefusalKind::NeedsParameter,
                format!("Rule `{}` knows which values are wrong, but not which one is right here.", scope.cx.rule.id),
            )
        })
    }
}

/// A body in which an argument is looked at: the body itself and the top-level block and file it belongs to.
#[derive(Clone, Copy)]
pub(super) struct Spot<'d> {
    pub key: &'d BlockKey,
    pub document: &'d Document,
    pub body: &'d Body,
    /// Dotted path of the body from the top-level block, with a final dot; empty for the block itself.
    pub prefix: &'d str,
    pub writing: Writing,
}

impl<'d> Spot<'d> {
    pub(super) fn site(&self) -> Site {
        Context::site(self.key)
    }

    pub(super) fn scope<'c>(&self, cx: Context<'c>) -> RuleScope<'c>
    where
        'd: 'c,
    {
        let block = BlockMeaning::Body(self.key.path.as_str(), Some(self.key), self.body);
        RuleScope { block: Some(block), writing: self.writing, ..cx.scope() }
    }
}

/// What must change for a `set` to hold at the target (or the module call) `key`.
pub(super) fn plan(cx: Context<'_>, spec: &SetSpec, key: &BlockKey) -> Result<Plan, Refusal> {
    let path = parse_path(&spec.path);
    let Some(first) = path.first() else { return Ok(Plan::new()) };
    let key = deciding_block(cx.bench, key, &first.name);
    let document = cx.bench.document(&key.path)?;
    let Some(block) = key.in_document(&document) else { return Ok(Plan::new()) };
    if let Some(only) = only_dynamic(block, &path).filter(|only| path.len() > 1 && makes_block(cx, &key, only) == Some(false)) {
        return if default_meets(cx, spec, &key, &document, block) { Ok(Plan::new()) } else { Err(no_block(cx, &spec.path, &key, only)) };
    }
    let mut changes = Plan::new();
    for found in block.body.find(&path) {
        let (body, depth) = match found {
            Found::Attribute { body, .. } => (body, path.len() - 1),
            Found::Missing { body, depth } => (body, depth),
            Found::Inside { .. } | Found::Block { .. } => (&*block.body, 0),
        };
        let prefix = prefix_of(&path[..depth]);
        let spot = Spot { key: &key, document: &document, body, prefix: &prefix, writing: Writing::Target };
        let around = (depth > 0).then(|| spot.site());
        if let Found::Inside { attribute, depth } = found
            && let Some(members) = super::set_json::members(cx, spot, attribute)
        {
            changes.extend(super::set_json::plan(cx, spot, spec, &members, &path[depth..])?);
            continue;
        }
        let plan = || match found {
            Found::Attribute { attribute, .. } => argument(cx, spot, attribute, &spec.path, End::of(spec), spec.default.as_ref()),
            Found::Missing { depth, .. } => missing(cx, spot, spec, &path, depth),
            Found::Inside { attribute, depth } => inside(cx, spot, attribute, spec, &path[depth..]),
            Found::Block { .. } => Ok(Plan::new()),
        };
        changes.extend(cx.gate(spec.when.as_ref(), around.as_ref().map(|site| (site, body)), plan)?);
    }
    Ok(changes)
}

/// Whether the end holds when nothing is said.
pub(super) fn default_meets(cx: Context<'_>, spec: &SetSpec, key: &BlockKey, document: &Document, block: &Block) -> bool {
    let spot = Spot { key, document, body: &block.body, prefix: "", writing: Writing::Condition };
    let default = spec.default.as_ref().map_or(Term::NULL, |default| cx.evaluate(default, None));
    !spec.create_blocks || (spec.default.is_some() || !spec.present) && End::of(spec).met(&spot.scope(cx), &default) == Some(true)
}

pub(super) fn prefix_of(steps: &[Step]) -> String {
    steps.iter().map(|step| format!("{}.", step.name)).collect()
}

/// An argument that is there.
pub(super) fn argument(
    cx: Context<'_>,
    spot: Spot<'_>,
    attribute: &Attribute,
    name: &str,
    end: End<'_>,
    default: Option<&RuleExpression>,
) -> Result<Plan, Refusal> {
    let site = spot.site();
    let scope = spot.scope(cx);
    let whole = term_of(cx.bench, &site, &attribute.value, Some(attribute.value_span));
    let condition = RuleScope { writing: Writing::Condition, ..spot.scope(cx) };
    if end.met(&condition, &whole) == Some(true) {
        return Ok(Plan::new());
    }
    let mut leaves = follow(cx.bench, &site, &attribute.value, Some(attribute.value_span));
    let is_stuck = |leaf: &Leaf| {
        leaf.span.is_none()
            || matches!(leaf.decided, Decided::Given(_) | Decided::Unknown(_) | Decided::Value(Term::Code(_) | Term::Unknown))
    };
    if leaves.iter().any(is_stuck) {
        leaves = super::evaluated::literals(cx.bench, spot, attribute).unwrap_or(leaves);
    }
    let changes = leaves_plan(cx, &scope, &leaves, name, end, default)?;
    let changes = one_value(spot, attribute, changes);
    Ok(asked(changes, &spot.key.path, attribute.value_span, &leaves))
}

/// Where both branches of a conditional become the same, only the value is written.
fn one_value(spot: Spot<'_>, attribute: &Attribute, changes: Plan) -> Plan {
    let inside = |change: &Change| change.path == spot.key.path && attribute.value_span.covers(change.edit.span);
    let old = spot.document.slice(attribute.value_span);
    let plain =
        spot.document.syntax() == Syntax::Native && attribute.value.is_conditional() && !old.contains(['#', '\n']) && !old.contains("//");
    let [first, ..] = changes.as_slice() else { return changes };
    if !plain || !changes.iter().all(inside) {
        return changes;
    }
    let new = edited(old, attribute.value_span.start, changes.iter().map(|change| &change.edit));
    let Some(Expression::Conditional(new)) = new.and_then(|new| new.parse().ok()) else { return changes };
    let (yes, no) = (new.true_expr.to_string(), new.false_expr.to_string());
    if yes.trim() != no.trim() {
        return changes;
    }
    let text = yes.trim().to_owned();
    let summary = format!("changes `{}` from `{}` to `{}`", first.argument, shorten(old), shorten(&text));
    vec![Change { edit: Edit { span: attribute.value_span, text }, summary, ..first.clone() }]
}

/// The changes of the places that decide a value.
pub(super) fn leaves_plan(
    cx: Context<'_>,
    scope: &RuleScope<'_>,
    leaves: &[Leaf],
    name: &str,
    end: End<'_>,
    default: Option<&RuleExpression>,
) -> Result<Plan, Refusal> {
    let condition = RuleScope { cx, block: scope.block.clone(), statement: None, writing: Writing::Condition };
    let default = default.map(|default| cx.evaluate(default, None));
    let mut changes = Plan::new();
    for leaf in leaves {
        let mut term = leaf.term();
        if term == Term::NULL {
            term = default.clone().unwrap_or(Term::NULL);
        }
        if end.met(&condition, &term) == Some(true) {
            continue;
        }
        match &leaf.decided {
            Decided::Given(_) if end.present => {}
            Decided::Given(why) | Decided::Unknown(why) => return Err(elsewhere(cx, name, leaf, why)),
            Decided::Reference(_) => return Err(elsewhere(cx, name, leaf, "it refers to something that is known only after an apply")),
            Decided::Value(Term::Code(_) | Term::Unknown) => {
                return Err(elsewhere(cx, name, leaf, "it is put together from values that are known only after an apply"));
            }
            Decided::Value(held) if end.contains.is_some() && held.is_null() == Some(false) => {
                changes.push(add_missing(cx, scope, leaf, held, name, end)?)
            }
            Decided::Value(_) | Decided::Absent(_) | Decided::Implied(..) => changes.push(replace(cx, leaf, name, &end.wanted(scope)?)?),
        }
    }
    Ok(changes)
}

/// Adds the elements that a list lacks.
fn add_missing(cx: Context<'_>, scope: &RuleScope<'_>, leaf: &Leaf, held: &Term, name: &str, end: End<'_>) -> Result<Change, Refusal> {
    let wanted = end.wanted(scope)?;
    let items = match wanted.term.elements() {
        Some(items) if wanted.term.is_null() == Some(false) => items,
        _ => vec![wanted.term.clone()],
    };
    let held = held.elements().unwrap_or_default();
    let missing: Vec<&Term> = items.iter().filter(|item| !held.iter().any(|own| equal(own, item) == Some(true))).collect();
    let document = cx.bench.document(&leaf.site.path)?;
    let edit = leaf.span.and_then(|span| add_to_list(&document, span, &missing));
    let edit = edit.ok_or_else(|| elsewhere(cx, name, leaf, "it is no list that can be extended in place"))?;
    Ok(Change {
        path: leaf.site.path.clone(),
        edit,
        summary: format!("adds {} to `{name}`", missing.iter().filter_map(|item| item.render()).collect::<Vec<_>>().join(", ")),
        argument: name.to_owned(),
        through: leaf.through.clone(),
        asked: None,
    })
}

/// Adds elements to the list at `span`, in the syntax of the place.
fn add_to_list(document: &Document, span: Span, new: &[&Term]) -> Option<Edit> {
    let Expression::Array(array) = find_expression(document, span)? else { return None };
    match document.syntax_at(span) {
        Syntax::Native => {
            let new: Vec<String> = new.iter().filter_map(|item| item.render()).collect();
            hcl::add_elements(document.text(), &array, span, &new)
        }
        Syntax::Json => {
            let new: Vec<String> = new.iter().filter_map(|item| json_edit::element_text(item)).collect();
            json_edit::add_elements(document, span, &new)
        }
    }
}

/// An argument (or the blocks around it) that is absent.
fn missing(cx: Context<'_>, spot: Spot<'_>, spec: &SetSpec, path: &[Step], depth: usize) -> Result<Plan, Refusal> {
    let end = End::of(spec);
    let scope = spot.scope(cx);
    let condition = RuleScope { writing: Writing::Condition, ..spot.scope(cx) };
    let default = spec.default.as_ref().map_or(Term::NULL, |default| cx.evaluate(default, None));
    let by_default = spec.default.is_some() || !end.present;
    if by_default && end.met(&condition, &default) == Some(true) {
        return Ok(Plan::new());
    }
    let rest = &path[depth..];
    let Some((last, blocks)) = rest.split_last() else { return Ok(Plan::new()) };
    if blocks.is_empty() {
        let wanted = end.wanted(&scope)?;
        return Ok(insert(spot.document, spot.key, spot.body, &last.name, &spec.path, &wanted));
    }
    if !spec.create_blocks {
        return Ok(Plan::new());
    }
    let wanted = end.wanted(&scope)?;
    if spot.key.kind == "module" {
        return Ok(insert_object(spot, spec, blocks, &last.name, &wanted));
    }
    let mut text = format!("{} = {}", last.name, wanted.text);
    for step in blocks.iter().rev() {
        text = format!("{} {{\n  {}\n}}", step.name, text.replace('\n', "\n  "));
    }
    let outer = blocks.first().map_or("", |step| step.name.as_str());
    Ok(vec![insert_nested(spot.document, spot.key, spot.body, outer, &spec.path, &text)?])
}

/// An input of a module that is an object: the call has no nested blocks.
fn insert_object(spot: Spot<'_>, spec: &SetSpec, outer: &[Step], name: &str, wanted: &Wanted) -> Plan {
    let mut text = wanted.text.clone();
    let mut term = wanted.term.clone();
    let mut inner = name;
    for step in outer.iter().rev() {
        text = match outer.len() {
            1 if !text.contains('\n') => format!("{{ {} = {text} }}", hcl::render_key(inner)),
            _ => format!("{{\n  {} = {}\n}}", hcl::render_key(inner), text.replace('\n', "\n  ")),
        };
        term = Term::object(vec![(inner.to_owned(), term)]);
        inner = &step.name;
    }
    insert(spot.document, spot.key, spot.body, inner, &spec.path, &Wanted { text, term })
}

/// A path that goes on inside the object value of an argument.
fn inside(cx: Context<'_>, spot: Spot<'_>, attribute: &Attribute, spec: &SetSpec, rest: &[Step]) -> Result<Plan, Refusal> {
    let many = attribute.value.is_array();
    let leaves = super::follow::follow_into(cx.bench, &spot.site(), &attribute.value, Some(attribute.value_span), many, rest);
    let changes = leaves_plan(cx, &spot.scope(cx), &leaves, &spec.path, End::of(spec), spec.default.as_ref())?;
    Ok(asked(changes, &spot.key.path, attribute.value_span, &leaves))
}
