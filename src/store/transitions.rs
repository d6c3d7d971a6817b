//! A step of a life and everything that belongs to it, in one session.

use chrono::{DateTime, Utc};

use crate::lifecycle::{self, Action, Event, Follow, Policy};
use crate::model::{Remediation, RemediationId};

use super::{NewEvent, NewJob, Session, StoreError, VersionedRemediation};

/// Priority of scoring: above every score, so that the order of the rest is known before the rest is begun.
const UNSCORED: i64 = 400;

/// What a step came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    /// The remediation as it is stored now.
    pub remediation: VersionedRemediation,
    /// What is left to do: every action but the audit events and the scheduled steps, which are written already.
    pub actions: Vec<Action>,
}

impl Session {
    /// Takes one step of a life: saves the remediation, adds its audit events, and asks for the steps that follow.
    ///
    /// # Errors
    /// `Illegal` when the event cannot be true (nothing is written), `Conflict` when somebody else was faster.
    pub async fn transition(
        &mut self,
        found: &VersionedRemediation,
        event: &Event,
        now: DateTime<Utc>,
        policy: &Policy,
    ) -> Result<Transition, StoreError> {
        let (remediation, actions) = lifecycle::step(&found.remediation, event, now, policy)?;
        let version =
            if remediation == found.remediation { found.version } else { self.save_remediation(&remediation, found.version).await? };
        let mut left = Vec::new();
        for action in actions {
            match action {
                Action::Record { what, actor, finding, details } => {
                    self.audit(event_of(&remediation.id, what, actor, finding, details, now))
                }
                Action::Schedule { step, at } => {
                    self.enqueue(&NewJob::follow(&remediation, step, at), now).await?;
                }
                other => left.push(other),
            }
        }
        Ok(Transition { remediation: VersionedRemediation { remediation, version }, actions: left })
    }
}

impl NewJob {
    /// The job of a step of a remediation: one waiting of a kind, in the order of its repository, by its score. What is still to be
    /// scored goes before everything that is. Its payload is `{"remediation": "<id>"}`.
    #[must_use]
    pub fn follow(remediation: &Remediation, step: Follow, at: DateTime<Utc>) -> Self {
        let id = &remediation.id;
        let priority = match step {
            Follow::Assess => UNSCORED,
            _ => remediation.risk.as_ref().map_or(0, |risk| i64::from(risk.score)),
        };
        let job =
            Self::new(step.name(), serde_json::json!({ "remediation": id }), at).once(format!("{}:{id}", step.name())).priority(priority);
        match &remediation.repository {
            Some(repository) => job.in_order(format!("repository:{}", repository.id)),
            None => job,
        }
    }
}

fn event_of(
    remediation: &RemediationId,
    what: &'static str,
    actor: String,
    finding: Option<String>,
    details: serde_json::Value,
    now: DateTime<Utc>,
) -> NewEvent {
    let event = NewEvent::new(what, now).by(actor).about(remediation).details(details);
    match finding {
        Some(finding) => event.of_finding(finding),
        None => event,
    }
}
