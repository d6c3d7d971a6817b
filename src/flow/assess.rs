//! Risk: is it worth a pull request, and how soon.

use chrono::Utc;

use super::apply::{finish, subject};
use super::choose::{Choice, identity_of};
use super::place::case_of;
use super::solve::Case;
use super::{Line, StepError, policy};
use crate::config::Policy;
use crate::lifecycle::{Asked, DecisionStatus, Event};
use crate::model::{Remediation, Risk, Severity};
use crate::risk::{Surroundings, assess as score};
use crate::store::{Job, VersionedDecision};

/// Scores the remediation, unless a person decided to leave it alone.
pub(super) async fn assess(line: &Line, job: &Job) -> Result<(), StepError> {
    let Some(remediation) = subject(line, job).await? else { return Ok(()) };
    let case = case_of(line, &remediation).await?;
    let rule = match case.choice(&line.catalogue) {
        Choice::One(rule) => Some(rule),
        _ => None,
    };
    let now = Utc::now();
    let mut session = line.store.read().await?;
    let repository = remediation.repository.as_ref().map(|repository| repository.id);
    let decision = session.decision_in_force(&remediation.key, repository, rule.as_ref().map_or("", |rule| rule.id.as_str()), now).await?;
    drop(session);
    let event = match decision.as_ref().and_then(decided) {
        Some(event) => event,
        None => {
            let policy = match &remediation.repository {
                Some(repository) => policy::known(line, repository).await?.unwrap_or_default(),
                None => policy::general(line).await?,
            };
            scored(&remediation, &case, rule.map(|rule| rule.severity), None, &policy)
        }
    };
    finish(line, job, &remediation.id, &[event]).await
}

/// What a decision in force does to the remediation.
fn decided(found: &VersionedDecision) -> Option<Event> {
    let decision = &found.decision;
    let DecisionStatus::Approved { by, .. } = &decision.status else { return None };
    let (id, by, reason) = (decision.id.clone(), by.clone(), decision.reason.clone());
    Some(match decision.asked {
        Asked::FalsePositive => Event::Suppressed { decision: id, by, reason },
        Asked::Exception { until } => Event::Excepted { decision: id, by, reason, until },
    })
}

/// The score of the worst of the findings, with the date by which it must be done.
pub(super) fn scored(
    remediation: &Remediation,
    case: &Case,
    rule_severity: Option<Severity>,
    path: Option<&str>,
    policy: &Policy,
) -> Event {
    let now = Utc::now();
    let best: Option<Risk> = case
        .findings
        .iter()
        .map(|finding| {
            let name = identity_of(finding).and_then(|identity| identity.name);
            let surroundings =
                Surroundings { names: name.into_iter().collect(), path: path.map(str::to_owned), rule_severity, ..Surroundings::default() };
            score(finding, &surroundings, policy, now)
        })
        .max_by_key(|risk| risk.score);
    let risk = best.unwrap_or(Risk {
        score: 0,
        points: Vec::new(),
        tier: crate::model::Tier::Standard,
        above_threshold: policy.threshold <= 0,
        threshold: policy.threshold,
    });
    let due = remediation.created_at.checked_add_signed(policy.sla.of(risk.tier).as_delta());
    Event::Scored { risk, due }
}
