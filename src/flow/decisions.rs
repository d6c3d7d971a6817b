//! Saying no properly: false positives and exceptions, asked by one person and decided by another.

use chrono::{DateTime, Utc};

use super::apply::apply;
use super::command::{Command, Reach};
use super::commands::{Spoken, answer, known_in};
use super::{Line, StepError, policy};
use crate::github::Reaction;
use crate::lifecycle::{Asked, Decision, DecisionRules, Event, Scope, Speaker};
use crate::model::Remediation;
use crate::render;
use crate::store::{Session, VersionedRemediation, new_id};

/// Carries out a request or a decision.
pub(super) async fn decide(line: &Line, spoken: &Spoken, command: Command) -> Result<(), StepError> {
    let speaker = speaker(line, spoken).await?;
    let now = Utc::now();
    let mut session = line.store.begin().await?;
    let Some(current) = known_in(&mut session, spoken).await? else {
        return answer(line, spoken, "answer", &render::nothing_known_comment(), Reaction::Confused).await;
    };
    let outcome = match command {
        Command::FalsePositive { reason } => request(line, &mut session, &current, &speaker, Asked::FalsePositive, &reason, now).await?,
        Command::Exception { until, reason } => {
            request(line, &mut session, &current, &speaker, Asked::Exception { until }, &reason, now).await?
        }
        Command::Approve { reach } => approve(line, &mut session, &current, &speaker, reach, now).await?,
        Command::Reject { reason } => reject(line, &mut session, &current, &speaker, &reason, now).await?,
        _ => Ok(()),
    };
    match outcome {
        Ok(()) => {
            session.commit().await?;
            super::talk::react(line, &spoken.request, Some(Reaction::Rocket)).await
        }
        Err(why) => {
            drop(session);
            answer(line, spoken, "answer", &render::not_possible_comment(&why), Reaction::Confused).await
        }
    }
}

/// What GitHub tells of who speaks. Write permission was checked before; edited comments and bots never come here.
async fn speaker(line: &Line, spoken: &Spoken) -> Result<Speaker, StepError> {
    let team = policy::known(line, spoken.repository()).await?.and_then(|policy| policy.security_team);
    let in_team = match team {
        Some(team) => {
            let team = team.trim_start_matches('@').to_owned();
            let (organisation, team) = team.split_once('/').unwrap_or((&spoken.repository().owner, &team));
            line.client(spoken.repository()).team_role(organisation, team, &spoken.login).await?.is_some()
        }
        None => false,
    };
    Ok(Speaker { login: spoken.login.clone(), is_person: true, edited: false, may_write: true, in_team })
}

/// A result whose inner error is for the person who asked.
type Answered = Result<Result<(), String>, StepError>;

async fn request(
    line: &Line,
    session: &mut Session,
    current: &VersionedRemediation,
    speaker: &Speaker,
    asked: Asked,
    reason: &str,
    now: DateTime<Utc>,
) -> Answered {
    let scope = Scope::Resource { key: current.remediation.key.clone() };
    let decision =
        match Decision::request(new_id(now), &current.remediation.id, (asked, scope), reason, speaker, now, &DecisionRules::default()) {
            Ok(decision) => decision,
            Err(why) => return Ok(Err(why.to_string())),
        };
    session.insert_decision(&decision, now).await?;
    let event = Event::DecisionRequested { decision: decision.id, by: speaker.login.clone(), decide_by: decision.decide_by };
    told(apply(line, session, current, &event, now).await)
}

async fn approve(
    line: &Line,
    session: &mut Session,
    current: &VersionedRemediation,
    speaker: &Speaker,
    reach: Reach,
    now: DateTime<Utc>,
) -> Answered {
    let Some(open) = session.open_decision(&current.remediation.id).await? else { return Ok(Err("nothing was asked here".into())) };
    let wider = Decision { scope: scope(reach, &current.remediation, &open.decision), ..open.decision };
    let decision = match wider.approve(speaker, now) {
        Ok(decision) => decision,
        Err(why) => return Ok(Err(why.to_string())),
    };
    session.save_decision(&decision, open.version, now).await?;
    let (id, by, reason) = (decision.id, speaker.login.clone(), decision.reason);
    let event = match decision.asked {
        Asked::FalsePositive => Event::Suppressed { decision: id, by, reason },
        Asked::Exception { until } => Event::Excepted { decision: id, by, reason, until },
    };
    told(apply(line, session, current, &event, now).await)
}

/// What the approval counts for; an exception is always for one resource.
fn scope(reach: Reach, remediation: &Remediation, decision: &Decision) -> Scope {
    let rule = remediation.rules.first().cloned();
    match (reach, rule, &remediation.repository, &decision.asked) {
        (Reach::Repository, Some(rule), Some(repository), Asked::FalsePositive) => Scope::Repository { repository: repository.id, rule },
        (Reach::Everywhere, Some(rule), _, Asked::FalsePositive) => Scope::Everywhere { rule },
        _ => decision.scope.clone(),
    }
}

async fn reject(
    line: &Line,
    session: &mut Session,
    current: &VersionedRemediation,
    speaker: &Speaker,
    reason: &str,
    now: DateTime<Utc>,
) -> Answered {
    let Some(open) = session.open_decision(&current.remediation.id).await? else { return Ok(Err("nothing was asked here".into())) };
    let decision = match open.decision.reject(speaker, reason, now, &DecisionRules::default()) {
        Ok(decision) => decision,
        Err(why) => return Ok(Err(why.to_string())),
    };
    session.save_decision(&decision, open.version, now).await?;
    let event = Event::DecisionRejected { decision: decision.id, by: speaker.login.clone(), reason: reason.to_owned() };
    told(apply(line, session, current, &event, now).await)
}

fn told(result: Result<VersionedRemediation, StepError>) -> Answered {
    match result {
        Ok(_) => Ok(Ok(())),
        Err(StepError::Illegal(why)) => Ok(Err(why.reason.to_owned())),
        Err(error) => Err(error),
    }
}
