//! How far a rule has been carried out at a block: which of its operations want nothing more.

use crate::model::Refusal;

use super::context::Context;
use super::operation;
use super::plan::Plan;
use super::subject::Subject;

/// What the operations of a rule want at a block, each asked once for every state of the files.
#[derive(Default)]
pub(super) struct Progress {
    /// By the number of an operation: the version of the files at which it wanted nothing.
    held_at: Vec<Option<u64>>,
    /// A plan that was made and not carried out yet, with the number of its operation and the version of the files.
    kept: Option<(usize, u64, Plan)>,
}

impl Progress {
    /// What operation number `index` wants of the files as they are; nothing when it holds.
    ///
    /// # Errors
    /// A refusal when that cannot be known or done.
    pub(super) fn plan(&mut self, cx: Context<'_>, subject: &Subject<'_>, index: usize) -> Result<Plan, Refusal> {
        let version = cx.bench.version();
        if self.held_at.get(index).copied().flatten() == Some(version) {
            return Ok(Plan::new());
        }
        if let Some((_, _, plan)) = self.kept.take_if(|(number, at, _)| (*number, *at) == (index, version)) {
            return Ok(plan);
        }
        let plan = operation::plan(cx, &subject.operations[index], &subject.key)?;
        if plan.is_empty() {
            self.held_at.resize(subject.operations.len(), None);
            self.held_at[index] = Some(version);
        }
        Ok(plan)
    }

    /// The first change that any operation still wants, kept for when it is carried out; `None` when all hold.
    ///
    /// # Errors
    /// A refusal when that cannot be known or done.
    pub(super) fn first(&mut self, cx: Context<'_>, subject: &Subject<'_>) -> Result<Option<&Plan>, Refusal> {
        for index in 0..subject.operations.len() {
            let plan = self.plan(cx, subject, index)?;
            if !plan.is_empty() {
                return Ok(Some(&self.kept.insert((index, cx.bench.version(), plan)).2));
            }
        }
        Ok(None)
    }
}
