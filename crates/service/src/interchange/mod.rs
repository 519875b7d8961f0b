//! Interchange: how evidence comes in and goes out.

pub mod bundle;

pub use bundle::entry;
