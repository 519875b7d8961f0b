//! Editions of the counts of young people: what is counted today is the first.

use sea_orm_migration::prelude::*;

use crate::columns::{
    boolean, index, integer, references, timestamp_with_time_zone, timestamp_with_time_zone_null,
    uuid,
};

/// Editions of the counts of young people.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("edition")
            .col(uuid("local_authority_id"))
            .col(integer("year"))
            .col(integer("number"))
            .col(timestamp_with_time_zone("published_at"))
            .col(boolean("of_ssda903"))
            .col(boolean("of_cin_census"))
            .col(timestamp_with_time_zone_null("next_at"))
            .primary_key(Index::create().col("local_authority_id").col("year").col("number"))
            .foreign_key(&mut references("edition", "local_authority_id", "local_authority"))
            .to_owned();
        manager.create_table(table).await?;
        manager.create_index(index("edition", &["year", "local_authority_id"])).await?;
        manager.create_index(index("edition", &["next_at"])).await?;
        manager
            .get_connection()
            .execute_unprepared(
                "INSERT INTO edition \
                 (local_authority_id, year, number, published_at, of_ssda903, of_cin_census) \
                 SELECT r.local_authority_id, r.year, 1, MAX(r.completed_at), \
                 MAX(CASE WHEN r.kind = 'SSDA903' THEN 1 ELSE 0 END) = 1, \
                 MAX(CASE WHEN r.kind = 'CIN_CENSUS' THEN 1 ELSE 0 END) = 1 \
                 FROM loaded_return r WHERE r.state = 'CURRENT' AND EXISTS ( \
                 SELECT 1 FROM standing s \
                 WHERE s.year = r.year AND s.local_authority_id = r.local_authority_id) \
                 GROUP BY r.local_authority_id, r.year",
            )
            .await?;
        Ok(())
    }
}
