//! Policies as JSON text, in a heredoc, in quotes or in a file.

use hcl_edit::expr::Expression;
use serde_json::Value;

use crate::hcl::{JsonKind, expression_span};
use crate::model::{Refusal, RefusalKind, Span};

use super::context::Writing;
use super::follow::Site;
use super::plan::Plan;
use super::policy::{from_json, json_name, to_json};
use super::policy_text::{PolicyText, heredoc_content};
use super::statement::{Ends, json_statement};
use super::term::Term;

impl Ends<'_> {
    pub(super) fn heredoc(&self, site: &Site, span: Option<Span>) -> Result<Plan, Refusal> {
        let document = self.cx.bench.document(&site.path)?;
        let policy =
            span.and_then(|span| heredoc_content(document.text(), span)).and_then(|content| PolicyText::read(document.text(), content));
        let policy = policy.ok_or_else(|| self.unreadable(site, span, "the text is no JSON"))?;
        self.json(&site.path, &policy, true)
    }

    /// A quoted string.
    pub(super) fn quoted(&self, site: &Site, expression: &Expression, span: Option<Span>) -> Result<Plan, Refusal> {
        let document = self.cx.bench.document(&site.path)?;
        let policy = expression_span(expression).and_then(|span| PolicyText::read_quoted(document.text(), span));
        let policy = policy.ok_or_else(|| self.unreadable(site, span, "the text is no JSON"))?;
        self.json(&site.path, &policy, true)
    }

    /// A file beside the configuration.
    pub(super) fn file(&self, site: &Site, function: &str, argument: &Expression, span: Option<Span>) -> Result<Plan, Refusal> {
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
                let new = value(&json)?;
                let edits = match statement.member("Condition").map(|held| &held.value) {
                    Some(held) if name == "conditions" && matches!(held.kind, JsonKind::Object(_)) => policy.set_conditions(held, &new),
                    _ => vec![policy.set_member(statement, &json_name(&name), &new)],
                };
                changes.extend(edits.into_iter().map(|edit| self.change(path, edit, summary.clone())));
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
