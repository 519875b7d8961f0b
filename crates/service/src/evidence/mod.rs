//! The evidence: studies, publications, findings and ratings.
//!
//! Each kind has `list` (a page), `count`, `get` where it has a name, and functions `of_…` that answer
//! for many parents in one statement, which the graph's loaders call.

pub mod about;
pub mod citation;
pub mod comparison;
pub mod duplicates;
pub mod finding;
pub(crate) mod named;
pub mod parents;
pub mod publication;
pub mod rating;
pub mod record;
pub mod reliance;
mod sort_keys;
pub mod study;

pub use sort_keys::complete_sort_keys;
