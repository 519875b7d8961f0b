//! The migrations, one file each, forward only.
//!
//! They never import `entity`: what a migration did yesterday must not move with tomorrow's tables.
#![expect(
    clippy::disallowed_methods,
    reason = "migrations write tables as they were, which the store's verbs know nothing of"
)]

use sea_orm_migration::prelude::*;

pub use advisory_lock::AdvisoryLock;
pub use sea_orm_migration::MigratorTrait;
pub use sea_orm_migration::sea_orm::DatabaseConnection;

mod advisory_lock;
mod columns;
mod m20261123_000001_network;
mod m20261123_000002_evidence;
mod m20261123_000003_access;
mod m20261124_000004_access_control;
mod m20261124_000005_history;
mod m20261124_000006_considered;
mod m20261124_000007_duplicates;
mod m20261124_000008_report_card;
mod m20261126_000009_withdrawal;
mod m20261126_000010_young_people;
mod m20261126_000011_agreements;
mod m20261128_authority_successors;
mod m20261128_dois;
mod m20261128_editions;
mod m20261128_given_tables;
mod m20261128_lent_terms;
mod m20261128_moments;
mod m20261128_nearest;
mod m20261128_problem_rows;
mod m20261128_spelling;
mod m20261129_followers;

/// Brings a database to the present schema.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let migrations: Vec<Box<dyn MigrationTrait>> = vec![
            Box::new(m20261123_000001_network::Migration),
            Box::new(m20261123_000002_evidence::Migration),
            Box::new(m20261123_000003_access::Migration),
            Box::new(m20261124_000004_access_control::Migration),
            Box::new(m20261124_000005_history::Migration),
            Box::new(m20261124_000006_considered::Migration),
            Box::new(m20261124_000007_duplicates::Migration),
            Box::new(m20261124_000008_report_card::Migration),
            Box::new(m20261126_000009_withdrawal::Migration),
            Box::new(m20261126_000010_young_people::Migration),
            Box::new(m20261126_000011_agreements::Migration),
            Box::new(m20261128_authority_successors::Migration),
            Box::new(m20261128_nearest::Migration),
            Box::new(m20261128_moments::Migration),
            Box::new(m20261128_dois::Migration),
            Box::new(m20261128_spelling::Migration),
            Box::new(m20261128_editions::Migration),
            Box::new(m20261128_given_tables::Migration),
            Box::new(m20261128_problem_rows::Migration),
            Box::new(m20261128_lent_terms::Migration),
            Box::new(m20261129_followers::Migration),
        ];
        let whole = migrations.into_iter().map(|migration| Whole(migration).boxed());
        whole.collect()
    }
}

/// A migration that happens whole or not at all: by itself the library uses a transaction on PostgreSQL alone, and a
/// SQLite database that was interrupted half-way could never be migrated again.
struct Whole(Box<dyn MigrationTrait>);

impl Whole {
    fn boxed(self) -> Box<dyn MigrationTrait> {
        Box::new(self)
    }
}

impl MigrationName for Whole {
    fn name(&self) -> &str {
        self.0.name()
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Whole {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        self.0.up(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
