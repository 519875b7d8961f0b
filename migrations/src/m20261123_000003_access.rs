//! The change log and access: tokens, signing keys and audit events.

use sea_orm_migration::prelude::*;

use crate::columns::{
    big_integer, blob, index, integer, json, json_null, references, text, text_null,
    timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};

/// The change log and access: tokens, signing keys and audit events.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        let head = Query::insert()
            .into_table("change_head")
            .columns(["id", "sequence"])
            .values_panic([1.into(), 0.into()])
            .to_owned();
        manager.execute(head).await
    }
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("change_head")
            .col(integer("id").primary_key())
            .col(big_integer("sequence"))
            .to_owned(),
        Table::create()
            .table("change")
            .col(big_integer("sequence").primary_key())
            .col(text("kind"))
            .col(uuid("subject_id"))
            .col(text("operation"))
            .col(integer("version"))
            .col(uuid_null("centre_id"))
            .col(uuid_null("token_id"))
            .col(timestamp_with_time_zone("at"))
            .col(json_null("before"))
            .foreign_key(&mut references("change", "centre_id", "centre"))
            .to_owned(),
        Table::create()
            .table("signing_key")
            .col(uuid("id").primary_key())
            .col(blob("public_key"))
            .col(blob("private_key"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("retired_at"))
            .to_owned(),
        Table::create()
            .table("access_token")
            .col(uuid("id").primary_key())
            .col(text("name"))
            .col(uuid("centre_id"))
            .col(json("scopes"))
            .col(uuid_null("issued_by"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(timestamp_with_time_zone_null("last_used_at"))
            .col(timestamp_with_time_zone_null("revoked_at"))
            .col(text_null("revocation_reason"))
            .foreign_key(&mut references("access_token", "centre_id", "centre"))
            .to_owned(),
        Table::create()
            .table("audit_event")
            .col(uuid("id").primary_key())
            .col(timestamp_with_time_zone("at"))
            .col(text_null("request_id"))
            .col(uuid_null("token_id"))
            .col(uuid_null("centre_id"))
            .col(text("action"))
            .col(text_null("subject_kind"))
            .col(uuid_null("subject_id"))
            .col(text("outcome"))
            .col(text_null("detail"))
            .foreign_key(&mut references("audit_event", "centre_id", "centre"))
            .to_owned(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("change", &["subject_id", "sequence"]),
        index("change", &["at"]),
        index("access_token", &["centre_id", "id"]),
        index("access_token", &["expires_at"]),
        index("audit_event", &["at", "id"]),
        index("audit_event", &["token_id"]),
        index("audit_event", &["centre_id", "at"]),
    ]
}
