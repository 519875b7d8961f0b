//! The database, and the one way to write to it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use entity::{
    AuditEventId, AuditOutcome, CentreId, ChangeKind, ChangeOperation, audit_event, change,
    change_head,
};
use futures::future::BoxFuture;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    AccessMode, ActiveValue::Set, ConnectOptions, ConnectionTrait, Database, DatabaseConnection,
    DatabaseTransaction, DbBackend, EntityTrait, IsolationLevel, Statement, TransactionOptions,
    TransactionTrait,
};
use serde::Serialize;
use tokio::sync::watch;
use uuid::Uuid;

use crate::clock::Source;
use crate::error::{Error, Result};
use crate::network::directory;
use crate::time_limit;
use crate::viewer::Viewer;

/// The channel on which PostgreSQL wakes those who follow the change log.
pub const WAKE_CHANNEL: &str = "commonground_change";

/// How long a statement waits for a connection.
const ACQUIRE: Duration = Duration::from_secs(10);

/// How many rows go into one statement: below the databases' limits on parameters.
pub const ROWS_PER_STATEMENT: usize = 500;

/// The database, and the one way to write to it.
#[derive(Debug)]
pub struct Store {
    connection: DatabaseConnection,
    source: Source,
    /// The last sequence number that this process wrote or heard of.
    head: watch::Sender<i64>,
    /// Counts the changes to what the directory holds.
    network_version: AtomicU64,
}

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
            .synchronous(SqliteSynchronous::Normal)
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

impl Store {
    /// A store over an open, migrated database.
    #[must_use]
    pub fn new(connection: DatabaseConnection, source: Source) -> Self {
        Self {
            connection,
            source,
            head: watch::Sender::new(0),
            network_version: AtomicU64::new(1),
        }
    }

    /// The pool, for reading.
    #[must_use]
    pub const fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    /// Time and ids.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// The last sequence number that this process wrote or heard of; changes when it grows.
    #[must_use]
    pub fn head(&self) -> watch::Receiver<i64> {
        self.head.subscribe()
    }

    /// Counts up whenever something that the directory holds has changed.
    #[must_use]
    pub fn network_version(&self) -> u64 {
        self.network_version.load(Ordering::Acquire)
    }

    /// Says that something that the directory holds has changed.
    pub fn network_changed(&self) {
        self.network_version.fetch_add(1, Ordering::AcqRel);
    }

    /// Says that the log has grown.
    pub fn heard_of(&self, sequence: i64) {
        self.head.send_if_modified(|head| {
            let grown = sequence > *head;
            *head = Ord::max(sequence, *head);
            grown
        });
    }

    /// Begins to read several tables as they stand at one moment.
    ///
    /// # Errors
    /// When the database cannot be reached.
    #[expect(
        clippy::disallowed_methods,
        reason = "the store is where transactions begin"
    )]
    pub async fn snapshot(&self) -> Result<DatabaseTransaction> {
        let options = match self.backend() {
            DbBackend::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
            _ => TransactionOptions::default(),
        };
        Ok(self.connection.begin_with_options(options).await?)
    }

    /// The one way to write: runs `work` in a transaction, appends its changes to the log and one
    /// audit event, and commits. If `work` fails, nothing is written.
    ///
    /// The log's number is drawn last, by updating the only row of `change_head`: that row stays
    /// locked until the commit, so numbers become visible in their order, and a transaction that
    /// fails leaves no gap.
    ///
    /// # Errors
    /// What `work` refuses, or what the database does.
    pub async fn write<T, F>(&self, viewer: &Viewer, action: &'static str, work: F) -> Result<T>
    where
        T: Send,
        F: for<'w> FnOnce(&'w mut Write) -> BoxFuture<'w, Result<T>> + Send,
    {
        let mut write = self.begin_write(viewer).await?;
        match work(&mut write).await {
            Ok(answer) => {
                self.finish(write, action).await?;
                Ok(answer)
            }
            Err(refusal) => {
                write.transaction.rollback().await?;
                Err(refusal)
            }
        }
    }

    /// Begins a write that an import carries through several steps; dropped, it leaves nothing.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(crate) async fn begin_write(&self, viewer: &Viewer) -> Result<Write> {
        Ok(Write {
            transaction: self.begin().await?,
            source: self.source.clone(),
            centre: viewer.centre(),
            token: viewer.token().map(Uuid::from),
            request_id: viewer.request_id().map(str::to_owned),
            changes: Vec::new(),
        })
    }

    /// Appends the changes of a write to the log, and commits.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn finish(&self, write: Write, action: &'static str) -> Result<()> {
        let network = write
            .changes
            .iter()
            .any(|change| directory::holds(change.kind));
        if let Some(sequence) = write.commit(action).await? {
            if network {
                self.network_changed();
            }
            self.heard_of(sequence);
        }
        Ok(())
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the store is where transactions begin"
    )]
    async fn begin(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions {
            sqlite_transaction_mode: (self.backend() == DbBackend::Sqlite)
                .then_some(sea_orm::SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.connection.begin_with_options(options).await?)
    }
}

/// A write under way: what happens within one transaction.
#[derive(Debug)]
pub struct Write {
    transaction: DatabaseTransaction,
    source: Source,
    centre: Option<CentreId>,
    token: Option<Uuid>,
    request_id: Option<String>,
    changes: Vec<Changed>,
}

/// A moment of a write.
#[derive(Debug)]
pub(crate) struct Mark {
    noted: usize,
}

#[derive(Debug)]
struct Changed {
    kind: ChangeKind,
    subject: Uuid,
    operation: ChangeOperation,
    version: i32,
    before: Option<serde_json::Value>,
}

impl Write {
    /// The transaction.
    #[must_use]
    pub const fn connection(&self) -> &DatabaseTransaction {
        &self.transaction
    }

    /// Time and ids.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// Marks this moment of the write, to come back to it if what follows is refused.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(crate) async fn mark(&self) -> Result<Mark> {
        self.transaction
            .execute_unprepared("SAVEPOINT mark")
            .await?;
        Ok(Mark {
            noted: self.changes.len(),
        })
    }

    /// Keeps what was done since the mark.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(crate) async fn keep(&self, mark: Mark) -> Result<()> {
        let Mark { noted: _ } = mark;
        self.transaction
            .execute_unprepared("RELEASE SAVEPOINT mark")
            .await?;
        Ok(())
    }

    /// Takes back what was written and noted since the mark.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(crate) async fn take_back(&mut self, mark: Mark) -> Result<()> {
        self.changes.truncate(mark.noted);
        self.transaction
            .execute_unprepared("ROLLBACK TO SAVEPOINT mark")
            .await?;
        self.transaction
            .execute_unprepared("RELEASE SAVEPOINT mark")
            .await?;
        Ok(())
    }

    /// Waits until no other write can commit before this one does: what is read afterwards stays
    /// true. It holds the log from here on, so it is for what is short and rare.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn alone(&mut self) -> Result<()> {
        draw_numbers(&self.transaction, 0).await?;
        Ok(())
    }

    /// Notes that a thing came to be.
    pub fn created(&mut self, kind: ChangeKind, subject: impl Into<Uuid>) {
        self.changes.push(Changed {
            kind,
            subject: subject.into(),
            operation: ChangeOperation::Created,
            version: 1,
            before: None,
        });
    }

    /// Notes that a thing was revised, and what it was before.
    ///
    /// # Errors
    /// When what it was cannot be kept.
    pub fn updated(
        &mut self,
        kind: ChangeKind,
        subject: impl Into<Uuid>,
        operation: ChangeOperation,
        version: i32,
        before: &impl Serialize,
    ) -> Result<()> {
        self.changes.push(Changed {
            kind,
            subject: subject.into(),
            operation,
            version,
            before: Some(serde_json::to_value(before).map_err(Error::internal)?),
        });
        Ok(())
    }

    async fn commit(self, action: &'static str) -> Result<Option<i64>> {
        if self.changes.is_empty() {
            self.transaction.commit().await?;
            return Ok(None);
        }
        let now = self.source.now();
        let audit = audit_event::ActiveModel {
            id: Set(self.source.id::<AuditEventId>()),
            at: Set(now),
            request_id: Set(self.request_id),
            token_id: Set(self.token),
            centre_id: Set(self.centre),
            action: Set(action.to_owned()),
            subject_kind: Set(self.changes.first().map(|change| change.kind)),
            subject_id: Set(match self.changes.as_slice() {
                [only] => Some(only.subject),
                _ => None,
            }),
            outcome: Set(AuditOutcome::Allowed),
            detail: Set(Some(format!("{} changes", self.changes.len()))),
        };
        audit_event::Entity::insert(audit)
            .exec_without_returning(&self.transaction)
            .await?;

        let count = i64::try_from(self.changes.len()).map_err(Error::internal)?;
        let last = draw_numbers(&self.transaction, count).await?;
        let rows = self
            .changes
            .into_iter()
            .zip(last - count + 1..)
            .map(|(changed, sequence)| change::ActiveModel {
                sequence: Set(sequence),
                kind: Set(changed.kind),
                subject_id: Set(changed.subject),
                operation: Set(changed.operation),
                version: Set(changed.version),
                centre_id: Set(self.centre),
                token_id: Set(self.token),
                at: Set(now),
                before: Set(changed.before),
            });
        let rows: Vec<_> = rows.collect();
        for some in rows.chunks(ROWS_PER_STATEMENT) {
            change::Entity::insert_many(some.to_vec())
                .exec_without_returning(&self.transaction)
                .await?;
        }
        if self.transaction.get_database_backend() == DbBackend::Postgres {
            let wake = format!("NOTIFY {WAKE_CHANNEL}");
            self.transaction.execute_unprepared(&wake).await?;
        }
        self.transaction.commit().await?;
        Ok(Some(last))
    }
}

/// Draws the next numbers of the log and gives the last of them; holds the log until the commit.
#[expect(clippy::disallowed_methods, reason = "only the store draws numbers")]
async fn draw_numbers(transaction: &DatabaseTransaction, count: i64) -> Result<i64> {
    let heads = change_head::Entity::update_many()
        .col_expr(
            change_head::Column::Sequence,
            Expr::col(change_head::Column::Sequence).add(count),
        )
        .exec_with_returning(transaction)
        .await?;
    heads
        .first()
        .map(|head| head.sequence)
        .ok_or_else(|| Error::internal(std::io::Error::other("the change log has no head")))
}

/// Whether the database answers.
///
/// # Errors
/// When it does not.
pub async fn ping(store: &Store) -> Result<()> {
    let question = Statement::from_string(store.backend(), "SELECT 1");
    store.connection.query_one_raw(question).await?;
    Ok(())
}
