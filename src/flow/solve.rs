//! From a tree and what is known of a finding to a patch: the pure middle of the line, used by planning, publishing and verifying.

use std::sync::Arc;

use super::choose::{Choice, RULE_WISH, ask_which, choose, identity_of};
use super::indexing::Looked;
use super::trees::Tree;
use crate::config::Policy;
use crate::locate::{self, Answer, Candidate, Decision, Located, Query, RepositoryView, State};
use crate::model::{Finding, Patch, Place, Refusal, RefusalKind, Target};
use crate::patch::{self, Outcome, Params};
use crate::rule::{Catalogue, Rule};

/// What is known of the hole.
#[derive(Debug, Clone, Default)]
pub(super) struct Case {
    /// The findings, the first one first.
    pub(super) findings: Vec<Finding>,
    /// What a person answered.
    pub(super) answer: Option<Answer>,
    /// The rule that was chosen earlier.
    pub(super) rule: Option<String>,
    /// The states that hold the resource.
    pub(super) states: Vec<State>,
    /// Whether blocks that may fit lie where was not looked.
    pub(super) rivals: bool,
    /// What was looked through by its index.
    pub(super) looked: Option<Looked>,
}

/// A rule at a block.
#[derive(Debug)]
pub(super) enum Solution {
    /// Nothing to change.
    Holds { rule: Arc<Rule>, target: Target },
    /// A proved patch.
    Patch { rule: Arc<Rule>, target: Target, patch: Box<Patch> },
}

impl Case {
    /// A case of findings alone.
    pub(super) fn of(findings: Vec<Finding>) -> Self {
        Self { findings, ..Self::default() }
    }

    /// What `locate` is asked.
    pub(super) fn query(&self) -> Query<'_> {
        let position = self.findings.iter().find_map(|finding| finding.code.clone());
        let first = self.findings.first();
        Query {
            identity: self.findings.iter().find_map(identity_of),
            position,
            tags: first.map(|finding| finding.resource.tags.clone()).unwrap_or_default(),
            answer: self.answer.clone(),
            environment: first.and_then(|finding| finding.context.environment.clone()),
            states: &self.states,
            rivals: self.rivals,
            looked: self.looked.map(|looked| (looked.repositories, looked.files)),
            ..Query::default()
        }
    }

    /// The rules that may be meant.
    pub(super) fn choice(&self, catalogue: &Catalogue) -> Choice {
        if let Some(rule) = self.rule.as_ref().and_then(|id| catalogue.by_id(id)) {
            return Choice::One(rule.clone());
        }
        // The first finding that names a rule we have decides.
        let choices = self.findings.iter().map(|finding| choose(finding, identity_of(finding).as_ref(), catalogue));
        let mut best = None;
        for choice in choices {
            match choice {
                Choice::One(_) => return choice,
                choice => best = best.or(Some(choice)),
            }
        }
        best.unwrap_or_else(|| Choice::Unknown(Refusal::new(RefusalKind::NoRule, "there is no finding any more")))
    }

    /// The parameters of `rule`: the policy's, then those given with the findings.
    fn params(&self, rule: &Rule, policy: &Policy) -> Params {
        let mut params: Params = policy.params_for(&rule.id).into_iter().collect();
        let given = self.findings.iter().rev().flat_map(|finding| &finding.params).filter(|(name, _)| *name != RULE_WISH);
        for (name, value) in given {
            params.set(name.clone(), value.clone());
        }
        params
    }
}

/// Where the block is, among `trees`.
///
/// # Errors
/// The question or the refusal.
pub(super) fn find(case: &Case, trees: &[Arc<Tree>]) -> Result<(Arc<Tree>, Located), Refusal> {
    let query = case.query();
    let names: Vec<String> = trees.iter().map(|tree| tree.repository.to_string()).collect();
    let views: Vec<RepositoryView<'_>> =
        trees.iter().zip(&names).map(|(tree, name)| RepositoryView { name, workspace: &tree.workspace, index: &tree.index }).collect();
    match locate::locate(&query, &views).decision {
        Decision::Located(located) => {
            let tree = match &located.repository {
                Some(name) => names.iter().position(|known| known.eq_ignore_ascii_case(name)).and_then(|index| trees.get(index)),
                None => trees.first(),
            };
            let tree = tree
                .cloned()
                .ok_or_else(|| Refusal::new(RefusalKind::NotLocated, "the block is in a repository that is not there any more"))?;
            Ok((tree, *located))
        }
        Decision::Ask { candidates, refusal } => Err(named(refusal, &candidates, trees.len() > 1)),
        Decision::NotFound { refusal } => Err(refusal),
    }
}

/// With several repositories a choice is named with its own: `owner/name: path`.
fn named(mut refusal: Refusal, candidates: &[Candidate], several: bool) -> Refusal {
    if several && refusal.places.len() == candidates.len() {
        for (place, candidate) in refusal.places.iter_mut().zip(candidates) {
            if let Some(repository) = &candidate.repository {
                place.path = format!("{repository}: {}", place.path);
            }
        }
    }
    refusal
}

/// The patch for the case at its target in `tree`.
///
/// # Errors
/// Why there is none.
pub(super) fn solve(case: &Case, tree: &Tree, target: &Target, catalogue: &Catalogue, policy: &Policy) -> Result<Solution, Refusal> {
    if let Some(error) = &policy.unreadable {
        return Err(Refusal::new(
            RefusalKind::NotAllowed,
            format!("the policy cannot be read, and no earlier version of it could: {}", error.lines().next().unwrap_or_default()),
        )
        .next("mend `.github/remediate.yml`; until then nothing is done here"));
    }
    if !policy.enabled {
        return Err(not_allowed("the bot is switched off here (`enabled: false`)"));
    }
    if !case.findings.is_empty() && case.findings.iter().all(|finding| !policy.source_enabled(&finding.source)) {
        return Err(not_allowed("the source of this finding is switched off here (`sources`)"));
    }
    match case.choice(catalogue) {
        Choice::One(rule) => one(case, tree, target, &rule, policy),
        Choice::Several(rules) | Choice::Open(rules) => missing(case, tree, target, &rules, policy),
        Choice::Unknown(refusal) => Err(refusal),
    }
}

fn not_allowed(message: impl Into<String>) -> Refusal {
    Refusal::new(RefusalKind::NotAllowed, message).next("change `.github/remediate.yml` if it should be otherwise")
}

/// One rule at the block.
fn one(case: &Case, tree: &Tree, target: &Target, rule: &Arc<Rule>, policy: &Policy) -> Result<Solution, Refusal> {
    if !policy.rule_enabled(&rule.id) {
        return Err(not_allowed(format!("the rule `{}` is switched off here (`rules`)", rule.id)));
    }
    match patch::patch(rule, target, &tree.workspace, &case.params(rule, policy))? {
        Outcome::Holds => Ok(Solution::Holds { rule: rule.clone(), target: target.clone() }),
        Outcome::NotApplicable(why) => Err(Refusal::new(RefusalKind::RefusedByRule, why)),
        Outcome::Patch(patch) if !policy.allows(patch.applicability) => Err(not_allowed(
            format!("the change would be {:?}, which the policy does not allow here (`applicability`)", patch.applicability).to_lowercase(),
        )),
        Outcome::Patch(patch) => Ok(Solution::Patch { rule: rule.clone(), target: target.clone(), patch }),
    }
}

/// No rule was named: the one thing that the resource is missing, or a question.
fn missing(case: &Case, tree: &Tree, target: &Target, rules: &[Arc<Rule>], policy: &Policy) -> Result<Solution, Refusal> {
    let mut open = Vec::new();
    let mut holding = None;
    let mut refused = Vec::new();
    for rule in rules.iter().filter(|rule| policy.rule_enabled(&rule.id)) {
        match one(case, tree, target, rule, policy) {
            Ok(Solution::Patch { rule, target, patch }) => open.push((rule, target, patch)),
            Ok(Solution::Holds { rule, target }) => holding = Some(Solution::Holds { rule, target }),
            Err(refusal) => refused.push(refusal),
        }
    }
    match (open.len(), holding) {
        (1, _) => {
            let (rule, target, patch) = open.remove(0);
            Ok(Solution::Patch { rule, target, patch })
        }
        (0, Some(holds)) => Ok(holds),
        (0, None) => Err(refused.pop().unwrap_or_else(|| Refusal::new(RefusalKind::NoRule, "no rule is about this block"))),
        _ => Err(ask_which(&open.into_iter().map(|(rule, ..)| rule).collect::<Vec<_>>())),
    }
}

/// Whether the rules hold at the block as it now is, and where that is.
///
/// # Errors
/// Exactly why they do not.
pub(super) fn verdict(case: &Case, tree: &Arc<Tree>, rules: &[Arc<Rule>], policy: &Policy) -> Result<Place, String> {
    let (_, located) =
        find(case, std::slice::from_ref(tree)).map_err(|refusal| format!("I no longer find the block: {}", refusal.message))?;
    let target = located.target;
    for rule in rules {
        match patch::patch(rule, &target, &tree.workspace, &case.params(rule, policy)) {
            Ok(Outcome::Holds | Outcome::NotApplicable(_)) => {}
            Ok(Outcome::Patch(patch)) => {
                return Err(format!("`{}` still needs this at {}: {}", rule.id, target.address, patch.summary.join("; ")));
            }
            Err(refusal) => return Err(format!("`{}` cannot be evaluated at {}: {}", rule.id, target.address, refusal.message)),
        }
    }
    let line = tree.workspace.get(&target.path).map_or(1, |text| crate::model::LineColumn::of(text, target.span.start).line);
    Ok(Place { path: target.path.clone(), line, span: Some(target.span), note: target.address.to_string() })
}
