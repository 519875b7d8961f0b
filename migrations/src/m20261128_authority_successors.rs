//! Which local authorities carry on the work of those that were abolished.

use sea_orm_migration::prelude::*;

use crate::columns::{index, references, uuid};

/// Which local authorities carry on the work of those that were abolished.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "local_authority_successor";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table(TABLE)
            .col(uuid("local_authority_id"))
            .col(uuid("successor_id"))
            .primary_key(Index::create().col("local_authority_id").col("successor_id"));
        for column in ["local_authority_id", "successor_id"] {
            table.foreign_key(&mut references(TABLE, column, "local_authority"));
        }
        manager.create_table(table.to_owned()).await?;
        manager.create_index(index(TABLE, &["successor_id"])).await
    }
}
