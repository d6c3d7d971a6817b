//! Which step a job is, and what becomes of a remediation whose step was given up.

use std::sync::Arc;

use super::apply::finish_without_job;
use super::{
    Line, StepError, act, again, assess, decide, decisions, deliveries, indexing, place, plan, policy, publish, reconcile, states, tell,
    track, verify,
};
use crate::lifecycle::Event;
use crate::model::RemediationId;
use crate::store::Job;

/// Runs the step of a job. It completes the job itself, in the transaction of its last change.
pub(super) async fn run(line: Arc<Line>, job: Job) -> Result<(), StepError> {
    match job.kind.as_str() {
        "delivery" => deliveries::process(&line, &job).await,
        "assess" => assess::assess(&line, &job).await,
        "locate" => place::place(&line, &job).await,
        "index" => indexing::index(&line, &job).await,
        "states" => states::read(&line, &job).await,
        "plan" => plan::plan(&line, &job).await,
        "publish" => publish::publish(&line, &job).await,
        "track" => track::track(&line, &job).await,
        "verify" => verify::verify(&line, &job).await,
        "act" => act::act(&line, &job).await,
        tell::TELL => tell::tell(&line, &job).await,
        "remind" => decide::tell(&line, &job, Event::ReminderDue).await,
        "breach" => decide::tell(&line, &job, Event::DueDatePassed).await,
        "rescan" => decide::tell(&line, &job, Event::RescanDeadline).await,
        "end_exception" => decide::end_exceptions(&line, &job).await,
        "wake" => decide::tell(&line, &job, Event::SnoozeEnded).await,
        "reconsider" => policy::reconsider(&line, &job).await,
        "spread" => decisions::spread(&line, &job).await,
        "rebase" => again::rebased(&line, &job).await,
        "lapse_decision" => decide::lapse(&line, &job).await,
        "reconcile" => reconcile::reconcile(&line, &job).await,
        other => Err(StepError::Never(format!("there is no step called `{other}`; this job was queued by another version"))),
    }
}

/// A job became a dead letter: its remediation is told, so that a person hears of it.
pub(super) async fn gave_up(line: &Line, job: &Job, message: &str) -> Result<(), StepError> {
    if job.kind == tell::TELL {
        return tell::could_not(line, job, message).await;
    }
    let Some(id) = job.payload.get("remediation").and_then(|id| id.as_str()) else { return Ok(()) };
    finish_without_job(line, &RemediationId(id.into()), &Event::GaveUp { error: message.into() }).await
}
