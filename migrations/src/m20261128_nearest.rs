//! What was probably meant by a column or code that is none, in the report of a return.

use sea_orm_migration::prelude::*;

use crate::columns::text_null;

/// What was probably meant by a column or code that is none, in the report of a return.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut alter = Table::alter();
        let alter = alter.table("return_problem").add_column(text_null("nearest"));
        manager.alter_table(alter.to_owned()).await
    }
}
