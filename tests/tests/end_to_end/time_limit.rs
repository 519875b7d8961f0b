//! An operation that takes too long is stopped, and so is what the database does for it.
use std::sync::Arc;
use std::time::Duration;

use api::Settings;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use service::access::MasterKey;
use service::clock::Source;
use service::{Code, Error, Space, store};
use tests::support::app::TestApp;
use tests::support::client::Client;
use tests::support::databases::{DatabaseKind, TestDatabase, fresh};

/// One that only a limit ends.
const ENDLESS: &str =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i % 2 + 1 FROM n) SELECT count(*) FROM n";

async fn limited(database: &TestDatabase, limit: Duration) -> DatabaseConnection {
    store::connect_within(&database.url(), 1, limit, |_| {}).await.expect("a connection")
}

async fn ask(connection: &DatabaseConnection, statement: &str) -> service::Result<()> {
    let statement = Statement::from_string(connection.get_database_backend(), statement);
    connection.query_one_raw(statement).await?;
    Ok(())
}

async fn an_endless_statement_is_stopped_and_the_connection_is_free_again(kind: DatabaseKind) {
    let database = fresh(kind).await;
    let connection = limited(&database, Duration::from_millis(200)).await;
    // The only connection: what comes after would wait for it.
    for _ in 0..2 {
        let refusal: Error = ask(&connection, ENDLESS).await.unwrap_err();
        assert_eq!(refusal.code, Code::TimedOut, "{refusal:?}");
        assert!(ask(&connection, "SELECT 1").await.is_ok());
    }
    connection.close().await.unwrap();
}

#[tokio::test]
async fn on_sqlite_an_endless_statement_is_stopped() {
    an_endless_statement_is_stopped_and_the_connection_is_free_again(DatabaseKind::Sqlite).await;
}

#[tokio::test]
async fn on_postgres_an_endless_statement_is_stopped() {
    an_endless_statement_is_stopped_and_the_connection_is_free_again(DatabaseKind::Postgres).await;
}

#[tokio::test]
async fn a_statement_that_nobody_waits_for_any_more_is_stopped_too() {
    for kind in DatabaseKind::ALL {
        let database = fresh(kind).await;
        let connection = limited(&database, Duration::from_millis(500)).await;
        let given_up = tokio::time::timeout(Duration::from_millis(50), ask(&connection, ENDLESS));
        assert!(given_up.await.is_err(), "it is dropped while it runs");
        let next = tokio::time::timeout(Duration::from_secs(60), ask(&connection, "SELECT 1"));
        assert!(next.await.expect("the connection is free again").is_ok());
        connection.close().await.unwrap();
    }
}

/// How many backends of this database wait for a lock.
async fn waiting(connection: &DatabaseConnection) -> i64 {
    let question = "SELECT count(*) AS waiting FROM pg_stat_activity \
        WHERE datname = current_database() AND application_name = 'commonground' \
        AND state = 'active' AND wait_event_type = 'Lock'";
    let question = Statement::from_string(connection.get_database_backend(), question);
    let row = connection.query_one_raw(question).await.unwrap().unwrap();
    row.try_get("", "waiting").unwrap()
}

#[tokio::test]
async fn a_query_that_waits_for_a_lock_is_given_up_and_leaves_no_backend_waiting() {
    let app = TestApp::start(DatabaseKind::Postgres).await;
    let own = app.space.store().connection();
    #[expect(clippy::disallowed_methods, reason = "the test is what locks the table")]
    let lock = sea_orm::TransactionTrait::begin(own).await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "the test is what locks the table")]
    lock.execute_unprepared("LOCK TABLE study IN ACCESS EXCLUSIVE MODE").await.unwrap();

    // Once the operation's time is over first, and once the statement's.
    for (operation, statement) in [(200, 1_000), (60_000, 200)] {
        let statement = Duration::from_millis(statement);
        let connection = store::connect_within(&app.database_url(), 2, statement, |_| {}).await;
        let source = Source::default();
        let key = MasterKey::generate(&source);
        let space = Arc::new(Space::new(connection.unwrap(), source, key));
        let settings =
            Settings { timeout: Duration::from_millis(operation), ..Settings::default() };
        let client = Client::new(api::router(Arc::clone(&space), settings), None);
        let answer = client.ask("{ studies { nodes { slug } } }").await;
        assert_eq!(answer.code(), Some("TIMED_OUT"), "{}", answer.body);
        let nobody_waits = async {
            while waiting(own).await > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), nobody_waits)
            .await
            .expect("the statement ends, though its lock never comes");
        space.close().await;
    }
    lock.rollback().await.unwrap();
}
