//! Data-sharing agreements, what is known under them, and for which authorities tokens act.

use sea_orm_migration::prelude::*;

use crate::columns::{
    date, date_null, index, integer, json, key, references, text, text_null,
    timestamp_with_time_zone, timestamp_with_time_zone_null, unique, uuid, uuid_null,
};

/// Data-sharing agreements, what is known under them, and for which authorities tokens act.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in
            [agreement(), controller(), pseudonym(manager), participation(), token_authority()]
        {
            manager.create_table(table).await?;
        }
        for index in [
            index("data_sharing_agreement", &["proposed_at", "id"]),
            unique("agreement_pseudonym", &["agreement_id", "pseudonym"]),
            index("agreement_pseudonym", &["young_person_id"]),
            index("study_participation", &["young_person_id"]),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn agreement() -> TableCreateStatement {
    Table::create()
        .table("data_sharing_agreement")
        .col(uuid("id").primary_key())
        .col(uuid("recipient_id"))
        .col(text("purpose"))
        .col(text("legal_basis"))
        .col(json("populations"))
        .col(json("fields"))
        .col(date("starts_on"))
        .col(date("ends_on"))
        .col(date_null("episodes_from"))
        .col(date_null("episodes_to"))
        .col(date("retention_until"))
        .col(text("rule_set"))
        .col(integer("version"))
        .col(uuid_null("proposed_by"))
        .col(timestamp_with_time_zone("proposed_at"))
        .col(timestamp_with_time_zone_null("recipient_approved_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .col(text_null("end_reason"))
        .foreign_key(&mut references("data_sharing_agreement", "recipient_id", "centre"))
        .to_owned()
}

fn controller() -> TableCreateStatement {
    Table::create()
        .table("agreement_controller")
        .col(uuid("agreement_id"))
        .col(uuid("local_authority_id"))
        .col(timestamp_with_time_zone_null("approved_at"))
        .col(uuid_null("approved_by"))
        .primary_key(Index::create().col("agreement_id").col("local_authority_id"))
        .foreign_key(&mut references(
            "agreement_controller",
            "agreement_id",
            "data_sharing_agreement",
        ))
        .foreign_key(&mut references(
            "agreement_controller",
            "local_authority_id",
            "local_authority",
        ))
        .to_owned()
}

fn pseudonym(manager: &SchemaManager) -> TableCreateStatement {
    Table::create()
        .table("agreement_pseudonym")
        .col(uuid("agreement_id"))
        .col(key(manager, "pseudonym"))
        .col(uuid("young_person_id"))
        .primary_key(Index::create().col("agreement_id").col("young_person_id"))
        .foreign_key(&mut references(
            "agreement_pseudonym",
            "agreement_id",
            "data_sharing_agreement",
        ))
        .to_owned()
}

fn participation() -> TableCreateStatement {
    Table::create()
        .table("study_participation")
        .col(uuid("agreement_id"))
        .col(uuid("young_person_id"))
        .col(uuid("study_id"))
        .col(text("arm"))
        .col(uuid_null("site_id"))
        .col(date("enrolled_on"))
        .primary_key(Index::create().col("agreement_id").col("young_person_id").col("study_id"))
        .foreign_key(&mut references(
            "study_participation",
            "agreement_id",
            "data_sharing_agreement",
        ))
        .foreign_key(&mut references("study_participation", "study_id", "study"))
        .to_owned()
}

fn token_authority() -> TableCreateStatement {
    Table::create()
        .table("access_token_authority")
        .col(uuid("token_id"))
        .col(uuid("local_authority_id"))
        .primary_key(Index::create().col("token_id").col("local_authority_id"))
        .foreign_key(&mut references("access_token_authority", "token_id", "access_token"))
        .foreign_key(&mut references(
            "access_token_authority",
            "local_authority_id",
            "local_authority",
        ))
        .to_owned()
}
