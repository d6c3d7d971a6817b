//! `validation` of variables: what Terraform would refuse.

use hcl_edit::expr::Expression;

use crate::hcl::{self, Syntax};
use crate::model::Edit;

use super::context::Context;
use super::evaluate::{Environment, Scope};
use super::follow::Leaf;
use super::shared::edited;
use super::term::Term;

/// Whether the variable whose default `edit` changes refuses the new default by its own `validation`.
pub(super) fn forbidden(cx: Context<'_>, leaf: &Leaf, edit: &Edit) -> Option<bool> {
    let key = leaf.site.block.as_ref().filter(|key| key.kind == "variable")?;
    let document = cx.bench.document(&key.path).ok().filter(|document| document.syntax() == Syntax::Native)?;
    let block = key.in_document(&document)?;
    let default = block.attribute("default").filter(|default| default.value_span.covers(edit.span))?;
    let new = edited(document.slice(default.value_span), default.value_span.start, std::iter::once(edit))?;
    let new = Term::Known(hcl::literal(&new.parse::<Expression>().ok()?)?);
    let given = Given(key.labels.first()?, &new);
    let conditions = block.body.blocks_of("validation").filter_map(|validation| validation.attribute("condition"));
    let said: Vec<Option<bool>> = conditions.map(|condition| Environment::new(&given).evaluate(&condition.value).truth()).collect();
    Some(said.contains(&Some(false)))
}

/// A variable's value, and nothing else.
struct Given<'w>(&'w str, &'w Term);

impl Scope for Given<'_> {
    fn member(&self, root: &str, name: &str) -> Option<Term> {
        Some(if root == "var" && name == self.0 { self.1.clone() } else { Term::Unknown })
    }

    fn root(&self, _: &str) -> Option<Term> {
        None
    }

    fn call(&self, _: &str, _: &[Term]) -> Option<Term> {
        None
    }
}
