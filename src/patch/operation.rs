//! The verbs, one after the other.

use crate::model::Refusal;
use crate::rule::{CompanionSpec, Operation};

use super::context::Context;
use super::plan::Plan;
use super::workbench::BlockKey;
use super::{body, companion, narrow, remove, set, statement};

/// What must change for one operation to hold at `key` (the target, or the module call that stands for it).
pub(super) fn plan(cx: Context<'_>, operation: &Operation, key: &BlockKey) -> Result<Plan, Refusal> {
    // The arguments that other operations name are those of the owner, not of the companion at hand.
    if on_companion(cx) && !matches!(operation, Operation::Companion(_)) {
        return Ok(Plan::new());
    }
    match operation {
        Operation::Set(spec) => set::plan(cx, spec, key),
        Operation::Block(spec) => body::plan(cx, spec, key),
        Operation::Remove(spec) => remove::plan(cx, spec, key),
        Operation::Companion(spec) if is_other_companion(cx, spec) => Ok(Plan::new()),
        Operation::Companion(spec) if key.labels.first() == Some(&spec.resource) => companion::itself(cx, spec, key),
        Operation::Companion(spec) if companion::is_inline(cx, spec) => {
            let inner = || {
                for inner in &spec.inline {
                    let changes = plan(cx, inner, key)?;
                    if !changes.is_empty() {
                        return Ok(changes);
                    }
                }
                Ok(Plan::new())
            };
            cx.gate(spec.when.as_ref(), None, inner)
        }
        Operation::Companion(spec) => companion::plan(cx, spec),
        Operation::Narrow(spec) => narrow::plan(cx, spec, key),
        Operation::Statement(spec) => statement::plan(cx, spec, key),
    }
}

/// When the rule is applied to one of its companions (because the owner is not in these files), the others have nothing to refer to.
fn is_other_companion(cx: Context<'_>, spec: &CompanionSpec) -> bool {
    on_companion(cx) && cx.target.labels.first() != Some(&spec.resource)
}

fn on_companion(cx: Context<'_>) -> bool {
    let kind = cx.target.labels.first();
    cx.target.kind == "resource" && !cx.rule.target.resources.iter().any(|resource| Some(resource) == kind)
}
