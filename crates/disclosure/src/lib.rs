//! Disclosure control: what may be said of counts of young people to those who may not see the young people.
//!
//! Pure functions; docs/disclosure.md explains the method, its parameters and what it withstands.
//!
//! - [`Rule`] is what a deployment or an agreement chooses: it makes what is published out of a cell's
//!   [`Records`]. The default leaves out conditions that only a few children tell apart ([`lattice`]), and perturbs
//!   with the [`PerturbationTable`] that [`maximum_entropy`] makes.
//! - [`attackers`] measure what a rule withstands.
//! - [`suppression`] protects tables that are fixed beforehand.

pub mod attackers;
mod cell_key;
mod distribution;
mod entropy;
pub mod lattice;
mod quantise;
#[cfg(test)]
mod question;
mod rule;
pub mod suppression;
mod table;

pub use cell_key::{RecordKeySecret, Records};
pub use distribution::Distribution;
pub use entropy::{Impossible, Parameters, STANDARD, maximum_entropy};
pub use rule::{Area, NAMES, NotARule, Published, Rule, Suits};
pub use table::{KEYS, NotATable, PerturbationTable};
