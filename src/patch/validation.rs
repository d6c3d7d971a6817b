//! `validation` of variables: what Terraform would refuse.

use super::context::Context;
use super::evaluate::{Environment, Scope};
use super::follow::Leaf;
use super::render::Wanted;
use super::term::Term;

/// Whether the variable whose default decides refuses the wanted value by its own `validation`.
pub(super) fn forbidden(cx: Context<'_>, leaf: &Leaf, wanted: &Wanted) -> Option<bool> {
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
    let key = leaf.site.block.as_ref().filter(|key| key.kind == "variable")?;
    let document = cx.bench.document(&key.path).ok()?;
    let block = key.in_document(&document)?;
    block.attribute("default").filter(|default| Some(default.value_span) == leaf.span)?;
    let given = Given(key.labels.first()?, &wanted.term);
    let conditions = block.body.blocks_of("validation").filter_map(|validation| validation.attribute("condition"));
    let said: Vec<Option<bool>> = conditions.map(|condition| Environment::new(&given).evaluate(&condition.value).truth()).collect();
    Some(said.contains(&Some(false)))
}
