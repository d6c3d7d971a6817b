//! Risk: is it worth a pull request, and how soon.

use chrono::{DateTime, Utc};

use super::apply::{complete, finish, subject};
use super::choose::{Choice, identity_of};
use super::decisions::decided;
use super::place::case_of;
use super::solve::Case;
use super::talk::ISSUE_SOURCE;
use super::{Line, StepError, policy, rules};
use crate::config::Policy;
use crate::lifecycle::{Event, counts_from};
use crate::model::{Remediation, Risk, RiskPoint, Severity};
use crate::risk::{Surroundings, assess as score};
use crate::store::Job;

/// Scores the remediation, unless a person decided to leave it alone.
pub(super) async fn assess(line: &Line, job: &Job) -> Result<(), StepError> {
    let Some(remediation) = subject(line, job).await? else { return Ok(()) };
    let case = case_of(line, &remediation).await?;
    let rules = rules::in_force(line, remediation.repository.as_ref()).await?;
    let rule = match case.choice(&rules) {
        Choice::One(rule) => Some(rule),
        _ => None,
    };
    let now = line.now();
    let mut session = line.store.read().await?;
    let repository = remediation.repository.as_ref().map(|repository| repository.id);
    let decision = session.decision_in_force(&remediation.key, repository, rule.as_ref().map_or("", |rule| rule.id.as_str()), now).await?;
    drop(session);
    let event = match decision.and_then(|found| decided(&found.decision)) {
        Some(event) => event,
        None => {
            let policies = match &remediation.repository {
                Some(repository) => vec![policy::known(line, repository).await?.unwrap_or_default()],
                None => policy::possible(line).await?,
            };
            let severity = rule.map(|rule| rule.severity);
            let path = remediation.target.as_ref().map(|target| target.path.as_str());
            let scores = policies.iter().map(|policy| scored(&remediation, &case, severity, path, policy, now));
            let Some(best) = scores.reduce(|best, next| if reaches(&next) && !reaches(&best) { next } else { best }) else {
                return complete(line, job).await;
            };
            best
        }
    };
    finish(line, job, &remediation.id, &[event]).await
}

/// Whether a score reaches its threshold. While it is not known in which repository the block is, a finding is not dropped as long as
/// some policy would want it; the policy of its repository decides when it was found.
const fn reaches(score: &Event) -> bool {
    matches!(score, Event::Scored { risk, .. } if risk.above_threshold)
}

/// The score of the worst of the findings, with the date by which it must be done.
pub(super) fn scored(
    remediation: &Remediation,
    case: &Case,
    rule_severity: Option<Severity>,
    path: Option<&str>,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Event {
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
    let mut risk = best.unwrap_or(Risk {
        score: 0,
        points: Vec::new(),
        tier: crate::model::Tier::Standard,
        above_threshold: policy.threshold <= 0,
        threshold: policy.threshold,
    });
    // What a person asked for is done whatever its score.
    if !risk.above_threshold && case.findings.iter().any(|finding| finding.source == ISSUE_SOURCE) {
        risk.above_threshold = true;
        let reason = "a person asked for it, so it is done below the threshold too";
        risk.points.push(RiskPoint { name: "asked_by_person".into(), points: 0, reason: reason.into() });
    }
    let due = counts_from(remediation, now).checked_add_signed(policy.sla.of(risk.tier).as_delta());
    Event::Scored { risk, due }
}
