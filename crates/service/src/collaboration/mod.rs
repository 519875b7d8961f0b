//! Collaborations: shared initiatives of several centres.

mod reading;

pub use reading::{CollaborationFilter, count, get, list, members};
