//! Young people: returns, what they say of whom, and where each stood on the reference days.

use sea_orm_migration::prelude::*;

use crate::columns::{
    big_integer, blob, boolean, date, date_null, index, integer, integer_null, references,
    small_integer, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
    uuid_null,
};

/// Young people: returns, what they say of whom, and where each stood on the reference days.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            loaded_return(),
            return_problem(),
            young_person(),
            young_person_key(),
            child_record(),
            episode(),
            standing(),
        ] {
            manager.create_table(table).await?;
        }
        for index in [
            index("loaded_return", &["began_at", "id"]),
            index("young_person_key", &["young_person_id"]),
            index("child_record", &["young_person_id"]),
        ] {
            manager.create_index(index).await?;
        }
        // Of the returns of one authority, kind and year, one is in use; sea-query has no partial indexes.
        let connection = manager.get_connection();
        connection
            .execute_unprepared(
                "CREATE UNIQUE INDEX uq_loaded_return_current ON loaded_return (local_authority_id, kind, year) WHERE state = 'CURRENT'",
            )
            .await?;
        Ok(())
    }
}

fn loaded_return() -> TableCreateStatement {
    Table::create()
        .table("loaded_return")
        .col(uuid("id").primary_key())
        .col(text("kind"))
        .col(uuid("local_authority_id"))
        .col(integer("year"))
        .col(text("state"))
        .col(uuid_null("centre_id"))
        .col(timestamp_with_time_zone("began_at"))
        .col(timestamp_with_time_zone_null("completed_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .col(integer("children"))
        .col(big_integer("read"))
        .col(big_integer("kept"))
        .col(big_integer("checked"))
        .col(big_integer("refused"))
        .col(big_integer("doubtful"))
        .foreign_key(&mut references("loaded_return", "local_authority_id", "local_authority"))
        .foreign_key(&mut references("loaded_return", "centre_id", "centre"))
        .to_owned()
}

fn return_problem() -> TableCreateStatement {
    Table::create()
        .table("return_problem")
        .col(uuid("return_id"))
        .col(integer("ordinal"))
        .col(boolean("is_refusal"))
        .col(text("file"))
        .col(big_integer("line"))
        .col(text_null("column_name"))
        .col(text("rule"))
        .primary_key(Index::create().col("return_id").col("ordinal"))
        .foreign_key(&mut references("return_problem", "return_id", "loaded_return"))
        .to_owned()
}

fn young_person() -> TableCreateStatement {
    Table::create()
        .table("young_person")
        .col(uuid("id").primary_key())
        .col(small_integer("record_key"))
        .to_owned()
}

fn young_person_key() -> TableCreateStatement {
    Table::create()
        .table("young_person_key")
        .col(blob("hash").primary_key())
        .col(uuid("young_person_id"))
        .col(date_null("severed_on"))
        .to_owned()
}

// The tables below hold millions of rows that come and go with their return, so they refer to it, to the
// person and to the authority without foreign keys: checking each would be half of a loading's work.

fn child_record() -> TableCreateStatement {
    Table::create()
        .table("child_record")
        .col(uuid("return_id"))
        .col(uuid("young_person_id"))
        .col(integer_null("birth_month"))
        .col(text("sex"))
        .col(text("ethnicity"))
        .col(boolean("is_unaccompanied"))
        .primary_key(Index::create().col("return_id").col("young_person_id"))
        .to_owned()
}

fn episode() -> TableCreateStatement {
    Table::create()
        .table("episode")
        .col(uuid("return_id"))
        .col(uuid("young_person_id"))
        .col(big_integer("ordinal"))
        .col(big_integer("line"))
        .col(text("kind"))
        .col(date("started_on"))
        .col(date_null("ended_on"))
        .col(text_null("category_of_need"))
        .col(text_null("legal_status"))
        .col(text_null("placement"))
        .col(text_null("provider"))
        .col(text_null("category_of_abuse"))
        .col(text_null("reason_started"))
        .col(text_null("reason_ended"))
        .primary_key(Index::create().col("return_id").col("young_person_id").col("ordinal"))
        .to_owned()
}

fn standing() -> TableCreateStatement {
    Table::create()
        .table("standing")
        .col(integer("year"))
        .col(uuid("local_authority_id"))
        .col(uuid("young_person_id"))
        .col(small_integer("ordinal"))
        .col(text("population"))
        .col(text("age_band"))
        .col(text("sex"))
        .col(text("ethnic_group"))
        .col(text("legal_status"))
        .col(text("placement_type"))
        .col(text("category_of_need"))
        .col(small_integer("record_key"))
        .primary_key(
            Index::create()
                .col("year")
                .col("local_authority_id")
                .col("young_person_id")
                .col("ordinal"),
        )
        .to_owned()
}
