//! Why a thing was changed, from whom a change hid it, and which embargoes are still to pass.

use sea_orm_migration::prelude::*;

use crate::columns::{
    big_integer, index, references, text, text_null, timestamp_with_time_zone, uuid,
};

/// Why a thing was changed, from whom a change hid it, and which embargoes are still to pass.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const SHARED: [&str; 5] = ["collaboration", "study", "publication", "finding", "rating"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["reason", "hidden_from"] {
            let mut alter = Table::alter();
            let alter = alter.table("change").add_column(text_null(column));
            manager.alter_table(alter.to_owned()).await?;
        }
        let hidden_from_centre = Table::create()
            .table("change_hidden_from")
            .col(big_integer("sequence"))
            .col(uuid("centre_id"))
            .primary_key(Index::create().col("sequence").col("centre_id"))
            .foreign_key(&mut references("change_hidden_from", "centre_id", "centre"))
            .to_owned();
        manager.create_table(hidden_from_centre).await?;
        let embargo = Table::create()
            .table("embargo")
            .col(uuid("thing_id").primary_key())
            .col(text("kind"))
            .col(timestamp_with_time_zone("until"))
            .to_owned();
        manager.create_table(embargo).await?;
        manager.create_index(index("embargo", &["until"])).await?;
        let connection = manager.get_connection();
        for table in SHARED {
            let kind = table.to_uppercase();
            let fill = format!(
                "INSERT INTO embargo (thing_id, kind, until)
                 SELECT id, '{kind}', embargoed_until FROM {table} WHERE embargoed_until IS NOT NULL"
            );
            connection.execute_unprepared(&fill).await?;
        }
        Ok(())
    }
}
