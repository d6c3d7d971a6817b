//! Policies in `aws_iam_policy_document`.

use crate::hcl::{self, Body, Document};
use crate::model::{Edit, Refusal, Span};

use super::context::{Context, Writing};
use super::follow::body_term;
use super::plan::{Change, Plan, insert, insert_nested};
use super::policy::{from_block, is_same_test, member_holds, own_name};
use super::render::Wanted;
use super::statement::Ends;
use super::term::{Term, equal};
use super::workbench::BlockKey;

impl Ends<'_> {
    pub(super) fn blocks(&self, key: &BlockKey, document: &Document, body: &Body) -> Result<Plan, Refusal> {
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
                if let Some(changes) = self.one_principal(key, body, name, wanted, &summary) {
                    return Ok(changes);
                }
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
                    if member_holds("conditions", &Term::list(held.clone()), &alone) == Some(true) {
                        continue;
                    }
                    let replaced = self.other_values(key, document, body, &condition, &summary).ok_or_else(unclear)?;
                    if !replaced.is_empty() {
                        changes.extend(replaced);
                    } else {
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
}

impl Ends<'_> {
    /// Where there is one block and one principal is wanted, its two values change in their places, and comments stay.
    fn one_principal(&self, key: &BlockKey, body: &Body, name: &str, wanted: &Term, summary: &str) -> Option<Plan> {
        let (wanted, blocks) = (wanted.elements()?, body.nested(name).collect::<Vec<_>>());
        let ([wanted], [(_, inner, false)]) = (wanted.as_slice(), blocks.as_slice()) else { return None };
        let site = Context::site(key);
        let held = body_term(self.cx.bench, &site, inner);
        let mut changes = Plan::new();
        for member in ["type", "identifiers"] {
            let (attribute, value) = (inner.attribute(member)?, wanted.member(member));
            if equal(&held.member(member), &value) != Some(true) {
                let edit = Edit { span: attribute.value_span, text: value.render()? };
                changes.push(self.change(&key.path, edit, summary.to_owned()));
            }
        }
        Some(changes)
    }

    /// Gives the block that tests the same variable in the same way the wanted values, and takes further ones away: the provider
    /// would join their values. Nothing where there is none.
    fn other_values(&self, key: &BlockKey, document: &Document, body: &Body, wanted: &Term, summary: &str) -> Option<Plan> {
        let site = Context::site(key);
        let same = body.nested("condition").filter(|(_, inner, _)| is_same_test(&body_term(self.cx.bench, &site, inner), wanted));
        let mut changes = Plan::new();
        for (index, (block, inner, _)) in same.enumerate() {
            let edit = match inner.attribute("values") {
                Some(values) if index == 0 => Edit { span: values.value_span, text: wanted.member("values").render()? },
                _ => hcl::remove_item(document, block.span),
            };
            changes.push(self.change(&key.path, edit, summary.to_owned()));
        }
        Some(changes)
    }
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
pub(super) fn block_statement(members: &[(String, Term)]) -> Option<String> {
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
