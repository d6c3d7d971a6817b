//! `statement`: policy statements have these members.

use std::cell::Cell;
use std::rc::Rc;

use hcl_edit::expr::Expression;

use crate::hcl::{self, Attribute, Body, Document, Found, expression_span, literal, object_entries, parse_path, traversal_names};
use crate::model::{Edit, Refusal, RefusalKind, Span};
use crate::rule::StatementSpec;

use super::context::{Context, RuleScope, Writing};
use super::evaluate::Environment;
use super::follow::Site;
use super::plan::{Change, Plan, insert, shorten};
use super::policy::{covers, json_name, member_holds, own_name, to_json};
use super::render::{Wanted, render};
use super::shared::asked;
use super::term::Term;
use super::workbench::{BlockKey, deciding_block};

/// Deepest chain of locals and variables to a policy.
const MAX_DEPTH: usize = 8;

/// What the verb wants, rendered once.
pub(super) struct Ends<'a> {
    pub(super) cx: Context<'a>,
    pub(super) spec: &'a StatementSpec,
    /// Name (ours) and value of the members that matching statements must have.
    set: Vec<(String, Term)>,
    /// Members of a statement that must exist.
    add: Option<Vec<(String, Term)>>,
    /// Whether it could not be told of some statement if the verb means it.
    doubt: Rc<Cell<bool>>,
}

/// What must change in the policies that an argument holds (or in the statements of a policy document).
pub(super) fn plan(cx: Context<'_>, spec: &StatementSpec, key: &BlockKey) -> Result<Plan, Refusal> {
    let doubt = Rc::new(Cell::new(false));
    let changes = cx.gate(spec.when.as_ref(), None, || wanted_plan(cx, spec, key, &doubt))?;
    match &spec.matching {
        Some(matching) if changes.is_empty() && doubt.get() => Err(cx.undecided(matching)),
        _ => Ok(changes),
    }
}

fn wanted_plan(cx: Context<'_>, spec: &StatementSpec, key: &BlockKey, doubt: &Rc<Cell<bool>>) -> Result<Plan, Refusal> {
    let path = parse_path(&spec.path);
    let Some(first) = path.first() else { return Ok(Plan::new()) };
    let key = deciding_block(cx.bench, key, &first.name);
    let document = cx.bench.document(&key.path)?;
    let Some(block) = key.in_document(&document) else { return Ok(Plan::new()) };
    let ends = Ends { cx, spec, set: Vec::new(), add: None, doubt: Rc::clone(doubt) };
    if key.kind == "data" && first.name == "statement" {
        return ends.blocks(&key, &document, &block.body);
    }
    let mut changes = Plan::new();
    for found in block.body.find(&path) {
        match found {
            Found::Attribute { attribute, .. } => {
                changes.extend(asked(ends.argument(&key, attribute)?, &key.path, attribute.value_span, &[]));
            }
            Found::Missing { body, depth } if spec.add.is_some() && depth + 1 == path.len() => {
                let Some(last) = path.last() else { continue };
                changes.extend(ends.whole_policy(&key, &document, body, &last.name)?);
            }
            _ => {}
        }
    }
    Ok(changes)
}

impl<'a> Ends<'a> {
    /// The wanted members of a statement, rendered for use in another block than the policy's own resource or in itself alike.
    ///
    /// `writing` is [`Writing::Condition`] where references mean nothing, as in a file of plain JSON.
    fn rendered(&self, statement: Option<&Term>, writing: Writing) -> Result<Self, Refusal> {
        let scope = RuleScope { writing, statement: statement.cloned(), ..self.cx.scope() };
        let set = self
            .spec
            .set
            .iter()
            .map(|(name, value)| Ok((own_name(name), tree(&render(&scope, value)?.text))))
            .collect::<Result<_, Refusal>>()?;
        let add = match &self.spec.add {
            Some(add) => Some(tree(&render(&scope, add)?.text).members().unwrap_or_default()),
            None => None,
        };
        Ok(Self { cx: self.cx, spec: self.spec, set, add, doubt: Rc::clone(&self.doubt) })
    }

    /// Whether the verb means this statement.
    pub(super) fn means(&self, statement: &Term) -> bool {
        let Some(matching) = &self.spec.matching else { return self.spec.add.is_none() };
        let scope = RuleScope { statement: Some(statement.clone()), ..self.cx.scope() };
        let truth = Environment::new(&scope).evaluate(&matching.expression).truth();
        self.doubt.set(self.doubt.get() || truth.is_none());
        truth == Some(true)
    }

    /// The members of a statement that are not as wanted.
    pub(super) fn wrong(&self, statement: &Term, writing: Writing) -> Result<Vec<(String, Term)>, Refusal> {
        if !self.means(statement) || self.spec.set.is_empty() {
            return Ok(Vec::new());
        }
        let set = self.rendered(Some(statement), writing)?.set;
        Ok(set.into_iter().filter(|(name, wanted)| member_holds(name, &statement.member(name), wanted) != Some(true)).collect())
    }

    /// The statement to add, when none of those there covers it.
    pub(super) fn lacking(&self, statements: &[Term], writing: Writing) -> Result<Option<Vec<(String, Term)>>, Refusal> {
        if self.spec.add.is_none() {
            return Ok(None);
        }
        let wanted = self.rendered(None, writing)?.add.unwrap_or_default();
        Ok((!statements.iter().any(|statement| covers(statement, &wanted))).then_some(wanted))
    }

    pub(super) fn change(&self, path: &str, edit: Edit, summary: String) -> Change {
        Change { path: path.to_owned(), edit, summary, argument: self.spec.path.clone(), through: Vec::new(), asked: None }
    }

    pub(super) fn said(name: &str, wanted: &Term) -> String {
        format!("sets `{}` of a statement to `{}`", json_name(name), shorten(&wanted.render().unwrap_or_default()))
    }

    pub(super) fn only_statement(&self, path: &str, span: Span) -> Refusal {
        Refusal::new(RefusalKind::RefusedByRule, "The policy has no other statement: without this one nobody could do anything. What it should allow instead is for its owner to decide.".to_owned())
            .at(self.cx.bench.place(path, span, "the only statement"))
    }

    pub(super) fn unreadable(&self, site: &Site, span: Option<Span>, why: &str) -> Refusal {
        let shown =
            span.and_then(|span| self.cx.bench.document(&site.path).ok().map(|document| shorten(document.slice(span)))).unwrap_or_default();
        let refusal = Refusal::new(
            RefusalKind::DecidedElsewhere,
            format!("The policy in `{}` is `{shown}`, which cannot be read as statements: {why}.", self.spec.path),
        );
        match span {
            Some(span) => refusal.at(self.cx.bench.place(&site.path, span, "the expression that gives the policy")),
            None => refusal,
        }
    }

    fn argument(&self, key: &BlockKey, attribute: &Attribute) -> Result<Plan, Refusal> {
        self.expression(&Context::site(key), &attribute.value, Some(attribute.value_span), 0)
    }

    /// Follows an expression to the policies it stands for.
    fn expression(&self, site: &Site, expression: &Expression, span: Option<Span>, depth: usize) -> Result<Plan, Refusal> {
        let span = span.or_else(|| expression_span(expression));
        if depth > MAX_DEPTH {
            return Err(self.unreadable(site, span, "the chain of references is too long"));
        }
        match expression {
            Expression::Null(_) => Ok(Plan::new()),
            Expression::Parenthesis(inner) => self.expression(site, inner.inner(), None, depth + 1),
            Expression::Conditional(conditional) => {
                let mut changes = self.expression(site, &conditional.true_expr, None, depth + 1)?;
                changes.extend(self.expression(site, &conditional.false_expr, None, depth + 1)?);
                Ok(changes)
            }
            Expression::HeredocTemplate(_) => self.heredoc(site, span),
            Expression::StringTemplate(template) => match hcl::only_interpolation(template) {
                Some(inner) => self.expression(site, inner, None, depth + 1),
                None => self.quoted(site, expression, span),
            },
            Expression::String(_) => self.quoted(site, expression, span),
            Expression::FuncCall(call) => self.call(site, call, span, depth),
            Expression::Traversal(_) => self.reference(site, expression, span, depth),
            _ => Err(self.unreadable(site, span, "it is written in a form that cannot be edited safely")),
        }
    }

    fn call(&self, site: &Site, call: &hcl_edit::expr::FuncCall, span: Option<Span>, depth: usize) -> Result<Plan, Refusal> {
        let argument = call.args.iter().next();
        match (call.name.name.as_str(), argument) {
            ("jsonencode", Some(argument @ Expression::Object(_))) => self.object(site, argument),
            ("jsonencode", Some(argument)) => match self.resolve(site, argument) {
                Some((site, object @ Expression::Object(_), _)) => self.object(&site, &object),
                _ => Err(self.unreadable(site, span, "the object behind it is not written out")),
            },
            ("file" | "templatefile", Some(argument)) => self.file(site, call.name.name.as_str(), argument, span),
            ("sensitive" | "nonsensitive" | "trimspace" | "chomp" | "replace", Some(argument)) => {
                self.expression(site, argument, None, depth + 1)
            }
            _ => Err(self.unreadable(site, span, "a function makes it")),
        }
    }

    fn reference(&self, site: &Site, expression: &Expression, span: Option<Span>, depth: usize) -> Result<Plan, Refusal> {
        let names = traversal_names(expression).unwrap_or_default();
        if let [data, kind, name, ..] = names.as_slice()
            && data == "data"
            && kind == "aws_iam_policy_document"
        {
            let found = self.cx.bench.blocks(site.dir(), "data", Some(kind)).into_iter().find(|(key, _)| key.labels.get(1) == Some(name));
            return match found.as_ref().and_then(|(key, document)| key.in_document(document).map(|block| (key, document, block))) {
                Some((key, document, block)) => self.blocks(key, document, &block.body),
                None => Err(self.unreadable(site, span, "the policy document is not declared in this module")),
            };
        }
        match self.resolve(site, expression) {
            Some((site, expression, span)) => self.expression(&site, &expression, Some(span), depth + 1),
            None => Err(self.unreadable(site, span, "it comes from somewhere that is not known here")),
        }
    }

    /// The expression behind a local or a variable's default.
    fn resolve(&self, site: &Site, expression: &Expression) -> Option<(Site, Expression, Span)> {
        let names = traversal_names(expression)?;
        let (kind, attribute) = match names.first()?.as_str() {
            "local" => ("locals", names.get(1)?.as_str()),
            "var" if self.cx.bench.callers(site.dir()).is_empty() => ("variable", "default"),
            _ => return None,
        };
        let label = if kind == "variable" { names.get(1).map(String::as_str) } else { None };
        self.cx.bench.blocks(site.dir(), kind, label).into_iter().find_map(|(key, document)| {
            let found = key.in_document(&document)?.attribute(attribute)?;
            Some((Context::site(&key), (*found.value).clone(), found.value_span))
        })
    }

    /// A policy where there is none.
    fn whole_policy(&self, key: &BlockKey, document: &Document, body: &Body, name: &str) -> Result<Plan, Refusal> {
        let lacking = self.lacking(&[], Writing::Elsewhere)?.unwrap_or_default();
        let policy = Term::object(vec![
            ("Version".into(), Term::Known("2012-10-17".into())),
            ("Statement".into(), Term::list(vec![json_statement(&lacking)])),
        ]);
        let rendered = policy.render().ok_or_else(|| self.unreadable(&Context::site(key), None, "the wanted statement is not known"))?;
        let text = hcl::format(&format!("x = jsonencode({rendered})\n"));
        let text = text.trim_end().strip_prefix("x = ").unwrap_or_default().to_owned();
        Ok(insert(document, key, body, name, &self.spec.path, &Wanted { term: Term::Code(text.clone()), text }))
    }
}

/// Rendered text as a tree whose leaves are values or code.
fn tree(text: &str) -> Term {
    fn of(expression: &Expression, text: &str) -> Term {
        if let Some(value) = literal(expression) {
            return Term::Known(value);
        }
        match expression {
            Expression::Array(items) => Term::list(items.iter().map(|item| of(item, text)).collect()),
            Expression::Object(_) => Term::object(
                object_entries(expression).into_iter().filter_map(|entry| Some((entry.name()?, of(entry.value, text)))).collect(),
            ),
            other => {
                expression_span(other).and_then(|span| text.get(span.range())).map_or(Term::Unknown, |code| Term::Code(code.to_owned()))
            }
        }
    }
    hcl_edit::parser::parse_expr(text).map_or(Term::Unknown, |expression| of(&expression, text))
}

/// A statement's members as JSON has them, in the usual order.
pub(super) fn json_statement(members: &[(String, Term)]) -> Term {
    let mut named: Vec<(String, Term)> = members.iter().map(|(name, value)| (json_name(name), to_json(name, value))).collect();
    named.sort_by_key(|(name, _)| super::policy::MEMBERS.iter().position(|(_, json, _)| json == name).unwrap_or(usize::MAX));
    Term::object(named)
}
