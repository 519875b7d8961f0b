//! Publications that may be the same: the keys by which they are found, what was proposed and decided,
//! and which were joined. A DOI is unique among what is open, and within a centre.

use sea_orm_migration::prelude::*;

use crate::columns::{
    index, integer, json, key, references, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, unique, uuid, uuid_null,
};

/// Publications that may be the same: how they are found, what was proposed, decided and joined.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables(manager) {
            manager.create_table(table).await?;
        }
        let mut everywhere = Index::drop();
        everywhere.name("uq_publication_doi").table("publication");
        manager.drop_index(everywhere.to_owned()).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn tables(manager: &SchemaManager) -> Vec<TableCreateStatement> {
    let of_publication = |table, column| references(table, column, "publication");
    vec![
        Table::create()
            .table("publication_key")
            .col(key(manager, "key"))
            .col(uuid("publication_id"))
            .primary_key(Index::create().col("key").col("publication_id"))
            .foreign_key(&mut of_publication("publication_key", "publication_id"))
            .to_owned(),
        Table::create()
            .table("possible_duplicate")
            .col(uuid("id").primary_key())
            .col(uuid("one_id"))
            .col(uuid("other_id"))
            .col(integer("similarity"))
            .col(json("reasons"))
            .col(timestamp_with_time_zone("found_at"))
            .col(text_null("outcome"))
            .col(text_null("decision_reason"))
            .col(timestamp_with_time_zone_null("decided_at"))
            .col(uuid_null("decided_by"))
            .foreign_key(&mut of_publication("possible_duplicate", "one_id"))
            .foreign_key(&mut of_publication("possible_duplicate", "other_id"))
            .foreign_key(&mut references("possible_duplicate", "decided_by", "centre"))
            .to_owned(),
        Table::create()
            .table("joined_publication")
            .col(uuid("id").primary_key())
            .col(uuid("kept_id"))
            .col(uuid_null("joined_by"))
            .col(text("reason"))
            .col(timestamp_with_time_zone("at"))
            .foreign_key(&mut of_publication("joined_publication", "id"))
            .foreign_key(&mut of_publication("joined_publication", "kept_id"))
            .foreign_key(&mut references("joined_publication", "joined_by", "centre"))
            .to_owned(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("publication_key", &["publication_id"]),
        unique("possible_duplicate", &["one_id", "other_id"]),
        index("possible_duplicate", &["other_id"]),
        index("possible_duplicate", &["similarity", "id"]),
        index("joined_publication", &["kept_id"]),
        index("publication", &["doi"]),
        // What everybody or every centre sees has each DOI once. What is hidden takes no part in it, so
        // that a refusal doesn't tell of another centre's draft.
        unique("publication", &["doi"])
            .cond_where(standing())
            .and_where(Expr::col("embargoed_until").is_null())
            .and_where(Expr::col("visibility").is_in(["PUBLIC", "NETWORK"]))
            .to_owned(),
        // Named so that a refusal is about the DOI.
        unique("publication", &["doi", "contributed_by"])
            .name("uq_publication_own_doi")
            .cond_where(standing())
            .to_owned(),
    ]
}

fn standing() -> Condition {
    Condition::all()
        .add(Expr::col("withdrawn_at").is_null())
        .add(Expr::col("superseded_by").is_null())
}
