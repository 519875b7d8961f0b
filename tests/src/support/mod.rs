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

pub use test_macros::on_both_databases;
