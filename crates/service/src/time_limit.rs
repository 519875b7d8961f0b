//! How long the database works on a statement before it stops by itself.
//!
//! An operation that takes too long is dropped, but a statement that was sent goes on: the connection
//! is not free until it ends. So the database is told to end it. PostgreSQL has a setting for that.
//! SQLite asks a function of ours now and then while it works.

use std::time::{Duration, Instant};

use sea_orm::ConnectOptions;
use sea_orm::sqlx::pool::PoolOptions;
use sea_orm::sqlx::{self, Sqlite, SqliteConnection};

/// How many steps of its machine SQLite takes between two questions: less than a millisecond.
const STEPS: i32 = 10_000;

/// Lets SQLite work for so long each time that a connection is taken from the pool.
pub(crate) fn limit_sqlite(options: &mut ConnectOptions, limit: Duration) {
    options.map_sqlx_sqlite_before_acquire(move |connection, _| {
        Box::pin(async move { begin(connection, limit).await.map(|()| true) })
    });
}

/// Returns the same for a connection that was just opened.
pub(crate) fn limit_new_sqlite(pool: PoolOptions<Sqlite>, limit: Duration) -> PoolOptions<Sqlite> {
    pool.after_connect(move |connection, _| Box::pin(begin(connection, limit)))
}

async fn begin(connection: &mut SqliteConnection, limit: Duration) -> Result<(), sqlx::Error> {
    let began = Instant::now();
    let may_go_on = move || began.elapsed() < limit;
    let mut handle = connection.lock_handle().await?;
    handle.set_progress_handler(STEPS, may_go_on);
    Ok(())
}
