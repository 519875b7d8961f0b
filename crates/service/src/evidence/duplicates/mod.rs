//! Publications that may be the same: recognised by what is known of them, proposed to those whom they
//! concern, and joined or declared different.
//!
//! [`judge`] compares two descriptions. [`keys`] are the texts by which candidates are found, so that
//! nothing is compared with everything; [`complete`] and the recording of publications keep them. What is
//! found stands in a table of pairs, where it waits for a decision: [`join`], or [`declare_distinct`].

mod decide;
mod dois;
mod facts;
mod index;
mod join;
mod joined;
mod judge;
mod keys;
mod list;
mod moving;
mod normal;

pub use decide::{NotTheSame, declare_distinct};
pub use facts::{Described, Facts};
pub use index::complete;
pub(crate) use index::refresh;
pub use join::{Join, Joined, join};
pub use joined::{in_its_place, stands_for};
pub(crate) use joined::{joined_among, kept_of};
pub use judge::{Judgement, THRESHOLD, judge};
pub use keys::{LARGEST_BLOCK, keys};
pub use list::{by_ids, count, list, of_publications, reasons};
