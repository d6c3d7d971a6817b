//! The queue: a table beside the data, so that a change and the work that follows are one transaction.
//!
//! A job is claimed under a lease; a worker that dies loses it when the lease runs out, and the count of attempts tells an old
//! holder from a new one. Jobs with the same ordering key (a repository) never run at the same time. Among those that may
//! run, the highest priority goes first, then the oldest.

use chrono::{DateTime, Duration, Utc};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::session::Statement;
use super::value::{Row, json};
use super::{Session, Store, StoreError};

/// Work to be done.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Kind of work; lower-case letters, digits, `-` and `_`.
    pub kind: String,
    /// What to do it on.
    pub payload: Json,
    /// At most one job of this key waits; asking again moves the waiting one forward and never behind.
    pub unique_key: Option<String>,
    /// Jobs of one ordering key never run at the same time.
    pub ordering_key: Option<String>,
    /// Higher goes first; the risk score of the finding.
    pub priority: i64,
    /// Not before.
    pub run_at: DateTime<Utc>,
    /// How often it is tried before it becomes a dead letter.
    pub max_attempts: i64,
}

impl NewJob {
    /// Work of `kind`, due at `run_at`, without keys, of priority 0, tried ten times.
    pub fn new(kind: impl Into<String>, payload: Json, run_at: DateTime<Utc>) -> Self {
        Self { kind: kind.into(), payload, unique_key: None, ordering_key: None, priority: 0, run_at, max_attempts: 10 }
    }

    /// Sets the key of which at most one job waits.
    #[must_use]
    pub fn once(mut self, key: impl Into<String>) -> Self {
        self.unique_key = Some(key.into());
        self
    }

    /// Sets the key whose jobs never run at the same time.
    #[must_use]
    pub fn in_order(mut self, key: impl Into<String>) -> Self {
        self.ordering_key = Some(key.into());
        self
    }

    /// Sets the priority; higher goes first.
    #[must_use]
    pub const fn priority(mut self, priority: i64) -> Self {
        self.priority = priority;
        self
    }
}

/// What became of a request for work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enqueued {
    /// A new job with this id.
    New(i64),
    /// A job of the same key waits already.
    Waiting(i64),
}

/// Who claims, and for how long at a time.
#[derive(Debug, Clone)]
pub struct Worker {
    /// Name, unique among all workers of all replicas.
    pub name: String,
    /// How long a claim holds without a heartbeat.
    pub lease: Duration,
}

impl Worker {
    /// A worker of that name.
    pub fn new(name: impl Into<String>, lease: Duration) -> Self {
        Self { name: name.into(), lease }
    }
}

/// A claimed job.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: i64,
    /// Kind of work.
    pub kind: String,
    /// What to do it on.
    pub payload: Json,
    /// Its key of which at most one waits.
    pub unique_key: Option<String>,
    /// Its ordering key.
    pub ordering_key: Option<String>,
    /// Its priority.
    pub priority: i64,
    /// The attempt that this claim is, from 1; tells this lease from a later one.
    pub attempt: i64,
    /// How often it is tried.
    pub max_attempts: i64,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
}

/// What became of a failed job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobFate {
    /// It is tried again then.
    Retry(DateTime<Utc>),
    /// A job of the same key waits already and takes its place.
    Replaced,
    /// It was tried often enough; a person must look.
    Dead,
}

/// A dead letter.
#[derive(Debug, Clone)]
pub struct DeadJob {
    /// Its id.
    pub id: i64,
    /// Kind of work.
    pub kind: String,
    /// What it was to be done on.
    pub payload: Json,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// The last error.
    pub last_error: Option<String>,
}

/// How many jobs of a kind are in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueCount {
    /// Kind of work.
    pub kind: String,
    /// `scheduled`, `ready`, `running` or `dead`.
    pub state: String,
    /// How many.
    pub count: i64,
    /// The earliest due time among them.
    pub oldest: DateTime<Utc>,
}

const ENQUEUE: &str = "INSERT INTO jobs (kind, payload, unique_key, ordering_key, priority, state, run_at, max_attempts, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (unique_key) WHERE state IN ('scheduled', 'ready') DO UPDATE SET
        run_at = CASE WHEN excluded.run_at < jobs.run_at THEN excluded.run_at ELSE jobs.run_at END,
        priority = CASE WHEN excluded.priority > jobs.priority THEN excluded.priority ELSE jobs.priority END,
        state = CASE WHEN excluded.state = 'ready' THEN 'ready' ELSE jobs.state END,
        asked = jobs.asked + 1
    RETURNING id, asked";

const WAKE: Statement = Statement {
    sqlite: "UPDATE jobs SET state = 'ready' WHERE state = 'scheduled' AND run_at <= $1",
    // Skipping rows that another replica is waking keeps the two from dead-locking.
    postgres: "UPDATE jobs SET state = 'ready' WHERE id IN
        (SELECT id FROM jobs WHERE state = 'scheduled' AND run_at <= $1 FOR UPDATE SKIP LOCKED)",
};

const CLAIM_EXPIRED: Statement = Statement {
    sqlite: "UPDATE jobs SET attempts = attempts + 1, lease_owner = $1, lease_expires_at = $2
        WHERE id = (SELECT id FROM jobs WHERE state = 'running' AND lease_expires_at < $3 AND ($4 = '' OR $4 LIKE '%,' || kind || ',%')
            ORDER BY lease_expires_at LIMIT 1)
        RETURNING id, kind, payload, unique_key, ordering_key, priority, attempts, max_attempts, created_at",
    postgres: "UPDATE jobs SET attempts = attempts + 1, lease_owner = $1, lease_expires_at = $2
        WHERE id = (SELECT id FROM jobs WHERE state = 'running' AND lease_expires_at < $3 AND ($4 = '' OR $4 LIKE '%,' || kind || ',%')
            ORDER BY lease_expires_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id, kind, payload, unique_key, ordering_key, priority, attempts, max_attempts, created_at",
};

const CLAIM_READY: Statement = Statement {
    sqlite: "UPDATE jobs SET state = 'running', attempts = attempts + 1, lease_owner = $1, lease_expires_at = $2
        WHERE id = (SELECT id FROM jobs WHERE state = 'ready' AND ($3 = '' OR $3 LIKE '%,' || kind || ',%')
            AND (ordering_key IS NULL OR ordering_key NOT IN (SELECT ordering_key FROM jobs WHERE state = 'running' AND ordering_key IS NOT NULL))
            ORDER BY priority DESC, id LIMIT 1)
        RETURNING id, kind, payload, unique_key, ordering_key, priority, attempts, max_attempts, created_at",
    postgres: "UPDATE jobs SET state = 'running', attempts = attempts + 1, lease_owner = $1, lease_expires_at = $2
        WHERE id = (SELECT id FROM jobs WHERE state = 'ready' AND ($3 = '' OR $3 LIKE '%,' || kind || ',%')
            AND (ordering_key IS NULL OR ordering_key NOT IN (SELECT ordering_key FROM jobs WHERE state = 'running' AND ordering_key IS NOT NULL))
            ORDER BY priority DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id, kind, payload, unique_key, ordering_key, priority, attempts, max_attempts, created_at",
};

const HEARTBEAT: &str = "UPDATE jobs SET lease_expires_at = $1 WHERE id = $2 AND attempts = $3 AND lease_owner = $4 AND state = 'running'";
const COMPLETE: &str = "DELETE FROM jobs WHERE id = $1 AND attempts = $2 AND state = 'running'";
const BURY: &str = "UPDATE jobs SET state = 'dead', last_error = $1, lease_owner = NULL, lease_expires_at = NULL
    WHERE id = $2 AND attempts = $3 AND state = 'running'";
const RETRY: &str = "UPDATE jobs SET state = 'scheduled', run_at = $1, last_error = $2, lease_owner = NULL, lease_expires_at = NULL
    WHERE id = $3 AND attempts = $4 AND state = 'running'
    AND NOT EXISTS (SELECT 1 FROM jobs AS other WHERE other.unique_key = jobs.unique_key AND other.state IN ('scheduled', 'ready'))";
const POSTPONE: &str =
    "UPDATE jobs SET state = 'scheduled', run_at = $1, attempts = attempts - 1, lease_owner = NULL, lease_expires_at = NULL
    WHERE id = $2 AND attempts = $3 AND state = 'running'
    AND NOT EXISTS (SELECT 1 FROM jobs AS other WHERE other.unique_key = jobs.unique_key AND other.state IN ('scheduled', 'ready'))";
const DEAD: &str = "SELECT id, kind, payload, attempts, created_at, last_error FROM jobs WHERE state = 'dead' ORDER BY id DESC LIMIT $1";
const REVIVE: &str = "UPDATE jobs SET state = 'ready', run_at = $1, attempts = 0 WHERE id = $2 AND state = 'dead'
    AND NOT EXISTS (SELECT 1 FROM jobs AS other WHERE other.unique_key = jobs.unique_key AND other.state IN ('scheduled', 'ready'))";
const FORGET_DEAD: &str = "DELETE FROM jobs WHERE id = $1 AND state = 'dead'";
const COUNTS: &str = "SELECT kind, state, COUNT(*) AS count, MIN(run_at) AS oldest FROM jobs GROUP BY kind, state ORDER BY kind, state";

const URGENT: &str = "SELECT 1 AS found FROM jobs WHERE state IN ('ready', 'running') AND priority > $1 AND priority < $2
    AND $3 LIKE '%,' || kind || ',%' LIMIT 1";

/// First delay of a retry; doubled with every attempt.
const FIRST_DELAY: Duration = Duration::seconds(2);
/// Longest delay of a retry.
const LONGEST_DELAY: Duration = Duration::hours(1);
/// How often a claim is repeated when another worker was faster.
const CLAIM_TRIES: usize = 8;
const LONGEST_ERROR: usize = 4_000;

/// How long to wait before the attempt after `attempt`: doubling from two seconds up to an hour, of which the upper half is
/// jitter. The jitter follows from the job and the attempt, so that a thousand jobs that failed together spread out, and a test can foresee it.
#[must_use]
pub fn backoff(job: i64, attempt: i64) -> Duration {
    let doublings = u32::try_from(attempt.saturating_sub(1).clamp(0, 20)).unwrap_or(20);
    let full = (FIRST_DELAY.num_milliseconds() << doublings).min(LONGEST_DELAY.num_milliseconds());
    let digest = Sha256::digest(format!("{job}/{attempt}"));
    let fraction = digest.iter().take(2).fold(0_i64, |sum, byte| sum * 256 + i64::from(*byte));
    Duration::milliseconds(full / 2 + full / 2 * fraction / 65_536)
}

impl Session {
    /// Asks for work. Of jobs with the same unique key only one waits: the earlier due time and the higher priority win.
    ///
    /// # Errors
    /// `Refused` for a kind that is not a plain word.
    pub async fn enqueue(&mut self, job: &NewJob, now: DateTime<Utc>) -> Result<Enqueued, StoreError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if job.kind.is_empty() || !job.kind.chars().all(plain) {
            return Err(StoreError::Refused { what: "a job", reason: format!("`{}` is not a kind of work", job.kind) });
        }
        let state = if job.run_at <= now { "ready" } else { "scheduled" };
        let values = vec![
            (&job.kind).into(),
            json("a job", &job.payload)?.into(),
            job.unique_key.clone().into(),
            job.ordering_key.clone().into(),
            job.priority.into(),
            state.into(),
            job.run_at.into(),
            job.max_attempts.max(1).into(),
            now.into(),
        ];
        let row = self.row(ENQUEUE, values).await?.ok_or_else(|| StoreError::corrupt("a job", "no id came back"))?;
        self.brings_work |= state == "ready";
        let id = row.int("id")?;
        Ok(if row.int("asked")? == 1 { Enqueued::New(id) } else { Enqueued::Waiting(id) })
    }

    /// Ends a job well. Part of the session that writes its result, so that both happen or neither.
    ///
    /// # Errors
    /// `LeaseLost` when another worker has the job by now.
    pub async fn complete(&mut self, job: &Job) -> Result<(), StoreError> {
        self.brings_work |= job.ordering_key.is_some();
        held(self.execute(COMPLETE, vec![job.id.into(), job.attempt.into()]).await?, job)
    }

    /// Ends an attempt badly: tried again after a growing delay, or moved to the dead letters when it was tried often enough.
    ///
    /// # Errors
    /// `LeaseLost` when another worker has the job by now.
    pub async fn fail_job(&mut self, job: &Job, error: &str, now: DateTime<Utc>) -> Result<JobFate, StoreError> {
        if job.attempt >= job.max_attempts {
            return self.bury(job, error).await;
        }
        let at = now + backoff(job.id, job.attempt);
        let values = vec![at.into(), shortened(error).into(), job.id.into(), job.attempt.into()];
        self.put_back(RETRY, values, job, at).await
    }

    /// Gives up on a job at once: repeating it cannot help.
    ///
    /// # Errors
    /// `LeaseLost` when another worker has the job by now.
    pub async fn bury(&mut self, job: &Job, error: &str) -> Result<JobFate, StoreError> {
        self.brings_work |= job.ordering_key.is_some();
        let values = vec![shortened(error).into(), job.id.into(), job.attempt.into()];
        held(self.execute(BURY, values).await?, job)?;
        Ok(JobFate::Dead)
    }

    /// Puts a job back until `at` without counting the attempt: a rate limit or a configured limit, not a failure.
    ///
    /// # Errors
    /// `LeaseLost` when another worker has the job by now.
    pub async fn postpone(&mut self, job: &Job, at: DateTime<Utc>) -> Result<JobFate, StoreError> {
        self.put_back(POSTPONE, vec![at.into(), job.id.into(), job.attempt.into()], job, at).await
    }

    async fn put_back(
        &mut self,
        statement: &'static str,
        values: Vec<super::value::Value>,
        job: &Job,
        at: DateTime<Utc>,
    ) -> Result<JobFate, StoreError> {
        self.brings_work |= job.ordering_key.is_some();
        if self.execute(statement, values).await? == 1 {
            return Ok(JobFate::Retry(at));
        }
        // Either the lease is lost, or a job of the same key waits already and does the same.
        self.complete(job).await?;
        Ok(JobFate::Replaced)
    }

    /// The dead letters, newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn dead_jobs(&mut self, limit: i64) -> Result<Vec<DeadJob>, StoreError> {
        let rows = self.rows(DEAD, vec![limit.into()]).await?;
        rows.iter()
            .map(|row| {
                Ok(DeadJob {
                    id: row.int("id")?,
                    kind: row.text("kind")?,
                    payload: row.json("payload")?,
                    attempts: row.int("attempts")?,
                    created_at: row.time("created_at")?,
                    last_error: row.optional_text("last_error")?,
                })
            })
            .collect()
    }

    /// Makes a dead letter ready again, with all its attempts. When a job of the same key waits already, that one takes its place.
    ///
    /// # Errors
    /// `Missing` when there is no such dead letter.
    pub async fn retry_dead(&mut self, id: i64, now: DateTime<Utc>) -> Result<JobFate, StoreError> {
        if self.execute(REVIVE, vec![now.into(), id.into()]).await? == 1 {
            self.brings_work = true;
            return Ok(JobFate::Retry(now));
        }
        if self.execute(FORGET_DEAD, vec![id.into()]).await? == 1 {
            return Ok(JobFate::Replaced);
        }
        Err(StoreError::Missing { what: "dead letter", id: id.to_string() })
    }

    /// Whether a job of one of `kinds` is ready or runs with a priority between `above` and `below`, both excluded.
    ///
    /// # Errors
    /// The database's.
    pub async fn has_urgent_work(&mut self, kinds: &[&str], above: i64, below: i64) -> Result<bool, StoreError> {
        let kinds = format!(",{},", kinds.join(","));
        Ok(self.row(URGENT, vec![above.into(), below.into(), kinds.into()]).await?.is_some())
    }

    /// How many jobs of each kind are in each state.
    ///
    /// # Errors
    /// The database's.
    pub async fn queue_counts(&mut self) -> Result<Vec<QueueCount>, StoreError> {
        let rows = self.rows(COUNTS, vec![]).await?;
        rows.iter()
            .map(|row| {
                Ok(QueueCount { kind: row.text("kind")?, state: row.text("state")?, count: row.int("count")?, oldest: row.time("oldest")? })
            })
            .collect()
    }

    async fn claim_one(&mut self, worker: &Worker, kinds: &str, now: DateTime<Utc>) -> Result<Option<Job>, StoreError> {
        self.execute(WAKE, vec![now.into()]).await?;
        let until = now + worker.lease;
        let expired = vec![(&worker.name).into(), until.into(), now.into(), kinds.into()];
        if let Some(row) = self.row(CLAIM_EXPIRED, expired).await? {
            return Ok(Some(claimed(&row)?));
        }
        let ready = vec![(&worker.name).into(), until.into(), kinds.into()];
        self.row(CLAIM_READY, ready).await?.as_ref().map(claimed).transpose()
    }
}

impl Store {
    /// Claims the most urgent job of one of `kinds` (all, when empty) that may run now.
    ///
    /// A job whose worker vanished is claimed again when its lease has run out; one that took its worker down with every
    /// attempt ends in the dead letters.
    ///
    /// # Errors
    /// The database's.
    pub async fn claim(&self, worker: &Worker, kinds: &[&str], now: DateTime<Utc>) -> Result<Option<Job>, StoreError> {
        let kinds = if kinds.is_empty() { String::new() } else { format!(",{},", kinds.join(",")) };
        for _ in 0..CLAIM_TRIES {
            let mut session = self.begin_forgettable().await?;
            match session.claim_one(worker, &kinds, now).await {
                Ok(Some(job)) if job.attempt > job.max_attempts => {
                    session.bury(&job, "its worker vanished at every attempt").await?;
                    session.commit().await?;
                }
                Ok(job) => {
                    session.commit().await?;
                    return Ok(job);
                }
                // Another worker took a job of the same ordering key, or the same rows in another order: look again.
                Err(error) if error.is_unique_violation() || error.is_transient() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Keeps a claimed job for another lease. Call it about every third of the lease.
    ///
    /// # Errors
    /// `LeaseLost` when another worker has the job by now: stop working on it.
    pub async fn heartbeat(&self, job: &Job, worker: &Worker, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut session = self.begin_forgettable().await?;
        let values = vec![(now + worker.lease).into(), job.id.into(), job.attempt.into(), (&worker.name).into()];
        held(session.execute(HEARTBEAT, values).await?, job)?;
        session.commit().await
    }

    /// [`Session::fail_job`] in a session of its own.
    ///
    /// # Errors
    /// `LeaseLost` when another worker has the job by now.
    pub async fn fail(&self, job: &Job, error: &str, now: DateTime<Utc>) -> Result<JobFate, StoreError> {
        let mut session = self.begin().await?;
        let fate = session.fail_job(job, error, now).await?;
        session.commit().await?;
        Ok(fate)
    }
}

fn claimed(row: &Row) -> Result<Job, StoreError> {
    Ok(Job {
        id: row.int("id")?,
        kind: row.text("kind")?,
        payload: row.json("payload")?,
        unique_key: row.optional_text("unique_key")?,
        ordering_key: row.optional_text("ordering_key")?,
        priority: row.int("priority")?,
        attempt: row.int("attempts")?,
        max_attempts: row.int("max_attempts")?,
        created_at: row.time("created_at")?,
    })
}

fn held(changed: u64, job: &Job) -> Result<(), StoreError> {
    if changed == 1 { Ok(()) } else { Err(StoreError::LeaseLost { job: job.id }) }
}

fn shortened(error: &str) -> String {
    error.chars().take(LONGEST_ERROR).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_an_hour_and_spread() {
        for attempt in 1..40 {
            let full = Duration::seconds(2 << (attempt - 1).min(20)).min(LONGEST_DELAY);
            let delay = backoff(7, attempt);
            assert!(full / 2 <= delay && delay <= full, "attempt {attempt}: {delay}");
        }
        let delays: std::collections::BTreeSet<_> = (0..100).map(|job| backoff(job, 5)).collect();
        assert!(delays.len() > 90, "jobs that failed together come back one by one");
    }
}
