//! Runs each test of the store on SQLite and on a real PostgreSQL, each in a database of its own.

use chrono::{DateTime, Duration, Utc};
use remediate::store::{MIGRATIONS, Migration, Session, Store};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

/// Where the server is that the tests may create databases in.
const POSTGRES: &str = "REMEDIATE_TEST_POSTGRES_URL";

/// An empty database for one test.
pub struct Database {
    url: String,
    server: Option<(String, String)>,
    _folder: tempfile::TempDir,
}

impl Database {
    /// A new SQLite file.
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { url: format!("sqlite:{}", folder.path().join("store.db").display()), server: None, _folder: folder }
    }

    /// A new database on the PostgreSQL server of the tests.
    pub async fn postgres() -> Self {
        let server = std::env::var(POSTGRES).unwrap_or_else(|_| {
            panic!(
                "{POSTGRES} is not set: run the tests through `scripts/postgres-for-tests cargo test …` (which `make test` does), \
                 or set it to a server whose user may create databases"
            )
        });
        let name = format!("remediate_test_{}", uuid::Uuid::now_v7().simple());
        let mut connection = PgConnection::connect(&server).await.expect("the PostgreSQL server of the tests answers");
        let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
        sqlx::raw_sql(create).execute(&mut connection).await.expect("the user of the tests may create databases");
        let mut url = url::Url::parse(&server).expect("a URL");
        url.set_path(&name);
        Self { url: url.into(), server: Some((server, name)), _folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// The URL to open it by.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Opens it as one replica does.
    pub async fn open(&self) -> Store {
        Store::open(&self.url, at(0)).await.expect("the database opens")
    }

    /// Opens it with the first `count` migrations only.
    pub async fn open_at(&self, count: usize) -> Store {
        let migrations: &[Migration] = &MIGRATIONS[..count];
        Store::open_at(&self.url, migrations, at(0)).await.expect("the database opens")
    }

    /// Runs statements past the store, as somebody with access to the database could.
    pub async fn run(&self, text: &str) {
        let bytes = if self.server.is_some() { "BYTEA" } else { "BLOB" };
        let text = AssertSqlSafe(text.replace("{bytes}", bytes));
        if self.server.is_some() {
            let mut connection = PgConnection::connect(&self.url).await.expect("a connection");
            sqlx::raw_sql(text).execute(&mut connection).await.expect("the statements run");
        } else {
            let mut connection = SqliteConnection::connect(&self.url).await.expect("a connection");
            sqlx::raw_sql(text).execute(&mut connection).await.expect("the statements run");
        }
    }

    /// Removes it. A test that fails leaves it behind to be looked at.
    pub async fn remove(self) {
        if let Some((server, name)) = &self.server
            && let Ok(mut connection) = PgConnection::connect(server).await
        {
            let _ = sqlx::raw_sql(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).execute(&mut connection).await;
        }
    }
}

/// A fixed moment plus `seconds`: the clock of the tests.
pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).expect("a time") + Duration::seconds(seconds)
}

/// A session that writes.
pub async fn begin(store: &Store) -> Session {
    store.begin().await.expect("a session")
}

/// A session that reads.
pub async fn read(store: &Store) -> Session {
    store.read().await.expect("a session")
}

/// Each function becomes two tests, `name::sqlite` and `name::postgres`.
macro_rules! on_both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($database:ident: &Database) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn body($database: &Database) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let database = Database::sqlite().await;
                body(&database).await;
                database.remove().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let database = Database::postgres().await;
                body(&database).await;
                database.remove().await;
            }
        }
    )*};
}
pub(crate) use on_both_databases;
