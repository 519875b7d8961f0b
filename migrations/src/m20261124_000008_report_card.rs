//! What the report card tells of: why studies were stopped, what programmes say of themselves, and
//! feedback.

use sea_orm_migration::prelude::*;

use crate::columns::{
    date, date_null, index, integer, integer_null, key, references, text, text_null,
    timestamp_with_time_zone, timestamp_with_time_zone_null, unique, uuid, uuid_null,
};

/// What the report card tells of: why studies were stopped, what programmes say of themselves, and
/// feedback.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in additions() {
            let mut alter = Table::alter();
            manager.alter_table(alter.table(table).add_column(column).to_owned()).await?;
        }
        manager.create_table(feedback(manager)).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn additions() -> Vec<(&'static str, ColumnDef)> {
    vec![
        ("study_status_change", text_null("stop_reason")),
        ("programme", integer_null("studies_stated")),
        ("programme", integer_null("partners_stated")),
        ("programme", integer_null("local_authorities_stated")),
    ]
}

fn feedback(manager: &SchemaManager) -> TableCreateStatement {
    Table::create()
        .table("feedback")
        .col(uuid("id").primary_key())
        .col(key(manager, "reference"))
        .col(uuid_null("study_id"))
        .col(uuid_null("programme_id"))
        .col(text("from_role"))
        .col(text("text"))
        .col(date("received_on"))
        .col(date_null("answered_on"))
        .col(text_null("answer"))
        .col(uuid("contributed_by"))
        .col(text("visibility"))
        .col(timestamp_with_time_zone_null("embargoed_until"))
        .col(integer("version"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(timestamp_with_time_zone_null("withdrawn_at"))
        .col(text_null("withdrawal_reason"))
        .col(uuid_null("superseded_by"))
        .foreign_key(&mut references("feedback", "study_id", "study"))
        .foreign_key(&mut references("feedback", "programme_id", "programme"))
        .foreign_key(&mut references("feedback", "contributed_by", "centre"))
        .foreign_key(&mut references("feedback", "superseded_by", "feedback"))
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("study_status_change", &["status", "on", "study_id"]),
        unique("feedback", &["contributed_by", "reference"]),
        index("feedback", &["received_on", "id"]),
        index("feedback", &["answered_on", "id"]),
        index("feedback", &["study_id"]),
        index("feedback", &["programme_id"]),
    ]
}
