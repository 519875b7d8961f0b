//! Things of the network can be withdrawn: when, why, and what took their place.

use sea_orm_migration::prelude::*;

use crate::columns::{text_null, timestamp_with_time_zone_null, uuid_null};

/// Things of the network can be withdrawn: when, why, and what took their place.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What can be withdrawn. A centre leaves the network by its standing.
const WITHDRAWN: [&str; 8] = [
    "person",
    "local_authority",
    "partner",
    "programme",
    "engagement",
    "term",
    "evidence_standard",
    "crosswalk",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in WITHDRAWN {
            for column in
                [timestamp_with_time_zone_null("withdrawn_at"), text_null("withdrawal_reason")]
            {
                add(manager, table, column).await?;
            }
            // An engagement and a reading of the crosswalk were or were not: nothing takes their place.
            if !matches!(table, "engagement" | "crosswalk") {
                add(manager, table, superseded_by(table)).await?;
            }
        }
        Ok(())
    }
}

async fn add(
    manager: &SchemaManager<'_>,
    table: &'static str,
    column: ColumnDef,
) -> Result<(), DbErr> {
    let mut alter = Table::alter();
    manager.alter_table(alter.table(table).add_column(column).to_owned()).await
}

/// SQLite adds a column with its reference or not at all, so that it stands in the column.
fn superseded_by(table: &'static str) -> ColumnDef {
    let reference = format!(r#"CONSTRAINT "fk_{table}_superseded_by" REFERENCES "{table}" ("id")"#);
    uuid_null("superseded_by").extra(reference).to_owned()
}
