//! Saying no properly: false positives and exceptions, asked by one person and decided by another.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::apply::{apply, complete};
use super::command::{Command, Reach};
use super::commands::{Spoken, answer, known_in};
use super::{Line, StepError, policy};
use crate::github::Reaction;
use crate::lifecycle::{Asked, Decision, DecisionRules, DecisionStatus, Event, Scope, Speaker};
use crate::model::Remediation;
use crate::render;
use crate::store::{Job, NewJob, Session, VersionedRemediation, new_id};

/// Carries out a request or a decision.
pub(super) async fn decide(line: &Line, spoken: &Spoken, command: Command) -> Result<(), StepError> {
    let now = line.now();
    // GitHub is asked before the transaction begins, so that nobody waits for it.
    let teams = Teams::of(line, spoken).await?;
    let mut session = line.store.begin().await?;
    let Some(current) = known_in(&mut session, spoken).await? else {
        drop(session);
        return answer(line, spoken, "answer", &render::nothing_known_comment(), Reaction::Confused).await;
    };
    let mut here = Here { line, spoken, teams, session: &mut session, current: &current, now };
    let outcome = match command {
        Command::FalsePositive { reason } => here.request(Asked::FalsePositive, &reason).await?,
        Command::Exception { until, reason } => here.request(Asked::Exception { until }, &reason).await?,
        Command::Approve { reach } => here.approve(reach).await?,
        Command::Reject { reason } => here.reject(&reason).await?,
        Command::Revoke { reason } => here.revoke(&reason).await?,
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

/// Whether who speaks is in one of the teams that decide here.
pub(super) async fn is_decider(line: &Line, spoken: &Spoken) -> Result<bool, StepError> {
    let teams = Teams::of(line, spoken).await?;
    Ok(teams.analysts == Some(true) || teams.security == Some(true))
}

/// Whether who speaks is in the teams that decide; `None` where there is no such team.
#[derive(Debug, Clone, Copy)]
struct Teams {
    analysts: Option<bool>,
    security: Option<bool>,
}

impl Teams {
    async fn of(line: &Line, spoken: &Spoken) -> Result<Self, StepError> {
        let policy = policy::known(line, spoken.repository()).await?.unwrap_or_default();
        let security = match &policy.security_team {
            Some(team) => Some(is_member(line, spoken, team).await?),
            None => None,
        };
        let analysts = match &policy.analyst_team {
            Some(team) => Some(is_member(line, spoken, team).await?),
            None => security,
        };
        Ok(Self { analysts, security })
    }

    const fn deciding(self, asked: &Asked) -> Option<bool> {
        match asked {
            Asked::FalsePositive => self.analysts,
            Asked::Exception { .. } => self.security,
        }
    }
}

async fn is_member(line: &Line, spoken: &Spoken, team: &str) -> Result<bool, StepError> {
    let team = team.trim_start_matches('@');
    let (organisation, team) = team.split_once('/').unwrap_or((&spoken.repository().owner, team));
    Ok(line.client(spoken.repository()).team_role(organisation, team, &spoken.login).await?.is_some())
}

/// A result whose inner error is for the person who asked.
type Answered = Result<Result<(), String>, StepError>;

/// Where a command about a decision was written, and what it is about.
struct Here<'a> {
    line: &'a Line,
    spoken: &'a Spoken,
    teams: Teams,
    session: &'a mut Session,
    current: &'a VersionedRemediation,
    now: DateTime<Utc>,
}

impl Here<'_> {
    /// What GitHub tells of who speaks. Edited comments and bots never come here.
    fn speaker(&self, asked: &Asked) -> Speaker {
        let in_team = self.teams.deciding(asked) == Some(true);
        Speaker { login: self.spoken.login.clone(), is_person: true, edited: false, may_write: self.spoken.may_write, in_team }
    }

    async fn request(&mut self, asked: Asked, reason: &str) -> Answered {
        if self.teams.deciding(&asked).is_none() {
            return Ok(Err("nobody could decide it: no `security_team` is set in `.github/remediate.yml`".into()));
        }
        let speaker = self.speaker(&asked);
        let remediation = &self.current.remediation;
        let scope = Scope::Resource { key: remediation.key.clone() };
        let rules = DecisionRules::default();
        let asked_for = (asked.clone(), scope);
        let decision = match Decision::request(new_id(self.now), &remediation.id, asked_for, reason, &speaker, self.now, &rules) {
            Ok(decision) => decision,
            Err(why) => return Ok(Err(why.to_string())),
        };
        if let Some(open) = self.session.open_decision(&remediation.id).await? {
            return Ok(Err(format!("a request of `{}` is before the team; it must be decided first", open.decision.requested_by)));
        }
        self.session.insert_decision(&decision, self.now).await?;
        self.apply(Event::DecisionRequested { decision: decision.id, asked, by: speaker.login, decide_by: decision.decide_by }).await
    }

    async fn approve(&mut self, reach: Reach) -> Answered {
        let Some(open) = self.session.open_decision(&self.current.remediation.id).await? else { return Ok(Err(NOTHING_ASKED.into())) };
        let speaker = self.speaker(&open.decision.asked);
        let scope = match scope(reach, &self.current.remediation, &open.decision) {
            Ok(scope) => scope,
            Err(why) => return Ok(Err(why.into())),
        };
        let wider = Decision { scope, ..open.decision };
        let decision = match wider.approve(&speaker, self.now) {
            Ok(decision) => decision,
            Err(why) => return Ok(Err(why.to_string())),
        };
        self.session.save_decision(&decision, open.version, self.now).await?;
        if !matches!(decision.scope, Scope::Resource { .. }) {
            // Others of its rule may be under way.
            let job = NewJob::new("spread", json!({ "decision": decision.id }), self.now).once(format!("spread:{}", decision.id));
            self.session.enqueue(&job, self.now).await?;
        }
        match decided(&decision) {
            Some(event) => self.apply(event).await,
            None => Ok(Ok(())),
        }
    }

    async fn reject(&mut self, reason: &str) -> Answered {
        let Some(open) = self.session.open_decision(&self.current.remediation.id).await? else { return Ok(Err(NOTHING_ASKED.into())) };
        let speaker = self.speaker(&open.decision.asked);
        let decision = match open.decision.reject(&speaker, reason, self.now, &DecisionRules::default()) {
            Ok(decision) => decision,
            Err(why) => return Ok(Err(why.to_string())),
        };
        self.session.save_decision(&decision, open.version, self.now).await?;
        self.apply(Event::DecisionRejected { decision: decision.id, by: speaker.login, reason: reason.to_owned() }).await
    }

    /// Takes back the decision in force here, which may be one about the rule as a whole.
    async fn revoke(&mut self, reason: &str) -> Answered {
        let remediation = &self.current.remediation;
        let (repository, rule) = (remediation.repository.as_ref().map(|repository| repository.id), remediation.rules.first().cloned());
        let mut taken_back = None;
        // One after the other: a suppression may cover an exception.
        while let Some(found) =
            self.session.decision_in_force(&remediation.key, repository, rule.as_deref().unwrap_or_default(), self.now).await?
        {
            let speaker = self.speaker(&found.decision.asked);
            let ended = match found.decision.revoke(&speaker, self.now) {
                Ok(ended) => ended,
                Err(why) => return Ok(Err(why.to_string())),
            };
            self.session.save_decision(&ended, found.version, self.now).await?;
            if !matches!(ended.scope, Scope::Resource { .. }) {
                let job = NewJob::new("spread", json!({ "decision": ended.id }), self.now).once(format!("spread:{}", ended.id));
                self.session.enqueue(&job, self.now).await?;
            }
            taken_back = Some((ended.id, speaker.login));
        }
        match taken_back {
            Some((decision, by)) => self.apply(Event::Revoked { decision, by, reason: reason.to_owned() }).await,
            None => Ok(Err("no suppression or exception is in force here".into())),
        }
    }

    async fn apply(&mut self, event: Event) -> Answered {
        match apply(self.line, self.session, self.current, &event, self.now).await {
            Ok(_) => Ok(Ok(())),
            Err(StepError::Illegal(why)) => Ok(Err(why.reason.to_owned())),
            Err(error) => Err(error),
        }
    }
}

const NOTHING_ASKED: &str = "nothing was asked here; `/remediate false-positive REASON` or `/remediate exception 30d REASON` asks";

/// What the approval counts for. An exception is always for one resource: each risk that is accepted has its own reason and date.
fn scope(reach: Reach, remediation: &Remediation, decision: &Decision) -> Result<Scope, &'static str> {
    let rule = remediation.rules.first().cloned();
    match (reach, rule, &remediation.repository, &decision.asked) {
        (Reach::Resource, ..) => Ok(decision.scope.clone()),
        (_, _, _, Asked::Exception { .. }) => Err("an exception is for one resource; write `/remediate approve`"),
        (Reach::Repository, Some(rule), Some(repository), _) => Ok(Scope::Repository { repository: repository.id, rule }),
        (Reach::Everywhere, Some(rule), ..) => Ok(Scope::Everywhere { rule }),
        _ => Err("it is not known yet which rule this is; `/remediate approve` is for this resource only"),
    }
}

/// What a decision in force does to a remediation.
pub(super) fn decided(decision: &Decision) -> Option<Event> {
    let DecisionStatus::Approved { by, .. } = &decision.status else { return None };
    let (id, by, reason) = (decision.id.clone(), by.clone(), decision.reason.clone());
    Some(match decision.asked {
        Asked::FalsePositive => Event::Suppressed { decision: id, by, reason },
        Asked::Exception { until } => Event::Excepted { decision: id, by, reason, until },
    })
}

/// Remediations looked at in one transaction.
const PAGE: i64 = 200;

/// A decision about a rule was made or taken back: every remediation of that rule, in its repository or everywhere, follows it.
pub(super) async fn spread(line: &Line, job: &Job) -> Result<(), StepError> {
    let id = job.payload.get("decision").and_then(serde_json::Value::as_str).unwrap_or_default();
    let mut session = line.store.read().await?;
    let found = session.decision(id).await?;
    drop(session);
    if let Some(found) = found {
        let event = match &found.decision.status {
            DecisionStatus::Ended { by: Some(by), .. } => Some(Event::Revoked {
                decision: id.to_owned(),
                by: by.clone(),
                reason: "the decision about the rule was taken back".into(),
            }),
            _ => decided(&found.decision),
        };
        if let Some(event) = event {
            spread_event(line, &found.decision.scope, &event).await?;
        }
    }
    complete(line, job).await
}

async fn spread_event(line: &Line, scope: &Scope, event: &Event) -> Result<(), StepError> {
    let now = line.now();
    let mut after = None;
    loop {
        let mut session = line.store.begin().await?;
        let page = session.remediations_after(after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.remediation.id.clone());
        for found in page.iter().filter(|found| concerns(scope, &found.remediation)) {
            match apply(line, &mut session, found, event, now).await {
                Ok(_) | Err(StepError::Illegal(_)) => {}
                Err(error) => return Err(error),
            }
        }
        session.commit().await?;
    }
}

fn concerns(scope: &Scope, remediation: &Remediation) -> bool {
    // What was left alone before it was planned has its rule in its key only.
    let of_rule = |rule: &String| match remediation.rules.first() {
        Some(first) => first == rule,
        None => remediation.key.strip_suffix(rule.as_str()).is_some_and(|rest| rest.ends_with('/')),
    };
    match scope {
        Scope::Resource { key } => remediation.key == *key,
        Scope::Repository { repository, rule } => of_rule(rule) && remediation.repository.as_ref().is_some_and(|its| its.id == *repository),
        Scope::Everywhere { rule } => of_rule(rule),
    }
}
