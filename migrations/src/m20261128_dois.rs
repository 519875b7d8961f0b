//! Marks the publications whose DOI may be kept in another form than its normal one, so that the service looks at them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Marks the publications whose DOI may be kept in another form than its normal one.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Nearly all DOIs consist of these, and end in a letter or a digit.
        let is_unusual = match manager.get_database_backend() {
            DbBackend::Postgres => "doi ~ '[^a-z0-9./()_:;<>-]|[^a-z0-9]$'",
            _ => "doi GLOB '*[^a-z0-9./()_:;<>-]*' OR doi GLOB '*[^a-z0-9]'",
        };
        let mark = format!(
            "INSERT INTO publication_key (key, publication_id)
             SELECT '?doi', id FROM publication WHERE doi IS NOT NULL AND ({is_unusual})"
        );
        manager.get_connection().execute_unprepared(&mark).await?;
        Ok(())
    }
}
