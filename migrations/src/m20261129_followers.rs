//! How far followers of the change log have heard it, where they go on after a pause.

use sea_orm_migration::prelude::*;

use crate::columns::{big_integer, text};

/// How far followers of the change log have heard it.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("follower")
            .col(text("name").primary_key())
            .col(big_integer("sequence"))
            .to_owned();
        manager.create_table(table).await
    }
}
