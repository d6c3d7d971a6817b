//! Patch: a proved change on the repository as it is now, or the reason why there is none.

use std::sync::Arc;

use super::apply::{finish, subject};
use super::assess::scored;
use super::place::case_of;
use super::solve::{Case, Solution, find, solve};
use super::trees::Tree;
use super::{Line, StepError, policy};
use crate::config::Policy;
use crate::lifecycle::Event;
use crate::locate::Located;
use crate::model::{Refusal, RefusalKind, Remediation};
use crate::store::Job;

/// A remediation solved on the head of its repository.
pub(super) struct Solved {
    pub(super) case: Case,
    pub(super) tree: Arc<Tree>,
    pub(super) policy: Policy,
    pub(super) outcome: Result<(Located, Solution), Refusal>,
}

/// Plans the change and queues its publication.
pub(super) async fn plan(line: &Arc<Line>, job: &Job) -> Result<(), StepError> {
    let Some(remediation) = subject(line, job).await? else { return Ok(()) };
    let Some(solved) = solve_now(line, &remediation).await? else {
        let refusal = Refusal::new(RefusalKind::NotLocated, "the repository is empty or gone");
        return finish(line, job, &remediation.id, &[Event::Refused { refusal }]).await;
    };
    let events = match &solved.outcome {
        Ok((_, solution)) => events_of(&remediation, &solved, solution),
        Err(refusal) => vec![Event::Refused { refusal: refusal.clone() }],
    };
    finish(line, job, &remediation.id, &events).await
}

fn events_of(remediation: &Remediation, solved: &Solved, solution: &Solution) -> Vec<Event> {
    let (rule, target) = match solution {
        Solution::Holds { rule, target } | Solution::Patch { rule, target, .. } => (rule, target),
    };
    // Now that the place is known, the score may be another: the folder tells the environment, the policy the threshold.
    let score = scored(remediation, &solved.case, Some(rule.severity), Some(&target.path), &solved.policy);
    if matches!(&score, Event::Scored { risk, .. } if !risk.above_threshold) && !asked_by_person(&solved.case) {
        return vec![score];
    }
    match solution {
        Solution::Holds { .. } => vec![Event::AlreadyHolds {
            commit: solved.tree.commit.clone(),
            evidence: format!("`{}` holds for `{}`", rule.id, target.address),
        }],
        Solution::Patch { patch, .. } => {
            vec![Event::Planned { rules: patch.rules.clone(), applicability: patch.applicability }, score]
        }
    }
}

/// What a person asked for is done whatever its score.
fn asked_by_person(case: &Case) -> bool {
    case.findings.iter().any(|finding| finding.source == super::talk::ISSUE_SOURCE)
}

/// Locates and patches a remediation on the head of its repository; `None` when that is empty.
pub(super) async fn solve_now(line: &Line, remediation: &Remediation) -> Result<Option<Solved>, StepError> {
    let Some(repository) = &remediation.repository else { return Ok(None) };
    let Some(tree) = line.tree(&current(line, repository).await?).await? else { return Ok(None) };
    solve_on(line, remediation, tree).await.map(Some)
}

/// The repository under the name it has now.
pub(super) async fn current(line: &Line, repository: &crate::model::Repository) -> Result<crate::model::Repository, StepError> {
    let listed = line.repositories(repository.installation).await?;
    Ok(listed
        .iter()
        .find(|info| info.id == repository.id)
        .map_or_else(|| repository.clone(), |info| info.repository(repository.installation)))
}

/// Locates and patches a remediation on a tree.
pub(super) async fn solve_on(line: &Line, remediation: &Remediation, tree: Arc<Tree>) -> Result<Solved, StepError> {
    let case = case_of(line, remediation).await?;
    let policy = policy::in_force(line, &tree).await?;
    let catalogue = line.catalogue.clone();
    // Evaluating and patching is work for a processor, not for the threads that serve.
    let solved = tokio::task::spawn_blocking(move || {
        let outcome = find(&case, std::slice::from_ref(&tree)).and_then(|(tree, located)| {
            let solution = solve(&case, &tree, &located.target, &catalogue, &policy)?;
            Ok((located, solution))
        });
        Solved { case, tree, policy, outcome }
    });
    Ok(solved.await?)
}
