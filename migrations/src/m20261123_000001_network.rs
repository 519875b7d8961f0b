//! The network: centres, people, places, programmes, partners and collaborations.

use sea_orm_migration::prelude::*;

use crate::columns::{
    index, integer, key, references, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, unique, uuid, uuid_null,
};

/// The network: centres, people, places, programmes, partners and collaborations.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables(manager) {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn tables(manager: &SchemaManager) -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("centre")
            .col(uuid("id").primary_key())
            .col(key(manager, "slug"))
            .col(text("name"))
            .col(text_null("short_name"))
            .col(text("policy_area"))
            .col(text_null("description"))
            .col(text_null("founded"))
            .col(text_null("homepage"))
            .col(text_null("ror_id"))
            .col(uuid_null("successor"))
            .foreign_key(&mut references("centre", "successor", "centre"))
            .to_owned(),
        Table::create()
            .table("centre_status")
            .col(uuid("centre_id"))
            .col(key(manager, "since"))
            .col(text("status"))
            .col(text_null("until"))
            .col(text_null("note"))
            .primary_key(Index::create().col("centre_id").col("since"))
            .foreign_key(&mut references("centre_status", "centre_id", "centre"))
            .to_owned(),
        Table::create()
            .table("person")
            .col(uuid("id").primary_key())
            .col(key(manager, "slug"))
            .col(text("name"))
            .col(text_null("orcid"))
            .to_owned(),
        Table::create()
            .table("person_role")
            .col(uuid("person_id"))
            .col(uuid("centre_id"))
            .col(key(manager, "title"))
            .col(key(manager, "since"))
            .col(text_null("until"))
            .primary_key(
                Index::create().col("person_id").col("centre_id").col("title").col("since"),
            )
            .foreign_key(&mut references("person_role", "person_id", "person"))
            .foreign_key(&mut references("person_role", "centre_id", "centre"))
            .to_owned(),
        Table::create()
            .table("local_authority")
            .col(uuid("id").primary_key())
            .col(key(manager, "gss_code"))
            .col(text("name"))
            .col(text_null("official_name"))
            .col(text("country"))
            .col(text_null("region"))
            .col(text_null("authority_type"))
            .col(text_null("dfe_number"))
            .col(text_null("established"))
            .col(text_null("abolished"))
            .to_owned(),
        Table::create()
            .table("engagement")
            .col(uuid("id").primary_key())
            .col(key(manager, "reference"))
            .col(uuid("centre_id"))
            .col(uuid("local_authority_id"))
            .col(text("kind"))
            .col(text_null("summary"))
            .col(text_null("started"))
            .col(text_null("ended"))
            .foreign_key(&mut references("engagement", "centre_id", "centre"))
            .foreign_key(&mut references("engagement", "local_authority_id", "local_authority"))
            .to_owned(),
        Table::create()
            .table("programme")
            .col(uuid("id").primary_key())
            .col(key(manager, "slug"))
            .col(text("title"))
            .col(text_null("summary"))
            .col(uuid("lead_centre"))
            .col(text_null("started"))
            .col(text_null("ended"))
            .col(text_null("homepage"))
            .foreign_key(&mut references("programme", "lead_centre", "centre"))
            .to_owned(),
        Table::create()
            .table("partner")
            .col(uuid("id").primary_key())
            .col(key(manager, "slug"))
            .col(text("name"))
            .col(text_null("kind"))
            .col(text_null("homepage"))
            .to_owned(),
        Table::create()
            .table("programme_partner")
            .col(uuid("programme_id"))
            .col(uuid("partner_id"))
            .primary_key(Index::create().col("programme_id").col("partner_id"))
            .foreign_key(&mut references("programme_partner", "programme_id", "programme"))
            .foreign_key(&mut references("programme_partner", "partner_id", "partner"))
            .to_owned(),
        Table::create()
            .table("collaboration")
            .col(uuid("id").primary_key())
            .col(key(manager, "slug"))
            .col(text("title"))
            .col(text_null("summary"))
            .col(text_null("started"))
            .col(text_null("ended"))
            .col(uuid("contributed_by"))
            .col(text("visibility"))
            .col(timestamp_with_time_zone_null("embargoed_until"))
            .col(integer("version"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(timestamp_with_time_zone_null("withdrawn_at"))
            .col(text_null("withdrawal_reason"))
            .col(uuid_null("superseded_by"))
            .foreign_key(&mut references("collaboration", "contributed_by", "centre"))
            .foreign_key(&mut references("collaboration", "superseded_by", "collaboration"))
            .to_owned(),
        Table::create()
            .table("collaboration_member")
            .col(uuid("collaboration_id"))
            .col(uuid("centre_id"))
            .primary_key(Index::create().col("collaboration_id").col("centre_id"))
            .foreign_key(&mut references(
                "collaboration_member",
                "collaboration_id",
                "collaboration",
            ))
            .foreign_key(&mut references("collaboration_member", "centre_id", "centre"))
            .to_owned(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("centre", &["slug"]),
        index("centre", &["successor"]),
        unique("person", &["slug"]),
        index("person_role", &["centre_id"]),
        unique("local_authority", &["gss_code"]),
        unique("engagement", &["centre_id", "reference"]),
        index("engagement", &["local_authority_id"]),
        unique("programme", &["slug"]),
        index("programme", &["lead_centre"]),
        unique("partner", &["slug"]),
        index("programme_partner", &["partner_id"]),
        unique("collaboration", &["slug"]),
        index("collaboration", &["contributed_by"]),
        index("collaboration_member", &["centre_id"]),
    ]
}
