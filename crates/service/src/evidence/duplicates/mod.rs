//! Publications that may be the same: recognised by what is known of them, proposed to those whom they
//! concern, and joined or declared different.
//!
//! [`judge`] compares two descriptions. [`keys`] are the texts by which candidates are found, so that
//! nothing is compared with everything.

mod facts;
mod judge;
mod keys;
mod normal;

pub use facts::{Described, Facts};
pub use judge::{Judgement, THRESHOLD, judge};
pub use keys::{LARGEST_BLOCK, keys};
