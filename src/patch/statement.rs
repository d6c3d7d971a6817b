//! `statement`: policy statements have these members.

use hcl_edit::expr::Expression;
use serde_json::Value;

use crate::hcl::{self, Attribute, Body, Document, Found, expression_span, literal, object_entries, parse_path, traversal_names};
use crate::model::{Edit, Refusal, RefusalKind, Span};
use crate::rule::StatementSpec;

use super::context::{Context, RuleScope, Writing};
use super::evaluate::Environment;
use super::follow::{Site, body_term, term_of};
use super::plan::{Change, Plan, find_expression, insert, insert_nested, shorten};
use super::policy::{covers, from_block, from_json, json_name, member_holds, own_name, to_json};
use super::policy_text::{PolicyText, heredoc_content};
use super::render::{Wanted, render};
use super::term::Term;
use super::workbench::{BlockKey, deciding_block};

/// Deepest chain of locals and variables to a policy.
const MAX_DEPTH: usize = 8;

/// What the verb wants, rendered once.
struct Ends<'a> {
    cx: Context<'a>,
    spec: &'a StatementSpec,
    /// Name (ours) and value of the members that matching statements must have.
    set: Vec<(String, Term)>,
    /// Members of a statement that must exist.
    add: Option<Vec<(String, Term)>>,
}

/// What must change in the policies that an argument holds (or in the statements of a policy document).
pub(super) fn plan(cx: Context<'_>, spec: &StatementSpec, key: &BlockKey) -> Result<Plan, Refusal> {
    cx.gate(spec.when.as_ref(), None, || wanted_plan(cx, spec, key))
}

fn wanted_plan(cx: Context<'_>, spec: &StatementSpec, key: &BlockKey) -> Result<Plan, Refusal> {
    let path = parse_path(&spec.path);
    let Some(first) = path.first() else { return Ok(Plan::new()) };
    let key = deciding_block(cx.bench, key, &first.name);
    let document = cx.bench.document(&key.path)?;
    let Some(block) = key.in_document(&document) else { return Ok(Plan::new()) };
    let ends = Ends { cx, spec, set: Vec::new(), add: None };
    if key.kind == "data" && first.name == "statement" {
        return ends.blocks(&key, &document, &block.body);
    }
    let mut changes = Plan::new();
    for found in block.body.find(&path) {
        match found {
            Found::Attribute { attribute, .. } => changes.extend(ends.argument(&key, attribute)?),
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
    /// The wanted members, rendered for use in another block than the policy's own resource or in itself alike.
    ///
    /// `writing` is [`Writing::Condition`] where references mean nothing, as in a file of plain JSON.
    fn rendered(&self, writing: Writing) -> Result<Self, Refusal> {
        let scope = RuleScope { writing, ..self.cx.scope() };
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
        Ok(Self { set, add, ..*self })
    }

    /// Whether the verb means this statement.
    fn means(&self, statement: &Term) -> bool {
        let Some(matching) = &self.spec.matching else { return self.spec.add.is_none() };
        let scope = RuleScope { statement: Some(statement.clone()), ..self.cx.scope() };
        Environment::new(&scope).evaluate(&matching.expression).truth() == Some(true)
    }

    /// The members of a statement that are not as wanted.
    fn wrong(&self, statement: &Term, writing: Writing) -> Result<Vec<(String, Term)>, Refusal> {
        if !self.means(statement) || self.spec.set.is_empty() {
            return Ok(Vec::new());
        }
        let set = self.rendered(writing)?.set;
        Ok(set.into_iter().filter(|(name, wanted)| member_holds(name, &statement.member(name), wanted) != Some(true)).collect())
    }

    /// The statement to add, when none of those there covers it.
    fn lacking(&self, statements: &[Term], writing: Writing) -> Result<Option<Vec<(String, Term)>>, Refusal> {
        if self.spec.add.is_none() {
            return Ok(None);
        }
        let wanted = self.rendered(writing)?.add.unwrap_or_default();
        Ok((!statements.iter().any(|statement| covers(statement, &wanted))).then_some(wanted))
    }

    fn change(&self, path: &str, edit: Edit, summary: String) -> Change {
        Change { path: path.to_owned(), edit, summary, argument: self.spec.path.clone(), through: Vec::new() }
    }

    fn said(name: &str, wanted: &Term) -> String {
        format!("sets `{}` of a statement to `{}`", json_name(name), shorten(&wanted.render().unwrap_or_default()))
    }

    fn only_statement(&self, path: &str, span: Span) -> Refusal {
        Refusal::new(RefusalKind::RefusedByRule, "The policy has no other statement: without this one nobody could do anything. What it should allow instead is for its owner to decide.".to_owned())
            .at(self.cx.bench.place(path, span, "the only statement"))
    }

    fn unreadable(&self, site: &Site, span: Option<Span>, why: &str) -> Refusal {
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

    // ---- `jsonencode({ … })` ----

    fn object(&self, site: &Site, object: &Expression) -> Result<Plan, Refusal> {
        let span = expression_span(object);
        let unclear = || self.unreadable(site, span, "its statements are not written out");
        let statements = object_entries(object)
            .into_iter()
            .find(|entry| entry.name().as_deref() == Some("Statement"))
            .map(|entry| entry.value)
            .ok_or_else(unclear)?;
        let document = self.cx.bench.document(&site.path)?;
        let items: Vec<&Expression> = match statements {
            Expression::Array(items) => items.iter().collect(),
            single @ Expression::Object(_) => vec![single],
            _ => return Err(unclear()),
        };
        let terms: Vec<Term> = items.iter().map(|item| from_json(&term_of(self.cx.bench, site, item, expression_span(item)))).collect();
        let mut changes = Plan::new();
        let mut gone = Vec::new();
        for (index, (item, term)) in items.iter().zip(&terms).enumerate() {
            if self.spec.drop && self.means(term) {
                gone.push(index);
            } else {
                changes.extend(self.object_members(site, &document, item, self.wrong(term, Writing::Elsewhere)?)?);
            }
        }
        let list_span = expression_span(statements).ok_or_else(unclear)?;
        if !gone.is_empty() {
            let edits = match statements {
                Expression::Array(items) => hcl::remove_elements(document.text(), items, list_span, &gone),
                _ => None,
            };
            let edits = edits.ok_or_else(|| self.only_statement(&site.path, list_span))?;
            changes.extend(edits.into_iter().map(|edit| self.change(&site.path, edit, "removes a statement".to_owned())));
        }
        if let Some(lacking) = self.lacking(&terms, Writing::Elsewhere)? {
            let new = json_statement(&lacking).render().ok_or_else(unclear)?;
            let edit = match statements {
                Expression::Array(array) => hcl::add_elements(document.text(), array, list_span, &[new]),
                _ => None,
            };
            changes.push(self.change(&site.path, edit.ok_or_else(unclear)?, "adds a statement".to_owned()));
        }
        Ok(changes)
    }

    fn object_members(
        &self,
        site: &Site,
        document: &Document,
        statement: &Expression,
        wrong: Vec<(String, Term)>,
    ) -> Result<Plan, Refusal> {
        let span = expression_span(statement);
        let unclear = || self.unreadable(site, span, "a statement is not written out");
        let mut changes = Plan::new();
        for (name, wanted) in wrong {
            let json = json_name(&name);
            let entry = object_entries(statement).into_iter().find(|entry| entry.name().as_deref() == Some(json.as_str()));
            let value = to_json(&name, &wanted);
            let summary = Self::said(&name, &value);
            let edit = match entry {
                Some(entry) if name == "conditions" => {
                    let span = entry.value_span().ok_or_else(unclear)?;
                    self.merge_conditions(document, span, &value).ok_or_else(unclear)?
                }
                Some(entry) => {
                    let span = entry.value_span().ok_or_else(unclear)?;
                    let indent = hcl::indent_of_line(document.text(), span.start);
                    Edit { span, text: hcl::reindent(&value.render().ok_or_else(unclear)?, indent, hcl::line_ending(document.text())) }
                }
                None => hcl::add_entry(document.text(), statement, span.ok_or_else(unclear)?, &json, &value.render().ok_or_else(unclear)?)
                    .ok_or_else(unclear)?,
            };
            changes.push(self.change(&site.path, edit, summary));
        }
        Ok(changes)
    }

    /// Adds the first test that a `Condition` object lacks.
    fn merge_conditions(&self, document: &Document, span: Span, wanted: &Term) -> Option<Edit> {
        let held = find_expression(document, span)?;
        let entries = object_entries(&held);
        for (test, variables) in wanted.members()? {
            let Some(entry) = entries.iter().find(|entry| entry.name().as_deref() == Some(test.as_str())) else {
                return hcl::add_entry(document.text(), &held, span, &test, &variables.render()?);
            };
            let inner = object_entries(entry.value);
            for (variable, values) in variables.members()? {
                match inner.iter().find(|entry| entry.name().as_deref() == Some(variable.as_str())) {
                    None => return hcl::add_entry(document.text(), entry.value, entry.value_span()?, &variable, &values.render()?),
                    Some(entry) if literal(entry.value) != values.known().cloned() => {
                        return Some(Edit { span: entry.value_span()?, text: values.render()? });
                    }
                    Some(_) => {}
                }
            }
        }
        None
    }

    // ---- JSON text ----

    fn heredoc(&self, site: &Site, span: Option<Span>) -> Result<Plan, Refusal> {
        let document = self.cx.bench.document(&site.path)?;
        let policy =
            span.and_then(|span| heredoc_content(document.text(), span)).and_then(|content| PolicyText::read(document.text(), content));
        let policy = policy.ok_or_else(|| self.unreadable(site, span, "the text is no JSON"))?;
        self.json(&site.path, &policy, true)
    }

    /// A file beside the configuration.
    fn file(&self, site: &Site, function: &str, argument: &Expression, span: Option<Span>) -> Result<Plan, Refusal> {
        let text = span
            .and_then(|_| self.cx.bench.document(&site.path).ok())
            .zip(expression_span(argument))
            .map(|(document, span)| document.slice(span).to_owned())
            .unwrap_or_default();
        let name = text.trim_matches('"').replace("${path.module}/", "").replace("${path.root}/", "");
        let name = name.trim_start_matches("./");
        let path = if site.dir().is_empty() { name.to_owned() } else { format!("{}/{name}", site.dir()) };
        let Some(content) = self.cx.bench.files().shared(&path).filter(|_| !name.contains(['$', '"']) && !name.contains("..")) else {
            return Err(self.unreadable(site, span, "its file is not among the files that were read"));
        };
        let policy =
            PolicyText::read(&content, Span::new(0, content.len())).ok_or_else(|| self.unreadable(site, span, "the file is no JSON"))?;
        self.json(&path, &policy, function == "templatefile")
    }

    /// `templates`: whether `${…}` in the text means something.
    fn json(&self, path: &str, policy: &PolicyText, templates: bool) -> Result<Plan, Refusal> {
        let site = Site { path: path.to_owned(), block: None };
        let (statements, list) = policy.statements().ok_or_else(|| self.unreadable(&site, None, "it holds no statements"))?;
        let terms: Vec<Term> = statements.iter().map(|statement| from_json(&policy.term(statement))).collect();
        let value = |term: &Term| {
            json_value(term, templates).ok_or_else(|| {
                Refusal::new(
                    RefusalKind::DecidedElsewhere,
                    format!("`{path}` is plain JSON, in which what the rule wants cannot refer to other resources."),
                )
            })
        };
        let writing = if templates { Writing::Elsewhere } else { Writing::Condition };
        let mut changes = Plan::new();
        for (index, (statement, term)) in statements.iter().zip(&terms).enumerate() {
            if self.spec.drop && self.means(term) {
                let edit =
                    list.and_then(|list| policy.remove_element(list, index)).ok_or_else(|| self.only_statement(path, statement.span))?;
                changes.push(self.change(path, edit, "removes a statement".to_owned()));
                continue;
            }
            for (name, wanted) in self.wrong(term, writing)? {
                let json = to_json(&name, &wanted);
                let summary = Self::said(&name, &json);
                let mut new = value(&json)?;
                if name == "conditions"
                    && let Some(held) = statement.member("Condition")
                {
                    new = merged(&held.value.to_value(), &new);
                }
                changes.push(self.change(path, policy.set_member(statement, &json_name(&name), &new), summary));
            }
        }
        if let Some(lacking) = self.lacking(&terms, writing)? {
            let new = value(&json_statement(&lacking))?;
            if let Some(list) = list.or_else(|| statements.first().copied()) {
                changes.push(self.change(path, policy.add_element(list, &new), "adds a statement".to_owned()));
            }
        }
        Ok(changes)
    }

    // ---- `aws_iam_policy_document` ----

    fn blocks(&self, key: &BlockKey, document: &Document, body: &Body) -> Result<Plan, Refusal> {
        let site = Context::site(key);
        let found: Vec<(Span, &Body)> = body.nested("statement").map(|(block, inner, _)| (block.span, inner)).collect();
        let terms: Vec<Term> = found.iter().map(|(_, inner)| from_block(&body_term(self.cx.bench, &site, inner))).collect();
        let mut changes = Plan::new();
        let kept = terms.iter().filter(|term| !(self.spec.drop && self.means(term))).count();
        for ((span, inner), term) in found.iter().zip(&terms) {
            if self.spec.drop && self.means(term) {
                if kept == 0 && body.attribute("source_policy_documents").is_none() {
                    return Err(self.only_statement(&key.path, *span));
                }
                changes.push(self.change(&key.path, hcl::remove_item(document, *span), "removes a statement".to_owned()));
                continue;
            }
            for (name, wanted) in self.wrong(term, Writing::Elsewhere)? {
                changes.extend(self.block_member(key, document, inner, &name, term, &wanted)?);
            }
        }
        if let Some(lacking) = self.lacking(&terms, Writing::Elsewhere)? {
            let text = block_statement(&lacking)
                .ok_or_else(|| self.unreadable(&site, None, "the wanted statement cannot be written as a block"))?;
            changes.push(Change {
                summary: "adds a statement".to_owned(),
                ..insert_nested(document, key, body, "statement", &self.spec.path, &text)?
            });
        }
        Ok(changes)
    }

    fn block_member(
        &self,
        key: &BlockKey,
        document: &Document,
        body: &Body,
        name: &str,
        statement: &Term,
        wanted: &Term,
    ) -> Result<Plan, Refusal> {
        let unclear = || self.unreadable(&Context::site(key), None, "the wanted member cannot be written as a block");
        let argument = format!("{}.{name}", self.spec.path);
        let summary = Self::said(name, wanted);
        match name {
            "principals" | "not_principals" => {
                let texts = principal_blocks(name, wanted).ok_or_else(unclear)?;
                let mut changes: Plan = body
                    .nested(name)
                    .map(|(block, ..)| self.change(&key.path, hcl::remove_item(document, block.span), summary.clone()))
                    .collect();
                if changes.is_empty() {
                    for text in texts {
                        changes.push(Change { summary: summary.clone(), ..insert_nested(document, key, body, name, &argument, &text)? });
                    }
                } else if let Some(first) = body.nested(name).next() {
                    // The first block is replaced in its place.
                    let indent = hcl::indent_of_line(document.text(), first.0.span.start);
                    let text = hcl::reindent(&texts.join("\n\n"), indent, hcl::line_ending(document.text()));
                    changes[0].edit = Edit { span: first.0.span, text };
                }
                Ok(changes)
            }
            "conditions" => {
                let held = statement.member("conditions").elements().unwrap_or_default();
                let mut changes = Plan::new();
                for condition in wanted.elements().ok_or_else(unclear)? {
                    let alone = Term::list(vec![condition.clone()]);
                    if member_holds("conditions", &Term::list(held.clone()), &alone) != Some(true) {
                        let text = condition_block(&condition).ok_or_else(unclear)?;
                        changes.push(Change {
                            summary: summary.clone(),
                            ..insert_nested(document, key, body, "condition", &argument, &text)?
                        });
                    }
                }
                Ok(changes)
            }
            _ => {
                let text = wanted.render().ok_or_else(unclear)?;
                match body.attribute(name) {
                    Some(attribute) => Ok(vec![self.change(&key.path, Edit { span: attribute.value_span, text }, summary)]),
                    None => Ok(insert(document, key, body, name, &argument, &Wanted { text, term: wanted.clone() })),
                }
            }
        }
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
fn json_statement(members: &[(String, Term)]) -> Term {
    let mut named: Vec<(String, Term)> = members.iter().map(|(name, value)| (json_name(name), to_json(name, value))).collect();
    named.sort_by_key(|(name, _)| super::policy::MEMBERS.iter().position(|(_, json, _)| json == name).unwrap_or(usize::MAX));
    Term::object(named)
}

/// A term as JSON; code becomes a template where templates mean something.
pub(super) fn json_value(term: &Term, templates: bool) -> Option<Value> {
    Some(match term {
        Term::Known(value) => value.clone(),
        Term::List(items) => Value::Array(items.iter().map(|item| json_value(item, templates)).collect::<Option<_>>()?),
        Term::Object(members) => {
            Value::Object(members.iter().map(|(name, item)| Some((name.clone(), json_value(item, templates)?))).collect::<Option<_>>()?)
        }
        Term::Code(code) if templates => match code.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(inner) => Value::String(inner.to_owned()),
            None => Value::String(format!("${{{code}}}")),
        },
        _ => return None,
    })
}

/// Two `Condition` objects in one.
fn merged(held: &Value, new: &Value) -> Value {
    let mut all = held.clone();
    if let (Some(all), Some(new)) = (all.as_object_mut(), new.as_object()) {
        for (test, variables) in new {
            match (all.get_mut(test).and_then(Value::as_object_mut), variables.as_object()) {
                (Some(known), Some(variables)) => known.extend(variables.clone()),
                _ => {
                    all.insert(test.clone(), variables.clone());
                }
            }
        }
    }
    all
}

fn principal_blocks(name: &str, wanted: &Term) -> Option<Vec<String>> {
    wanted
        .elements()?
        .iter()
        .map(|principal| {
            let (kind, who) = (principal.member("type").render()?, principal.member("identifiers").render()?);
            Some(format!("{name} {{\n  type        = {kind}\n  identifiers = {who}\n}}"))
        })
        .collect()
}

fn condition_block(condition: &Term) -> Option<String> {
    let member = |name: &str| condition.member(name).render();
    Some(format!(
        "condition {{\n  test     = {}\n  variable = {}\n  values   = {}\n}}",
        member("test")?,
        member("variable")?,
        member("values")?
    ))
}

/// A wanted statement as a block.
fn block_statement(members: &[(String, Term)]) -> Option<String> {
    let mut text = String::from("statement {\n");
    for name in ["sid", "effect", "actions", "not_actions", "resources", "not_resources"] {
        if let Some((_, value)) = members.iter().find(|(known, _)| own_name(known) == name) {
            text.push_str(&format!("{name} = {}\n", value.render()?));
        }
    }
    for (name, value) in members {
        match own_name(name).as_str() {
            name @ ("principals" | "not_principals") => {
                principal_blocks(name, value)?.iter().for_each(|block| text.push_str(&format!("\n{block}\n")))
            }
            "conditions" => {
                for condition in value.elements()? {
                    text.push_str(&format!("\n{}\n", condition_block(&condition)?));
                }
            }
            _ => {}
        }
    }
    text.push_str("}\n");
    Some(hcl::format(&text).trim_end().to_owned())
}
