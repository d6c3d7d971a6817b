//! From findings to fixes over the files of one folder.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fix_target::{Finder, named_path};
use crate::config::Policy;
use crate::flow::{RuleChoice, ask_which, choose, identity_of};
use crate::model::{Applicability, ChangedFile, Effect, Finding, Reach, Refusal, RefusalKind, Target, Workspace};
use crate::patch::{Outcome, Params, Request, Workbench, patch};
use crate::rule::{Catalogue, Rule};

/// What a person or an organisation decides about the run.
pub(super) struct Settings<'a> {
    /// The policy: which rules are on, and their parameters.
    pub policy: &'a Policy,
    /// Only this rule: its id or a scanner's.
    pub only: Option<&'a str>,
    /// Parameters of the command line.
    pub params: BTreeMap<String, String>,
}

/// What came of one finding.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    /// A patch was made.
    Fixed(Box<Change>),
    /// The rule's end holds already, by itself or by a fix for another finding.
    Holds,
    /// The finding is closed, or another rule was asked for.
    Skipped(String),
    /// Nothing was changed, and why.
    Refused(Refusal),
}

/// What a patch did, without the files.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Change {
    pub summary: Vec<String>,
    pub applicability: Option<Applicability>,
    pub notes: Vec<String>,
    pub effects: Vec<Effect>,
    pub runbook: Option<String>,
    pub reach: Reach,
    pub files: Vec<String>,
}

/// One finding with its answer.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub finding: Finding,
    /// Rules that were applied or tried.
    pub rules: Vec<String>,
    /// Address and file of the block, once found.
    pub place: Option<(String, String)>,
    pub answer: Answer,
}

/// The whole run.
#[derive(Debug)]
pub(super) struct FixReport {
    pub lines: Vec<Line>,
    /// Files that change, by path.
    pub files: BTreeMap<String, ChangedFile>,
}

impl FixReport {
    /// Number of findings that were refused.
    pub(super) fn refused(&self) -> usize {
        self.lines.iter().filter(|line| matches!(line.answer, Answer::Refused(_))).count()
    }

    /// Number of findings that were fixed.
    pub(super) fn fixed(&self) -> usize {
        self.lines.iter().filter(|line| matches!(line.answer, Answer::Fixed(_))).count()
    }
}

/// The rules that a name means: an id, or a scanner's id in any scheme.
pub(super) fn rules_named(catalogue: &Catalogue, name: &str) -> Vec<Arc<Rule>> {
    if let Some(rule) = catalogue.by_id(name) {
        return vec![Arc::clone(rule)];
    }
    catalogue.iter().filter(|rule| rule.aliases.values().flatten().any(|alias| alias == name)).cloned().collect()
}

/// What is to be tried for one finding.
struct Plan {
    target: Target,
    tries: Vec<(Arc<Rule>, Params)>,
}

/// Fixes every finding that a rule knows, in files that are held in memory.
pub(super) fn fix_findings(findings: &[Finding], workspace: &Workspace, catalogue: &Catalogue, settings: &Settings<'_>) -> FixReport {
    let mut bench = Workbench::new(workspace.clone());
    bench.parse_ahead(findings.iter().filter_map(|finding| named_path(finding.code.as_ref()?)));
    let mut finder = Finder::new(&bench);
    let plans: Vec<Result<Plan, Answer>> = findings.iter().map(|finding| plan(finding, &mut finder, catalogue, settings)).collect();
    let mut requests: Vec<Request<'_>> = Vec::new();
    let mut owners: Vec<usize> = Vec::new();
    for (index, plan) in plans.iter().enumerate() {
        let Ok(plan) = plan else { continue };
        for (rule, params) in &plan.tries {
            requests.push(Request { rule, target: &plan.target, params });
            owners.push(index);
        }
    }
    let composition = bench.fix_all(&requests);
    let mut outcomes: Vec<Vec<Result<Outcome, Refusal>>> = findings.iter().map(|_| Vec::new()).collect();
    for (owner, result) in owners.iter().zip(composition.results) {
        outcomes[*owner].push(result);
    }
    let lines = findings.iter().zip(plans).zip(outcomes).map(|((finding, plan), outcomes)| line(finding, plan, outcomes)).collect();
    FixReport { lines, files: composition.patch.map(|patch| patch.files).unwrap_or_default() }
}

fn line(finding: &Finding, plan: Result<Plan, Answer>, outcomes: Vec<Result<Outcome, Refusal>>) -> Line {
    let finding = finding.clone();
    match plan {
        Err(answer) => Line { finding, rules: Vec::new(), place: None, answer },
        Ok(plan) => {
            let rules = plan.tries.iter().map(|(rule, _)| rule.id.clone()).collect();
            let place = Some((plan.target.address.to_string(), plan.target.path));
            Line { finding, rules, place, answer: join(outcomes) }
        }
    }
}

/// One answer out of several rules': a refusal weighs most, then a change, then that it holds.
fn join(outcomes: Vec<Result<Outcome, Refusal>>) -> Answer {
    let mut change: Option<Change> = None;
    let mut holds = false;
    let mut silent = None;
    for outcome in outcomes {
        match outcome {
            Err(refusal) => return Answer::Refused(refusal),
            Ok(Outcome::Holds) => holds = true,
            Ok(Outcome::NotApplicable(reason)) => silent = Some(reason),
            Ok(Outcome::Patch(patch)) => {
                let all = change.get_or_insert_default();
                all.summary.extend(patch.summary);
                all.applicability = all.applicability.max(Some(patch.applicability));
                all.notes.extend(patch.notes);
                all.effects.extend(patch.effects);
                all.runbook = patch.runbook.or(all.runbook.take());
                all.reach = patch.reach;
                all.files.extend(patch.files.into_keys());
            }
        }
    }
    match (change, holds, silent) {
        (Some(change), ..) => Answer::Fixed(Box::new(change)),
        (None, true, _) => Answer::Holds,
        (None, false, reason) => Answer::Refused(Refusal::new(
            RefusalKind::NoRule,
            reason.map_or_else(|| "No rule applies.".to_owned(), |reason| format!("No rule applies: {reason}.")),
        )),
    }
}

fn plan(finding: &Finding, finder: &mut Finder<'_>, catalogue: &Catalogue, settings: &Settings<'_>) -> Result<Plan, Answer> {
    if !matches!(finding.state, crate::model::FindingState::Active) {
        return Err(Answer::Skipped("the source says that it is closed".to_owned()));
    }
    let mut rules = candidates(finding, catalogue);
    if let Some(only) = settings.only {
        let wanted = rules_named(catalogue, only);
        if rules.is_empty() {
            rules.clone_from(&wanted);
        }
        rules.retain(|rule| wanted.iter().any(|other| other.id == rule.id));
        if rules.is_empty() {
            return Err(Answer::Skipped(format!("it is not about `{only}`")));
        }
    }
    if rules.is_empty() && !finding.rules.is_empty() {
        return Err(Answer::Refused(no_rule(finding, catalogue)));
    }
    if let Some(off) = rules.iter().find(|rule| !settings.policy.rule_enabled(&rule.id)) {
        return Err(Answer::Refused(Refusal::new(
            RefusalKind::NotAllowed,
            format!("Rule `{}` is switched off by the configuration.", off.id),
        )));
    }
    let target = finder.target(finding).map_err(Answer::Refused)?;
    if rules.is_empty() {
        rules.push(the_missing_one(finding, &target, finder.files(), catalogue, settings)?);
    }
    let tries = rules
        .into_iter()
        .map(|rule| {
            let params = params(&rule, finding, settings);
            (rule, params)
        })
        .collect();
    Ok(Plan { target, tries })
}

/// The rule of a finding that names none: the one thing that its block is missing, else a question.
fn the_missing_one(
    finding: &Finding,
    target: &Target,
    files: &Workspace,
    catalogue: &Catalogue,
    settings: &Settings<'_>,
) -> Result<Arc<Rule>, Answer> {
    let rules: Vec<Arc<Rule>> = match choose(finding, identity_of(finding).as_ref(), catalogue) {
        RuleChoice::One(rule) => return Ok(rule),
        RuleChoice::Several(rules) => rules,
        RuleChoice::Open(_) | RuleChoice::Unknown(_) => catalogue.for_resource(&target.address.kind).into_iter().cloned().collect(),
    };
    let mut open = Vec::new();
    let (mut holds, mut refused) = (false, None);
    for rule in rules.into_iter().filter(|rule| settings.policy.rule_enabled(&rule.id)) {
        match patch(&rule, target, files, &params(&rule, finding, settings)) {
            Ok(Outcome::Patch(_)) => open.push(rule),
            Ok(Outcome::Holds) => holds = true,
            Ok(Outcome::NotApplicable(_)) => {}
            Err(refusal) => refused = Some(refusal),
        }
    }
    match (open.as_slice(), holds) {
        ([one], _) => Ok(Arc::clone(one)),
        ([], true) => Err(Answer::Holds),
        ([], false) => Err(Answer::Refused(refused.unwrap_or_else(|| {
            Refusal::new(RefusalKind::NoRule, format!("The finding names no rule, and none is about `{}`.", target.address.kind))
        }))),
        _ => Err(Answer::Refused(ask_which(&open).next("Say which with `--rule ID`."))),
    }
}

/// Rules that the finding's scanner ids lead to, without repetition.
fn candidates(finding: &Finding, catalogue: &Catalogue) -> Vec<Arc<Rule>> {
    let mut found: Vec<Arc<Rule>> = Vec::new();
    for reference in &finding.rules {
        let rules: Vec<Arc<Rule>> = match reference.scheme.as_str() {
            "remediate" => catalogue.by_id(&reference.id).into_iter().cloned().collect(),
            scheme => catalogue.by_alias(scheme, &reference.id).into_iter().cloned().collect(),
        };
        for rule in rules {
            if !found.iter().any(|known| known.id == rule.id) {
                found.push(rule);
            }
        }
        // The ids stand from specific to general: the first that leads somewhere is meant.
        if !found.is_empty() {
            break;
        }
    }
    found
}

fn no_rule(finding: &Finding, catalogue: &Catalogue) -> Refusal {
    let ids: Vec<String> = finding.rules.iter().map(|rule| format!("`{}`", rule.id)).collect();
    if let Some(left_out) = finding.rules.iter().find_map(|rule| catalogue.reason_left_out(&rule.scheme, &rule.id)) {
        return Refusal::new(RefusalKind::NoRule, format!("No rule fixes {} ({}): {}", ids.join(" or "), left_out.about, left_out.why));
    }
    Refusal::new(RefusalKind::NoRule, format!("No rule fixes {}.", ids.join(" or ")))
        .next("`remediate rules list` shows what can be fixed; CONTRIBUTING tells how to add a rule.")
}

/// Parameters for a rule: the policy's, then the finding's, then the command line's.
fn params(rule: &Rule, finding: &Finding, settings: &Settings<'_>) -> Params {
    let mut params = Params::new();
    for (name, value) in settings.policy.params_for(&rule.id) {
        params.set(name, value);
    }
    for (name, value) in finding.params.iter().chain(&settings.params) {
        params.set(name.clone(), value.clone());
    }
    params
}
