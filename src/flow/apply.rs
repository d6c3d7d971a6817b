//! Carrying a change of state out: the remediation, its audit events and the work that follows are one transaction.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Line, StepError, tell};
use crate::lifecycle::{self, Action, Event, Note, Thread};
use crate::model::{Remediation, RemediationId};
use crate::store::{Job, NewJob, Session, VersionedRemediation};

/// What is to be done outside the database because of a change of state: the payload of an `act` job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "act")]
pub(super) enum Effect {
    /// Bring the pull request's text up to date.
    UpdatePullRequest,
    /// Ask the owners.
    RequestReview,
    /// Write a comment.
    Comment {
        /// Where.
        on: Thread,
        /// What it says.
        note: Note,
    },
    /// Put labels on the pull request.
    Label {
        /// Their names.
        add: Vec<String>,
    },
    /// Set the check on the merged commit.
    Check {
        /// Whether the rule holds.
        passed: bool,
        /// In a sentence.
        summary: String,
    },
    /// Close the issues that asked.
    CloseIssues,
    /// Open them again.
    ReopenIssues,
    /// Tell the team above the owners.
    Escalate {
        /// What about.
        note: Note,
    },
}

/// The remediation after `event`, saved with everything that follows from it. Nothing is committed here.
///
/// # Errors
/// [`StepError::Illegal`] when the event cannot be true now; the database's otherwise.
pub(super) async fn apply(
    line: &Line,
    session: &mut Session,
    current: &VersionedRemediation,
    event: &Event,
    now: DateTime<Utc>,
) -> Result<VersionedRemediation, StepError> {
    let transition = session.transition(current, event, now, &policy(line)).await?;
    let next = &transition.remediation.remediation;
    if *next != current.remediation {
        tracing::info!(remediation = %next.id, event = event.name(), state = next.state.name(), "remediation changed");
    }
    for action in transition.actions {
        follow_up(session, next, action, now).await?;
    }
    tell::queue(line, session, &current.remediation, next, event, now).await?;
    Ok(transition.remediation)
}

/// What the state machine needs of the configuration.
fn policy(line: &Line) -> lifecycle::Policy {
    let track_every = line.settings.workers.reconcile.as_delta().max(chrono::TimeDelta::minutes(5));
    lifecycle::Policy { track_every, ..lifecycle::Policy::default() }
}

async fn follow_up(session: &mut Session, remediation: &Remediation, action: Action, now: DateTime<Utc>) -> Result<(), StepError> {
    let effect = match action {
        Action::OpenPullRequest => {
            if let Some(repository) = &remediation.repository {
                session.enqueue(&publish_job(repository.id, remediation, now), now).await?;
            }
            return Ok(());
        }
        Action::UpdatePullRequest => Effect::UpdatePullRequest,
        Action::RequestReview => Effect::RequestReview,
        Action::Comment { on, note } => Effect::Comment { on, note },
        Action::Label { add } => Effect::Label { add },
        Action::Check { passed, summary } => Effect::Check { passed, summary },
        Action::CloseIssues => Effect::CloseIssues,
        Action::ReopenIssues => Effect::ReopenIssues,
        Action::Escalate { note } => Effect::Escalate { note },
        // Events and steps are written by the transition itself; what concerns the sources is queued for them by `tell`.
        Action::Record { .. } | Action::Schedule { .. } | Action::ResolveFindings { .. } | Action::AskForRescan | Action::Notify { .. } => {
            return Ok(());
        }
    };
    let payload = json!({ "remediation": remediation.id, "effect": effect });
    session.enqueue(&NewJob::new("act", payload, now).in_order(ordering(remediation)).priority(priority(remediation)), now).await?;
    Ok(())
}

/// The publishing job of a repository: it chooses the most dangerous remediation itself, so one waiting is enough.
pub(super) fn publish_job(repository: u64, remediation: &Remediation, at: DateTime<Utc>) -> NewJob {
    NewJob::new("publish", json!({ "repository": repository }), at)
        .once(format!("publish-{repository}"))
        .in_order(format!("repository:{repository}"))
        .priority(priority(remediation))
}

/// Jobs of one repository never run at the same time; those of a remediation without one neither.
fn ordering(remediation: &Remediation) -> String {
    match &remediation.repository {
        Some(repository) => format!("repository:{}", repository.id),
        None => format!("remediation:{}", remediation.id),
    }
}

fn priority(remediation: &Remediation) -> i64 {
    remediation.risk.as_ref().map_or(0, |risk| i64::from(risk.score))
}

/// Applies `events` to the remediation as it is now, completes the job, and commits. An event that cannot be true any more is
/// logged and left out: the world went on while the step ran.
pub(super) async fn finish(line: &Line, job: &Job, id: &RemediationId, events: &[Event]) -> Result<(), StepError> {
    let now = line.now();
    let mut session = line.store.begin().await?;
    if let Some(mut current) = session.remediation(&id.0).await? {
        for event in events {
            match apply(line, &mut session, &current, event, now).await {
                Ok(next) => current = next,
                Err(StepError::Illegal(why)) => tracing::info!(remediation = %id, %why, "overtaken"),
                Err(error) => return Err(error),
            }
        }
    }
    session.complete(job).await?;
    session.commit().await?;
    Ok(())
}

/// The remediation a job is about, as it is now; `None` when it is gone, which completes the job.
pub(super) async fn subject(line: &Line, job: &Job) -> Result<Option<Remediation>, StepError> {
    let id = job.payload.get("remediation").and_then(|id| id.as_str()).unwrap_or_default();
    tracing::Span::current().record("remediation", id);
    let mut session = line.store.read().await?;
    let found = session.remediation(id).await?;
    drop(session);
    if found.is_none() {
        complete(line, job).await?;
    }
    Ok(found.map(|found| found.remediation))
}

/// Completes a job that leads to nothing.
pub(super) async fn complete(line: &Line, job: &Job) -> Result<(), StepError> {
    let mut session = line.store.begin().await?;
    session.complete(job).await?;
    session.commit().await?;
    Ok(())
}

/// Applies one event outside of any job.
pub(super) async fn finish_without_job(line: &Line, id: &RemediationId, event: &Event) -> Result<(), StepError> {
    let mut session = line.store.begin().await?;
    let Some(current) = session.remediation(&id.0).await? else { return Ok(()) };
    match apply(line, &mut session, &current, event, line.now()).await {
        Ok(_) => session.commit().await.map_err(Into::into),
        Err(StepError::Illegal(why)) => {
            tracing::info!(remediation = %id, %why, "overtaken");
            Ok(())
        }
        Err(error) => Err(error),
    }
}
