//! Incoming calls: durable, with their job, before they are acknowledged.
//!
//! Calls that arrive while a transaction is being written are written together in the next one, so that a storm pays for one
//! flush to the disk per batch and not per call; each caller still waits until its own call is durable.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};
use tokio::sync::oneshot;

use super::{NewJob, Session, Store, StoreError};

/// An incoming call, authenticated but not yet understood.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// Where it came from: `github`, or the configured name of a source.
    pub source: String,
    /// The sender's id of the call, unique within the source; a redelivery has the same.
    pub id: String,
    /// Kind of event, as the sender names it.
    pub event: String,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

/// A stored call.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Where it came from.
    pub source: String,
    /// The sender's id.
    pub id: String,
    /// Kind of event.
    pub event: String,
    /// The body.
    pub body: Vec<u8>,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// What became of it, once processed.
    pub outcome: Option<String>,
}

/// Whether a call was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// Stored, and its job too.
    New,
    /// Known already; nothing was written.
    Duplicate,
}

/// Calls that wait for the transaction being written.
#[derive(Clone, Default)]
pub(super) struct Intake {
    queue: Arc<Mutex<Queue>>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    writing: bool,
}

struct Waiting {
    delivery: NewDelivery,
    job: NewJob,
    now: DateTime<Utc>,
    answer: oneshot::Sender<Result<Received, StoreError>>,
}

/// Enough to share a flush; small enough that one call does not wait long for its neighbours.
const LARGEST_BATCH: usize = 256;

const STORE: &str = "INSERT INTO deliveries (source, id, event, body, received_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
const LOAD: &str = "SELECT source, id, event, body, received_at, outcome FROM deliveries WHERE source = $1 AND id = $2";
const PROCESSED: &str = "UPDATE deliveries SET processed_at = $1, outcome = $2 WHERE source = $3 AND id = $4";
const PURGE: &str = "DELETE FROM deliveries WHERE received_at < $1 AND processed_at IS NOT NULL";

impl Session {
    /// Stores a call with its job, unless it is known already.
    ///
    /// # Errors
    /// The database's.
    pub async fn receive(&mut self, delivery: &NewDelivery, job: &NewJob, now: DateTime<Utc>) -> Result<Received, StoreError> {
        let values =
            vec![(&delivery.source).into(), (&delivery.id).into(), (&delivery.event).into(), delivery.body.clone().into(), now.into()];
        if self.execute(STORE, values).await? == 0 {
            return Ok(Received::Duplicate);
        }
        self.enqueue(job, now).await?;
        Ok(Received::New)
    }

    /// A stored call.
    ///
    /// # Errors
    /// The database's.
    pub async fn delivery(&mut self, source: &str, id: &str) -> Result<Option<Delivery>, StoreError> {
        let row = self.row(LOAD, vec![source.into(), id.into()]).await?;
        row.map(|row| {
            Ok(Delivery {
                source: row.text("source")?,
                id: row.text("id")?,
                event: row.text("event")?,
                body: row.bytes("body")?,
                received_at: row.time("received_at")?,
                outcome: row.optional_text("outcome")?,
            })
        })
        .transpose()
    }

    /// Notes what became of a call.
    ///
    /// # Errors
    /// The database's.
    pub async fn delivery_processed(&mut self, source: &str, id: &str, outcome: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.execute(PROCESSED, vec![now.into(), outcome.into(), source.into(), id.into()]).await?;
        Ok(())
    }

    /// Forgets processed calls that came before `before`; gives how many. Keep them at least as long as a sender may repeat them.
    ///
    /// # Errors
    /// The database's.
    pub async fn purge_deliveries(&mut self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.execute(PURGE, vec![before.into()]).await
    }
}

/// What [`Store::housekeep`] forgot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Housekeeping {
    /// Processed deliveries.
    pub deliveries: u64,
    /// Index entries that nobody used.
    pub index_blobs: u64,
    /// Places under limits whose windows are long over.
    pub places: u64,
}

/// Longer than any sender repeats a call: GitHub keeps deliveries for redelivery for three days, SNS retries for at most 23 days.
const KEEP_DELIVERIES: Duration = Duration::days(30);
const KEEP_UNUSED_INDEX: Duration = Duration::days(60);
/// Longer than the longest window of a limit.
const KEEP_PLACES: Duration = Duration::days(35);

impl Store {
    /// Forgets what nobody needs any more: processed deliveries after 30 days, index entries unused for 60, places under limits
    /// after 35. Findings, remediations, decisions and the audit record are never forgotten.
    ///
    /// # Errors
    /// The database's.
    pub async fn housekeep(&self, now: DateTime<Utc>) -> Result<Housekeeping, StoreError> {
        let mut session = self.begin().await?;
        let done = Housekeeping {
            deliveries: session.purge_deliveries(now - KEEP_DELIVERIES).await?,
            index_blobs: session.purge_index_blobs(now - KEEP_UNUSED_INDEX).await?,
            places: session.purge_places(now - KEEP_PLACES).await?,
        };
        session.commit().await?;
        Ok(done)
    }

    /// Stores a call with its job, durably, unless it is known already. Returns when it is on the disk: then it may be acknowledged.
    ///
    /// # Errors
    /// The database's; then nothing was stored and the sender must be told to try again.
    pub async fn receive(&self, delivery: NewDelivery, job: NewJob, now: DateTime<Utc>) -> Result<Received, StoreError> {
        let (answer, result) = oneshot::channel();
        let lead = {
            let mut queue = self.intake.lock();
            queue.waiting.push_back(Waiting { delivery, job, now, answer });
            !std::mem::replace(&mut queue.writing, true)
        };
        if lead {
            // A task of its own: a caller that goes away must not leave the others without a writer.
            let store = self.clone();
            tokio::spawn(async move { store.write_waiting().await });
        }
        result.await.unwrap_or_else(|_| Err(StoreError::Refused { what: "a delivery", reason: "the store is shutting down".into() }))
    }

    async fn write_waiting(&self) {
        loop {
            let batch: Vec<Waiting> = {
                let mut queue = self.intake.lock();
                let count = queue.waiting.len().min(LARGEST_BATCH);
                if count == 0 {
                    queue.writing = false;
                    return;
                }
                queue.waiting.drain(..count).collect()
            };
            match self.write_batch(&batch).await {
                Ok(received) => {
                    for (waiting, received) in batch.into_iter().zip(received) {
                        let _ = waiting.answer.send(Ok(received));
                    }
                }
                // One bad call must not fail its neighbours: each on its own.
                Err(_) => {
                    for waiting in batch {
                        let received = self.write_batch(std::slice::from_ref(&waiting)).await;
                        let _ = waiting.answer.send(received.map(|received| received.first().copied().unwrap_or(Received::Duplicate)));
                    }
                }
            }
        }
    }

    async fn write_batch(&self, batch: &[Waiting]) -> Result<Vec<Received>, StoreError> {
        let mut session = self.begin().await?;
        let mut received = Vec::with_capacity(batch.len());
        for waiting in batch {
            received.push(session.receive(&waiting.delivery, &waiting.job, waiting.now).await?);
        }
        session.commit().await?;
        Ok(received)
    }
}

impl Intake {
    fn lock(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
