//! `statement`: policy statements have these members.

use crate::model::{Refusal, RefusalKind};
use crate::rule::StatementSpec;

use super::context::Context;
use super::plan::Plan;
use super::workbench::BlockKey;

/// What must change.
pub(super) fn plan(cx: Context<'_>, _spec: &StatementSpec, _key: &BlockKey) -> Result<Plan, Refusal> {
    Err(Refusal::new(RefusalKind::NoRule, format!("Rule `{}` changes policy statements.", cx.rule.id)))
}
