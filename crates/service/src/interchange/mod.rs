//! Interchange: how evidence comes in and goes out.

pub mod bundle;
pub mod csv;
pub mod entry;
mod kinds;
