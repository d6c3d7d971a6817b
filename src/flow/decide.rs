//! Clocks: reminders, due dates, requests that nobody decided, exceptions that end.

use super::apply::{apply, finish, subject};
use super::{Line, StepError};
use crate::lifecycle::{Event, Follow};
use crate::store::{Job, NewJob};

/// Tells the remediation that a time has come.
pub(super) async fn tell(line: &Line, job: &Job, event: Event) -> Result<(), StepError> {
    let Some(remediation) = subject(line, job).await? else { return Ok(()) };
    finish(line, job, &remediation.id, &[event]).await
}

/// The request on this remediation was not decided in time.
pub(super) async fn lapse(line: &Line, job: &Job) -> Result<(), StepError> {
    let Some(remediation) = subject(line, job).await? else { return Ok(()) };
    let now = line.now();
    let mut session = line.store.begin().await?;
    if let Some(open) = session.open_decision(&remediation.id).await? {
        if let Some(lapsed) = open.decision.lapse(now) {
            session.save_decision(&lapsed, open.version, now).await?;
            if let Some(current) = session.remediation(&remediation.id.0).await? {
                quietly(apply(line, &mut session, &current, &Event::DecisionLapsed { decision: lapsed.id }, now).await)?;
            }
        } else {
            // The one that this was scheduled for was decided, and another was asked for since.
            session.enqueue(&NewJob::follow(&remediation, Follow::LapseDecision, open.decision.decide_by), now).await?;
        }
    }
    session.complete(job).await?;
    session.commit().await?;
    Ok(())
}

/// The exceptions on this remediation whose date has come.
pub(super) async fn end_exceptions(line: &Line, job: &Job) -> Result<(), StepError> {
    let Some(remediation) = subject(line, job).await? else { return Ok(()) };
    let now = line.now();
    let mut session = line.store.begin().await?;
    for found in session.decisions_of(&remediation.id).await? {
        let Some(ended) = found.decision.expire(now) else { continue };
        session.save_decision(&ended, found.version, now).await?;
        // An end that comes before that of an extension leads to the later one.
        if let Some(current) = session.remediation(&remediation.id.0).await? {
            quietly(apply(line, &mut session, &current, &Event::ExceptionEnded { decision: ended.id }, now).await)?;
        }
    }
    session.complete(job).await?;
    session.commit().await?;
    Ok(())
}

/// An event that cannot be true any more was overtaken by another.
fn quietly<T>(result: Result<T, StepError>) -> Result<(), StepError> {
    match result {
        Ok(_) => Ok(()),
        Err(StepError::Illegal(why)) => {
            tracing::info!(%why, "overtaken");
            Ok(())
        }
        Err(error) => Err(error),
    }
}
