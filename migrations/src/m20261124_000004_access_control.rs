//! Tokens with networks, approval, lineage and use; keys that sign from a time on; identity providers;
//! keys of requests that are to be done once; and an audit whose events are chained.

use sea_orm_migration::prelude::*;

use crate::columns::{
    big_integer, big_integer_null, blob, blob_null, index, integer, json, json_null, key,
    references, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, unique,
    uuid, uuid_null,
};

/// Tokens with networks, approval, lineage and use; keys that sign from a time on; identity providers;
/// and an audit whose events are chained.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, columns) in additions() {
            for column in columns {
                let mut alter = Table::alter();
                manager.alter_table(alter.table(table).add_column(column).to_owned()).await?;
            }
        }
        for table in tables(manager) {
            manager.create_table(table).await?;
        }
        let connection = manager.get_connection();
        for fill in [LINEAGE, SIGNS_FROM, SIGNED_BY, BEFORE_THE_CHAIN] {
            connection.execute_unprepared(fill).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        // An empty hash: the chain has not begun.
        let head = Query::insert()
            .into_table("audit_head")
            .columns(["id", "sequence", "hash"])
            .values_panic([1.into(), 0.into(), Vec::<u8>::new().into()])
            .to_owned();
        connection.execute(&head).await?;
        Ok(())
    }
}

/// The first token of the chain of issuers that led to each.
const LINEAGE: &str = "
    WITH RECURSIVE lineage (id, root_id) AS (
        SELECT id, id FROM access_token WHERE issued_by IS NULL
        UNION ALL
        SELECT token.id, lineage.root_id
        FROM access_token AS token JOIN lineage ON token.issued_by = lineage.id
    )
    UPDATE access_token
    SET root_id = (SELECT lineage.root_id FROM lineage WHERE lineage.id = access_token.id)";

const SIGNS_FROM: &str = "UPDATE signing_key SET signs_from = created_at";

/// Until now only the newest key signed.
const SIGNED_BY: &str = "
    UPDATE access_token SET key_id = (
        SELECT signing_key.id FROM signing_key
        WHERE signing_key.created_at <= access_token.created_at
        ORDER BY signing_key.created_at DESC, signing_key.id DESC LIMIT 1)";

/// The events so far stand before the first of the chain, in their order.
const BEFORE_THE_CHAIN: &str = "
    UPDATE audit_event SET sequence = (
        SELECT numbered.place FROM (
            SELECT id, ROW_NUMBER() OVER (ORDER BY at, id) - COUNT(*) OVER () AS place
            FROM audit_event) AS numbered
        WHERE numbered.id = audit_event.id)";

fn additions() -> Vec<(&'static str, Vec<ColumnDef>)> {
    vec![
        (
            "access_token",
            vec![
                uuid_null("key_id"),
                json_null("networks"),
                uuid_null("root_id"),
                text_null("issued_by_identity"),
                uuid_null("replaces"),
                timestamp_with_time_zone_null("approved_at"),
                uuid_null("approved_by"),
                text_null("approver"),
                counter("uses"),
                counter("refused_uses"),
                timestamp_with_time_zone_null("last_refused_at"),
            ],
        ),
        ("signing_key", vec![timestamp_with_time_zone_null("signs_from")]),
        (
            "audit_event",
            vec![
                big_integer_null("sequence"),
                blob_null("hash"),
                text_null("identity"),
                uuid_null("subject_centre_id"),
                integer("times").default(1).to_owned(),
            ],
        ),
    ]
}

fn counter(name: &'static str) -> ColumnDef {
    big_integer(name).default(0).to_owned()
}

fn tables(manager: &SchemaManager) -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("audit_head")
            .col(integer("id").primary_key())
            .col(big_integer("sequence"))
            .col(blob("hash"))
            .to_owned(),
        Table::create()
            .table("idempotency_key")
            .col(uuid("id").primary_key())
            .col(key(manager, "caller"))
            .col(key(manager, "key"))
            .col(blob("digest"))
            .col(uuid("subject_id"))
            .col(timestamp_with_time_zone("at"))
            .to_owned(),
        Table::create()
            .table("identity_provider")
            .col(uuid("id").primary_key())
            .col(key(manager, "slug"))
            .col(uuid("centre_id"))
            .col(key(manager, "issuer"))
            .col(text("audience"))
            .col(text("scope_claim"))
            .col(json("mapping"))
            .col(text_null("certificates"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("removed_at"))
            .foreign_key(&mut references("identity_provider", "centre_id", "centre"))
            .to_owned(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("audit_event", &["sequence"]),
        index("audit_event", &["subject_centre_id", "sequence"]),
        index("audit_event", &["centre_id", "sequence"]),
        index("access_token", &["issued_by"]),
        index("access_token", &["key_id"]),
        unique("idempotency_key", &["caller", "key"]),
        of_active("slug"),
        of_active("issuer"),
    ]
}

/// No two identity providers that are accepted have the same; one that was removed gives it free.
fn of_active(column: &'static str) -> IndexCreateStatement {
    unique("identity_provider", &[column]).and_where(Expr::col("removed_at").is_null()).to_owned()
}
