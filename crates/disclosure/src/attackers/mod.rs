//! Attackers, and what they learn: each asks what it may, compares the answers, and guesses.
//!
//! What an attacker gains is its [`Advantage`]: how much oftener it is right than somebody who guesses without asking.
//! All of it is repeatable: the children are drawn with seeds. `cargo run --release -p disclosure` prints the curves
//! of docs/disclosure.md.
//!
//! - [`lone_exception`]: a group and the same group less the one who is unlike the rest;
//! - [`neighbour`]: a region less an authority, also by a steward who knows or invents the authority's children;
//! - [`refresh`]: answers that were kept, and those of the next edition;
//! - [`error`]: what all this costs an honest analyst.

mod advantage;
#[cfg(test)]
mod averaging;
pub mod error;
pub mod lone_exception;
pub mod neighbour;
pub mod refresh;
#[cfg(test)]
mod scenarios;
mod world;

pub use advantage::{Advantage, Guess, attribute, existence};
pub use world::{Child, Maker, NEED, PLACE, POPULATION, SEX, World, cells, with};
