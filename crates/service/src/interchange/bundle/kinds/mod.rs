//! The kinds of row: how each becomes a draft.
//!
//! Cells were checked before they are read here, so a missing one means that the row cannot be; the
//! reader then gives nothing.

mod evidence;
mod network;
mod standards;

use super::cells::Cells;
use super::family::Kin;
use super::format::Table;
use super::references::Key;
use crate::record::Draft;

pub use evidence::{Collaborations, Feedback, Findings, Publications, Ratings, Studies};
pub(super) use evidence::{author, site, status_change};
pub use network::{
    Centres, Engagements, Interventions, LocalAuthorities, Outcomes, Partners, People, Populations,
    Programmes,
};
pub(super) use network::{label, role, status};
pub use standards::{Crosswalk, Standards};
pub(super) use standards::{Dimensions, Levels, Versions};

/// A kind of row.
pub(super) trait Kind {
    /// What it becomes.
    type Draft: Draft;
    /// Its file.
    const TABLE: &'static Table;
    /// The files of its children.
    const CHILDREN: &'static [&'static Table] = &[];

    /// By what its children name it.
    fn called_by_children(cells: &Cells<'_>) -> Key {
        Key::of([cells.item("slug")]).unwrap_or_default()
    }

    /// The draft, with its children.
    fn read(cells: &Cells<'_>, kin: &mut Kin<'_>) -> Option<Self::Draft>;
}
