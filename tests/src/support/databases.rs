//! A private database for each test: [`fresh`] has the present schema, [`empty`] has nothing.
//!
//! The schema is made once a process, as a template which each test gets a copy of. A database goes when its
//! [`TestDatabase`] goes out of scope. Nothing here outlives the runtime of the test that asked, so tests may run at
//! the same time, each on its own runtime.

use migrations::Migrator;
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, Statement};
use sea_orm_migration::MigratorTrait;

use super::postgres::{self, PostgresDatabase};
use super::sqlite::{self, SqliteDatabase};

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DatabaseKind {
    /// The embedded default.
    Sqlite,
    /// A server that this process starts for itself.
    Postgres,
}

impl DatabaseKind {
    /// Both, for a body that runs on each.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];
}

/// A database of one test. It goes when this value does.
#[derive(Debug)]
pub struct TestDatabase(Database);

#[derive(Debug)]
enum Database {
    Sqlite(SqliteDatabase),
    Postgres(PostgresDatabase),
}

impl TestDatabase {
    /// Which database it is.
    #[must_use]
    pub fn kind(&self) -> DatabaseKind {
        match self.0 {
            Database::Sqlite(_) => DatabaseKind::Sqlite,
            Database::Postgres(_) => DatabaseKind::Postgres,
        }
    }

    /// Its address, as `--database-url` takes it.
    #[must_use]
    pub fn url(&self) -> String {
        match &self.0 {
            Database::Sqlite(database) => database.url(),
            Database::Postgres(database) => database.url(),
        }
    }
}

/// A database with the present schema and no rows.
pub async fn fresh(kind: DatabaseKind) -> TestDatabase {
    TestDatabase(match kind {
        DatabaseKind::Sqlite => Database::Sqlite(sqlite::fresh().await),
        DatabaseKind::Postgres => Database::Postgres(postgres::fresh().await),
    })
}

/// A database without a single table, to migrate or to start a server on.
pub async fn empty(kind: DatabaseKind) -> TestDatabase {
    TestDatabase(match kind {
        DatabaseKind::Sqlite => Database::Sqlite(sqlite::empty()),
        DatabaseKind::Postgres => Database::Postgres(postgres::empty().await),
    })
}

/// A connection to the database at an address.
///
/// # Panics
/// When there is none.
pub async fn open(url: &str) -> DatabaseConnection {
    sea_orm::Database::connect(url).await.expect("the database is there")
}

/// The texts in the first column of what a statement gives.
///
/// # Panics
/// When the database refuses.
pub async fn texts(connection: &DatabaseConnection, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await;
    let rows = rows.unwrap_or_else(|error| panic!("{sql}: {error}"));
    let text = |row: &sea_orm::QueryResult| row.try_get_by_index(0).expect("a text");
    rows.iter().map(text).collect()
}

/// A database that is there to be copied.
#[derive(Debug)]
pub(super) enum Template {
    Sqlite(Vec<u8>),
    Postgres(PostgresDatabase),
}

impl Template {
    /// Of a database to which nobody is connected any more.
    pub(super) fn of(database: TestDatabase) -> Self {
        match database.0 {
            Database::Sqlite(database) => Self::Sqlite(database.read()),
            Database::Postgres(database) => Self::Postgres(database),
        }
    }

    /// A database of one test with the same content.
    pub(super) async fn copy(&self) -> TestDatabase {
        TestDatabase(match self {
            Self::Sqlite(content) => Database::Sqlite(sqlite::copy(content)),
            Self::Postgres(original) => Database::Postgres(postgres::copy(original).await),
        })
    }
}

/// One connection, for the caller to close before its runtime ends.
pub(super) async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    sea_orm::Database::connect(options).await.expect("the harness connects to its own database")
}

/// Applies every migration.
pub(super) async fn migrate(url: &str) {
    let connection = connect(url).await;
    Migrator::up(&connection, None).await.expect("the migrations apply to an empty database");
    connection.close().await.expect("the connection closes");
}
