//! Tables of true counts that were given: released, or to the recipient of an agreement.

use sea_orm_migration::prelude::*;

use crate::columns::{index, integer, json, references, text, timestamp_with_time_zone, uuid_null};

/// Tables of true counts that were given.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("given_table")
            .col(integer("year"))
            .col(integer("number"))
            .col(uuid_null("agreement_id"))
            .col(text("rule_set"))
            .col(integer("threshold"))
            .col(json("question"))
            .col(json("editions"))
            .col(json("cells"))
            .col(timestamp_with_time_zone("given_at"))
            .col(uuid_null("centre_id"))
            .col(uuid_null("token_id"))
            .primary_key(Index::create().col("year").col("number"))
            .foreign_key(&mut references("given_table", "agreement_id", "data_sharing_agreement"))
            .to_owned();
        manager.create_table(table).await?;
        manager.create_index(index("given_table", &["agreement_id"])).await
    }
}
