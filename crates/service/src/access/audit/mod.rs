//! The audit, as it is kept and read.
//!
//! Every write appends an event in its own transaction ([`crate::store::audit`]). What was refused is tallied in memory
//! and written every few moments (`journal`), so that a flood of refusals is a few rows. Each event carries a keyed
//! hash of itself and of the one before it: [`verify()`] says where one was altered or removed.

pub(crate) mod journal;
mod list;
mod verify;

pub use journal::{Journal, USE_TOKEN};
pub use list::{AuditFilter, by_ids, count, list, pages};
pub use verify::{Checkpoint, Fault, NotACheckpoint, Verified, verify};
