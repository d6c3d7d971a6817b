//! The reconciling timer: every open or merged remediation is compared with GitHub, so that a lost webhook only delays.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::{Line, StepError, indexing};
use crate::lifecycle::Follow;
use crate::model::{RemediationId, RemediationState};
use crate::store::{Job, NewJob};

/// Remediations looked at in one page.
const PAGE: i64 = 500;
/// Processed deliveries are kept this long, so that a redelivery is recognised.
const KEEP_DELIVERIES: TimeDelta = TimeDelta::days(30);

/// How long after one comparison the next begins; at least a second.
pub(super) fn period(line: &Line) -> TimeDelta {
    line.settings.workers.reconcile.as_delta().max(TimeDelta::seconds(1))
}

/// The job that compares everything, due at `due`. At most one waits, whoever asks.
pub(super) fn at(due: DateTime<Utc>) -> NewJob {
    NewJob::new("reconcile", json!({}), due).once("reconcile").priority(-1)
}

/// Queues what may have been missed, and forgets what is no longer needed.
pub(super) async fn reconcile(line: &Arc<Line>, job: &Job) -> Result<(), StepError> {
    redeliver(line).await;
    indexing::survey_now(line).await;
    let now = line.now();
    let mut after: Option<RemediationId> = None;
    loop {
        let mut session = line.store.begin().await?;
        let page = session.remediations_after(after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else {
            session.purge_deliveries(now - KEEP_DELIVERIES).await?;
            session.enqueue(&at(now + period(line)), now).await?;
            session.complete(job).await?;
            session.commit().await?;
            return Ok(());
        };
        after = Some(last.remediation.id.clone());
        for found in &page {
            let remediation = &found.remediation;
            match remediation.state {
                RemediationState::Open => {
                    session.enqueue(&NewJob::follow(remediation, Follow::Track, now), now).await?;
                }
                RemediationState::Merged if remediation.verification.is_none() => {
                    session.enqueue(&NewJob::follow(remediation, Follow::Verify, now), now).await?;
                }
                RemediationState::Planned => {
                    if let Some(repository) = &remediation.repository {
                        session.enqueue(&super::apply::publish_job(repository.id, remediation, now), now).await?;
                    }
                }
                _ => {}
            }
        }
        session.commit().await?;
    }
}

/// Asks GitHub to send again what did not arrive: commands and alerts leave no other trace.
async fn redeliver(line: &Line) {
    // GitHub's deliveries carry GitHub's time.
    let since = Utc::now() - line.settings.workers.reconcile.as_delta().max(TimeDelta::minutes(10)) - TimeDelta::minutes(10);
    let lost = match line.github.lost_deliveries(since).await {
        Ok(lost) => lost,
        Err(error) => {
            tracing::warn!(%error, "the App's deliveries could not be listed");
            return;
        }
    };
    for delivery in lost.iter().take(100) {
        match line.github.redeliver(delivery.id).await {
            Ok(()) => tracing::info!(delivery = delivery.guid, event = delivery.event, "asked for a lost delivery again"),
            Err(error) => tracing::warn!(delivery = delivery.guid, %error, "a lost delivery could not be asked for"),
        }
    }
}
