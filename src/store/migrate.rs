//! Versioned migrations: one text for both databases, applied once each, in order.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, PgConnection, SqliteConnection};

use super::StoreError;

/// One step of the schema.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its number, from 1.
    pub version: i64,
    /// What it brings.
    pub name: &'static str,
    /// The statements, with `{id}` and `{bytes}` for the types that differ.
    pub text: &'static str,
}

/// Every migration, in order.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "intake and queue", text: include_str!("../../migrations/0001_intake_and_queue.sql") },
    Migration {
        version: 2,
        name: "findings, remediations, audit",
        text: include_str!("../../migrations/0002_findings_remediations_audit.sql"),
    },
    Migration { version: 3, name: "decisions", text: include_str!("../../migrations/0003_decisions.sql") },
    Migration { version: 4, name: "repositories", text: include_str!("../../migrations/0004_repositories.sql") },
    Migration { version: 5, name: "index and states", text: include_str!("../../migrations/0005_index_and_states.sql") },
];

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, applied_at BIGINT NOT NULL)";
const RECORD: &str = "INSERT INTO schema_versions (version, name, digest, applied_at) VALUES ($1, $2, $3, $4)";
const APPLIED: &str = "SELECT version, digest FROM schema_versions ORDER BY version";
/// Any constant will do; replicas that start together take turns at it.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_xact_lock(7206925412)";

impl Migration {
    /// SHA-256 of the text, hex: a migration that was applied must not change afterwards.
    #[must_use]
    pub fn digest(&self) -> String {
        hex::encode(Sha256::digest(self.text.as_bytes()))
    }

    fn for_sqlite(&self) -> String {
        self.text.replace("{id}", "INTEGER PRIMARY KEY AUTOINCREMENT").replace("{bytes}", "BLOB")
    }

    fn for_postgres(&self) -> String {
        self.text.replace("{id}", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY").replace("{bytes}", "BYTEA")
    }
}

/// Which of `migrations` are still to be applied, or why this program must not touch the database.
fn due<'m>(applied: &[(i64, String)], migrations: &'m [Migration]) -> Result<Vec<&'m Migration>, StoreError> {
    let known = migrations.last().map_or(0, |migration| migration.version);
    for (version, digest) in applied {
        match migrations.iter().find(|migration| migration.version == *version) {
            None if *version > known => return Err(StoreError::Newer { found: *version, known }),
            Some(migration) if migration.digest() == *digest => {}
            _ => return Err(StoreError::MigrationChanged { version: *version }),
        }
    }
    Ok(migrations.iter().filter(|migration| applied.iter().all(|(version, _)| *version != migration.version)).collect())
}

/// Applies what is missing, inside the caller's transaction.
pub(super) async fn migrate_sqlite(
    connection: &mut SqliteConnection,
    migrations: &[Migration],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::raw_sql(TABLE).execute(&mut *connection).await?;
    let applied: Vec<(i64, String)> = sqlx::query_as(APPLIED).fetch_all(&mut *connection).await?;
    for migration in due(&applied, migrations)? {
        sqlx::raw_sql(AssertSqlSafe(migration.for_sqlite())).execute(&mut *connection).await?;
        sqlx::query(RECORD)
            .bind(migration.version)
            .bind(migration.name)
            .bind(migration.digest())
            .bind(now.timestamp_micros())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Applies what is missing, inside the caller's transaction; replicas wait for each other.
pub(super) async fn migrate_postgres(
    connection: &mut PgConnection,
    migrations: &[Migration],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::raw_sql(MIGRATION_LOCK).execute(&mut *connection).await?;
    sqlx::raw_sql(TABLE).execute(&mut *connection).await?;
    let applied: Vec<(i64, String)> = sqlx::query_as(APPLIED).fetch_all(&mut *connection).await?;
    for migration in due(&applied, migrations)? {
        sqlx::raw_sql(AssertSqlSafe(migration.for_postgres())).execute(&mut *connection).await?;
        sqlx::query(RECORD)
            .bind(migration.version)
            .bind(migration.name)
            .bind(migration.digest())
            .bind(now.timestamp_micros())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_count_up_from_one() {
        let versions: Vec<i64> = MIGRATIONS.iter().map(|migration| migration.version).collect();
        assert_eq!(versions, (1..=i64::try_from(MIGRATIONS.len()).unwrap()).collect::<Vec<_>>());
    }

    #[test]
    fn a_newer_or_changed_database_is_left_alone() {
        let applied: Vec<(i64, String)> = MIGRATIONS.iter().map(|migration| (migration.version, migration.digest())).collect();
        assert!(due(&applied, MIGRATIONS).unwrap().is_empty());
        assert_eq!(due(&applied[..1], MIGRATIONS).unwrap().len(), MIGRATIONS.len() - 1);
        assert!(matches!(due(&applied, &MIGRATIONS[..1]), Err(StoreError::Newer { known: 1, .. })));
        let changed = vec![(1, "other".to_string())];
        assert!(matches!(due(&changed, MIGRATIONS), Err(StoreError::MigrationChanged { version: 1 })));
    }
}
