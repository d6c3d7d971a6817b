//! Following a value to the places where it is decided: defaults, tfvars, locals, module arguments, `for_each` maps.

use std::collections::HashSet;

use hcl_edit::expr::Expression;
use hcl_edit::template::Element;

use crate::hcl::{Body, expression_span, literal, object_entries};
use crate::model::{Place, Span};

use super::term::Term;
use super::workbench::Workbench;

pub(super) use super::leaf::{Decided, Leaf, Site, Step, common};

/// Bounds on one walk: steps taken, and depth.
const MAX_STEPS: usize = 2_000;
pub(super) const MAX_DEPTH: usize = 24;

/// Functions that give a text with something in it, whatever they are given.
const NEVER_NULL: [&str; 3] = ["jsonencode", "yamlencode", "csvencode"];

/// A walk over references.
pub(super) struct Walk<'b> {
    pub(super) bench: &'b Workbench,
    pub(super) steps: usize,
    pub(super) visited: HashSet<(String, usize, usize)>,
    pub(super) through: Vec<Place>,
}

/// Every place that decides `expression`, which stands at `site`.
pub(super) fn follow(bench: &Workbench, site: &Site, expression: &Expression, span: Option<Span>) -> Vec<Leaf> {
    follow_into(bench, site, expression, span, false, &[])
}

/// Every place that decides what `rest` names inside an object value (or inside each object of a list); each once, whichever ways
/// lead to it.
pub(super) fn follow_into(
    bench: &Workbench,
    site: &Site,
    expression: &Expression,
    span: Option<Span>,
    each: bool,
    rest: &[crate::hcl::Step],
) -> Vec<Leaf> {
    let mut steps: Vec<Step> = Vec::new();
    if each {
        steps.push(Step::Any);
    }
    for step in rest {
        steps.push(Step::Name(step.name.clone()));
        if step.every {
            steps.push(Step::Any);
        }
    }
    let mut walk = Walk { bench, steps: 0, visited: HashSet::new(), through: Vec::new() };
    let mut leaves = Vec::new();
    walk.expression(site, expression, span, &steps, false, 0, &mut leaves);
    let mut unique: Vec<Leaf> = Vec::new();
    for leaf in leaves {
        let known = unique.iter().position(|other| {
            other.site.path == leaf.site.path && other.span == leaf.span && other.decided == leaf.decided && leaf.span.is_some()
        });
        match known {
            Some(at) => unique[at].through.extend(leaf.through),
            None => unique.push(leaf),
        }
    }
    unique
}

/// The value of an expression for conditions; structure is kept, so that a list with one unknown element is still a list.
pub(super) fn term_of(bench: &Workbench, site: &Site, expression: &Expression, span: Option<Span>) -> Term {
    if let Some(value) = literal(expression) {
        return Term::Known(value);
    }
    match expression {
        Expression::Array(items) => Term::list(items.iter().map(|item| term_of(bench, site, item, expression_span(item))).collect()),
        Expression::Object(_) => {
            let members = object_entries(expression)
                .into_iter()
                .map(|entry| Some((entry.name()?, term_of(bench, site, entry.value, entry.value_span()))));
            members.collect::<Option<Vec<_>>>().map_or(Term::Unknown, Term::object)
        }
        Expression::StringTemplate(template) if template.iter().count() > 1 => template_term(bench, site, expression, template.iter()),
        Expression::HeredocTemplate(heredoc) => template_term(bench, site, expression, heredoc.template.iter()),
        Expression::FuncCall(call) if NEVER_NULL.contains(&call.name.name.as_str()) => {
            match common(&follow(bench, site, expression, span)) {
                Term::Unknown => Term::Code(expression.to_string().trim().to_owned()),
                term => term,
            }
        }
        _ => common(&follow(bench, site, expression, span)),
    }
}

/// A template of several parts: the text where all are known; with any text of its own it is at least neither null nor empty.
fn template_term<'t>(bench: &Workbench, site: &Site, whole: &Expression, elements: impl Iterator<Item = &'t Element>) -> Term {
    let mut has_text = false;
    let parts: Vec<Term> = elements
        .map(|element| match element {
            Element::Literal(text) => {
                has_text |= !text.value().is_empty();
                Term::Known(text.value().as_str().into())
            }
            Element::Interpolation(interpolation) => term_of(bench, site, &interpolation.expr, None),
            Element::Directive(_) => Term::Unknown,
        })
        .collect();
    match super::functions::concatenate(&parts) {
        Term::Unknown if has_text => Term::Code(whole.to_string().trim().to_owned()),
        term => term,
    }
}

impl Walk<'_> {
    pub(super) fn unknown(&self, site: &Site, span: Option<Span>, why: impl Into<String>) -> Leaf {
        Leaf { site: site.clone(), span, decided: Decided::Unknown(why.into()), through: self.through.clone(), constant: false }
    }

    #[allow(clippy::too_many_arguments)]
    pub(super) fn expression(
        &mut self,
        site: &Site,
        expression: &Expression,
        span: Option<Span>,
        rest: &[Step],
        constant: bool,
        depth: usize,
        leaves: &mut Vec<Leaf>,
    ) {
        self.steps += 1;
        if depth > MAX_DEPTH || self.steps > MAX_STEPS {
            leaves.push(self.unknown(site, span, "the chain of references is too long"));
            return;
        }
        let span = span.or_else(|| expression_span(expression));
        if rest.is_empty()
            && let Some(value) = literal(expression)
        {
            leaves.push(Leaf {
                site: site.clone(),
                span,
                decided: Decided::Value(Term::Known(value)),
                through: self.through.clone(),
                constant,
            });
            return;
        }
        let depth = depth + 1;
        match expression {
            Expression::Parenthesis(inner) => self.expression(site, inner.inner(), None, rest, constant, depth, leaves),
            Expression::StringTemplate(template) if template.iter().count() == 1 => {
                match template.iter().next().and_then(|element| element.as_interpolation()) {
                    Some(interpolation) => self.expression(site, &interpolation.expr, None, rest, constant, depth, leaves),
                    None => leaves.push(self.unknown(site, span, "a template")),
                }
            }
            Expression::Conditional(conditional) => {
                let condition = term_of(self.bench, site, &conditional.cond_expr, None).truth();
                if condition != Some(false) {
                    self.expression(site, &conditional.true_expr, None, rest, constant, depth, leaves);
                }
                if condition != Some(true) {
                    self.expression(site, &conditional.false_expr, None, rest, constant, depth, leaves);
                }
            }
            Expression::Variable(_) | Expression::Traversal(_) => self.reference(site, expression, span, rest, depth, leaves),
            Expression::Object(_) => self.object(site, expression, span, rest, constant, depth, leaves),
            Expression::Array(_) => self.array(site, expression, span, rest, constant, depth, leaves),
            Expression::FuncCall(call) => self.call(site, call, span, rest, constant, depth, leaves),
            _ => {
                let value = match expression {
                    Expression::StringTemplate(_) | Expression::HeredocTemplate(_) => term_of(self.bench, site, expression, span),
                    _ => self.computed(site, expression),
                };
                leaves.push(self.whole(site, None, value, span, rest));
            }
        }
    }

    /// A value that is computed: known, perhaps, but with no place that could be edited.
    pub(super) fn whole(&self, site: &Site, span: Option<Span>, value: Term, at: Option<Span>, rest: &[Step]) -> Leaf {
        match value {
            Term::Unknown => self.unknown(site, at, "an expression whose value is known only when Terraform runs"),
            value if rest.is_empty() => {
                Leaf { site: site.clone(), span, decided: Decided::Value(value), through: self.through.clone(), constant: false }
            }
            _ => self.unknown(site, at, "an expression whose value is known only when Terraform runs"),
        }
    }

    pub(super) fn computed(&self, site: &Site, expression: &Expression) -> Term {
        struct Outer<'w>(&'w Workbench, &'w Site);
        impl super::evaluate::Scope for Outer<'_> {
            fn member(&self, root: &str, name: &str) -> Option<Term> {
                let text = format!("{root}.{name}");
                let expression: Expression = text.parse().ok()?;
                Some(match root {
                    "var" | "local" => common(&follow(self.0, self.1, &expression, None)),
                    _ => Term::Unknown,
                })
            }
            fn root(&self, _: &str) -> Option<Term> {
                None
            }
            fn call(&self, _: &str, _: &[Term]) -> Option<Term> {
                None
            }
        }
        if self.steps > 200 {
            return Term::Unknown;
        }
        super::evaluate::Environment::new(&Outer(self.bench, site)).evaluate(expression)
    }

    #[allow(clippy::too_many_arguments)]
    fn object(
        &mut self,
        site: &Site,
        expression: &Expression,
        span: Option<Span>,
        rest: &[Step],
        constant: bool,
        depth: usize,
        leaves: &mut Vec<Leaf>,
    ) {
        let entries = object_entries(expression);
        match rest.split_first() {
            None => {
                let term = term_of(self.bench, site, expression, span);
                leaves.push(Leaf { site: site.clone(), span, decided: Decided::Value(term), through: self.through.clone(), constant });
            }
            Some((Step::Name(name), rest_after)) => match entries.iter().rfind(|entry| entry.name().as_deref() == Some(name)) {
                Some(entry) => self.expression(site, entry.value, entry.value_span(), rest_after, constant, depth, leaves),
                None if entries.iter().any(|entry| entry.name().is_none()) => {
                    leaves.push(self.unknown(site, span, "an object with computed keys"))
                }
                None => {
                    let path = rest.iter().filter_map(|step| if let Step::Name(name) = step { Some(name.clone()) } else { None }).collect();
                    leaves.push(Leaf { site: site.clone(), span, decided: Decided::Absent(path), through: self.through.clone(), constant });
                }
            },
            Some((_, rest_after)) => {
                for entry in &entries {
                    self.expression(site, entry.value, entry.value_span(), rest_after, constant, depth, leaves);
                }
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn array(
        &mut self,
        site: &Site,
        expression: &Expression,
        span: Option<Span>,
        rest: &[Step],
        constant: bool,
        depth: usize,
        leaves: &mut Vec<Leaf>,
    ) {
        let Expression::Array(items) = expression else { return };
        match rest.split_first() {
            None => {
                let term = term_of(self.bench, site, expression, span);
                leaves.push(Leaf { site: site.clone(), span, decided: Decided::Value(term), through: self.through.clone(), constant });
            }
            Some((Step::Index(index), rest)) => match items.get(*index) {
                Some(item) => self.expression(site, item, None, rest, constant, depth, leaves),
                None => leaves.push(self.unknown(site, span, "an index past the end of the list")),
            },
            Some((Step::Any, rest)) => {
                for item in items {
                    self.expression(site, item, None, rest, constant, depth, leaves);
                }
            }
            Some((Step::Name(_), _)) => leaves.push(self.unknown(site, span, "a list where an object was expected")),
        }
    }
}

/// An attribute or the blocks of a name in a body, as a condition sees them: absent is null, nested blocks are a list of objects.
pub(super) fn member_of(bench: &Workbench, site: &Site, body: &Body, name: &str) -> Term {
    if let Some(attribute) = body.attribute(name) {
        return term_of(bench, site, &attribute.value, Some(attribute.value_span));
    }
    let blocks: Vec<Term> = body
        .nested(name)
        .map(|(_, inner, dynamic)| if dynamic && inner.is_empty() { Term::Unknown } else { body_term(bench, site, inner) })
        .collect();
    if blocks.is_empty() { Term::NULL } else { Term::list(blocks) }
}

/// A whole body as an object.
pub(super) fn body_term(bench: &Workbench, site: &Site, body: &Body) -> Term {
    let mut members: Vec<(String, Term)> = body
        .attributes
        .iter()
        .map(|attribute| (attribute.name.clone(), term_of(bench, site, &attribute.value, Some(attribute.value_span))))
        .collect();
    for block in &body.blocks {
        let name = if block.kind == "dynamic" { block.label(0).unwrap_or_default() } else { &block.kind };
        if !members.iter().any(|(known, _)| known == name) {
            members.push((name.to_owned(), member_of(bench, site, body, name)));
        }
    }
    Term::object(members)
}
