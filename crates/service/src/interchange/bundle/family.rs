//! Child rows brought to their parents: the sites of a study, the authors of a publication.
//!
//! A child file is read once and only the place of each row is kept (24 bytes a row), so that its
//! rows may stand in any order and a thing is still written together with all of its children.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use super::format::Table;
use super::report::{Located, Report};
use super::rows::Rows;
use crate::error::Result;
use crate::record::reading::{ChildRows, Row};
use crate::record::references::Key;

/// Where the rows of a child file stand, by their parent.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) table: &'static Table,
    rows: Rows,
    hasher: RandomState,
    places: Vec<Place>,
    taken: Vec<bool>,
    /// Whether every row could be read: else a parent may have more children than are known.
    is_whole: bool,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Place {
    parent: u64,
    offset: u64,
    line: u64,
}

impl Index {
    /// Reads a child file once; what cannot be read is refused.
    pub(super) fn build(table: &'static Table, rows: Rows, report: &mut Report) -> Result<Self> {
        let mut index = Self {
            table,
            rows,
            hasher: RandomState::new(),
            places: Vec::new(),
            taken: Vec::new(),
            is_whole: true,
        };
        while let Some(row) = index.rows.next()? {
            report.table(table.name).read += 1;
            match row {
                Ok(row) => {
                    let parent = index.hasher.hash_one(parent_of(table, &row));
                    index.places.push(Place { parent, offset: row.offset, line: row.line });
                }
                Err((line, problem)) => {
                    index.is_whole = false;
                    report.table(table.name).refused += 1;
                    report.problem(Located::new(&index.rows.file, line, problem));
                }
            }
        }
        index.places.sort_unstable();
        index.taken = vec![false; index.places.len()];
        Ok(index)
    }

    /// The name of the file.
    pub(super) fn file(&self) -> &str {
        &self.rows.file
    }

    /// The columns that the file may have and has not.
    pub(super) fn left_out(&self) -> Vec<&'static str> {
        self.rows.left_out()
    }

    /// What is worth knowing of rows whose last cells are missing.
    pub(super) fn of_short(&self) -> Option<Located> {
        self.rows.of_short()
    }

    /// The rows that name a parent and have not been taken, in the order of the file.
    pub(super) fn rows_of(&mut self, parent: &Key) -> Result<ChildRows> {
        let hash = self.hasher.hash_one(parent);
        let from = self.places.partition_point(|place| place.parent < hash);
        let mut found = ChildRows {
            file: self.rows.file.clone(),
            is_whole: self.is_whole,
            ..ChildRows::default()
        };
        for at in from..self.places.len() {
            let Some(place) = self.places.get(at).copied().filter(|place| place.parent == hash)
            else {
                break;
            };
            if self.taken.get(at).copied().unwrap_or(true) {
                continue;
            }
            if let Some(Ok(row)) = self.rows.at(place.offset, place.line)?
                && parent_of(self.table, &row) == *parent
            {
                found.rows.push(row);
                found.places.push(at);
            }
        }
        Ok(found)
    }

    /// Notes that rows were written with their parent.
    pub(super) fn take(&mut self, rows: &ChildRows) {
        for at in &rows.places {
            if let Some(taken) = self.taken.get_mut(*at) {
                *taken = true;
            }
        }
    }

    /// Parents whose rows have not been taken, from a place on; and the next place.
    pub(super) fn parents_left(&mut self, from: usize, most: usize) -> Result<(Vec<Key>, usize)> {
        let mut parents = Vec::new();
        let mut seen = HashSet::new();
        let mut at = from;
        while let Some(place) = self.places.get(at).copied() {
            if parents.len() >= most && seen.iter().all(|hash| *hash != place.parent) {
                break;
            }
            if self.taken.get(at) == Some(&false)
                && let Some(Ok(row)) = self.rows.at(place.offset, place.line)?
            {
                let parent = parent_of(self.table, &row);
                if seen.insert(place.parent) || !parents.contains(&parent) {
                    parents.push(parent);
                }
            }
            at += 1;
        }
        Ok((parents, at))
    }
}

/// How a child row names its parent.
fn parent_of(table: &'static Table, row: &Row) -> Key {
    Key::of(table.parent.iter().map(|column| row.patch.item(column.name))).unwrap_or_default()
}
