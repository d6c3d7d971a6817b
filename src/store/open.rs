//! Opening the database.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, SqlitePool};
use tokio::sync::Notify;

use super::migrate::{self, MIGRATIONS, Migration};
use super::{Session, StoreError};

/// The database. Cheap to clone; all clones share the connections.
#[derive(Clone)]
pub struct Store {
    pools: Pools,
    pub(super) work: Arc<Notify>,
    pub(super) intake: super::deliveries::Intake,
}

#[derive(Clone)]
enum Pools {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres(PgPool),
}

/// What to do when there is no SQLite file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    Create,
    Refuse,
}

/// Commits reach the disk before they return: what was acknowledged survives a power cut, not only a crash of the process.
const DURABLE: &str = "PRAGMA synchronous = FULL; BEGIN IMMEDIATE";
const FORGETTABLE: &str = "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE";
const FORGETTABLE_POSTGRES: &str = "BEGIN; SET LOCAL synchronous_commit = off";
const SQLITE_READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 12;
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);

impl Store {
    /// Opens `sqlite:PATH` (created when missing) or `postgres://…`, and brings the schema up to date.
    ///
    /// # Errors
    /// When the URL is not understood, the database cannot be opened or was written by a newer version.
    pub async fn open(url: &str, now: DateTime<Utc>) -> Result<Self, StoreError> {
        Self::open_with(url, MIGRATIONS, Missing::Create, now).await
    }

    /// As [`open`](Self::open), for a database that must be there already: a SQLite file is not created.
    ///
    /// # Errors
    /// As `open`, and when there is no such file.
    pub async fn open_existing(url: &str, now: DateTime<Utc>) -> Result<Self, StoreError> {
        Self::open_with(url, MIGRATIONS, Missing::Refuse, now).await
    }

    /// As [`open`](Self::open), with only the first migrations: for tests of the migrations themselves.
    ///
    /// # Errors
    /// As `open`.
    pub async fn open_at(url: &str, migrations: &[Migration], now: DateTime<Utc>) -> Result<Self, StoreError> {
        Self::open_with(url, migrations, Missing::Create, now).await
    }

    async fn open_with(url: &str, migrations: &[Migration], missing: Missing, now: DateTime<Utc>) -> Result<Self, StoreError> {
        let pools = match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => open_sqlite(url, missing).await?,
            Some("postgres" | "postgresql") => open_postgres(url).await?,
            _ => return Err(StoreError::Url { url: without_password(url) }),
        };
        match &pools {
            Pools::Sqlite { writer, .. } => {
                let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
                migrate::migrate_sqlite(&mut transaction, migrations, now).await?;
                transaction.commit().await?;
            }
            Pools::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                migrate::migrate_postgres(&mut transaction, migrations, now).await?;
                transaction.commit().await?;
            }
        }
        Ok(Self { pools, work: Arc::new(Notify::new()), intake: super::deliveries::Intake::default() })
    }

    /// Begins a session that writes all or nothing.
    ///
    /// # Errors
    /// When no connection can be had.
    pub async fn begin(&self) -> Result<Session, StoreError> {
        Ok(match &self.pools {
            // IMMEDIATE: a transaction that began as a reader could not become a writer after somebody else wrote.
            Pools::Sqlite { writer, .. } => Session::writing_sqlite(writer.begin_with(DURABLE).await?, self.work.clone()),
            Pools::Postgres(pool) => Session::writing_postgres(pool.begin().await?, self.work.clone()),
        })
    }

    /// Begins a session whose changes may be lost in a power cut: claims and heartbeats. Losing one only means that the job is
    /// claimed again, and its count of attempts then tells the old holder from the new one. It saves every job a wait for the disk.
    pub(super) async fn begin_forgettable(&self) -> Result<Session, StoreError> {
        Ok(match &self.pools {
            Pools::Sqlite { writer, .. } => Session::writing_sqlite(writer.begin_with(FORGETTABLE).await?, self.work.clone()),
            Pools::Postgres(pool) => Session::writing_postgres(pool.begin_with(FORGETTABLE_POSTGRES).await?, self.work.clone()),
        })
    }

    /// Begins a session that only reads; it never waits for a writer.
    ///
    /// # Errors
    /// When no connection can be had.
    pub async fn read(&self) -> Result<Session, StoreError> {
        Ok(match &self.pools {
            Pools::Sqlite { readers, .. } => Session::reading_sqlite(readers.acquire().await?),
            Pools::Postgres(pool) => Session::reading_postgres(pool.acquire().await?),
        })
    }

    /// Name of the kind of database, for people and metrics.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.pools {
            Pools::Sqlite { .. } => "sqlite",
            Pools::Postgres(_) => "postgresql",
        }
    }

    /// Whether the database answers and can be written to: for readiness checks.
    ///
    /// # Errors
    /// The database's own error when it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut session = self.begin().await?;
        session.row("SELECT version FROM schema_versions LIMIT 1", vec![]).await?;
        Ok(())
    }

    /// Waits until this process commits new work, or until `at_most` has passed. Work of other replicas is seen by polling.
    pub async fn wait_for_work(&self, at_most: Duration) {
        let _ = tokio::time::timeout(at_most, self.work.notified()).await;
    }

    /// Closes every connection after the running statements; SQLite's log is folded into the file.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

async fn open_sqlite(url: &str, missing: Missing) -> Result<Pools, StoreError> {
    let failed = |error: sqlx::Error| StoreError::Open { url: url.to_owned(), reason: error.to_string() };
    let options = SqliteConnectOptions::from_str(url)
        .map_err(|_| StoreError::Url { url: url.to_owned() })?
        .create_if_missing(missing == Missing::Create)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true);
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Err(StoreError::Open { url: url.to_owned(), reason: "a database in memory would lose findings".into() });
    }
    // One writer: SQLite has one anyway, and waiting in our own queue is fair where its busy handler is not.
    let writer =
        SqlitePoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE_TIMEOUT).connect_with(options.clone()).await.map_err(failed)?;
    let readers = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_lazy_with(options.pragma("query_only", "1"));
    Ok(Pools::Sqlite { writer, readers })
}

async fn open_postgres(url: &str) -> Result<Pools, StoreError> {
    let options = PgConnectOptions::from_str(url).map_err(|_| StoreError::Url { url: without_password(url) })?;
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options.application_name("remediate"))
        .await
        .map_err(|error| StoreError::Open { url: without_password(url), reason: error.to_string() })?;
    Ok(Pools::Postgres(pool))
}

/// The URL as it may be shown.
fn without_password(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut parsed) if parsed.password().is_some() => {
            let _ = parsed.set_password(Some("…"));
            parsed.to_string()
        }
        Ok(parsed) => parsed.to_string(),
        Err(_) => url.split('@').next_back().unwrap_or_default().to_owned(),
    }
}
