//! Databases for tests.

pub mod databases;
mod postgres;
mod sqlite;
