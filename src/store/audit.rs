//! The audit record: append-only and hash-chained, written in the transaction of the change it tells of.
//!
//! Events are gathered in the session and written when it commits, so that the end of the chain is locked as late and as
//! shortly as possible. Writers take turns at the row that holds the end of the chain, so it cannot fork.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use crate::model::{AuditEvent, RemediationId};

use super::chain::{self, ChainBreak, ChainCheck, ChainWalk};
use super::value::Row;
use super::{Session, StoreError};

/// An event that is not yet part of the chain.
#[derive(Debug, Clone)]
pub struct NewEvent {
    action: String,
    actor: String,
    at: DateTime<Utc>,
    finding: Option<String>,
    remediation: Option<String>,
    details: Json,
}

impl NewEvent {
    /// Something the bot itself did.
    pub fn new(action: impl Into<String>, at: DateTime<Utc>) -> Self {
        Self {
            action: action.into(),
            actor: "remediate".into(),
            at,
            finding: None,
            remediation: None,
            details: Json::Object(serde_json::Map::new()),
        }
    }

    /// Names who did it: `remediate`, `source:<name>` or `github:<login>`.
    #[must_use]
    pub fn by(mut self, actor: impl Into<String>) -> Self {
        self.actor = actor.into();
        self
    }

    /// Names the remediation concerned.
    #[must_use]
    pub fn about(mut self, remediation: &RemediationId) -> Self {
        self.remediation = Some(remediation.0.clone());
        self
    }

    /// Names the finding concerned, by our id.
    #[must_use]
    pub fn of_finding(mut self, finding: impl Into<String>) -> Self {
        self.finding = Some(finding.into());
        self
    }

    /// Adds details: a JSON object without secrets.
    #[must_use]
    pub fn details(mut self, details: Json) -> Self {
        self.details = details;
        self
    }
}

/// An event waiting for its session to commit.
pub(super) struct PendingEvent(NewEvent);

const NEXT: &str = "UPDATE audit_head SET sequence = sequence + $1 WHERE id = 1 RETURNING sequence, hash";
const APPEND: &str =
    "INSERT INTO audit_events (sequence, at, action, finding, remediation, line, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const ADVANCE: &str = "UPDATE audit_head SET hash = $1 WHERE id = 1";
const HEAD: &str = "SELECT sequence, hash FROM audit_head WHERE id = 1";
const PAGE: &str =
    "SELECT sequence, at, action, finding, remediation, line, hash FROM audit_events WHERE sequence > $1 ORDER BY sequence LIMIT $2";
const OF_FINDING: &str = "SELECT sequence, at, action, finding, remediation, line, hash FROM audit_events
    WHERE finding = $1 OR remediation = $2 ORDER BY sequence";

impl Session {
    /// Adds an event to the record when this session commits.
    pub fn audit(&mut self, event: NewEvent) {
        self.events.push(PendingEvent(event));
    }

    pub(super) async fn write_events(&mut self) -> Result<(), StoreError> {
        let events = std::mem::take(&mut self.events);
        let Ok(count) = i64::try_from(events.len()) else { return Ok(()) };
        if count == 0 {
            return Ok(());
        }
        // The update locks the row until the commit: the next writer reads our hash, never an older one.
        let head =
            self.row(NEXT, vec![count.into()]).await?.ok_or_else(|| StoreError::corrupt("the audit record", "its end is missing"))?;
        let (last, mut previous) = (head.int("sequence")?, head.text("hash")?);
        for (offset, PendingEvent(new)) in events.into_iter().enumerate() {
            let sequence = last - count + 1 + i64::try_from(offset).unwrap_or(0);
            previous = self.append(new, sequence, &previous).await?;
        }
        self.execute(ADVANCE, vec![previous.into()]).await?;
        Ok(())
    }

    async fn append(&mut self, new: NewEvent, sequence: i64, previous: &str) -> Result<String, StoreError> {
        let mut event = AuditEvent {
            sequence,
            at: new.at,
            actor: new.actor,
            action: new.action,
            finding: new.finding,
            remediation: new.remediation,
            details: new.details,
            previous: String::new(),
            hash: String::new(),
        };
        let line = chain::seal(&mut event, sequence, previous);
        let hash = event.hash.clone();
        let values = vec![
            sequence.into(),
            event.at.into(),
            event.action.into(),
            event.finding.into(),
            event.remediation.into(),
            line.into(),
            event.hash.into(),
        ];
        self.execute(APPEND, values).await?;
        Ok(hash)
    }

    /// Events after sequence `after` (0 for the first page), in order.
    ///
    /// # Errors
    /// `Corrupt` when an event cannot be read.
    pub async fn audit_after(&mut self, after: i64, limit: i64) -> Result<Vec<AuditEvent>, StoreError> {
        self.rows(PAGE, vec![after.into(), limit.into()]).await?.iter().map(event).collect()
    }

    /// Events of a finding (our id) and of its remediation, in order.
    ///
    /// # Errors
    /// `Corrupt` when an event cannot be read.
    pub async fn audit_of(&mut self, finding: &str, remediation: &str) -> Result<Vec<AuditEvent>, StoreError> {
        self.rows(OF_FINDING, vec![finding.into(), remediation.into()]).await?.iter().map(event).collect()
    }

    /// Checks the whole record: every event, the columns it is searched by, and that its end is the one noted.
    ///
    /// # Errors
    /// The database's. What is wrong with the chain is the inner result.
    pub async fn verify_audit(&mut self) -> Result<Result<ChainCheck, ChainBreak>, StoreError> {
        const PAGE_SIZE: i64 = 1_000;
        let mut walk = ChainWalk::default();
        let mut after = 0;
        let head = self.row(HEAD, vec![]).await?.ok_or_else(|| StoreError::corrupt("the audit record", "its end is missing"))?;
        let (last, expected) = (head.int("sequence")?, head.text("hash")?);
        loop {
            let rows = self.rows(PAGE, vec![after.into(), PAGE_SIZE.into()]).await?;
            for row in &rows {
                // Events that were appended since the end was read are not checked, nor missed.
                if row.int("sequence")? > last {
                    break;
                }
                if let Err(broken) = read_and_step(row, &mut walk) {
                    return Ok(Err(broken));
                }
            }
            match rows.last() {
                Some(row) if row.int("sequence")? < last => after = row.int("sequence")?,
                _ => break,
            }
        }
        let check = walk.finish();
        if check.head != expected || i64::try_from(check.events).unwrap_or(0) != last {
            let reason = format!("the record ends at event {}, but {last} were written: events at the end are missing", check.events);
            return Ok(Err(ChainBreak { position: check.events + 1, sequence: last, reason }));
        }
        Ok(Ok(check))
    }
}

fn read_and_step(row: &Row, walk: &mut ChainWalk) -> Result<(), ChainBreak> {
    let sequence = row.int("sequence").unwrap_or(0);
    let unreadable = |error: StoreError| ChainBreak { position: walk.position(), sequence, reason: error.to_string() };
    let event = event(row).map_err(unreadable)?;
    walk.step(&event)
}

/// The event of a row. The line is what counts; the columns beside it must say the same.
fn event(row: &Row) -> Result<AuditEvent, StoreError> {
    #[derive(serde::Deserialize)]
    struct Line {
        sequence: i64,
        at: DateTime<Utc>,
        actor: String,
        action: String,
        finding: Option<String>,
        remediation: Option<String>,
        details: Json,
        previous: String,
    }
    let line: Line = row.json("line")?;
    let same = line.sequence == row.int("sequence")?
        && line.at == row.time("at")?
        && line.action == row.text("action")?
        && line.finding == row.optional_text("finding")?
        && line.remediation == row.optional_text("remediation")?;
    if !same {
        return Err(StoreError::corrupt(format!("audit event {}", line.sequence), "its columns and its line differ"));
    }
    Ok(AuditEvent {
        sequence: line.sequence,
        at: line.at,
        actor: line.actor,
        action: line.action,
        finding: line.finding,
        remediation: line.remediation,
        details: line.details,
        previous: line.previous,
        hash: row.text("hash")?,
    })
}
