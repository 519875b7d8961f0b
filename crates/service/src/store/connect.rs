//! Opens the database as the store wants it.

use std::time::Duration;

use sea_orm::sqlx::postgres::PgPoolOptions;
use sea_orm::sqlx::sqlite::SqlitePoolOptions;
use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DbBackend, DbErr, RuntimeErr,
    SqlxPostgresConnector, SqlxSqliteConnector, sqlx,
};

use crate::error::Result;
use crate::time_limit;

/// How long a statement waits for a connection.
const ACQUIRE: Duration = Duration::from_secs(10);

/// Opens a connection pool; `observe` is told of each statement.
///
/// # Errors
/// When the database cannot be reached.
pub async fn connect(
    url: &str,
    connections: u32,
    observe: impl Fn(&str) + Send + Sync + 'static,
) -> Result<DatabaseConnection> {
    open(url, connections, None, observe).await
}

/// The same for those who won't wait: the database stops each statement after `limit`, and it fails
/// with `TIMED_OUT`.
///
/// # Errors
/// When the database cannot be reached.
pub async fn connect_within(
    url: &str,
    connections: u32,
    limit: Duration,
    observe: impl Fn(&str) + Send + Sync + 'static,
) -> Result<DatabaseConnection> {
    open(url, connections, Some(limit), observe).await
}

async fn open(
    url: &str,
    connections: u32,
    limit: Option<Duration>,
    observe: impl Fn(&str) + Send + Sync + 'static,
) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(ACQUIRE)
        .sqlx_logging(false)
        .test_before_acquire(false)
        .test_before_acquire_if_idle_for(Duration::from_secs(30));
    options.map_sqlx_sqlite_opts(|sqlite| {
        use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
        sqlite
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What is acknowledged is on the disk: each commit waits for the write-ahead log to be synced, which on
            // macOS takes a request of its own. In this mode EXTRA does no more.
            .synchronous(SqliteSynchronous::Full)
            .pragma("fullfsync", "ON")
            .pragma("checkpoint_fullfsync", "ON")
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(30))
            // Each connection has a cache of its own; the system's cache of the file is behind them all.
            .pragma("cache_size", "-8192")
    });
    if let Some(limit) = limit {
        time_limit::limit_sqlite(&mut options, limit);
    }
    let milliseconds = limit.map_or(0, |limit| limit.as_millis()).to_string();
    // Our statements are short and have the same text however many things they name: plan them once,
    // for data that is in memory, and start no workers and no compiler for them.
    options.map_sqlx_postgres_opts(move |postgres| {
        postgres.application_name("commonground").options([
            ("plan_cache_mode", "force_generic_plan"),
            ("random_page_cost", "1.1"),
            ("max_parallel_workers_per_gather", "0"),
            ("jit", "off"),
            ("statement_timeout", milliseconds.as_str()),
        ])
    });
    // Waiting for a connection under load is no news for the log.
    options.map_sqlx_postgres_pool_opts(|pool| pool.acquire_slow_threshold(ACQUIRE));
    options.map_sqlx_sqlite_pool_opts(move |pool| {
        let pool = pool.acquire_slow_threshold(ACQUIRE);
        match limit {
            Some(limit) => time_limit::limit_new_sqlite(pool, limit),
            None => pool,
        }
    });
    let mut connection = Database::connect(options).await?;
    connection.set_metric_callback(move |info| observe(&info.statement.sql));
    Ok(connection)
}

/// One more connection to the database of a pool, which nobody else uses.
pub(super) async fn apart(of: &DatabaseConnection) -> Result<DatabaseConnection> {
    let connection = match of.get_database_backend() {
        DbBackend::Postgres => {
            let options = of.get_postgres_connection_pool().connect_options();
            let pool = PgPoolOptions::new()
                .max_connections(1)
                .acquire_timeout(ACQUIRE)
                .connect_with(options.as_ref().clone());
            SqlxPostgresConnector::from_sqlx_postgres_pool(pool.await.map_err(unreachable)?)
        }
        _ => {
            let options = of.get_sqlite_connection_pool().connect_options();
            let pool = SqlitePoolOptions::new()
                .max_connections(1)
                .acquire_timeout(ACQUIRE)
                .connect_with(options.as_ref().clone());
            SqlxSqliteConnector::from_sqlx_sqlite_pool(pool.await.map_err(unreachable)?)
        }
    };
    Ok(connection)
}

fn unreachable(failure: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(failure.into()))
}
