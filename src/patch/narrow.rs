//! `narrow`: a CIDR list (or a single value) holds none of these.

use std::cell::RefCell;

use hcl_edit::expr::Expression;
use serde_json::Value;

use crate::hcl::{self, Attribute, Body, Document, Found, Step, expression_span, parse_path};
use crate::model::{Refusal, RefusalKind, Span};
use crate::rule::NarrowSpec;

use super::context::Context;
use super::follow::{Decided, Leaf, Site, follow, follow_into, term_of};
use super::json_edit;
use super::plan::{Change, Plan, elsewhere, find_expression, replace};
use super::render::Wanted;
use super::shared::asked;
use super::term::{Term, any, equal};
use super::workbench::{BlockKey, deciding_block};

/// Other arguments that let traffic in: a rule with one of these still means something when a list goes.
const SOURCES: [&str; 7] = [
    "cidr_blocks",
    "ipv6_cidr_blocks",
    "security_groups",
    "prefix_list_ids",
    "source_security_group_id",
    "referenced_security_group_id",
    "self",
];

struct Narrowing<'a> {
    cx: Context<'a>,
    spec: &'a NarrowSpec,
    drop: Vec<Term>,
    /// `None` when the parameter that says what takes their place is not set.
    to: Option<Vec<Value>>,
    /// What the other lists hold that a call puts together with the one at hand: the same network twice is an error to EC2.
    beside: RefCell<Vec<Value>>,
}

/// What must change for the lists that a path names to hold none of `drop`.
pub(super) fn plan(cx: Context<'_>, spec: &NarrowSpec, key: &BlockKey) -> Result<Plan, Refusal> {
    let path = parse_path(&spec.path);
    let Some(first) = path.first() else { return Ok(Plan::new()) };
    let key = deciding_block(cx.bench, key, &first.name);
    let document = cx.bench.document(&key.path)?;
    let Some(block) = key.in_document(&document) else { return Ok(Plan::new()) };
    let site = Context::site(&key);
    let drop = cx.evaluate(&spec.drop, None).elements().unwrap_or_default();
    let to = spec.to.as_ref().map(|to| cx.evaluate(to, None)).and_then(|term| match term.known() {
        Some(Value::Array(items)) => Some(items.clone()),
        Some(Value::Null) | None => None,
        Some(single) => Some(vec![single.clone()]),
    });
    let narrowing = Narrowing { cx, spec, drop, to, beside: RefCell::default() };
    let mut changes = Plan::new();
    for found in block.body.find(&path) {
        match found {
            // `networks = { office = "…" }`: each value of the map.
            Found::Attribute { attribute, .. } if path.last().is_some_and(|step| step.every) && is_object(attribute) => {
                changes.extend(narrowing.inside(&site, attribute, &path, path.len())?);
            }
            Found::Attribute { body, attribute } => {
                let plan = || narrowing.argument(&key, &site, &document, body, attribute);
                changes.extend(cx.gate(spec.when.as_ref(), Some((&site, body)), plan)?);
            }
            Found::Inside { attribute, depth } => changes.extend(narrowing.inside(&site, attribute, &path, depth)?),
            Found::Block { .. } | Found::Missing { .. } => {}
        }
    }
    Ok(changes)
}

fn is_object(attribute: &Attribute) -> bool {
    matches!(&*attribute.value, Expression::Object(_))
}

/// The objects of `ingress = [{ … }]`, or of the map `rules = { ssh = { … } }`; the value itself where it is neither.
fn objects(attribute: &Attribute, every: bool) -> Vec<(&Expression, Option<Span>)> {
    match &*attribute.value {
        Expression::Array(items) => items.iter().map(|item| (item, expression_span(item))).collect(),
        Expression::Object(_) if every => {
            hcl::object_entries(&attribute.value).into_iter().map(|entry| (entry.value, entry.value_span())).collect()
        }
        whole => vec![(whole, Some(attribute.value_span))],
    }
}

/// The lists that a call puts together: what may not be in the whole may not be in any of them.
fn parts_of(expression: &Expression) -> Option<Vec<&Expression>> {
    let Expression::FuncCall(call) = expression else { return None };
    let arguments: Vec<&Expression> = call.args.iter().collect();
    match (call.name.name.as_str(), arguments.as_slice()) {
        ("concat" | "setunion", lists) => Some(lists.iter().flat_map(|list| parts_of(list).unwrap_or_else(|| vec![list])).collect()),
        ("distinct" | "compact" | "sort" | "toset" | "tolist", [list]) => parts_of(list),
        _ => None,
    }
}

impl Narrowing<'_> {
    fn is_dropped(&self, term: &Term) -> Option<bool> {
        match self.parts(term) {
            Some(parts) => any(parts.iter().map(|part| self.is_one_dropped(part))),
            None => self.is_one_dropped(term),
        }
    }

    fn is_one_dropped(&self, term: &Term) -> Option<bool> {
        any(self.drop.iter().map(|gone| equal(term, gone)))
    }

    /// The values that a text holds between separators, if the rule says that it may hold several.
    fn parts(&self, term: &Term) -> Option<Vec<Term>> {
        let separator = self.spec.separator.as_deref()?;
        Some(term.text()?.split(separator).map(|part| Term::Known(part.trim().into())).collect())
    }

    fn argument(&self, key: &BlockKey, site: &Site, document: &Document, body: &Body, attribute: &Attribute) -> Result<Plan, Refusal> {
        let whole = term_of(self.cx.bench, site, &attribute.value, Some(attribute.value_span));
        let held = whole.elements().unwrap_or_else(|| vec![whole.clone()]);
        if any(held.iter().map(|item| self.is_dropped(item))) == Some(false) {
            return Ok(Plan::new());
        }
        let mut changes = Plan::new();
        if let Some(parts) = parts_of(&attribute.value) {
            let held = parts.iter().filter_map(|part| term_of(self.cx.bench, site, part, expression_span(part)).elements());
            self.beside.replace(held.flatten().filter_map(|item| item.known().cloned()).collect());
            for part in parts {
                let leaves = follow(self.cx.bench, site, part, expression_span(part));
                let plans: Result<Vec<Plan>, Refusal> = leaves.iter().map(|leaf| self.leaf(leaf, None)).collect();
                changes.extend(asked(plans?.concat(), &site.path, expression_span(part).unwrap_or(attribute.value_span), &leaves));
            }
            self.beside.take();
            return Ok(changes);
        }
        let leaves = follow(self.cx.bench, site, &attribute.value, Some(attribute.value_span));
        for leaf in &leaves {
            let only = Removal { key, site, document, body, attribute };
            changes.extend(self.leaf(leaf, Some(&only))?);
        }
        Ok(asked(changes, &site.path, attribute.value_span, &leaves))
    }

    /// What lies inside an argument's value, from the step at `depth` on; `block` in the condition is the object in question.
    fn inside(&self, site: &Site, attribute: &Attribute, path: &[Step], depth: usize) -> Result<Plan, Refusal> {
        let (into, rest) = path.split_at(depth);
        let when = self.spec.when.as_ref();
        let mut changes = Plan::new();
        for (object, span) in objects(attribute, into.last().is_some_and(|step| step.every)) {
            let plan = || {
                let leaves = follow_into(self.cx.bench, site, object, span, false, rest);
                let plans: Result<Vec<Plan>, Refusal> = leaves.iter().map(|leaf| self.leaf(leaf, None)).collect();
                Ok(asked(plans?.concat(), &site.path, span.unwrap_or(attribute.value_span), &leaves))
            };
            changes.extend(match &*attribute.value {
                Expression::Array(_) | Expression::Object(_) => {
                    self.cx.gate_term(when, term_of(self.cx.bench, site, object, span), plan)?
                }
                _ => self.cx.gate(when, None, plan)?,
            });
        }
        Ok(changes)
    }

    fn leaf(&self, leaf: &Leaf, around: Option<&Removal<'_>>) -> Result<Plan, Refusal> {
        match &leaf.decided {
            Decided::Given(why) | Decided::Unknown(why) => Err(elsewhere(self.cx, &self.spec.path, leaf, why)),
            Decided::Reference(_) | Decided::Absent(_) => Ok(Plan::new()),
            Decided::Implied(_, term) => {
                let held = term.elements().unwrap_or_else(|| vec![term.clone()]);
                match any(held.iter().map(|item| self.is_dropped(item))) {
                    Some(false) => Ok(Plan::new()),
                    _ => Err(elsewhere(self.cx, &self.spec.path, leaf, "the variable's type gives it as a default")),
                }
            }
            Decided::Value(term) => match term.elements() {
                Some(items) if term.is_null() == Some(false) => self.list(leaf, &items, around),
                _ => self.single(leaf, term),
            },
        }
    }

    /// A single value such as `cidr_ipv4`.
    fn single(&self, leaf: &Leaf, term: &Term) -> Result<Plan, Refusal> {
        if self.is_dropped(term) != Some(true) {
            return Ok(Plan::new());
        }
        if let (Some(separator), Some(parts)) = (&self.spec.separator, self.parts(term)) {
            return self.joined(leaf, separator, &parts);
        }
        let fitting = self.fitting(term);
        match fitting.as_deref() {
            None => Err(self.needs_to()),
            Some([one]) => {
                let wanted = Wanted { text: hcl::render(one, "", "\n"), term: Term::Known(one.clone()) };
                Ok(vec![replace(self.cx, leaf, &self.spec.path, &wanted)?])
            }
            Some([]) => Err(self.nothing_left(leaf)),
            Some(many) => Err(Refusal::new(
                RefusalKind::NeedsParameter,
                format!(
                    "`{}` holds one block, but {} are allowed instead: which of them, or one rule for each, is for a person to decide.",
                    self.spec.path,
                    many.len()
                ),
            )
            .next("Give one CIDR block for this rule, or write one rule for each block.")),
        }
    }

    /// A text with several values.
    fn joined(&self, leaf: &Leaf, separator: &str, parts: &[Term]) -> Result<Plan, Refusal> {
        let (gone, kept): (Vec<&Term>, Vec<&Term>) = parts.iter().partition(|part| self.is_one_dropped(part) == Some(true));
        let new = match gone.first().and_then(|first| self.fitting(first)) {
            None if kept.is_empty() || self.spec.to.is_some() => return Err(self.needs_to()),
            new => new.unwrap_or_default(),
        };
        let new: Vec<&str> = new.iter().filter_map(Value::as_str).collect();
        let kept = kept.into_iter().filter_map(Term::text).filter(|part| !new.contains(part));
        let all: Vec<&str> = kept.chain(new.iter().copied()).collect();
        if all.is_empty() {
            return Err(self.nothing_left(leaf));
        }
        let value = Value::from(all.join(separator));
        let wanted = Wanted { text: hcl::render(&value, "", "\n"), term: Term::Known(value) };
        Ok(vec![replace(self.cx, leaf, &self.spec.path, &wanted)?])
    }

    /// The values that take the place of `dropped`: of its address family, where the parameter names both.
    fn fitting(&self, dropped: &Term) -> Option<Vec<Value>> {
        let six = |value: &Value| value.as_str().is_some_and(|text| text.contains(':'));
        let family = dropped.known().is_some_and(six);
        let is_cidr = dropped.text().is_some_and(|text| text.contains('/'));
        self.to.as_ref().map(|to| to.iter().filter(|value| !is_cidr || six(value) == family).cloned().collect())
    }

    fn list(&self, leaf: &Leaf, items: &[Term], around: Option<&Removal<'_>>) -> Result<Plan, Refusal> {
        let gone: Vec<usize> = items.iter().enumerate().filter(|(_, item)| self.is_dropped(item) == Some(true)).map(|(at, _)| at).collect();
        let unknown = items.iter().any(|item| self.is_dropped(item).is_none());
        if gone.is_empty() {
            return if unknown { self.elements(leaf) } else { Ok(Plan::new()) };
        }
        let Some(first) = gone.first().and_then(|at| items.get(*at)) else { return Ok(Plan::new()) };
        let new: Vec<Value> = match self.fitting(first) {
            Some(new) => {
                let is_new = |value: &Value| !items.iter().any(|item| item.known() == Some(value)) && !self.beside.borrow().contains(value);
                let new: Vec<Value> = new.into_iter().filter(is_new).collect();
                if !self.beside.borrow().is_empty() {
                    self.beside.borrow_mut().extend(new.iter().cloned());
                }
                new
            }
            None if items.len() > gone.len() && self.spec.to.is_none() => Vec::new(),
            None => return Err(self.needs_to()),
        };
        if gone.len() == items.len()
            && new.is_empty()
            && self.beside.borrow().iter().all(|value| self.drop.iter().any(|gone| gone.known() == Some(value)))
        {
            return match around {
                Some(removal) if removal.has_other_source(self.cx, &self.drop) => Ok(vec![removal.change(&self.spec.path)]),
                _ => Err(self.nothing_left(leaf)),
            };
        }
        let change = self.edit_list(leaf, &gone, items.len(), &new)?;
        Ok(change)
    }

    /// A list some of whose elements are references: each is followed on its own.
    fn elements(&self, leaf: &Leaf) -> Result<Plan, Refusal> {
        let document = self.cx.bench.document(&leaf.site.path)?;
        let array = leaf.span.and_then(|span| find_expression(&document, span));
        let mut changes = Plan::new();
        if let Some(Expression::Array(array)) = array {
            for item in array.iter().filter(|item| hcl::literal(item).is_none()) {
                for inner in follow(self.cx.bench, &leaf.site, item, expression_span(item)) {
                    changes.extend(self.leaf(&inner, None)?);
                }
            }
        }
        Ok(changes)
    }

    fn edit_list(&self, leaf: &Leaf, gone: &[usize], count: usize, new: &[Value]) -> Result<Plan, Refusal> {
        let path = &self.spec.path;
        let document = self.cx.bench.document(&leaf.site.path)?;
        let text = document.text();
        let (Some(span), Some(Expression::Array(array))) = (leaf.span, leaf.span.and_then(|span| find_expression(&document, span))) else {
            return Err(elsewhere(self.cx, path, leaf, "it is no list that can be edited in place"));
        };
        let json = document.syntax_at(span) == hcl::Syntax::Json;
        let places: Vec<Option<Span>> = match json {
            true => json_edit::element_spans(&document, span).into_iter().flatten().map(Some).collect(),
            false => array.iter().map(expression_span).collect(),
        };
        let place = |index: usize| places.get(index).copied().flatten();
        let rendered: Vec<String> = match json {
            true => new.iter().filter_map(|value| json_edit::element_text(&Term::Known(value.clone()))).collect(),
            false => new.iter().map(|value| hcl::render(value, "", "\n")).collect(),
        };
        let summary = format!(
            "narrows `{path}`: {} instead of {}",
            if rendered.is_empty() { "nothing".to_owned() } else { rendered.join(", ") },
            gone.iter().filter_map(|at| place(*at)).map(|span| document.slice(span)).collect::<Vec<_>>().join(", ")
        );
        let change = |edit| Change {
            path: leaf.site.path.clone(),
            edit,
            summary: summary.clone(),
            argument: path.clone(),
            through: leaf.through.clone(),
            asked: None,
        };
        let mut edits = Vec::new();
        let (first, rest) = gone.split_first().map_or((0, &[][..]), |(first, rest)| (*first, rest));
        let unplaced = || elsewhere(self.cx, path, leaf, "the places of its elements are not known");
        let remove = |gone: &[usize]| {
            let edits = match json {
                true => json_edit::remove_elements(&document, span, gone),
                false => hcl::remove_elements(text, &array, span, gone),
            };
            edits.ok_or_else(unplaced)
        };
        if let Some((replacement, others)) = rendered.split_first() {
            let at = place(first).ok_or_else(unplaced)?;
            let one_a_line = count > 1 && text.get(span.range()).is_some_and(|list| list.contains('\n'));
            let separator = match (json, one_a_line) {
                (true, _) => json_edit::separator(&document, span, &places.iter().flatten().copied().collect::<Vec<_>>()),
                (false, true) => format!(",\n{}", hcl::indent_of_line(text, at.start)),
                (false, false) => ", ".to_owned(),
            };
            let all = others.iter().fold(replacement.clone(), |all, other| format!("{all}{separator}{other}"));
            edits.push(change(crate::model::Edit { span: at, text: all }));
            if !rest.is_empty() {
                edits.extend(remove(rest)?.into_iter().map(change));
            }
        } else if gone.len() == count {
            edits.push(change(crate::model::Edit { span, text: "[]".to_owned() }));
        } else {
            edits.extend(remove(gone)?.into_iter().map(change));
        }
        Ok(edits)
    }

    fn needs_to(&self) -> Refusal {
        let params: Vec<String> = self
            .spec
            .to
            .iter()
            .flat_map(|to| hcl::references(&to.expression))
            .filter(|reference| reference.name(0) == "param")
            .map(|reference| reference.name(1).to_owned())
            .collect();
        if params.is_empty() {
            return Refusal::new(
                RefusalKind::RefusedByRule,
                format!(
                    "Without {} nothing would be left of `{}`: who may still connect is for its owner to decide.",
                    self.drop.iter().filter_map(Term::render).collect::<Vec<_>>().join(", "),
                    self.spec.path
                ),
            );
        }
        self.cx.needs(&params)
    }

    fn nothing_left(&self, leaf: &Leaf) -> Refusal {
        let refusal = self.needs_to();
        match leaf.span {
            Some(span) => refusal.at(self.cx.bench.place(&leaf.site.path, span, "the list that would be empty")),
            None => refusal,
        }
    }
}

/// The argument that would go as a whole.
struct Removal<'d> {
    key: &'d BlockKey,
    site: &'d Site,
    document: &'d Document,
    body: &'d Body,
    attribute: &'d Attribute,
}

impl Removal<'_> {
    /// Whether another argument still lets someone in who is not dropped.
    fn has_other_source(&self, cx: Context<'_>, drop: &[Term]) -> bool {
        SOURCES.iter().filter(|name| **name != self.attribute.name).filter_map(|name| self.body.attribute(name)).any(|attribute| {
            let term = term_of(cx.bench, self.site, &attribute.value, Some(attribute.value_span));
            match term.elements() {
                Some(items) => !items.is_empty() && items.iter().all(|item| any(drop.iter().map(|gone| equal(item, gone))) == Some(false)),
                None => term.truth() == Some(true) || term.text().is_some_and(|text| !text.is_empty()) || matches!(term, Term::Code(_)),
            }
        })
    }

    fn change(&self, path: &str) -> Change {
        let edit = if self.document.syntax() == hcl::Syntax::Native {
            hcl::remove_item(self.document, self.attribute.span)
        } else {
            json_edit::remove_member(self.document.text(), self.attribute.span)
        };
        Change {
            path: self.key.path.clone(),
            edit,
            summary: format!("removes `{path}`"),
            argument: path.to_owned(),
            through: Vec::new(),
            asked: None,
        }
    }
}
