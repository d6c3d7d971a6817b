//! Risk: is it worth a pull request, and how soon.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::apply::{complete, finish, subject};
use super::around::{Around, cloud_facts, code_around, code_at};
use super::choose::Choice;
use super::decisions::decided;
use super::place::case_of;
use super::solve::Case;
use super::talk::ISSUE_SOURCE;
use super::{Line, StepError, policy, rules};
use crate::config::Policy;
use crate::lifecycle::{Event, counts_from};
use crate::model::{Remediation, Risk, RiskPoint, Severity};
use crate::risk::{assess as score, weight};
use crate::store::Job;

/// Scores the remediation, unless a person decided to leave it alone. What stays below the threshold is looked up in the code before
/// it is left alone: tags and folders there may say that it is production, or what it holds.
pub(super) async fn assess(line: &Arc<Line>, job: &Job) -> Result<(), StepError> {
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
            let best = |around: &Around| {
                let scores = policies.iter().map(|policy| scored(&remediation, &case, severity, around, policy, now));
                scores.reduce(|best, next| if reaches(&next) && !reaches(&best) { next } else { best })
            };
            let mut around = Around { cloud: cloud_facts(line, &case).await, code: code_at(line, &remediation, &case).await? };
            let Some(mut event) = best(&around) else { return complete(line, job).await };
            if around.code.is_none() && policies.iter().any(|policy| may_rise(&event, policy)) {
                around.code = code_around(line, &case).await?;
                event = best(&around).unwrap_or(event);
            }
            event
        }
    };
    finish(line, job, &remediation.id, &[event]).await
}

/// Whether a score reaches its threshold. While it is not known in which repository the block is, a finding is not dropped as long as
/// some policy would want it; the policy of its repository decides when it was found.
const fn reaches(score: &Event) -> bool {
    matches!(score, Event::Scored { risk, .. } if risk.above_threshold)
}

/// Whether what the code may tell can lift the score over the threshold.
fn may_rise(event: &Event, policy: &Policy) -> bool {
    let Event::Scored { risk, .. } = event else { return false };
    let most: i32 = ["environment_production", "regulated_data"].into_iter().map(|name| weight(policy, name).max(0)).sum();
    let least = weight(policy, "environment_development").min(0);
    // A development that was guessed from a name gives way to what the code says.
    let lost = risk.points.iter().find(|point| point.name == "environment_development").map_or(0, |_| least);
    !risk.above_threshold && risk.score + most - lost >= policy.threshold
}

/// The score of the worst of the findings, with the date by which it must be done.
pub(super) fn scored(
    remediation: &Remediation,
    case: &Case,
    rule_severity: Option<Severity>,
    around: &Around,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Event {
    let best: Option<Risk> =
        case.findings.iter().map(|finding| score(finding, &around.of(finding, rule_severity), policy, now)).max_by_key(|risk| risk.score);
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
