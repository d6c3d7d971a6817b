//! The workers: claim a job, keep its lease, run its step, and settle it whatever happens.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::Instrument as _;

use super::{Line, StepError, reconcile, steps};
use crate::store::{Job, JobFate, Worker};

/// Runs the workers and the reconciling timer until `stop` becomes true; then running jobs get `drain` to finish. What is
/// not finished by then is taken up again after the restart.
pub async fn run_workers(line: Arc<Line>, mut stop: watch::Receiver<bool>) {
    let lease = TimeDelta::from_std(line.settings.workers.lease.as_std()).unwrap_or(TimeDelta::seconds(60));
    let replica = uuid::Uuid::now_v7();
    let mut tasks = JoinSet::new();
    for number in 0..line.settings.workers.count {
        let worker = Worker::new(format!("{replica}-{number}"), lease);
        tasks.spawn(work(line.clone(), worker, stop.clone()));
    }
    tasks.spawn(tick(line.clone(), stop.clone()));
    let _ = stop.wait_for(|stop| *stop).await;
    let drain = line.settings.server.drain.as_std();
    if tokio::time::timeout(drain, async { while tasks.join_next().await.is_some() {} }).await.is_err() {
        tracing::warn!(seconds = drain.as_secs(), "jobs still running after the drain; they are taken up again after the restart");
    }
}

/// Queues a reconciling job at the start, because something may have happened while we were away. After that each one queues the
/// next, so that ten replicas do not ask GitHub ten times as often; the timer only mends that chain when its last job was lost.
async fn tick(line: Arc<Line>, mut stop: watch::Receiver<bool>) {
    let period = reconcile::period(&line);
    let mut timer = tokio::time::interval(period.to_std().unwrap_or(Duration::from_secs(60)));
    let mut wait = TimeDelta::zero();
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            _ = timer.tick() => {}
        }
        let now = line.now();
        let queued = async {
            let mut session = line.store.begin().await?;
            session.enqueue(&reconcile::at(now + wait), now).await?;
            session.commit().await
        };
        match queued.await {
            Ok(()) => wait = period,
            Err(error) => tracing::warn!(%error, "the reconciling job could not be queued"),
        }
    }
}

async fn work(line: Arc<Line>, worker: Worker, mut stop: watch::Receiver<bool>) {
    let poll = line.settings.workers.poll.as_std();
    while !*stop.borrow() {
        match line.store.claim(&worker, &[], line.now()).await {
            Ok(Some(job)) => run(&line, &worker, job).await,
            Ok(None) => {
                tokio::select! {
                    () = line.store.wait_for_work(poll) => {}
                    _ = stop.wait_for(|stop| *stop) => {}
                }
            }
            Err(error) => {
                tracing::error!(%error, "no job could be claimed");
                tokio::select! {
                    () = tokio::time::sleep(poll) => {}
                    _ = stop.wait_for(|stop| *stop) => {}
                }
            }
        }
    }
}

/// One job, from claim to settlement. The step completes its job itself, in the transaction of its last change.
async fn run(line: &Arc<Line>, worker: &Worker, job: Job) {
    let span = tracing::info_span!(
        "job",
        id = job.id,
        kind = job.kind,
        attempt = job.attempt,
        delivery = tracing::field::Empty,
        finding = tracing::field::Empty,
        remediation = tracing::field::Empty
    );
    let kind = job.kind.clone();
    let started = Instant::now();
    // A task of its own: a panic in it is an error of this job and of nothing else.
    let mut step = tokio::spawn(steps::run(line.clone(), job.clone()).instrument(span.clone()));
    let deadline = tokio::time::sleep(line.settings.workers.job_timeout.as_std());
    tokio::pin!(deadline);
    let mut beat = tokio::time::interval(worker.lease.to_std().unwrap_or(Duration::from_secs(60)) / 3);
    beat.tick().await;
    let result = loop {
        tokio::select! {
            result = &mut step => break result.unwrap_or_else(|error| Err(error.into())),
            () = &mut deadline => {
                step.abort();
                break Err(StepError::Later(format!("not done after {} seconds", line.settings.workers.job_timeout.as_seconds())));
            }
            _ = beat.tick() => {
                if let Err(error) = line.store.heartbeat(&job, worker, line.now()).await {
                    tracing::warn!(job = job.id, %error, "the lease could not be kept");
                }
            }
        }
    };
    let outcome = match result {
        Ok(()) => "done",
        Err(error) => settle(line, &job, error).instrument(span).await,
    };
    metrics::counter!("remediate_jobs_total", "kind" => kind.clone(), "outcome" => outcome).increment(1);
    metrics::histogram!("remediate_job_seconds", "kind" => kind).record(started.elapsed().as_secs_f64());
}

/// What becomes of a job that did not finish.
async fn settle(line: &Arc<Line>, job: &Job, error: StepError) -> &'static str {
    let message = error.to_string();
    let now = line.now();
    let fate = match error {
        StepError::Lost => return "lost",
        StepError::NotBefore { at, .. } => {
            tracing::info!(until = %at, message, "job waits");
            postpone(line, job, at).await
        }
        StepError::Later(_) => line.store.fail(job, &message, now).await,
        StepError::Never(_) | StepError::Illegal(_) => bury(line, job, &message).await,
    };
    match fate {
        Ok(JobFate::Dead) => {
            tracing::error!(message, "job given up");
            if let Err(error) = steps::gave_up(line, job, &message).await {
                tracing::error!(%error, "giving up could not be reported");
            }
            "dead"
        }
        Ok(JobFate::Retry(at)) => {
            tracing::warn!(message, at = %at, "job is tried again");
            "retry"
        }
        Ok(JobFate::Replaced) => "replaced",
        Err(error) => {
            // The lease runs out by itself, and the job is claimed again.
            tracing::error!(%error, message, "the job could not be settled");
            "unsettled"
        }
    }
}

async fn postpone(line: &Line, job: &Job, at: chrono::DateTime<Utc>) -> Result<JobFate, crate::store::StoreError> {
    let mut session = line.store.begin().await?;
    let fate = session.postpone(job, at).await?;
    session.commit().await?;
    Ok(fate)
}

async fn bury(line: &Line, job: &Job, message: &str) -> Result<JobFate, crate::store::StoreError> {
    let mut session = line.store.begin().await?;
    let fate = session.bury(job, message).await?;
    session.commit().await?;
    Ok(fate)
}
