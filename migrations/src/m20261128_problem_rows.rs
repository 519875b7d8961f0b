//! Of how many rows a problem in the report of a return is.

use sea_orm_migration::prelude::*;

/// Of how many rows a problem in the report of a return is.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut rows = ColumnDef::new("rows");
        let mut alter = Table::alter();
        let alter = alter.table("return_problem").add_column(rows.integer().not_null().default(1));
        manager.alter_table(alter.to_owned()).await
    }
}
