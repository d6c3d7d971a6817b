//! Patch: a proved change on the repository as it is now, or the reason why there is none.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::apply::{apply, finish, subject};
use super::around::{Around, CloudFacts, cloud_facts};
use super::assess::scored;
use super::choose::{dedup_key, identity_of};
use super::decisions::decided;
use super::place::case_of;
use super::solve::{Case, Solution, find, solve};
use super::trees::{Purpose, Tree};
use super::{Line, StepError, policy, rules};
use crate::config::Policy;
use crate::lifecycle::Event;
use crate::locate::Located;
use crate::model::{Refusal, RefusalKind, Remediation};
use crate::risk::code_facts;
use crate::rule::Catalogue;
use crate::store::Job;

/// A remediation solved on the head of its repository.
pub(super) struct Solved {
    pub(super) case: Case,
    pub(super) tree: Arc<Tree>,
    pub(super) policy: Policy,
    pub(super) rules: Arc<Catalogue>,
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
        Ok((_, solution)) => {
            if join_twin(line, job, &remediation, &solved.case, solution).await? {
                return Ok(());
            }
            match decision(line, &remediation, &solved, solution).await? {
                Some(event) => vec![event],
                None => events_of(&remediation, &solved, solution, cloud_facts(line, &solved.case).await, line.now()),
            }
        }
        Err(refusal) => vec![Event::Refused { refusal: refusal.clone() }],
    };
    finish(line, job, &remediation.id, &events).await
}

/// Now that the rule is known, the hole may turn out to be one that another remediation answers: its findings go there. Gives
/// whether it was so; the job is completed then.
async fn join_twin(line: &Line, job: &Job, remediation: &Remediation, case: &Case, solution: &Solution) -> Result<bool, StepError> {
    let (Solution::Holds { rule, .. } | Solution::Patch { rule, .. }) = solution;
    let Some(first) = case.findings.first() else { return Ok(false) };
    let key = dedup_key(first, identity_of(first).as_ref(), Some(&rule.id));
    if key == remediation.key {
        return Ok(false);
    }
    let now = line.now();
    let mut session = line.store.begin().await?;
    let Some(current) = session.remediation(&remediation.id.0).await? else { return Ok(false) };
    let Some(twin) = session.remediation_by_key(&key).await? else {
        let renamed = Remediation { key, updated_at: now, ..current.remediation };
        session.save_remediation(&renamed, current.version).await?;
        session.commit().await?;
        return Ok(false);
    };
    let witnesses = session.witnesses(&remediation.id).await?;
    session.move_findings(&remediation.id, &twin.remediation.id, now).await?;
    let mut other = twin;
    for witness in &witnesses {
        let event = Event::FindingReceived { source: witness.finding.source.clone(), finding: witness.id.clone(), joined: true };
        other = apply(line, &mut session, &other, &event, now).await?;
    }
    if let Some(witness) = witnesses.first() {
        let evidence = format!("the same hole is answered by remediation {}", other.remediation.id);
        let event = Event::FindingResolved { source: witness.finding.source.clone(), finding: witness.id.clone(), evidence, remaining: 0 };
        apply(line, &mut session, &current, &event, now).await?;
    }
    session.complete(job).await?;
    session.commit().await?;
    tracing::info!(remediation = %remediation.id, twin = %other.remediation.id, "the same hole: findings moved");
    Ok(true)
}

/// A decision in force about the rule, now that rule and repository are known.
async fn decision(line: &Line, remediation: &Remediation, solved: &Solved, solution: &Solution) -> Result<Option<Event>, StepError> {
    let (Solution::Holds { rule, .. } | Solution::Patch { rule, .. }) = solution;
    let mut session = line.store.read().await?;
    // The key may have become a finer one a moment ago.
    let key = session.remediation(&remediation.id.0).await?.map_or_else(|| remediation.key.clone(), |found| found.remediation.key);
    let found = session.decision_in_force(&key, Some(solved.tree.repository.id), &rule.id, line.now()).await?;
    Ok(found.and_then(|found| decided(&found.decision)))
}

fn events_of(remediation: &Remediation, solved: &Solved, solution: &Solution, cloud: CloudFacts, now: DateTime<Utc>) -> Vec<Event> {
    let (rule, target) = match solution {
        Solution::Holds { rule, target } | Solution::Patch { rule, target, .. } => (rule, target),
    };
    // Now that the place is known, the score may be another: tags and folder tell the environment, the policy the threshold.
    let around = Around { cloud, code: Some(code_facts(&solved.tree.workspace, target)) };
    let score = scored(remediation, &solved.case, Some(rule.severity), &around, &solved.policy, now);
    if matches!(&score, Event::Scored { risk, .. } if !risk.above_threshold) {
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
    let rules = rules::in_force(line, Some(&tree.repository)).await?;
    let tree = line.focused(&tree, &case.query(), Purpose::Change).await?;
    // Evaluating and patching is work for a processor, not for the threads that serve.
    let solved = tokio::task::spawn_blocking(move || {
        let outcome = find(&case, std::slice::from_ref(&tree)).and_then(|(tree, located)| {
            let solution = solve(&case, &tree, &located.target, &rules, &policy)?;
            Ok((located, solution))
        });
        Solved { case, tree, policy, rules, outcome }
    });
    Ok(solved.await?)
}
