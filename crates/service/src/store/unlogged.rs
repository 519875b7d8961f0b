//! The verbs for what the log doesn't tell of, which [`super::tables`] lists with the reasons.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{Condition, EntityTrait, IdenStatic, QueryFilter, TryInsertResult};

use super::tables::{Derived, Unlogged};
use super::write::Write;
use super::{ROWS_PER_STATEMENT, bulk};
use crate::error::{Error, Result};

impl Write {
    /// Adds rows, however many.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn add<E: Unlogged>(&self, rows: Vec<E::ActiveModel>) -> Result<()> {
        bulk::insert(self.transaction(), rows).await
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When the database refuses.
    #[expect(
        clippy::disallowed_methods,
        reason = "the verb of tables that the log doesn't tell of"
    )]
    pub(crate) async fn add_one<E: Unlogged>(&self, row: E::ActiveModel) -> Result<()> {
        E::insert(row).exec_without_returning(self.transaction()).await?;
        Ok(())
    }

    /// Adds rows, but for those that a conflict decides otherwise about. Says whether any was written.
    ///
    /// # Errors
    /// When the database refuses.
    #[expect(
        clippy::disallowed_methods,
        reason = "the verb of tables that the log doesn't tell of"
    )]
    pub(crate) async fn add_or<E: Unlogged>(
        &self,
        rows: Vec<E::ActiveModel>,
        conflict: OnConflict,
    ) -> Result<bool> {
        let mut is_any_written = false;
        for some in rows.chunks(ROWS_PER_STATEMENT) {
            let inserted = E::insert_many(some.to_vec())
                .on_conflict(conflict.clone())
                .try_insert()
                .exec_without_returning(self.transaction())
                .await?;
            is_any_written |= matches!(inserted, TryInsertResult::Inserted(1..));
        }
        Ok(is_any_written)
    }

    /// Sets columns of some rows, and says of how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn set<E: Unlogged>(
        &self,
        values: impl IntoIterator<Item = (E::Column, Expr)>,
        which: Condition,
    ) -> Result<u64> {
        update::<E>(self, values, which).await
    }

    /// Sets columns of logged rows whose changes are no change of the thing.
    ///
    /// # Errors
    /// When the database refuses, and for a column that is not one of these.
    pub(crate) async fn derive<E: Derived>(
        &self,
        values: impl IntoIterator<Item = (E::Column, Expr)>,
        which: Condition,
    ) -> Result<u64> {
        let values: Vec<_> = values.into_iter().collect();
        let is_derived = |column: &E::Column| {
            E::DERIVED.iter().any(|derived| derived.as_str() == column.as_str())
        };
        if !values.iter().all(|(column, _)| is_derived(column)) {
            let reason = "a column was about to change without a change of its thing";
            return Err(Error::internal(std::io::Error::other(reason)));
        }
        update::<E>(self, values, which).await
    }

    /// Removes rows, and says how many.
    ///
    /// # Errors
    /// When the database refuses.
    #[expect(
        clippy::disallowed_methods,
        reason = "the verb of tables that the log doesn't tell of"
    )]
    pub(crate) async fn remove<E: Unlogged>(&self, which: Condition) -> Result<u64> {
        let removed = E::delete_many().filter(which).exec(self.transaction()).await?;
        Ok(removed.rows_affected)
    }
}

#[expect(clippy::disallowed_methods, reason = "the verb of what the log doesn't tell of")]
async fn update<E: EntityTrait>(
    write: &Write,
    values: impl IntoIterator<Item = (E::Column, Expr)>,
    which: Condition,
) -> Result<u64> {
    let mut update = E::update_many().filter(which);
    for (column, value) in values {
        update = update.col_expr(column, value);
    }
    let updated = update.exec(write.transaction()).await?;
    Ok(updated.rows_affected)
}
