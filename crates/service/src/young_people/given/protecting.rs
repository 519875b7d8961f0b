//! Which cells of a table are hidden, so that it is safe together with all that were given before it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::people::Atom;
use super::shape::{Keys, Shape};
use super::{GivenCell, Showing};
use crate::error::{Error, Result};
use crate::network::directory::Directory;
use crate::young_people::disclosure::suppression::linked::{self, Linked, NewCell, NotProtected};
use crate::young_people::disclosure::{Area, Published};
use crate::young_people::statistics::not_countable;

/// A new table with all that was given before it.
pub(super) struct Protecting {
    pub(super) atoms: BTreeMap<Atom, u64>,
    pub(super) shape: Shape,
    /// The tables before it, with their thresholds.
    pub(super) others: Vec<(Shape, Vec<GivenCell>, u64)>,
    pub(super) keys: Vec<Keys>,
    pub(super) showing: Showing,
    pub(super) area: Area,
    pub(super) directory: Arc<Directory>,
}

impl Protecting {
    pub(super) fn protect(self) -> Result<Vec<GivenCell>> {
        let counts: Vec<u64> = self.atoms.values().copied().collect();
        let count =
            |parts: &Vec<usize>| -> u64 { parts.iter().filter_map(|part| counts.get(*part)).sum() };
        let cells_of = |shape: &Shape| shape.cells(&self.atoms, &self.directory);
        let mut given = BTreeMap::new();
        for (shape, cells, _) in &self.others {
            let parts = cells_of(shape);
            for cell in cells {
                let parts = parts.get(&cell.keys).cloned().unwrap_or_default();
                // What is true no more is known of other children.
                let known = cell.known();
                if known.distance(count(&parts)) == 0 {
                    given.insert((parts, known.least, known.greatest), known);
                }
            }
        }
        let mut tells = BTreeMap::new();
        let parts = cells_of(&self.shape);
        let cells: Vec<(NewCell, Option<u64>)> = self
            .keys
            .iter()
            .map(|keys| {
                let parts = parts.get(keys).cloned().unwrap_or_default();
                let count = count(&parts);
                let published = self.showing.published(count, self.area);
                let shown = *tells
                    .entry(published.shown())
                    .or_insert_with(|| self.showing.tells(published, self.area));
                let new = NewCell {
                    shown,
                    hidden: self.showing.tells(Published::Hidden, self.area),
                    must_hide: published == Published::Hidden,
                    may_hide: count > 0,
                    parts,
                };
                (new, published.shown())
            })
            .collect();
        let told: BTreeSet<_> = self
            .others
            .iter()
            .map(|(shape, ..)| shape)
            .chain([&self.shape])
            .flat_map(Shape::populations)
            .collect();
        let thresholds = self.others.iter().map(|(shape, _, threshold)| (shape, *threshold));
        let mut guarded = BTreeSet::new();
        for (shape, threshold) in thresholds.chain([(&self.shape, self.showing.threshold())]) {
            let groups = shape.groups(&self.atoms, &told, &self.directory);
            guarded
                .extend(groups.into_iter().filter(|group| (1..threshold).contains(&count(group))));
        }
        let (new, shown): (Vec<NewCell>, Vec<Option<u64>>) = cells.into_iter().unzip();
        let linked = Linked {
            given: given.into_iter().map(|((parts, ..), known)| (parts, known)).collect(),
            guarded: guarded.into_iter().collect(),
            cells: new,
            counts,
        };
        let hidden = linked::protect(&linked).map_err(|refusal| self.refusal(&refusal))?;
        let all = self.keys.into_iter().zip(linked.cells).zip(shown).zip(hidden);
        Ok(all
            .map(|(((keys, cell), shown), hidden)| {
                let known = if hidden { cell.hidden } else { cell.shown };
                GivenCell {
                    keys,
                    count: shown.filter(|_| !hidden),
                    least: known.least,
                    greatest: known.greatest,
                }
            })
            .collect())
    }

    fn refusal(&self, refusal: &NotProtected) -> Error {
        let before = match self.others.len() {
            0 => "",
            _ => " together with the tables that were given before of the same returns",
        };
        match refusal {
            NotProtected::Group(_) => not_countable(
                "by",
                format!(
                    "No choice of hidden cells protects this table{before}: counts below {} could be worked out. Use fewer dimensions, or a larger area.",
                    self.showing.threshold()
                ),
            ),
            NotProtected::TooLarge => not_countable(
                "by",
                format!(
                    "It would take too long to prove that this table is safe{before}. Use fewer dimensions, or a smaller area."
                ),
            ),
            NotProtected::Contradiction => Error::internal(refusal.clone()),
        }
    }
}
