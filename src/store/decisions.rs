//! False positives and exceptions, and answers to "where is it?".

use chrono::{DateTime, Utc};

use crate::lifecycle::{Asked, Decision, Scope};
use crate::model::RemediationId;

use super::value::{Row, json};
use super::{Session, StoreError};

/// A decision as it was read, with the version that a save must name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionedDecision {
    /// The value.
    pub decision: Decision,
    /// Its version in the store.
    pub version: i64,
}

/// A person's answer to the question where a resource's block is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The canonical id of the resource.
    pub resource: String,
    /// The rule it was asked for; empty when it was not known.
    pub rule: String,
    /// `owner/name`.
    pub repository: String,
    /// Path in the repository.
    pub path: String,
    /// Line, from 1.
    pub line: u64,
    /// Login of who answered.
    pub answered_by: String,
    /// When.
    pub answered_at: DateTime<Utc>,
}

const INSERT: &str = "INSERT INTO decisions (id, type, remediation, state, scope, scope_key, decide_by, until, body, version, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10)";
const UPDATE: &str =
    "UPDATE decisions SET state = $1, scope = $2, scope_key = $3, until = $4, body = $5, updated_at = $6, version = version + 1
    WHERE id = $7 AND version = $8";
const BY_ID: &str = "SELECT body, version FROM decisions WHERE id = $1";
const OPEN: &str =
    "SELECT body, version FROM decisions WHERE remediation = $1 AND state = 'requested' ORDER BY updated_at DESC, id LIMIT 1";
const OF_REMEDIATION: &str = "SELECT body, version FROM decisions WHERE remediation = $1 ORDER BY id";
const LIST: &str = "SELECT body, version FROM decisions WHERE type = $1 AND ($2 = '' OR state = $2) ORDER BY id DESC LIMIT $3";
const IN_FORCE: &str = "SELECT body, version FROM decisions WHERE state = 'approved'
    AND ((scope = 'resource' AND scope_key = $1) OR (scope = 'repository' AND scope_key = $2) OR (scope = 'everywhere' AND scope_key = $3))
    AND (until IS NULL OR until > $4)
    ORDER BY type DESC, until DESC, id LIMIT 1";
const UNDECIDED: &str = "SELECT body, version FROM decisions WHERE state = 'requested' AND decide_by <= $1 ORDER BY decide_by, id LIMIT $2";
const EXPIRED: &str = "SELECT body, version FROM decisions WHERE state = 'approved' AND until <= $1 ORDER BY until, id LIMIT $2";

const ANSWER: &str =
    "INSERT INTO answers (resource, rule, repository, path, line, answered_by, answered_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (resource, rule) DO UPDATE SET repository = excluded.repository, path = excluded.path, line = excluded.line,
    answered_by = excluded.answered_by, answered_at = excluded.answered_at";
/// An answer for the rule itself before one for the resource as a whole.
const ANSWERED: &str = "SELECT resource, rule, repository, path, line, answered_by, answered_at FROM answers
    WHERE resource = $1 AND (rule = $2 OR rule = '') ORDER BY rule DESC LIMIT 1";

impl Session {
    /// Stores a new request.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert_decision(&mut self, decision: &Decision, now: DateTime<Utc>) -> Result<VersionedDecision, StoreError> {
        let values = vec![
            (&decision.id).into(),
            kind(&decision.asked).into(),
            (&decision.remediation.0).into(),
            decision.status.name().into(),
            decision.scope.name().into(),
            decision.scope.key().into(),
            decision.decide_by.into(),
            decision.until().into(),
            json("a decision", decision)?.into(),
            now.into(),
        ];
        self.execute(INSERT, values).await?;
        Ok(VersionedDecision { decision: decision.clone(), version: 1 })
    }

    /// Saves what became of a request; gives the version that the next save must name.
    ///
    /// # Errors
    /// `Conflict` when it was decided by somebody else meanwhile.
    pub async fn save_decision(&mut self, decision: &Decision, version: i64, now: DateTime<Utc>) -> Result<i64, StoreError> {
        let values = vec![
            decision.status.name().into(),
            decision.scope.name().into(),
            decision.scope.key().into(),
            decision.until().into(),
            json("a decision", decision)?.into(),
            now.into(),
            (&decision.id).into(),
            version.into(),
        ];
        if self.execute(UPDATE, values).await? == 0 {
            return Err(StoreError::Conflict { what: "decision", id: decision.id.clone() });
        }
        Ok(version + 1)
    }

    /// The decision of that id.
    ///
    /// # Errors
    /// The database's.
    pub async fn decision(&mut self, id: &str) -> Result<Option<VersionedDecision>, StoreError> {
        self.row(BY_ID, vec![id.into()]).await?.as_ref().map(versioned).transpose()
    }

    /// The request of a remediation that is before the analysts.
    ///
    /// # Errors
    /// The database's.
    pub async fn open_decision(&mut self, remediation: &RemediationId) -> Result<Option<VersionedDecision>, StoreError> {
        self.row(OPEN, vec![(&remediation.0).into()]).await?.as_ref().map(versioned).transpose()
    }

    /// Every request of a remediation, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn decisions_of(&mut self, remediation: &RemediationId) -> Result<Vec<VersionedDecision>, StoreError> {
        self.rows(OF_REMEDIATION, vec![(&remediation.0).into()]).await?.iter().map(versioned).collect()
    }

    /// The newest false positives, in `state` (empty for all).
    ///
    /// # Errors
    /// The database's.
    pub async fn suppressions(&mut self, state: &str, limit: i64) -> Result<Vec<VersionedDecision>, StoreError> {
        self.rows(LIST, vec!["false_positive".into(), state.into(), limit.into()]).await?.iter().map(versioned).collect()
    }

    /// The newest exceptions, in `state` (empty for all).
    ///
    /// # Errors
    /// The database's.
    pub async fn exceptions(&mut self, state: &str, limit: i64) -> Result<Vec<VersionedDecision>, StoreError> {
        self.rows(LIST, vec!["exception".into(), state.into(), limit.into()]).await?.iter().map(versioned).collect()
    }

    /// The decision in force for a hole: by its dedup key, its rule in its repository (GitHub's numeric id), or its rule
    /// everywhere. A suppression before an exception, a longer exception before a shorter one.
    ///
    /// # Errors
    /// The database's.
    pub async fn decision_in_force(
        &mut self,
        key: &str,
        repository: Option<u64>,
        rule: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<VersionedDecision>, StoreError> {
        let in_repository = Scope::Repository { repository: repository.unwrap_or(0), rule: rule.to_owned() }.key();
        let values = vec![key.into(), in_repository.into(), rule.into(), now.into()];
        self.row(IN_FORCE, values).await?.as_ref().map(versioned).transpose()
    }

    /// Requests whose time to be decided is over.
    ///
    /// # Errors
    /// The database's.
    pub async fn undecided(&mut self, now: DateTime<Utc>, limit: i64) -> Result<Vec<VersionedDecision>, StoreError> {
        self.rows(UNDECIDED, vec![now.into(), limit.into()]).await?.iter().map(versioned).collect()
    }

    /// Exceptions whose date has come and that are not ended yet.
    ///
    /// # Errors
    /// The database's.
    pub async fn expired_exceptions(&mut self, now: DateTime<Utc>, limit: i64) -> Result<Vec<VersionedDecision>, StoreError> {
        self.rows(EXPIRED, vec![now.into(), limit.into()]).await?.iter().map(versioned).collect()
    }

    /// Remembers where a person said the block is; a newer answer replaces an older one.
    ///
    /// # Errors
    /// The database's.
    pub async fn remember_answer(&mut self, answer: &Answer) -> Result<(), StoreError> {
        let values = vec![
            (&answer.resource).into(),
            (&answer.rule).into(),
            (&answer.repository).into(),
            (&answer.path).into(),
            super::value::id(answer.line).into(),
            (&answer.answered_by).into(),
            answer.answered_at.into(),
        ];
        self.execute(ANSWER, values).await?;
        Ok(())
    }

    /// Where a person said the block is.
    ///
    /// # Errors
    /// The database's.
    pub async fn answer(&mut self, resource: &str, rule: &str) -> Result<Option<Answer>, StoreError> {
        let row = self.row(ANSWERED, vec![resource.into(), rule.into()]).await?;
        row.map(|row| {
            Ok(Answer {
                resource: row.text("resource")?,
                rule: row.text("rule")?,
                repository: row.text("repository")?,
                path: row.text("path")?,
                line: row.unsigned("line")?,
                answered_by: row.text("answered_by")?,
                answered_at: row.time("answered_at")?,
            })
        })
        .transpose()
    }
}

const fn kind(asked: &Asked) -> &'static str {
    match asked {
        Asked::FalsePositive => "false_positive",
        Asked::Exception { .. } => "exception",
    }
}

fn versioned(row: &Row) -> Result<VersionedDecision, StoreError> {
    Ok(VersionedDecision { decision: row.json("body")?, version: row.int("version")? })
}
