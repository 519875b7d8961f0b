//! Child rows brought to their parents: the sites of a study, the authors of a publication.
//!
//! A child file is read once and only the place of each row is kept (24 bytes a row), so that its
//! rows may stand in any order and a thing is still written together with all of its children.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use super::cell::Item;
use super::cells::Cells;
use super::format::{Table, Value};
use super::references::{Key, Known};
use super::report::{Located, Report};
use super::rows::{Row, Rows};
use super::wording::same_key;
use crate::error::Result;
use crate::record::{Children, Problem, Problems};

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

/// The child rows of one parent.
#[derive(Clone, Debug, Default)]
pub(super) struct ChildRows {
    pub(super) rows: Vec<Row>,
    pub(super) file: String,
    places: Vec<usize>,
    is_whole: bool,
    /// Whether these are all that there shall be, also if there are none.
    are_all: bool,
}

impl ChildRows {
    /// All the child rows that a parent shall have.
    pub(super) fn exactly(table: &Table, rows: Vec<Row>) -> Self {
        Self { rows, file: table.name.to_owned(), is_whole: true, are_all: true, ..Self::default() }
    }
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
    let known = Known::default();
    let cells = Cells::new(table, row, &known);
    Key::of(table.parent.iter().map(|name| cells.item(name))).unwrap_or_default()
}

/// A problem of a child row.
#[derive(Debug)]
pub(super) struct OfChild {
    /// The file.
    pub(super) file: String,
    /// The line, or the place in an input.
    pub(super) line: u64,
    pub(super) problem: Problem,
}

impl OfChild {
    /// Where it is in a bundle.
    pub(super) fn located(self) -> Located {
        Located::new(&self.file, self.line, self.problem)
    }
}

/// The child rows of one parent on their way into its draft.
#[derive(Debug)]
pub(super) struct Kin<'a> {
    known: &'a Known,
    rows: &'a [(&'static Table, ChildRows)],
    /// What is wrong with child rows.
    pub(super) problems: Vec<OfChild>,
    /// How many child rows of each table are sound, and how many are not.
    pub(super) counts: Vec<(&'static str, u64, u64)>,
}

impl<'a> Kin<'a> {
    pub(super) const fn new(known: &'a Known, rows: &'a [(&'static Table, ChildRows)]) -> Self {
        Self { known, rows, problems: Vec::new(), counts: Vec::new() }
    }

    /// The children of one table. A row that is refused takes nothing away: what it might have
    /// replaced stays.
    pub(super) fn children<T>(
        &mut self,
        table: &'static Table,
        read: fn(&Cells<'_>) -> Option<T>,
        check: fn(&T, &mut Problems),
    ) -> Children<T> {
        let Some((_, children)) = self.rows.iter().find(|(of, _)| of.name == table.name) else {
            return Children::AsTheyAre;
        };
        if children.rows.is_empty() && !children.are_all {
            return Children::AsTheyAre;
        }
        let mut drafts = Vec::new();
        let mut keys = HashMap::new();
        let mut refused = 0;
        for row in &children.rows {
            let cells = Cells::new(table, row, self.known);
            let mut problems = cells.check(table.parent);
            if let Some(line) = keys.insert(own_key(table, row), row.line) {
                problems.push(same_key(line));
            }
            let draft = read(&cells).filter(|_| problems.is_empty());
            if let Some(draft) = &draft {
                check(draft, &mut problems);
            }
            match draft {
                Some(draft) if problems.is_empty() => drafts.push(draft),
                _ => {
                    refused += 1;
                    let of_child =
                        |problem| OfChild { file: children.file.clone(), line: row.line, problem };
                    self.problems.extend(problems.into_vec().into_iter().map(of_child));
                }
            }
        }
        let sound = children.rows.len() as u64 - refused;
        self.counts.push((table.name, sound, refused));
        if refused == 0 && children.is_whole {
            Children::Exactly(drafts)
        } else {
            Children::AtLeast(drafts)
        }
    }
}

/// By what a row is recognised within its file.
pub(super) fn own_key(table: &Table, row: &Row) -> Key {
    let columns = table.columns().iter().zip(&row.cells);
    let keys = columns.filter(|(column, _)| column.is_key);
    let items = keys.map(|(column, cell)| {
        let number = cell.text().parse::<i32>();
        match (column.value, number, cell.one()) {
            (Value::Whole, Ok(number), _) => Item::Text(number.to_string()),
            (_, _, item) => item.cloned().unwrap_or_default(),
        }
    });
    Key::of(items).unwrap_or_default()
}
