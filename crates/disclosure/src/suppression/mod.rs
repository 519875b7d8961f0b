//! Suppression for tables that are fixed beforehand: small counts are hidden, and as many others as it takes
//! that nobody can work them out from the totals.
//!
//! [`suppress`] is the one way in. It hides counts of 1 to the threshold less 1 (primary), and others
//! (secondary) until it has proofs that all hidden counts are uncertain: other whole tables that agree with
//! everything shown and have another number there. Zeros are shown, and the grand total unless it is itself
//! small. Who reads the table knows all that, and that a hidden count is at least 1.
//!
//! Choosing the fewest cells is hard (M. Fischetti, J. J. Salazar González: *Models and algorithms for
//! optimizing cell suppression in tabular data with linear constraints*, 2000). [`suppress`] takes one cell
//! after another, finds the other table that changes least, and at the end shows again what wasn't needed.
//!
//! [`audit`] is the attacker: what can be worked out of a table, whoever chose what is hidden.

pub mod audit;
mod choose;
pub mod linked;
#[cfg(test)]
mod linked_tests;
mod table;
#[cfg(test)]
mod tests;

pub use choose::{CannotProtect, Protection, Suppressed, suppress};
pub use table::{Category, Dimension, FixedTable, NotATable};
