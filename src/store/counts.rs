//! Things that are counted: rejected calls, unmapped rules and types, and pull requests against their limits.

use chrono::{DateTime, Utc};

use super::{Session, StoreError};

/// A rule id or resource type of a source that nobody mapped yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmapped {
    /// Configured name of the source.
    pub source: String,
    /// `rule` or `type`.
    pub kind: String,
    /// The id or type as the source wrote it.
    pub value: String,
    /// How often it came.
    pub times: i64,
    /// A finding that has it.
    pub example: String,
    /// When it last came.
    pub last_seen: DateTime<Utc>,
}

/// A limit on pull requests: at most `most` counted under `scope` since `since`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// What is counted together: `repository:<id>`, `organisation:<owner>`, `all`.
    pub scope: String,
    /// From when they count.
    pub since: DateTime<Utc>,
    /// How many are allowed.
    pub most: i64,
}

const COUNT: &str = "INSERT INTO counters (name, label, value, updated_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (name, label) DO UPDATE SET value = counters.value + excluded.value, updated_at = excluded.updated_at";
const COUNTERS: &str = "SELECT name, label, value FROM counters ORDER BY name, label";
const UNMAPPED: &str =
    "INSERT INTO unmapped (source, kind, value, times, example, first_seen, last_seen) VALUES ($1, $2, $3, 1, $4, $5, $6)
    ON CONFLICT (source, kind, value) DO UPDATE SET times = unmapped.times + 1, last_seen = excluded.last_seen";
const LIST_UNMAPPED: &str =
    "SELECT source, kind, value, times, example, last_seen FROM unmapped ORDER BY times DESC, source, kind, value LIMIT $1";
/// Writers of one scope take turns here, so that two replicas cannot both take the last place.
const LOCK_SCOPE: &str = "INSERT INTO counters (name, label, value, updated_at) VALUES ('pull_requests', $1, 1, $2)
    ON CONFLICT (name, label) DO UPDATE SET value = counters.value + 1, updated_at = excluded.updated_at";
const OPENED: &str = "SELECT COUNT(*) AS count, MIN(at) AS oldest FROM openings WHERE scope = $1 AND at > $2 AND remediation <> $3";
const OPEN: &str =
    "INSERT INTO openings (remediation, scope, at) VALUES ($1, $2, $3) ON CONFLICT (remediation, scope) DO UPDATE SET at = excluded.at";
const CLOSE: &str = "DELETE FROM openings WHERE remediation = $1";
const PURGE: &str = "DELETE FROM openings WHERE at < $1";

impl Session {
    /// Counts something, e.g. `auth_rejected` by source.
    ///
    /// # Errors
    /// The database's.
    pub async fn count(&mut self, name: &str, label: &str, by: i64, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.execute(COUNT, vec![name.into(), label.into(), by.into(), now.into()]).await?;
        Ok(())
    }

    /// Everything counted: name, label, value.
    ///
    /// # Errors
    /// The database's.
    pub async fn counters(&mut self) -> Result<Vec<(String, String, i64)>, StoreError> {
        let rows = self.rows(COUNTERS, vec![]).await?;
        rows.iter().map(|row| Ok((row.text("name")?, row.text("label")?, row.int("value")?))).collect()
    }

    /// Notes a rule id (`kind` `rule`) or resource type (`type`) that is not mapped; `example` is a finding that has it.
    ///
    /// # Errors
    /// The database's.
    pub async fn note_unmapped(
        &mut self,
        source: &str,
        kind: &str,
        value: &str,
        example: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.execute(UNMAPPED, vec![source.into(), kind.into(), value.into(), example.into(), now.into(), now.into()]).await?;
        Ok(())
    }

    /// What is not mapped, most frequent first.
    ///
    /// # Errors
    /// The database's.
    pub async fn unmapped(&mut self, limit: i64) -> Result<Vec<Unmapped>, StoreError> {
        let rows = self.rows(LIST_UNMAPPED, vec![limit.into()]).await?;
        rows.iter()
            .map(|row| {
                Ok(Unmapped {
                    source: row.text("source")?,
                    kind: row.text("kind")?,
                    value: row.text("value")?,
                    times: row.int("times")?,
                    example: row.text("example")?,
                    last_seen: row.time("last_seen")?,
                })
            })
            .collect()
    }

    /// Takes a place for a remediation's pull request under every limit, or under none: then gives the limit that is full and
    /// when its oldest place was taken (add the limit's window to know when to try again). A place is kept when asked for twice.
    ///
    /// # Errors
    /// The database's.
    pub async fn take_place(
        &mut self,
        remediation: &str,
        limits: &[Limit],
        now: DateTime<Utc>,
    ) -> Result<Result<(), (Limit, DateTime<Utc>)>, StoreError> {
        // In one order for everybody, so that two writers do not wait for each other.
        let mut limits: Vec<&Limit> = limits.iter().collect();
        limits.sort_by(|a, b| (&a.scope, a.since).cmp(&(&b.scope, b.since)));
        for limit in &limits {
            self.execute(LOCK_SCOPE, vec![(&limit.scope).into(), now.into()]).await?;
            let values = vec![(&limit.scope).into(), limit.since.into(), remediation.into()];
            let Some(row) = self.row(OPENED, values).await? else { continue };
            if row.int("count")? >= limit.most {
                return Ok(Err(((*limit).clone(), row.optional_time("oldest")?.unwrap_or(now))));
            }
        }
        for limit in &limits {
            self.execute(OPEN, vec![remediation.into(), (&limit.scope).into(), now.into()]).await?;
        }
        Ok(Ok(()))
    }

    /// Gives the places of a remediation back: its pull request was not opened after all.
    ///
    /// # Errors
    /// The database's.
    pub async fn give_place_back(&mut self, remediation: &str) -> Result<(), StoreError> {
        self.execute(CLOSE, vec![remediation.into()]).await?;
        Ok(())
    }

    /// Forgets places taken before `before`, which no limit counts any more.
    ///
    /// # Errors
    /// The database's.
    pub async fn purge_places(&mut self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.execute(PURGE, vec![before.into()]).await
    }
}
