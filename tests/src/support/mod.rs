//! Databases for tests.

pub mod app;
pub mod builders;
pub mod bundles;
pub mod chance;
pub mod client;
pub mod clock;
pub mod databases;
pub mod demo;
#[cfg(target_os = "linux")]
pub mod disk;
pub mod issuer;
pub mod places;
mod postgres;
pub mod socket;
mod sqlite;
pub mod streams;

/// Runs a test's body on SQLite and on PostgreSQL.
#[macro_export]
macro_rules! on_both_databases {
    ($($(#[$doc:meta])* async fn $name:ident($app:ident: TestApp) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn body($app: $crate::support::app::TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                use $crate::support::{app::TestApp, databases::DatabaseKind};
                body(TestApp::start(DatabaseKind::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                use $crate::support::{app::TestApp, databases::DatabaseKind};
                body(TestApp::start(DatabaseKind::Postgres).await).await;
            }
        }
    )*};
}
