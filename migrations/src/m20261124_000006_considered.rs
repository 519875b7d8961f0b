//! What a rating took into account: its studies, its publications, and the outcome that it speaks of.

use sea_orm_migration::prelude::*;

use crate::columns::{index, references, uuid, uuid_null};

/// What a rating took into account: its studies, its publications, and the outcome that it speaks of.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut alter = Table::alter();
        manager.alter_table(alter.table("rating").add_column(outcome()).to_owned()).await?;
        for table in [
            considered("considered_study", "study_id", "study"),
            considered("considered_publication", "publication_id", "publication"),
        ] {
            manager.create_table(table).await?;
        }
        // From what was withdrawn to the ratings that rest on it.
        for index in [
            index("considered_study", &["study_id", "rating_id"]),
            index("considered_publication", &["publication_id", "rating_id"]),
            index("rating", &["outcome_id"]),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

/// SQLite adds a column with its reference or not at all, so that it stands in the column.
fn outcome() -> ColumnDef {
    uuid_null("outcome_id")
        .extra(r#"CONSTRAINT "fk_rating_outcome_id" REFERENCES "term" ("id")"#)
        .to_owned()
}

fn considered(
    table: &'static str,
    column: &'static str,
    target: &'static str,
) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(uuid("rating_id"))
        .col(uuid(column))
        .primary_key(Index::create().col("rating_id").col(column))
        .foreign_key(&mut references(table, "rating_id", "rating"))
        .foreign_key(&mut references(table, column, target))
        .to_owned()
}
