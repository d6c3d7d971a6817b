//! Remediations: the whole value as JSON, with a version that makes two writers notice each other.

use crate::model::{Remediation, RemediationId, RemediationState};

use super::value::{Row, json};
use super::{Session, StoreError};

/// A remediation as it was read, with the version that a save must name.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionedRemediation {
    /// The value.
    pub remediation: Remediation,
    /// Its version in the store.
    pub version: i64,
}

const INSERT: &str =
    "INSERT INTO remediations (id, dedup_key, state, repository, pull_request, branch, score, due, body, version, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $11) ON CONFLICT (dedup_key) DO NOTHING";
const UPDATE: &str =
    "UPDATE remediations SET dedup_key = $1, state = $2, repository = $3, pull_request = $4, branch = $5, score = $6, due = $7,
    body = $8, updated_at = $9, version = version + 1 WHERE id = $10 AND version = $11";
const BY_ID: &str = "SELECT body, version FROM remediations WHERE id = $1";
const BY_KEY: &str = "SELECT body, version FROM remediations WHERE dedup_key = $1";
const BY_PULL_REQUEST: &str = "SELECT body, version FROM remediations WHERE repository = $1 AND pull_request = $2";
const BY_BRANCH: &str = "SELECT body, version FROM remediations WHERE repository = $1 AND branch = $2";
const BY_STATE: &str = "SELECT body, version FROM remediations WHERE state = $1 ORDER BY score DESC, created_at, id LIMIT $2";
const OVERDUE: &str = "SELECT body, version FROM remediations WHERE due IS NOT NULL AND due <= $1
    AND state IN ('received', 'paused', 'planned', 'open', 'reopened') ORDER BY due, id LIMIT $2";
const ALL: &str = "SELECT body, version FROM remediations WHERE id > $1 ORDER BY id LIMIT $2";
const COUNT: &str = "SELECT state, COUNT(*) AS count FROM remediations GROUP BY state ORDER BY state";

impl Session {
    /// Stores a new remediation.
    ///
    /// # Errors
    /// `KeyTaken` when there is one of the same key: read that one instead.
    pub async fn insert_remediation(&mut self, remediation: &Remediation) -> Result<VersionedRemediation, StoreError> {
        let mut values: Vec<super::value::Value> = vec![(&remediation.id.0).into()];
        values.extend(columns(remediation)?);
        values.push(remediation.created_at.into());
        values.push(remediation.updated_at.into());
        if self.execute(INSERT, values).await? == 0 {
            return Err(StoreError::KeyTaken { key: remediation.key.clone() });
        }
        Ok(VersionedRemediation { remediation: remediation.clone(), version: 1 })
    }

    /// Saves a changed remediation; gives the version that the next save must name.
    ///
    /// # Errors
    /// `Conflict` when it was changed since `version` was read, `KeyTaken` when its new key belongs to another one.
    pub async fn save_remediation(&mut self, remediation: &Remediation, version: i64) -> Result<i64, StoreError> {
        if let Some(other) = self.remediation_by_key(&remediation.key).await?
            && other.remediation.id != remediation.id
        {
            return Err(StoreError::KeyTaken { key: remediation.key.clone() });
        }
        let mut values = columns(remediation)?;
        values.extend([remediation.updated_at.into(), (&remediation.id.0).into(), version.into()]);
        if self.execute(UPDATE, values).await? == 0 {
            return Err(StoreError::Conflict { what: "remediation", id: remediation.id.0.clone() });
        }
        Ok(version + 1)
    }

    /// The remediation of that id.
    ///
    /// # Errors
    /// The database's.
    pub async fn remediation(&mut self, id: &str) -> Result<Option<VersionedRemediation>, StoreError> {
        self.row(BY_ID, vec![id.into()]).await?.as_ref().map(versioned).transpose()
    }

    /// The remediation of that dedup key.
    ///
    /// # Errors
    /// The database's.
    pub async fn remediation_by_key(&mut self, key: &str) -> Result<Option<VersionedRemediation>, StoreError> {
        self.row(BY_KEY, vec![key.into()]).await?.as_ref().map(versioned).transpose()
    }

    /// The remediation of a pull request; `repository` is GitHub's numeric id.
    ///
    /// # Errors
    /// The database's.
    pub async fn remediation_by_pull_request(&mut self, repository: u64, number: u64) -> Result<Option<VersionedRemediation>, StoreError> {
        let values = vec![repository.to_string().into(), super::value::id(number).into()];
        self.row(BY_PULL_REQUEST, values).await?.as_ref().map(versioned).transpose()
    }

    /// The remediation that pushed a branch; `repository` is GitHub's numeric id.
    ///
    /// # Errors
    /// The database's.
    pub async fn remediation_by_branch(&mut self, repository: u64, branch: &str) -> Result<Option<VersionedRemediation>, StoreError> {
        self.row(BY_BRANCH, vec![repository.to_string().into(), branch.into()]).await?.as_ref().map(versioned).transpose()
    }

    /// Remediations in a state, highest score first.
    ///
    /// # Errors
    /// The database's.
    pub async fn remediations_in(&mut self, state: RemediationState, limit: i64) -> Result<Vec<VersionedRemediation>, StoreError> {
        self.rows(BY_STATE, vec![state.name().into(), limit.into()]).await?.iter().map(versioned).collect()
    }

    /// Remediations that are not done and whose due date has come, earliest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn overdue_remediations(
        &mut self,
        now: chrono::DateTime<chrono::Utc>,
        limit: i64,
    ) -> Result<Vec<VersionedRemediation>, StoreError> {
        self.rows(OVERDUE, vec![now.into(), limit.into()]).await?.iter().map(versioned).collect()
    }

    /// Every remediation in order of age, a page at a time: those after `after` (`None` for the first page).
    ///
    /// # Errors
    /// The database's.
    pub async fn remediations_after(&mut self, after: Option<&RemediationId>, limit: i64) -> Result<Vec<VersionedRemediation>, StoreError> {
        let after = after.map_or("", |id| id.0.as_str());
        self.rows(ALL, vec![after.into(), limit.into()]).await?.iter().map(versioned).collect()
    }

    /// How many remediations are in each state.
    ///
    /// # Errors
    /// The database's.
    pub async fn remediation_counts(&mut self) -> Result<Vec<(String, i64)>, StoreError> {
        self.rows(COUNT, vec![]).await?.iter().map(|row| Ok((row.text("state")?, row.int("count")?))).collect()
    }
}

/// A fresh id: a UUID v7, so that ids sort by age.
#[must_use]
pub fn new_id(now: chrono::DateTime<chrono::Utc>) -> String {
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    let at = uuid::Timestamp::from_unix(uuid::NoContext, seconds, now.timestamp_subsec_nanos());
    uuid::Uuid::new_v7(at).to_string()
}

fn columns(remediation: &Remediation) -> Result<Vec<super::value::Value>, StoreError> {
    let pull_request = remediation.pull_request.as_ref();
    Ok(vec![
        (&remediation.key).into(),
        remediation.state.name().into(),
        remediation.repository.as_ref().map(|repository| repository.id.to_string()).into(),
        pull_request.map(|pull| super::value::id(pull.number)).into(),
        pull_request.map(|pull| pull.branch.clone()).into(),
        i64::from(remediation.risk.as_ref().map_or(0, |risk| risk.score)).into(),
        remediation.due.into(),
        json("a remediation", remediation)?.into(),
    ])
}

fn versioned(row: &Row) -> Result<VersionedRemediation, StoreError> {
    Ok(VersionedRemediation { remediation: row.json("body")?, version: row.int("version")? })
}
