//! The scales of a standard: its versions with their dimensions and levels, which are entered with it.
//!
//! In a bundle they are files of their own. Those that are named are added, or corrected where they are there; others
//! stay as they are.

use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use super::problems::at_place;
use super::{Cell, Entry, Item};
use crate::Viewer;
use crate::error::{InputProblem, Result};
use crate::interchange::bundle::cells::Cells;
use crate::interchange::bundle::export::Kept;
use crate::interchange::bundle::family::{Kin, own_key};
use crate::interchange::bundle::format::{self, Table};
use crate::interchange::bundle::kinds::{Dimensions, Kind, Levels, Versions};
use crate::interchange::bundle::references::{Known, resolve};
use crate::interchange::bundle::rows::Row;
use crate::record::{Draft, Problems, another_has_its_key, record};
use crate::store::Write;

/// What is said of the scales of one standard.
#[derive(Debug, Default)]
pub(super) struct Scale {
    versions: Vec<Placed>,
    dimensions: Vec<Placed>,
    levels: Vec<Placed>,
}

type Said = BTreeMap<&'static str, Cell>;

/// A row with its place in the input.
#[derive(Debug)]
struct Placed {
    path: String,
    cells: Said,
}

impl Scale {
    /// What an entry says of the scales of its standard.
    pub(super) fn of(entry: &mut Entry) -> Self {
        let mut scale = Self::default();
        let versions = entry.children.remove(format::STANDARD_VERSIONS.name);
        for (at, version) in versions.into_iter().flatten().enumerate() {
            let path = format!("{}[{at}]", format::STANDARD_VERSIONS.name);
            scale.take_version(path, version);
        }
        scale
    }

    fn take_version(&mut self, path: String, mut version: Entry) {
        let dimensions = version.children.remove(format::STANDARD_DIMENSIONS.name);
        for (at, dimension) in dimensions.into_iter().flatten().enumerate() {
            let path = format!("{path}.{}[{at}]", format::STANDARD_DIMENSIONS.name);
            self.take_dimension(path, version.get("version"), dimension);
        }
        let cells = version.cells;
        self.versions.push(Placed { path, cells });
    }

    fn take_dimension(&mut self, path: String, version: &str, mut dimension: Entry) {
        let levels = dimension.children.remove(format::STANDARD_LEVELS.name);
        for (at, mut level) in levels.into_iter().flatten().enumerate() {
            let path = format!("{path}.{}[{at}]", format::STANDARD_LEVELS.name);
            level.set("version", version);
            level.set("dimension", dimension.get("dimension"));
            let cells = level.cells;
            self.levels.push(Placed { path, cells });
        }
        dimension.set("version", version);
        let cells = dimension.cells;
        self.dimensions.push(Placed { path, cells });
    }

    /// Whether nothing is said.
    pub(super) const fn is_empty(&self) -> bool {
        self.versions.is_empty()
    }

    /// Takes from what is there what is not said, and puts what is new behind it. Of a new standard nothing is there.
    pub(super) fn complete(&mut self, kept: &Kept) {
        let files = [
            (&format::STANDARD_VERSIONS, &mut self.versions),
            (&format::STANDARD_DIMENSIONS, &mut self.dimensions),
            (&format::STANDARD_LEVELS, &mut self.levels),
        ];
        for (table, rows) in files {
            let there = kept.get(table.name).map_or(&[][..], Vec::as_slice);
            complete(table, rows, there);
        }
    }

    /// All that is wrong with it by itself.
    pub(super) fn check(&self) -> Vec<InputProblem> {
        let versions = check::<Versions>(&self.versions, &["standard"]);
        let dimensions = check::<Dimensions>(&self.dimensions, &["standard", "version"]);
        let levels = check::<Levels>(&self.levels, &["standard", "version", "dimension"]);
        [versions, dimensions, levels].concat()
    }

    /// Records it, and gives all that is wrong with it: then nothing of it may be kept.
    pub(super) async fn record(
        mut self,
        write: &mut Write,
        viewer: &Viewer,
        standard: Uuid,
    ) -> Result<Vec<InputProblem>> {
        let rows = [&mut self.versions, &mut self.dimensions, &mut self.levels];
        for row in rows.into_iter().flatten() {
            row.cells.insert("standard", Item::Id(standard).into());
        }
        // Each refers to what was recorded before it.
        let mut problems = record_rows::<Versions>(write, viewer, &self.versions).await?;
        if problems.is_empty() {
            problems = record_rows::<Dimensions>(write, viewer, &self.dimensions).await?;
        }
        if problems.is_empty() {
            problems = record_rows::<Levels>(write, viewer, &self.levels).await?;
        }
        Ok(problems)
    }
}

impl Placed {
    fn row(&self, table: &Table) -> Row {
        let columns = table.columns().iter();
        let cells = columns.map(|column| self.cells.get(column.name).cloned().unwrap_or_default());
        Row::new(table, 0, 0, &cells.collect::<Vec<_>>())
    }

    /// Its own key, and that of what it belongs to, within its standard.
    fn keys(&self, table: &Table) -> Vec<Cell> {
        key_cells(table, |name| self.cells.get(name).cloned())
    }
}

/// The texts by which a row is recognised within its standard.
fn key_cells(table: &Table, get: impl Fn(&str) -> Option<Cell>) -> Vec<Cell> {
    let keys = table.columns().iter().filter(|column| column.is_key);
    let keys = keys.filter(|column| column.name != "standard");
    keys.map(|column| get(column.name).unwrap_or_default()).collect()
}

fn complete(table: &'static Table, rows: &mut [Placed], there: &[Vec<Cell>]) {
    let place_of = |name: &str| {
        let mut columns = table.columns().iter();
        columns.position(|column| column.name == name)
    };
    let cell = |row: &Vec<Cell>, name: &str| {
        let at = place_of(name)?;
        row.get(at).cloned()
    };
    let there: HashMap<Vec<Cell>, &Vec<Cell>> =
        there.iter().map(|row| (key_cells(table, |name| cell(row, name)), row)).collect();
    // The last place of those that belong to the same.
    let mut last: HashMap<Vec<Cell>, i32> = HashMap::new();
    for (mut key, row) in there.clone() {
        key.pop();
        let place = cell(row, "position").and_then(|cell| cell.text().parse().ok());
        let last = last.entry(key).or_default();
        *last = Ord::max(*last, place.unwrap_or_default());
    }
    for row in rows {
        let mut key = row.keys(table);
        if let Some(kept) = there.get(&key) {
            for column in table.columns() {
                if let Some(there) = cell(kept, column.name) {
                    row.cells.entry(column.name).or_insert(there);
                }
            }
        } else if place_of("position").is_some() {
            key.pop();
            let last = last.entry(key).or_default();
            let place = row.cells.get("position").and_then(|cell| cell.text().parse().ok());
            let place = place.unwrap_or(*last + 1);
            row.cells.entry("position").or_insert_with(|| place.to_string().into());
            *last = Ord::max(*last, place);
        }
    }
}

/// All that is wrong with rows by themselves; what they belong to is taken to be there.
fn check<K: Kind>(rows: &[Placed], belongs_to: &[&str]) -> Vec<InputProblem> {
    let mut keys = HashSet::new();
    let mut all = Vec::new();
    for placed in rows {
        let mut row = placed.row(K::TABLE);
        if !keys.insert(own_key(K::TABLE, &row)) {
            all.push(at_place(&placed.path, another_has_its_key()));
        }
        // Whatever stands in its place, it will be the standard.
        for (cell, column) in row.cells.iter_mut().zip(K::TABLE.columns()) {
            if column.name == "standard" {
                *cell = "standard".into();
            }
        }
        let mut known = Known::default();
        let nothing = Known::default();
        for (target, key) in Cells::new(K::TABLE, &row, &nothing).references() {
            known.assume(target, key);
        }
        let cells = Cells::new(K::TABLE, &row, &known);
        let mut problems = cells.check(belongs_to);
        if let Some(draft) = K::read(&cells, &mut Kin::new(&known, &[])) {
            draft.check(&mut problems);
        }
        let problems = problems.into_vec().into_iter();
        all.extend(problems.map(|problem| at_place(&placed.path, problem)));
    }
    all
}

async fn record_rows<K: Kind>(
    write: &mut Write,
    viewer: &Viewer,
    rows: &[Placed],
) -> Result<Vec<InputProblem>> {
    let laid_out: Vec<Row> = rows.iter().map(|placed| placed.row(K::TABLE)).collect();
    let nothing = Known::default();
    let wanted = laid_out.iter().flat_map(|row| Cells::new(K::TABLE, row, &nothing).references());
    let wanted: Vec<_> = wanted.collect();
    let now = write.source().now();
    let known = resolve(write.connection(), viewer, now, wanted).await?;
    let mut drafts = Vec::with_capacity(rows.len());
    let mut all = Vec::new();
    for (placed, row) in rows.iter().zip(&laid_out) {
        let cells = Cells::new(K::TABLE, row, &known);
        let problems: Problems = cells.check(&[]);
        match K::read(&cells, &mut Kin::new(&known, &[])) {
            Some(draft) if problems.is_empty() => drafts.push(draft),
            _ => {
                let problems = problems.into_vec().into_iter();
                all.extend(problems.map(|problem| at_place(&placed.path, problem)));
            }
        }
    }
    if !all.is_empty() {
        return Ok(all);
    }
    let answers = record(write, viewer, drafts).await?;
    for (placed, answer) in rows.iter().zip(answers) {
        let problems = answer.err().into_iter().flatten();
        all.extend(problems.map(|problem| at_place(&placed.path, problem)));
    }
    Ok(all)
}
