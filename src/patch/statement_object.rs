//! Policies in `jsonencode({ … })`.

use hcl_edit::expr::Expression;

use crate::hcl::{self, Document, expression_span, literal, object_entries};
use crate::model::{Edit, Refusal, Span};

use super::context::Writing;
use super::follow::{Site, term_of};
use super::plan::{Plan, find_expression};
use super::policy::{from_json, json_name, to_json};
use super::statement::{Ends, json_statement};
use super::term::Term;

impl Ends<'_> {
    pub(super) fn object(&self, site: &Site, object: &Expression) -> Result<Plan, Refusal> {
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
}
