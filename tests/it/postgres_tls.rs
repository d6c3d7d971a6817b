//! PostgreSQL over TLS: spoken, verified, and refused where it cannot be verified.

use remediate::store::Store;
use sqlx::{Connection as _, PgConnection, Row as _};

/// The server of the tests over TLS, with `sslmode=verify-full` and its authority.
fn server() -> String {
    std::env::var("REMEDIATE_TEST_POSTGRES_TLS_URL")
        .expect("REMEDIATE_TEST_POSTGRES_TLS_URL is not set: run the tests through `scripts/postgres-for-tests cargo test …`, which `make test` does")
}

/// The server's URL with another database and other parameters.
fn url(database: &str, parameters: &[(&str, &str)]) -> String {
    let mut url = url::Url::parse(&server()).expect("a URL");
    url.set_path(database);
    let mut all: Vec<(String, String)> = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    for (name, value) in parameters {
        all.retain(|(known, _)| known != name);
        all.push(((*name).to_owned(), (*value).to_owned()));
    }
    url.query_pairs_mut().clear().extend_pairs(all);
    url.into()
}

#[tokio::test]
async fn the_store_speaks_tls_and_verifies_the_server() {
    let mut connection = PgConnection::connect(&server()).await.expect("a connection over TLS");
    let row = sqlx::query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetch_one(&mut connection).await.unwrap();
    assert!(row.get::<bool, _>("ssl"));
    let name = format!("remediate_test_{}", uuid::Uuid::now_v7().simple());
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.unwrap();
    let store = Store::open(&url(&name, &[]), chrono::Utc::now()).await.expect("the store opens over TLS");
    store.ping().await.unwrap();
    let query = format!("SELECT bool_and(ssl) AS ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE datname = '{name}'");
    let row = sqlx::query(sqlx::AssertSqlSafe(query)).fetch_one(&mut connection).await.unwrap();
    assert!(row.get::<bool, _>("ssl"), "every connection of the store is over TLS");
    store.close().await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).execute(&mut connection).await.unwrap();
}

#[tokio::test]
async fn a_server_that_cannot_be_verified_is_not_spoken_to() {
    let stranger = rcgen::generate_simple_self_signed(vec!["somebody else".into()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("ca.pem");
    std::fs::write(&authority, stranger.cert.pem()).unwrap();
    let error =
        Store::open(&url("postgres", &[("sslrootcert", authority.to_str().unwrap())]), chrono::Utc::now()).await.err().expect("refused");
    let error = error.to_string();
    assert!(error.contains("certificate") || error.contains("UnknownIssuer"), "{error}");
}
