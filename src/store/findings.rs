//! Findings: what each source says of a hole, and how that changed. A finding is a witness of one remediation.

use chrono::{DateTime, Utc};

use crate::model::{Finding, FindingState, Remediation, RemediationId, Severity};

use super::remediations::new_id;
use super::session::Statement;
use super::value::{Row, json};
use super::{Session, StoreError, VersionedRemediation};

/// A finding as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Witness {
    /// Our id.
    pub id: String,
    /// The finding as the source last told it.
    pub finding: Finding,
    /// The remediation that answers it.
    pub remediation: RemediationId,
    /// `active`, `resolved` or `suppressed`, in the source's view.
    pub state: String,
    /// When it was first seen, by the source or by us.
    pub first_seen: DateTime<Utc>,
    /// When it was last seen.
    pub last_seen: DateTime<Utc>,
    /// How often the source told of it.
    pub times_seen: i64,
    /// Since when the source says that it is closed.
    pub resolved_at: Option<DateTime<Utc>>,
}

/// What a finding means to what was known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sighting {
    /// The first of its hole: there is a new remediation.
    New,
    /// The first of its source for a hole that was known.
    Joined,
    /// Known and still open.
    Repeated,
    /// The source says that it is closed now.
    Resolved,
    /// The source had said that it is closed, and says now that it is open.
    Returned,
}

/// A finding that was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Our id of the finding.
    pub finding: String,
    /// What it means.
    pub sighting: Sighting,
    /// The remediation that answers it.
    pub remediation: VersionedRemediation,
}

/// A line of a finding's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryLine {
    /// When.
    pub at: DateTime<Utc>,
    /// What: `new`, `joined`, `resolved`, `returned`, `severity`, `moved`.
    pub what: String,
    /// More about it.
    pub detail: String,
}

const COLUMNS_BY_SOURCE: Statement = Statement {
    sqlite: "SELECT id, remediation, state, severity, body, first_seen, last_seen, times_seen, resolved_at FROM findings WHERE source = $1 AND source_id = $2",
    // The row is locked: two replicas that hear of it at once take turns.
    postgres: "SELECT id, remediation, state, severity, body, first_seen, last_seen, times_seen, resolved_at FROM findings WHERE source = $1 AND source_id = $2 FOR UPDATE",
};
const INSERT: &str = "INSERT INTO findings (id, source, source_id, remediation, severity, state, body, first_seen, last_seen, times_seen)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1) ON CONFLICT DO NOTHING";
const UPDATE: &str = "UPDATE findings SET severity = $1, state = $2, body = $3,
    last_seen = CASE WHEN $4 > last_seen THEN $4 ELSE last_seen END, times_seen = times_seen + 1, resolved_at = $5 WHERE id = $6";
const REMEMBER: &str = "INSERT INTO finding_history (finding, at, what, detail) VALUES ($1, $2, $3, $4)";
const HISTORY: &str = "SELECT at, what, detail FROM finding_history WHERE finding = $1 ORDER BY id";
const WITNESSES: &str = "SELECT id, remediation, state, body, first_seen, last_seen, times_seen, resolved_at FROM findings WHERE remediation = $1 ORDER BY first_seen, id";
const ACTIVE: &str = "SELECT COUNT(*) AS count FROM findings WHERE remediation = $1 AND state = 'active'";
const NAMED: &str = "SELECT id, remediation, state, body, first_seen, last_seen, times_seen, resolved_at FROM findings
    WHERE id = $1 OR source_id = $2 ORDER BY last_seen DESC, id LIMIT 20";
const BY_ID: &str = "SELECT id, remediation, state, body, first_seen, last_seen, times_seen, resolved_at FROM findings WHERE id = $1";
const LIST: &str = "SELECT id, remediation, state, body, first_seen, last_seen, times_seen, resolved_at FROM findings
    WHERE id > $1 AND ($2 = '' OR state = $2) ORDER BY id LIMIT $3";
const OF: &str = "SELECT id FROM findings WHERE remediation = $1";
const MOVE: &str = "UPDATE findings SET remediation = $1 WHERE remediation = $2";
const COUNT: &str = "SELECT source, state, COUNT(*) AS count FROM findings GROUP BY source, state ORDER BY source, state";

impl Session {
    /// Records what a source says now. `key` is the dedup key of the hole; a finding that is known keeps its remediation whatever
    /// the key. Gives `None` for a finding that was never seen open and is closed: there is nothing to do about it.
    ///
    /// # Errors
    /// `Conflict` when other writers were faster several times in a row: repeat the step.
    pub async fn record_finding(&mut self, finding: &Finding, key: &str, now: DateTime<Utc>) -> Result<Option<Recorded>, StoreError> {
        const TRIES: usize = 4;
        for _ in 0..TRIES {
            let known = self.row(COLUMNS_BY_SOURCE, vec![(&finding.source).into(), (&finding.id).into()]).await?;
            if let Some(row) = known {
                return self.record_known(finding, &row, now).await.map(Some);
            }
            if finding.state != FindingState::Active {
                return Ok(None);
            }
            let (remediation, created) = self.remediation_for(key, now).await?;
            let id = new_id(now);
            if self.insert_finding(&id, finding, &remediation.remediation.id, now).await? {
                let sighting = if created { Sighting::New } else { Sighting::Joined };
                self.remember(&id, now, if created { "new" } else { "joined" }, &finding.source).await?;
                return Ok(Some(Recorded { finding: id, sighting, remediation }));
            }
        }
        Err(StoreError::Conflict { what: "finding", id: finding.id.clone() })
    }

    async fn remediation_for(&mut self, key: &str, now: DateTime<Utc>) -> Result<(VersionedRemediation, bool), StoreError> {
        if let Some(known) = self.remediation_by_key(key).await? {
            return Ok((known, false));
        }
        let new = Remediation::new(RemediationId(new_id(now)), key, now);
        match self.insert_remediation(&new).await {
            Ok(new) => Ok((new, true)),
            Err(StoreError::KeyTaken { .. }) => {
                let known = self.remediation_by_key(key).await?;
                known.map(|known| (known, false)).ok_or_else(|| StoreError::Conflict { what: "remediation", id: key.to_owned() })
            }
            Err(error) => Err(error),
        }
    }

    async fn insert_finding(
        &mut self,
        id: &str,
        finding: &Finding,
        remediation: &RemediationId,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        // A source whose clock is ahead does not make a finding of the future.
        let last_seen = finding.last_seen.unwrap_or(now).min(now);
        let values = vec![
            id.into(),
            (&finding.source).into(),
            (&finding.id).into(),
            (&remediation.0).into(),
            severity(finding.severity).into(),
            state(&finding.state).into(),
            json("a finding", finding)?.into(),
            finding.first_seen.unwrap_or(now).min(now).into(),
            last_seen.into(),
        ];
        Ok(self.execute(INSERT, values).await? == 1)
    }

    async fn record_known(&mut self, finding: &Finding, row: &Row, now: DateTime<Utc>) -> Result<Recorded, StoreError> {
        let id = row.text("id")?;
        let (was, is) = (row.text("state")?, state(&finding.state));
        let resolved_at = if is == "active" { None } else { row.optional_time("resolved_at")?.or(Some(now)) };
        let values = vec![
            severity(finding.severity).into(),
            is.into(),
            json("a finding", finding)?.into(),
            finding.last_seen.unwrap_or(now).min(now).into(),
            resolved_at.into(),
            (&id).into(),
        ];
        self.execute(UPDATE, values).await?;
        let sighting = match (was.as_str(), is) {
            ("active", "active") => Sighting::Repeated,
            (_, "active") => Sighting::Returned,
            _ => Sighting::Resolved,
        };
        match (&finding.state, sighting) {
            (FindingState::Resolved { evidence } | FindingState::Suppressed { evidence }, _) if was == "active" => {
                self.remember(&id, now, "resolved", evidence).await?;
            }
            (_, Sighting::Returned) => self.remember(&id, now, "returned", &finding.source).await?,
            _ => {}
        }
        let before = row.text("severity")?;
        if before != severity(finding.severity) {
            self.remember(&id, now, "severity", &format!("{before} to {}", severity(finding.severity))).await?;
        }
        let remediation = row.text("remediation")?;
        let remediation = self.remediation(&remediation).await?.ok_or(StoreError::Missing { what: "remediation", id: remediation })?;
        Ok(Recorded { finding: id, sighting, remediation })
    }

    async fn remember(&mut self, finding: &str, at: DateTime<Utc>, what: &str, detail: &str) -> Result<(), StoreError> {
        self.execute(REMEMBER, vec![finding.into(), at.into(), what.into(), detail.into()]).await?;
        Ok(())
    }

    /// Every finding that a remediation answers, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn witnesses(&mut self, remediation: &RemediationId) -> Result<Vec<Witness>, StoreError> {
        self.rows(WITNESSES, vec![(&remediation.0).into()]).await?.iter().map(witness).collect()
    }

    /// How many findings of a remediation are still open in their source's view.
    ///
    /// # Errors
    /// The database's.
    pub async fn active_witnesses(&mut self, remediation: &RemediationId) -> Result<usize, StoreError> {
        let row = self.row(ACTIVE, vec![(&remediation.0).into()]).await?;
        row.map_or(Ok(0), |row| Ok(usize::try_from(row.int("count")?).unwrap_or(0)))
    }

    /// The finding with our id.
    ///
    /// # Errors
    /// The database's.
    pub async fn finding(&mut self, id: &str) -> Result<Option<Witness>, StoreError> {
        self.row(BY_ID, vec![id.into()]).await?.as_ref().map(witness).transpose()
    }

    /// Findings of that name: our id, or the source's own (which several sources may use).
    ///
    /// # Errors
    /// The database's.
    pub async fn findings_named(&mut self, name: &str) -> Result<Vec<Witness>, StoreError> {
        self.rows(NAMED, vec![name.into(), name.into()]).await?.iter().map(witness).collect()
    }

    /// Findings in order of arrival, a page at a time: those after our id `after` (empty for the first page), in `state` (empty for all).
    ///
    /// # Errors
    /// The database's.
    pub async fn findings_after(&mut self, after: &str, state: &str, limit: i64) -> Result<Vec<Witness>, StoreError> {
        self.rows(LIST, vec![after.into(), state.into(), limit.into()]).await?.iter().map(witness).collect()
    }

    /// How a finding changed, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn finding_history(&mut self, finding: &str) -> Result<Vec<HistoryLine>, StoreError> {
        let rows = self.rows(HISTORY, vec![finding.into()]).await?;
        rows.iter().map(|row| Ok(HistoryLine { at: row.time("at")?, what: row.text("what")?, detail: row.text("detail")? })).collect()
    }

    /// Gives the findings of one remediation to another: both turned out to be the same hole once the rule was known.
    ///
    /// # Errors
    /// The database's.
    pub async fn move_findings(&mut self, from: &RemediationId, to: &RemediationId, now: DateTime<Utc>) -> Result<u64, StoreError> {
        for row in self.rows(OF, vec![(&from.0).into()]).await? {
            self.remember(&row.text("id")?, now, "moved", &format!("from remediation {from} to {to}")).await?;
        }
        self.execute(MOVE, vec![(&to.0).into(), (&from.0).into()]).await
    }

    /// How many findings each source has in each state.
    ///
    /// # Errors
    /// The database's.
    pub async fn finding_counts(&mut self) -> Result<Vec<(String, String, i64)>, StoreError> {
        let rows = self.rows(COUNT, vec![]).await?;
        rows.iter().map(|row| Ok((row.text("source")?, row.text("state")?, row.int("count")?))).collect()
    }
}

const fn state(state: &FindingState) -> &'static str {
    match state {
        FindingState::Active => "active",
        FindingState::Resolved { .. } => "resolved",
        FindingState::Suppressed { .. } => "suppressed",
    }
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Informational => "INFORMATIONAL",
        Severity::Low => "LOW",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
    }
}

fn witness(row: &Row) -> Result<Witness, StoreError> {
    Ok(Witness {
        id: row.text("id")?,
        finding: row.json("body")?,
        remediation: RemediationId(row.text("remediation")?),
        state: row.text("state")?,
        first_seen: row.time("first_seen")?,
        last_seen: row.time("last_seen")?,
        times_seen: row.int("times_seen")?,
        resolved_at: row.optional_time("resolved_at")?,
    })
}
