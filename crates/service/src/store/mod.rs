//! The database, and the one way to write to it.
//!
//! A write is a transaction with verbs. `insert`, `revise`, `withdraw` and `touch` are for what the log tells of, and note
//! the change themselves (`things`); `add`, `set` and `remove` are for what it doesn't tell of (`unlogged`). [`tables`]
//! lists which table is which. Nothing else writes: the transaction is handed out for reading only.

pub mod audit;
mod bulk;
mod connect;
pub(crate) mod delta;
mod log;
mod read_transaction;
pub mod tables;
mod things;
mod unlogged;
mod write;

use std::sync::atomic::{AtomicI64, Ordering};

use entity::ChangeKind;
use futures::future::BoxFuture;
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend,
    IsolationLevel, Statement, TransactionOptions, TransactionTrait,
};
use tokio::sync::watch;

pub use connect::{connect, connect_within};
pub use log::Subject;
pub(crate) use log::versions;
pub use read_transaction::ReadTransaction;
pub use tables::Table;
pub use things::Revision;
pub use write::Write;

use self::audit::{Chain, Event};
use crate::clock::Source;
use crate::error::{Error, Result};
use crate::viewer::Viewer;

/// The channel on which PostgreSQL wakes those who follow the change log.
pub const WAKE_CHANNEL: &str = "commonground_change";

/// How many rows go into one statement: below the databases' limits on parameters.
pub const ROWS_PER_STATEMENT: usize = 500;

/// The database, and the one way to write to it.
#[derive(Debug)]
pub struct Store {
    connection: DatabaseConnection,
    source: Source,
    chain: Chain,
    is_for_reading: bool,
    /// The last number of the log that this process wrote.
    written: watch::Sender<i64>,
    /// The number of the last known change to what the directory holds.
    network_version: AtomicI64,
}

impl Store {
    /// A store over an open, migrated database.
    #[must_use]
    pub fn new(connection: DatabaseConnection, source: Source, chain: Chain) -> Self {
        Self {
            connection,
            source,
            chain,
            is_for_reading: false,
            written: watch::Sender::new(0),
            network_version: AtomicI64::new(0),
        }
    }

    /// The same store, which refuses to write: what is written into the past is seen by nobody, an event of the audit
    /// least of all.
    #[must_use]
    pub(crate) fn for_reading(self) -> Self {
        Self { is_for_reading: true, ..self }
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

    /// What binds the events of the audit together.
    #[must_use]
    pub const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The last number of the log that this process wrote; changes when it grows.
    #[must_use]
    pub(crate) fn written(&self) -> watch::Receiver<i64> {
        self.written.subscribe()
    }

    /// The number of the last known change to what the directory holds.
    #[must_use]
    pub(crate) fn network_version(&self) -> i64 {
        self.network_version.load(Ordering::Acquire)
    }

    /// Says that something that the directory holds has changed, and in which row of the log.
    pub(crate) fn network_changed(&self, sequence: i64) {
        self.network_version.fetch_max(sequence, Ordering::AcqRel);
    }

    /// Begins to read several tables as they stand at one moment.
    ///
    /// # Errors
    /// When the database cannot be reached.
    #[expect(clippy::disallowed_methods, reason = "the store is where transactions begin")]
    pub async fn snapshot(&self) -> Result<ReadTransaction> {
        let options = match self.backend() {
            DbBackend::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
            _ => TransactionOptions::default(),
        };
        Ok(ReadTransaction(self.connection.begin_with_options(options).await?))
    }

    /// A connection of its own to the same database, for whoever leaves something in it that is for nobody else.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(crate) async fn apart(&self) -> Result<DatabaseConnection> {
        connect::apart(&self.connection).await
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
                write.roll_back().await?;
                Err(refusal)
            }
        }
    }

    /// Does what [`Store::write`] does, or takes it all back for whoever only wants to know what would come of it.
    ///
    /// # Errors
    /// What `work` refuses, or what the database does.
    pub async fn write_or_rehearse<T, F>(
        &self,
        viewer: &Viewer,
        action: &'static str,
        is_rehearsal: bool,
        work: F,
    ) -> Result<T>
    where
        T: Send,
        F: for<'w> FnOnce(&'w mut Write) -> BoxFuture<'w, Result<T>> + Send,
    {
        if !is_rehearsal {
            return self.write(viewer, action, work).await;
        }
        let mut write = self.begin_write(viewer).await?;
        let answer = work(&mut write).await;
        write.roll_back().await?;
        answer
    }

    /// Writes to the audit what happened besides writes, and what `work` does with it that is no
    /// change of a thing.
    ///
    /// # Errors
    /// What `work` refuses, or what the database does.
    pub(crate) async fn attest<F>(&self, events: Vec<Event>, work: F) -> Result<()>
    where
        F: for<'w> FnOnce(&'w mut Write) -> BoxFuture<'w, Result<()>> + Send,
    {
        let mut write = self.begin_write(&Viewer::operator()).await?;
        write.attest(events);
        match work(&mut write).await {
            Ok(()) => self.finish(write, "").await,
            Err(refusal) => {
                write.roll_back().await?;
                Err(refusal)
            }
        }
    }

    /// Begins a write that an import carries through several steps; dropped, it leaves nothing.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(crate) async fn begin_write(&self, viewer: &Viewer) -> Result<Write> {
        let transaction = self.begin().await?;
        Ok(Write::new(transaction, &self.source, viewer))
    }

    /// Appends the changes of a write to the log, and commits.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn finish(&self, write: Write, action: &'static str) -> Result<()> {
        let network = write.changed_kinds().any(ChangeKind::is_in_directory);
        if let Some(sequence) = write.commit(&self.chain, action).await? {
            if network {
                self.network_changed(sequence);
            }
            self.written.send_if_modified(|written| {
                let has_grown = sequence > *written;
                *written = Ord::max(sequence, *written);
                has_grown
            });
        }
        Ok(())
    }

    #[expect(clippy::disallowed_methods, reason = "the store is where transactions begin")]
    async fn begin(&self) -> Result<DatabaseTransaction> {
        if self.is_for_reading {
            let reason = "something was about to be written into the past";
            return Err(Error::internal(std::io::Error::other(reason)));
        }
        let options = TransactionOptions {
            sqlite_transaction_mode: (self.backend() == DbBackend::Sqlite)
                .then_some(sea_orm::SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.connection.begin_with_options(options).await?)
    }
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
