//! The evidence: vocabularies, standards, studies, publications, findings and ratings.

use sea_orm_migration::prelude::*;

use crate::columns::{
    date, date_null, double, double_null, index, integer, integer_null, json, key, key_null,
    references, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, unique,
    uuid, uuid_null,
};

/// The evidence: vocabularies, standards, studies, publications, findings and ratings.
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
            .table("term")
            .col(uuid("id").primary_key())
            .col(text("vocabulary"))
            .col(key(manager, "slug"))
            .col(text("name"))
            .col(text_null("description"))
            .col(uuid_null("broader"))
            .col(uuid_null("owner"))
            .col(json("synonyms"))
            .foreign_key(&mut references("term", "broader", "term"))
            .foreign_key(&mut references("term", "owner", "centre"))
            .to_owned(),
        Table::create()
            .table("term_label")
            .col(uuid("term_id"))
            .col(uuid("centre_id"))
            .col(text("label"))
            .primary_key(Index::create().col("term_id").col("centre_id"))
            .foreign_key(&mut references("term_label", "term_id", "term"))
            .foreign_key(&mut references("term_label", "centre_id", "centre"))
            .to_owned(),
        Table::create()
            .table("evidence_standard")
            .col(uuid("id").primary_key())
            .col(key(manager, "slug"))
            .col(text("name"))
            .col(uuid_null("owner"))
            .col(text_null("homepage"))
            .col(text_null("description"))
            .foreign_key(&mut references("evidence_standard", "owner", "centre"))
            .to_owned(),
        Table::create()
            .table("standard_version")
            .col(uuid("id").primary_key())
            .col(uuid("standard_id"))
            .col(key(manager, "code"))
            .col(integer("position"))
            .col(text_null("since"))
            .col(text_null("until"))
            .col(text_null("note"))
            .foreign_key(&mut references("standard_version", "standard_id", "evidence_standard"))
            .to_owned(),
        Table::create()
            .table("standard_dimension")
            .col(uuid("id").primary_key())
            .col(uuid("version_id"))
            .col(key(manager, "code"))
            .col(text("name"))
            .col(integer("position"))
            .col(text_null("description"))
            .foreign_key(&mut references("standard_dimension", "version_id", "standard_version"))
            .to_owned(),
        Table::create()
            .table("standard_level")
            .col(uuid("id").primary_key())
            .col(uuid("dimension_id"))
            .col(key(manager, "code"))
            .col(integer("ordinal"))
            .col(text("label"))
            .col(text_null("description"))
            .col(text_null("strength"))
            .foreign_key(&mut references("standard_level", "dimension_id", "standard_dimension"))
            .to_owned(),
        Table::create()
            .table("crosswalk")
            .col(uuid("id").primary_key())
            .col(uuid("from_level"))
            .col(uuid("to_level"))
            .col(text("relation"))
            .col(text("caveat"))
            .col(text_null("source"))
            .foreign_key(&mut references("crosswalk", "from_level", "standard_level"))
            .foreign_key(&mut references("crosswalk", "to_level", "standard_level"))
            .to_owned(),
        Table::create()
            .table("study")
            .col(uuid("id").primary_key())
            .col(key(manager, "slug"))
            .col(text("title"))
            .col(key(manager, "title_key"))
            .col(text_null("summary"))
            .col(text("design"))
            .col(text("status"))
            .col(date_null("starts_on"))
            .col(date_null("ends_on"))
            .col(date("sort_on"))
            .col(text_null("registry"))
            .col(text_null("registration_id"))
            .col(text_null("registration_url"))
            .col(uuid("lead_centre"))
            .col(uuid_null("programme_id"))
            .col(uuid("contributed_by"))
            .col(text("visibility"))
            .col(timestamp_with_time_zone_null("embargoed_until"))
            .col(integer("version"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(timestamp_with_time_zone_null("withdrawn_at"))
            .col(text_null("withdrawal_reason"))
            .col(uuid_null("superseded_by"))
            .foreign_key(&mut references("study", "lead_centre", "centre"))
            .foreign_key(&mut references("study", "programme_id", "programme"))
            .foreign_key(&mut references("study", "contributed_by", "centre"))
            .foreign_key(&mut references("study", "superseded_by", "study"))
            .to_owned(),
        Table::create()
            .table("study_status_change")
            .col(uuid("study_id"))
            .col(date("on"))
            .col(text("status"))
            .col(text_null("reason"))
            .primary_key(Index::create().col("study_id").col("on"))
            .foreign_key(&mut references("study_status_change", "study_id", "study"))
            .to_owned(),
        Table::create()
            .table("study_centre")
            .col(uuid("study_id"))
            .col(uuid("centre_id"))
            .col(text("role"))
            .col(date("sort_on"))
            .primary_key(Index::create().col("study_id").col("centre_id"))
            .foreign_key(&mut references("study_centre", "study_id", "study"))
            .foreign_key(&mut references("study_centre", "centre_id", "centre"))
            .to_owned(),
        Table::create()
            .table("study_site")
            .col(uuid("study_id"))
            .col(uuid("local_authority_id"))
            .col(integer_null("step"))
            .col(date_null("starts_on"))
            .primary_key(Index::create().col("study_id").col("local_authority_id"))
            .foreign_key(&mut references("study_site", "study_id", "study"))
            .foreign_key(&mut references("study_site", "local_authority_id", "local_authority"))
            .to_owned(),
        Table::create()
            .table("study_partner")
            .col(uuid("study_id"))
            .col(uuid("partner_id"))
            .primary_key(Index::create().col("study_id").col("partner_id"))
            .foreign_key(&mut references("study_partner", "study_id", "study"))
            .foreign_key(&mut references("study_partner", "partner_id", "partner"))
            .to_owned(),
        Table::create()
            .table("study_term")
            .col(uuid("study_id"))
            .col(uuid("term_id"))
            .primary_key(Index::create().col("study_id").col("term_id"))
            .foreign_key(&mut references("study_term", "study_id", "study"))
            .foreign_key(&mut references("study_term", "term_id", "term"))
            .to_owned(),
        Table::create()
            .table("publication")
            .col(uuid("id").primary_key())
            .col(key(manager, "slug"))
            .col(text("title"))
            .col(key(manager, "title_key"))
            .col(text("kind"))
            .col(text_null("abstract_text"))
            .col(key_null(manager, "doi"))
            .col(text_null("published"))
            .col(integer_null("year"))
            .col(date("sort_on"))
            .col(text_null("venue"))
            .col(text_null("language"))
            .col(text_null("licence"))
            .col(text_null("url"))
            .col(uuid("contributed_by"))
            .col(text("visibility"))
            .col(timestamp_with_time_zone_null("embargoed_until"))
            .col(integer("version"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(timestamp_with_time_zone_null("withdrawn_at"))
            .col(text_null("withdrawal_reason"))
            .col(uuid_null("superseded_by"))
            .foreign_key(&mut references("publication", "contributed_by", "centre"))
            .foreign_key(&mut references("publication", "superseded_by", "publication"))
            .to_owned(),
        Table::create()
            .table("publication_author")
            .col(uuid("publication_id"))
            .col(integer("position"))
            .col(text("name"))
            .col(text_null("orcid"))
            .col(uuid_null("person_id"))
            .primary_key(Index::create().col("publication_id").col("position"))
            .foreign_key(&mut references("publication_author", "publication_id", "publication"))
            .foreign_key(&mut references("publication_author", "person_id", "person"))
            .to_owned(),
        Table::create()
            .table("study_publication")
            .col(uuid("study_id"))
            .col(uuid("publication_id"))
            .primary_key(Index::create().col("study_id").col("publication_id"))
            .foreign_key(&mut references("study_publication", "study_id", "study"))
            .foreign_key(&mut references("study_publication", "publication_id", "publication"))
            .to_owned(),
        Table::create()
            .table("finding")
            .col(uuid("id").primary_key())
            .col(uuid("study_id"))
            .col(key(manager, "reference"))
            .col(uuid_null("publication_id"))
            .col(uuid_null("intervention_id"))
            .col(text_null("comparator"))
            .col(uuid("outcome_id"))
            .col(uuid_null("population_id"))
            .col(text("measure"))
            .col(double("estimate"))
            .col(double_null("standard_error"))
            .col(double_null("interval_level"))
            .col(double_null("interval_lower"))
            .col(double_null("interval_upper"))
            .col(integer_null("participants_intervention"))
            .col(integer_null("participants_comparison"))
            .col(integer_null("participants_total"))
            .col(integer_null("clusters"))
            .col(text_null("outcome_detail"))
            .col(text_null("time_point"))
            .col(text_null("subgroup"))
            .col(text_null("risk_of_bias"))
            .col(uuid("contributed_by"))
            .col(text("visibility"))
            .col(timestamp_with_time_zone_null("embargoed_until"))
            .col(integer("version"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(timestamp_with_time_zone_null("withdrawn_at"))
            .col(text_null("withdrawal_reason"))
            .col(uuid_null("superseded_by"))
            .foreign_key(&mut references("finding", "study_id", "study"))
            .foreign_key(&mut references("finding", "publication_id", "publication"))
            .foreign_key(&mut references("finding", "intervention_id", "term"))
            .foreign_key(&mut references("finding", "outcome_id", "term"))
            .foreign_key(&mut references("finding", "population_id", "term"))
            .foreign_key(&mut references("finding", "contributed_by", "centre"))
            .foreign_key(&mut references("finding", "superseded_by", "finding"))
            .to_owned(),
        Table::create()
            .table("rating")
            .col(uuid("id").primary_key())
            .col(key(manager, "reference"))
            .col(uuid("version_id"))
            .col(uuid_null("study_id"))
            .col(uuid_null("publication_id"))
            .col(uuid_null("intervention_id"))
            .col(text_null("strength"))
            .col(integer("strength_rank"))
            .col(text_null("rationale"))
            .col(date_null("rated_on"))
            .col(uuid("contributed_by"))
            .col(text("visibility"))
            .col(timestamp_with_time_zone_null("embargoed_until"))
            .col(integer("version"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(timestamp_with_time_zone_null("withdrawn_at"))
            .col(text_null("withdrawal_reason"))
            .col(uuid_null("superseded_by"))
            .foreign_key(&mut references("rating", "version_id", "standard_version"))
            .foreign_key(&mut references("rating", "study_id", "study"))
            .foreign_key(&mut references("rating", "publication_id", "publication"))
            .foreign_key(&mut references("rating", "intervention_id", "term"))
            .foreign_key(&mut references("rating", "contributed_by", "centre"))
            .foreign_key(&mut references("rating", "superseded_by", "rating"))
            .to_owned(),
        Table::create()
            .table("rating_score")
            .col(uuid("rating_id"))
            .col(uuid("level_id"))
            .primary_key(Index::create().col("rating_id").col("level_id"))
            .foreign_key(&mut references("rating_score", "rating_id", "rating"))
            .foreign_key(&mut references("rating_score", "level_id", "standard_level"))
            .to_owned(),
        Table::create()
            .table("shared_with")
            .col(uuid("thing_id"))
            .col(uuid("collaboration_id"))
            .primary_key(Index::create().col("thing_id").col("collaboration_id"))
            .foreign_key(&mut references("shared_with", "collaboration_id", "collaboration"))
            .to_owned(),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("term", &["vocabulary", "slug"]),
        index("term", &["broader"]),
        index("term_label", &["centre_id"]),
        unique("evidence_standard", &["slug"]),
        unique("standard_version", &["standard_id", "code"]),
        unique("standard_dimension", &["version_id", "code"]),
        unique("standard_level", &["dimension_id", "code"]),
        unique("crosswalk", &["from_level", "to_level"]),
        index("crosswalk", &["to_level"]),
        unique("study", &["slug"]),
        index("study", &["sort_on", "id"]),
        index("study", &["title_key", "id"]),
        index("study", &["created_at", "id"]),
        index("study", &["updated_at", "id"]),
        index("study", &["lead_centre", "sort_on", "id"]),
        index("study", &["contributed_by"]),
        index("study", &["programme_id"]),
        index("study", &["design", "sort_on", "id"]),
        index("study", &["status", "sort_on", "id"]),
        index("study", &["superseded_by"]),
        index("study_centre", &["centre_id", "sort_on", "study_id"]),
        index("study_site", &["local_authority_id", "study_id"]),
        index("study_partner", &["partner_id"]),
        index("study_term", &["term_id", "study_id"]),
        unique("publication", &["slug"]),
        unique("publication", &["doi"]),
        index("publication", &["sort_on", "id"]),
        index("publication", &["title_key", "id"]),
        index("publication", &["created_at", "id"]),
        index("publication", &["updated_at", "id"]),
        index("publication", &["contributed_by", "sort_on", "id"]),
        index("publication", &["year"]),
        index("publication", &["superseded_by"]),
        index("publication_author", &["person_id"]),
        index("study_publication", &["publication_id", "study_id"]),
        unique("finding", &["study_id", "reference"]),
        index("finding", &["study_id", "id"]),
        index("finding", &["outcome_id", "id"]),
        index("finding", &["intervention_id", "id"]),
        index("finding", &["population_id", "id"]),
        index("finding", &["publication_id"]),
        index("finding", &["contributed_by"]),
        index("finding", &["superseded_by"]),
        unique("rating", &["contributed_by", "reference"]),
        index("rating", &["study_id", "strength_rank"]),
        index("rating", &["publication_id", "strength_rank"]),
        index("rating", &["intervention_id", "strength_rank"]),
        index("rating", &["version_id"]),
        index("rating", &["superseded_by"]),
        index("rating_score", &["level_id", "rating_id"]),
        index("shared_with", &["collaboration_id", "thing_id"]),
    ]
}
