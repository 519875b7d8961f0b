//! Publications that may be the same: proposed, joined, declared different.

mod changing;
mod reading;

pub(crate) use changing::DuplicatesMutation;
pub(crate) use reading::{DuplicatesQuery, PossibleDuplicate};
