//! Keeps several servers from migrating one PostgreSQL database at the same time.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DatabaseConnection, DatabaseTransaction, TransactionTrait};

/// A lock that lasts until it is released: PostgreSQL frees it with its transaction, also when the
/// process dies.
#[derive(Debug)]
pub struct AdvisoryLock(DatabaseTransaction);

impl AdvisoryLock {
    /// Waits until the lock is free and takes it. It needs a connection of its own for as long as it
    /// is held.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take(connection: &DatabaseConnection, key: i64) -> Result<Self, DbErr> {
        let transaction = connection.begin().await?;
        let question = format!("SELECT pg_advisory_xact_lock({key})");
        transaction.execute_unprepared(&question).await?;
        Ok(Self(transaction))
    }

    /// Lets the next one go on, and gives the connection back.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn release(self) -> Result<(), DbErr> {
        self.0.commit().await
    }
}
