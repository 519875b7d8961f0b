//! Young people in touch with social work: loaded safely, counted safely, read under agreement, and linked to the
//! evidence.
//!
//! - [`returns`] loads what local authorities return, and keeps of it what is needed;
//! - [`standing`] says where each person stood on the reference days, which is what is counted;
//! - [`editions`] says when what is counted changes;
//! - [`release`] makes fixed tables to be published, with suppression;
//! - [`statistics`] answers counts that are safe to show, by the rules of [`disclosure`];
//! - [`agreement`] opens rows about people ([`people`]) to a centre, with the word of their stewards ([`stewards`]);
//! - [`link`] joins counts and evidence;
//! - [`pseudonym`] turns identifiers into keyed hashes;
//! - `categories` are what the codes of the returns are counted in.

pub mod agreement;
mod categories;
pub use ::disclosure;
pub mod editions;
mod given;
pub mod link;
pub mod people;
pub mod pseudonym;
pub mod release;
pub mod returns;
pub mod rotate;
pub mod standing;
pub mod statistics;
pub mod stewards;
