//! Collaborations: shared initiatives of several centres.

mod reading;
pub mod record;

pub use reading::{CollaborationFilter, count, get, list, members};
