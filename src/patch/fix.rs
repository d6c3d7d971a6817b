//! One fix.

use std::collections::BTreeMap;

use crate::hcl;
use crate::model::{Applicability, ChangedFile, Edit, Effect, EffectKind, Patch, Refusal, RefusalKind, Span, Target, Workspace};
use crate::rule::Rule;

use super::context::Context;
use super::dynamic::surely_made;
use super::elements::none_replaced_unasked;
use super::many::Request;
use super::params::{Bound, Params};
use super::plan::{Change, Lifecycle, Plan};
use super::progress::Progress;
use super::proofs::{PROOFS, failed, prove};
use super::reach::reach;
use super::region;
use super::shared::kept_apart;
use super::subject::{Subject, key_of, module_note, subjects};
use super::workbench::{BlockKey, Workbench};

/// Rounds that one operation may take: each creates what the next looks into.
const MAX_ROUNDS: usize = 24;

/// What came of a fix that was not refused.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The rule's ends hold; nothing was changed.
    Holds,
    /// The rule has nothing to say about this block; the sentence says why.
    NotApplicable(String),
    /// A proved change.
    Patch(Box<Patch>),
}

/// Fixes one block.
///
/// # Errors
/// A refusal that says why nothing was changed and what to do next.
pub fn patch(rule: &Rule, target: &Target, workspace: &Workspace, params: &Params) -> Result<Outcome, Refusal> {
    Workbench::new(workspace.clone()).fix(rule, target, params)
}

/// Whether the rule's ends hold at a block; also true when the rule has nothing to say about it.
///
/// # Errors
/// A refusal when that cannot be known.
pub fn holds(rule: &Rule, target: &Target, workspace: &Workspace, params: &Params) -> Result<bool, Refusal> {
    let bench = Workbench::new(workspace.clone());
    let key = key_of(&bench, target)?;
    let bound = Bound::new(rule, params)?;
    let subjects = match subjects(&bench, rule, &bound, &key) {
        Ok(subjects) => subjects,
        Err(Ok(_)) => return Ok(true),
        Err(Err(refusal)) => return Err(refusal),
    };
    for subject in &subjects {
        let cx = Context { bench: &bench, rule, params: &bound, target: &subject.key };
        if applies(cx, subject) && Progress::default().first(cx, subject)?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

pub(super) fn changed_file(before: Option<&str>, after: &str) -> ChangedFile {
    ChangedFile { before: before.map(str::to_owned), after: after.to_owned(), edits: hcl::changed_edits(before.unwrap_or_default(), after) }
}

/// Whether the rule is about this block at all.
fn applies(cx: Context<'_>, subject: &Subject<'_>) -> bool {
    subject.is_module || cx.wants(cx.rule.target.when.as_ref(), None)
}

/// The rule holds, and running it once more changes nothing: both are that no operation wants a change of the files as they are.
fn prove_end(cx: Context<'_>, subject: &Subject<'_>, progress: &mut Progress) -> Result<(), Refusal> {
    match progress.first(cx, subject)?.and_then(|left| left.first()) {
        None => Ok(()),
        Some(change) => Err(failed(PROOFS[1], &change.path, &format!("it still {}", change.summary))),
    }
}

/// What was found out about a fix before anything is changed.
struct Judgement {
    applicability: Applicability,
    notes: Vec<String>,
    prevent_destroy: bool,
}

impl Workbench {
    /// Fixes one block of the workbench's files, which change accordingly. After a refusal they are as before.
    ///
    /// # Errors
    /// A refusal that says why nothing was changed and what to do next.
    pub fn fix(&mut self, rule: &Rule, target: &Target, params: &Params) -> Result<Outcome, Refusal> {
        let key = key_of(self, target)?;
        self.fix_at(&Request { rule, target, params }, &key)
    }

    /// As [`Workbench::fix`], at the block with this key.
    pub(super) fn fix_at(&mut self, request: &Request<'_>, key: &BlockKey) -> Result<Outcome, Refusal> {
        let Request { rule, target, params } = *request;
        self.begin();
        let bound = Bound::new(rule, params)?;
        let subjects = match subjects(self, rule, &bound, key) {
            Ok(subjects) => subjects,
            Err(Ok(reason)) => return Ok(Outcome::NotApplicable(reason)),
            Err(Err(refusal)) => return Err(refusal),
        };
        let mut whole: Option<Outcome> = None;
        for subject in &subjects {
            let outcome = self.fix_subject(rule, &bound, subject, target);
            match (outcome, whole.take()) {
                (Err(refusal), _) => {
                    self.undo();
                    return Err(refusal);
                }
                (Ok(Outcome::Patch(mut patch)), Some(Outcome::Patch(earlier))) => {
                    patch.summary.splice(0..0, earlier.summary);
                    whole = Some(Outcome::Patch(patch));
                }
                (Ok(outcome @ Outcome::Patch(_)), _) | (Ok(outcome), None | Some(Outcome::NotApplicable(_))) => whole = Some(outcome),
                (Ok(_), earlier) => whole = earlier,
            }
        }
        Ok(whole.unwrap_or(Outcome::Holds))
    }

    /// Fixes one of the blocks that the rule is about.
    fn fix_subject(&mut self, rule: &Rule, bound: &Bound, subject: &Subject<'_>, target: &Target) -> Result<Outcome, Refusal> {
        let mut progress = Progress::default();
        let judgement = {
            let cx = Context { bench: self, rule, params: bound, target: &subject.key };
            if let Some(when) = rule.target.when.as_ref().filter(|_| !subject.is_module)
                && cx.evaluate(when, None).truth().is_none()
            {
                return Err(cx.undecided(when));
            }
            if !applies(cx, subject) {
                return Ok(Outcome::NotApplicable(format!("rule `{}` does not concern this block", rule.id)));
            }
            match self.judge(cx, subject, &mut progress)? {
                Some(judgement) => judgement,
                None => return Ok(Outcome::Holds),
            }
        };
        self.carry_out(rule, bound, subject, target, (judgement, progress))
    }

    /// Whether a fix made earlier still holds; `None` when that cannot be known any more.
    pub(super) fn still_holds(&self, request: &Request<'_>, key: &BlockKey) -> Option<bool> {
        let bound = Bound::new(request.rule, request.params).ok()?;
        for subject in subjects(self, request.rule, &bound, key).ok()? {
            let cx = Context { bench: self, rule: request.rule, params: &bound, target: &subject.key };
            if applies(cx, &subject) && Progress::default().first(cx, &subject).ok()?.is_some() {
                return Some(false);
            }
        }
        Some(true)
    }

    /// Looks before leaping: `None` when everything holds already.
    fn judge(&self, cx: Context<'_>, subject: &Subject<'_>, progress: &mut Progress) -> Result<Option<Judgement>, Refusal> {
        let planned = progress.first(cx, subject);
        if matches!(planned, Ok(None)) {
            return surely_made(cx, subject.operations, &subject.key).map(|()| None);
        }
        if let Some(refusal) = subject.refusals.iter().find(|refusal| cx.may(&refusal.when)) {
            return Err(Refusal::new(RefusalKind::RefusedByRule, refusal.note.trim().to_owned()));
        }
        if !cx.params.missing.is_empty() {
            let names: Vec<String> = cx.params.missing.iter().map(|(name, _)| name.clone()).collect();
            return Err(cx.needs(&names));
        }
        planned?;
        none_replaced_unasked(cx, subject.operations)?;
        let spec = &cx.rule.applicability;
        let mut applicability = spec.level;
        let mut notes: Vec<String> = spec.note.iter().cloned().collect();
        for lower in spec.lower.iter().filter(|lower| cx.may(&lower.when)) {
            applicability = applicability.max(lower.level);
            notes.push(lower.note.clone());
        }
        let document = self.document(&subject.key.path)?;
        let prevent_destroy = subject.key.in_document(&document).is_some_and(|block| Lifecycle::of(block).prevent_destroy);
        Ok(Some(Judgement { applicability, notes, prevent_destroy }))
    }

    fn carry_out(
        &mut self,
        rule: &Rule,
        bound: &Bound,
        subject: &Subject<'_>,
        target: &Target,
        (judgement, mut progress): (Judgement, Progress),
    ) -> Result<Outcome, Refusal> {
        let mut changes: Vec<Change> = Vec::new();
        for index in 0..subject.operations.len() {
            for round in 0.. {
                let cx = Context { bench: self, rule, params: bound, target: &subject.key };
                let planned = kept_apart(cx, subject, progress.plan(cx, subject, index)?)?;
                if planned.is_empty() {
                    break;
                }
                if round == MAX_ROUNDS {
                    return Err(failed(PROOFS[1], &subject.key.path, "the rule asks for more changes however often it is applied"));
                }
                self.not_ignored(&subject.key, &planned)?;
                region::fits(cx, &planned)?;
                changes.extend(self.apply_plan(planned)?);
            }
        }
        let files: BTreeMap<String, ChangedFile> = self
            .changed()
            .into_iter()
            .filter_map(|entry| {
                let (after, before) = (self.files().get(&entry.path)?, entry.text.as_deref());
                (before != Some(after)).then(|| (entry.path.clone(), changed_file(before, after)))
            })
            .collect();
        prove(self, &files)?;
        let cx = Context { bench: self, rule, params: bound, target: &subject.key };
        prove_end(cx, subject, &mut progress)?;
        Ok(Outcome::Patch(Box::new(self.describe(rule, subject, target, &changes, files, judgement))))
    }

    /// A change of an argument that `ignore_changes` names would be written and never applied.
    fn not_ignored(&self, key: &BlockKey, plan: &[Change]) -> Result<(), Refusal> {
        let document = self.document(&key.path)?;
        let Some(block) = key.in_document(&document) else { return Ok(()) };
        let lifecycle = Lifecycle::of(block);
        let companion = |change: &Change| change.argument.is_empty() || change.argument.contains(':');
        match plan.iter().filter(|change| !companion(change)).find(|change| lifecycle.ignores(&change.argument)) {
            Some(change) => Err(Refusal::new(
                RefusalKind::RefusedByRule,
                format!(
                    "`lifecycle {{ ignore_changes }}` of `{}` covers `{}`, so Terraform would not apply the change.",
                    key.local_address(),
                    change.argument
                ),
            )
            .next("Take the argument out of `ignore_changes` first, or change it where it is managed.")
            .at(self.place(&key.path, block.span, "the block with `ignore_changes`"))),
            None => Ok(()),
        }
    }

    /// Applies what fits together; the rest is planned again in the next round.
    fn apply_plan(&mut self, plan: Plan) -> Result<Vec<Change>, Refusal> {
        let mut by_file: BTreeMap<String, Vec<Edit>> = BTreeMap::new();
        let mut applied = Vec::new();
        for change in plan {
            let edits = by_file.entry(change.path.clone()).or_default();
            let clashes = |span: Span| {
                edits.iter().any(|edit| {
                    edit.span == span
                        || edit.span.start < span.end && span.start < edit.span.end
                        || (edit.span.is_empty() || span.is_empty()) && edit.span.start <= span.end && span.start <= edit.span.end
                })
            };
            if !clashes(change.edit.span) {
                edits.push(change.edit.clone());
                applied.push(change);
            }
        }
        for (path, edits) in by_file {
            self.apply(&path, &edits)?;
        }
        Ok(applied)
    }

    fn describe(
        &self,
        rule: &Rule,
        subject: &Subject<'_>,
        target: &Target,
        changes: &[Change],
        files: BTreeMap<String, ChangedFile>,
        judgement: Judgement,
    ) -> Patch {
        let touched = |argument: &str| {
            changes.iter().any(|change| change.argument == argument || change.argument.starts_with(&format!("{argument}.")))
        };
        let effects: Vec<Effect> = rule
            .applicability
            .effects
            .iter()
            .filter(|effect| effect.argument.as_deref().is_none_or(touched))
            .map(|effect| Effect { kind: effect.kind, note: effect.note.clone(), source: effect.source.clone() })
            .collect();
        let Judgement { mut applicability, mut notes, prevent_destroy } = judgement;
        if prevent_destroy && effects.iter().any(|effect| effect.kind == EffectKind::Replacement) {
            applicability = Applicability::Disruptive;
            notes.push("`lifecycle { prevent_destroy = true }` makes Terraform stop at the replacement until it is taken out.".to_owned());
        }
        if subject.is_module {
            notes.push(module_note(self, rule, &subject.key));
        }
        notes.extend(files.keys().filter_map(|path| self.other_reader(path)));
        notes.extend(super::test_files::notes(self, &subject.key));
        let mut summary: Vec<String> = Vec::new();
        for change in changes {
            if !summary.contains(&change.summary) {
                summary.push(change.summary.clone());
            }
        }
        let disruptive = applicability == Applicability::Disruptive;
        Patch {
            rules: vec![rule.id.clone()],
            address: target.address.to_string(),
            files,
            applicability,
            notes,
            effects,
            runbook: rule.applicability.runbook.clone().filter(|_| disruptive),
            summary,
            reach: reach(self, &subject.key, changes),
            proofs: PROOFS.iter().map(|proof| (*proof).to_owned()).collect(),
        }
    }
}
