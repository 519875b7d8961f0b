//! An entry as rows: of the thing and of its children.

use std::collections::{BTreeMap, HashSet};
use std::mem;

use uuid::Uuid;

use super::problems::{of_child, of_itself};
use super::scale::Scale;
use super::{Cell, Entered, Entry, Item, sound};
use crate::Viewer;
use crate::error::{InputProblem, Result};
use crate::interchange::bundle::cells::Cells;
use crate::interchange::bundle::export::Kept;
use crate::interchange::bundle::family::{ChildRows, Kin};
use crate::interchange::bundle::format::Table;
use crate::interchange::bundle::references::{Known, resolve};
use crate::interchange::bundle::rows::Row;
use crate::store::Write;

/// An entry as the rows that it stands for.
pub(super) struct Member {
    row: Row,
    /// The columns that were said.
    said: HashSet<&'static str>,
    children: Vec<(&'static Table, ChildRows)>,
    /// The scales that come with a standard.
    scale: Scale,
}

fn laid_out(table: &Table, line: u64, cells: &BTreeMap<&'static str, Cell>) -> Row {
    let columns = table.columns().iter();
    let cells: Vec<Cell> =
        columns.map(|column| cells.get(column.name).cloned().unwrap_or_default()).collect();
    Row::new(table, line, 0, &cells)
}

impl Member {
    pub(super) fn new<K: Entered>(mut entry: Entry) -> Self {
        let scale = Scale::of(&mut entry);
        let mut children = Vec::new();
        for table in K::CHILDREN {
            let Some(rows) = entry.children.get(table.name) else {
                continue;
            };
            let rows = rows.iter().enumerate();
            let rows = rows.map(|(at, cells)| laid_out(table, at as u64, &cells.cells));
            children.push((*table, ChildRows::exactly(table, rows.collect())));
        }
        Self {
            row: laid_out(K::TABLE, 0, &entry.cells),
            said: entry.cells.keys().copied().collect(),
            children,
            scale,
        }
    }

    /// A row by itself, of which nothing was said.
    pub(super) fn of_row(cells: Vec<Cell>) -> Self {
        Self {
            row: Row { line: 0, offset: 0, cells },
            said: HashSet::new(),
            children: Vec::new(),
            scale: Scale::default(),
        }
    }

    /// The things that the row names by their ids.
    pub(super) fn things(&self) -> HashSet<Uuid> {
        let items = self.row.cells.iter().flat_map(Cell::items);
        let ids = items.filter_map(|item| match item {
            Item::Id(id) => Some(*id),
            Item::Text(_) | Item::Score { .. } => None,
        });
        ids.collect()
    }

    /// Takes the scales out, to record them when the standard is.
    pub(super) fn take_scale(&mut self) -> Scale {
        mem::take(&mut self.scale)
    }

    /// Takes from the rows that are there what was not said of the scales.
    pub(super) fn complete_scale(&mut self, kept: &Kept) {
        self.scale.complete(kept);
    }

    /// Takes from another what was not said.
    pub(super) fn complete<K: Entered>(&mut self, own: &Self) {
        let cells = self.row.cells.iter_mut().zip(&own.row.cells);
        for ((cell, own), column) in cells.zip(K::TABLE.columns()) {
            if !self.said.contains(column.name) {
                cell.clone_from(own);
            }
        }
    }

    /// Gives it the same name with a number.
    pub(super) fn rename<K: Entered>(&mut self, number: usize) {
        let at = K::TABLE.columns().iter().position(|column| column.name == K::NAMED_BY);
        if let Some(cell) = at.and_then(|at| self.row.cells.get_mut(at)) {
            let name = cell.text();
            let base = match number {
                2 => name,
                _ => name.rsplit_once('-').map_or(name, |(base, _)| base),
            };
            *cell = format!("{base}-{number}").into();
        }
    }

    /// The draft, or all that is wrong.
    pub(super) fn draft<K: Entered>(
        &self,
        known: &Known,
    ) -> std::result::Result<K::Draft, Vec<InputProblem>> {
        let cells = Cells::new(K::TABLE, &self.row, known);
        let problems = cells.check(&[]).into_vec();
        let mut kin = Kin::new(known, &self.children);
        let draft = K::read(&cells, &mut kin);
        let of_scale = self.scale.check();
        if let Some(draft) = draft
            && problems.is_empty()
            && kin.problems.is_empty()
            && of_scale.is_empty()
        {
            return Ok(draft);
        }
        // A row of which a cell is wrong may not have been read to its children.
        let (others, of_children) =
            sound::problems_besides::<K>(&self.row, &self.children, known, &problems);
        let own = problems.into_iter().chain(others).map(of_itself);
        let of_children = of_children.into_iter().map(of_child);
        Err(own.chain(of_children).chain(of_scale).collect())
    }
}

/// What rows and their children refer to, as far as a viewer sees it.
pub(super) async fn known<'m, K: Entered>(
    write: &Write,
    viewer: &Viewer,
    members: impl IntoIterator<Item = &'m Member>,
) -> Result<Known> {
    let nothing = Known::default();
    let mut wanted = Vec::new();
    for member in members {
        wanted.extend(Cells::new(K::TABLE, &member.row, &nothing).references());
        for (table, children) in &member.children {
            for row in &children.rows {
                wanted.extend(Cells::new(table, row, &nothing).references());
            }
        }
    }
    let now = write.source().now();
    resolve(write.connection(), viewer, now, wanted).await
}
