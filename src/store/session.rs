//! One conversation with the database, and the one place where a statement meets a driver.

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection, Transaction};

use super::StoreError;
use super::audit::PendingEvent;
use super::value::{Row, Value};

/// A conversation with the database: one that writes all or nothing ([`Store::begin`](super::Store::begin) … [`commit`](Self::commit)),
/// or one that only reads ([`Store::read`](super::Store::read)). Dropped without `commit`, nothing was written.
///
/// With SQLite there is one writer at a time, so hold a writing session only for statements, never over a network call.
pub struct Session {
    link: Link,
    pub(super) events: Vec<PendingEvent>,
    pub(super) brings_work: bool,
    work: Option<std::sync::Arc<tokio::sync::Notify>>,
}

enum Link {
    SqliteRead(PoolConnection<Sqlite>),
    PostgresRead(PoolConnection<Postgres>),
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// The connection under a session.
enum Handle<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

/// A statement that differs between the databases; nearly all are one text.
pub(crate) struct Statement {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

impl From<&'static str> for Statement {
    fn from(text: &'static str) -> Self {
        Self { sqlite: text, postgres: text }
    }
}

macro_rules! bound {
    ($text:expr, $values:expr) => {{
        let mut query = sqlx::query($text);
        for value in $values {
            query = match value {
                Value::Int(value) => query.bind(value),
                Value::Text(value) => query.bind(value),
                Value::Bytes(value) => query.bind(value),
            };
        }
        query
    }};
}

impl Session {
    pub(super) fn reading_sqlite(connection: PoolConnection<Sqlite>) -> Self {
        Self { link: Link::SqliteRead(connection), events: Vec::new(), brings_work: false, work: None }
    }

    pub(super) fn reading_postgres(connection: PoolConnection<Postgres>) -> Self {
        Self { link: Link::PostgresRead(connection), events: Vec::new(), brings_work: false, work: None }
    }

    pub(super) fn writing_sqlite(transaction: Transaction<'static, Sqlite>, work: std::sync::Arc<tokio::sync::Notify>) -> Self {
        Self { link: Link::Sqlite(transaction), events: Vec::new(), brings_work: false, work: Some(work) }
    }

    pub(super) fn writing_postgres(transaction: Transaction<'static, Postgres>, work: std::sync::Arc<tokio::sync::Notify>) -> Self {
        Self { link: Link::Postgres(transaction), events: Vec::new(), brings_work: false, work: Some(work) }
    }

    fn handle(&mut self) -> Handle<'_> {
        match &mut self.link {
            Link::SqliteRead(connection) => Handle::Sqlite(connection),
            Link::PostgresRead(connection) => Handle::Postgres(connection),
            Link::Sqlite(transaction) => Handle::Sqlite(transaction),
            Link::Postgres(transaction) => Handle::Postgres(transaction),
        }
    }

    fn may_write(&self) -> Result<(), StoreError> {
        match self.link {
            Link::Sqlite(_) | Link::Postgres(_) => Ok(()),
            Link::SqliteRead(_) | Link::PostgresRead(_) => {
                Err(StoreError::Refused { what: "a change", reason: "this session only reads; use `Store::begin`".into() })
            }
        }
    }

    /// Runs a writing statement; gives the number of rows it changed.
    pub(crate) async fn execute(&mut self, statement: impl Into<Statement>, values: Vec<Value>) -> Result<u64, StoreError> {
        self.may_write()?;
        let statement = statement.into();
        Ok(match self.handle() {
            Handle::Sqlite(connection) => bound!(statement.sqlite, values).execute(connection).await?.rows_affected(),
            Handle::Postgres(connection) => bound!(statement.postgres, values).execute(connection).await?.rows_affected(),
        })
    }

    /// Runs a statement that gives rows.
    pub(crate) async fn rows(&mut self, statement: impl Into<Statement>, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        let statement = statement.into();
        if !statement.sqlite.starts_with("SELECT") {
            self.may_write()?;
        }
        Ok(match self.handle() {
            Handle::Sqlite(connection) => {
                bound!(statement.sqlite, values).fetch_all(connection).await?.into_iter().map(Row::Sqlite).collect()
            }
            Handle::Postgres(connection) => {
                bound!(statement.postgres, values).fetch_all(connection).await?.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The first row of a result, if there is one.
    pub(crate) async fn row(&mut self, statement: impl Into<Statement>, values: Vec<Value>) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(statement, values).await?.into_iter().next())
    }

    /// Makes everything written in this session durable, with its audit events at the end of the chain.
    ///
    /// # Errors
    /// When the database cannot; then nothing was written.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.write_events().await?;
        match self.link {
            Link::Sqlite(transaction) => transaction.commit().await?,
            Link::Postgres(transaction) => transaction.commit().await?,
            Link::SqliteRead(_) | Link::PostgresRead(_) => {}
        }
        if let (true, Some(work)) = (self.brings_work, self.work) {
            work.notify_waiters();
            work.notify_one();
        }
        Ok(())
    }
}
