//! A file that is being written.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, Timelike, Utc};

use super::unwritable;
use crate::durable::NewFile;
use crate::error::Result;
use crate::interchange::bundle::cell::{Cell, Item};
use crate::interchange::bundle::format::Table;
use crate::interchange::bundle::kept::guarded;

/// For whom the files of an export are written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Format {
    /// For programs: the same evidence gives the same bytes.
    #[default]
    Plain,
    /// For spreadsheets: with a byte order mark, by which they know that it is UTF-8, and with an apostrophe before what
    /// they would take for a formula. Imported, it gives the same.
    Spreadsheet,
}

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A file that is being written; it comes to be with its first row.
pub(super) struct Sheet {
    table: &'static Table,
    names: Vec<&'static str>,
    format: Format,
    to: To,
    rows: u64,
}

/// Where rows go.
enum To {
    /// A file of this name.
    File(PathBuf, Option<Box<csv::Writer<NewFile>>>),
    /// Nowhere: they are kept.
    Memory(Vec<Vec<Cell>>),
}

/// A sheet that was ended.
pub(super) struct Closed {
    pub(super) table: &'static Table,
    pub(super) rows: u64,
    pub(super) kept: Vec<Vec<Cell>>,
}

/// A row that is being written.
pub(super) struct Line<'s> {
    names: &'s [&'static str],
    cells: Vec<Cell>,
}

impl Sheet {
    /// A sheet that becomes a file of a folder, or is kept where there is none.
    pub(super) fn new(folder: Option<&Path>, table: &'static Table, format: Format) -> Self {
        let path = folder.map(|folder| folder.join(format!("{}.csv", table.name)));
        Self {
            table,
            names: table.columns().iter().map(|column| column.name).collect(),
            format,
            to: path.map_or_else(|| To::Memory(Vec::new()), |path| To::File(path, None)),
            rows: 0,
        }
    }

    /// Writes a row.
    pub(super) fn row(&mut self, fill: impl FnOnce(&mut Line<'_>)) -> Result<()> {
        let mut line = Line { names: &self.names, cells: vec![Cell::default(); self.names.len()] };
        fill(&mut line);
        let cells = line.cells;
        self.rows += 1;
        let (path, writer) = match &mut self.to {
            To::File(path, writer) => (path, writer),
            To::Memory(rows) => {
                rows.push(cells);
                return Ok(());
            }
        };
        let writer = match writer {
            Some(writer) => writer,
            none => {
                let mut file = NewFile::begin(path).map_err(unwritable)?;
                if self.format == Format::Spreadsheet {
                    file.write_all(BYTE_ORDER_MARK).map_err(unwritable)?;
                }
                let writer = none.insert(Box::new(csv::Writer::from_writer(file)));
                writer.write_record(&self.names).map_err(|failure| unwritable(failure.into()))?;
                writer
            }
        };
        let columns = self.table.columns().iter().zip(&cells);
        let for_spreadsheet = self.format == Format::Spreadsheet;
        let cells = columns.map(|(column, cell)| {
            let text = cell.written(column.value);
            guarded(column.value, &text, for_spreadsheet).into_owned()
        });
        writer.write_record(cells.collect::<Vec<_>>()).map_err(|failure| unwritable(failure.into()))
    }

    /// Ends the sheet; gives the rows that were kept.
    pub(super) fn close(self) -> Result<Closed> {
        let kept = match self.to {
            To::File(_, None) => Vec::new(),
            To::File(_, Some(writer)) => {
                let file = writer.into_inner();
                let file = file.map_err(|failure| unwritable(failure.into_error()))?;
                file.finish().map_err(unwritable)?;
                Vec::new()
            }
            To::Memory(rows) => rows,
        };
        Ok(Closed { table: self.table, rows: self.rows, kept })
    }
}

impl Line<'_> {
    /// Fills a cell.
    pub(super) fn set(&mut self, name: &str, value: impl ToString) {
        self.fill(name, value.to_string().into());
    }

    fn fill(&mut self, name: &str, cell: Cell) {
        let at = self.names.iter().position(|column| *column == name);
        if let Some(place) = at.and_then(|at| self.cells.get_mut(at)) {
            *place = cell;
        }
    }

    /// Fills a cell if the space knows the value.
    pub(super) fn maybe(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    /// Fills a cell with a thing, if there is one that is named.
    pub(super) fn refer(&mut self, name: &str, thing: Option<Item>) {
        self.fill(name, thing.into());
    }

    /// Fills a cell with a list whose order means nothing.
    pub(super) fn sorted(&mut self, name: &str, mut list: Vec<Item>) {
        list.sort_by_cached_key(Item::to_string);
        self.fill(name, list.into());
    }

    /// Fills a cell with a list in its order.
    pub(super) fn listed(&mut self, name: &str, list: impl IntoIterator<Item = String>) {
        self.fill(name, list.into_iter().map(Item::Text).collect::<Vec<_>>().into());
    }

    /// Fills a cell with a time, to the microsecond only where there are any.
    pub(super) fn time(&mut self, name: &str, time: Option<DateTime<Utc>>) {
        let precision = |time: &DateTime<Utc>| match time.nanosecond() {
            0 => SecondsFormat::Secs,
            _ => SecondsFormat::Micros,
        };
        self.maybe(name, time.map(|time| time.to_rfc3339_opts(precision(&time), true)));
    }

    /// Fills the cells of a withdrawal: when, why, and the name of what took the thing's place.
    pub(super) fn withdrawal(
        &mut self,
        at: Option<DateTime<Utc>>,
        reason: Option<&String>,
        superseded_by: Option<Item>,
    ) {
        self.time("withdrawn_at", at);
        self.maybe("withdrawal_reason", reason);
        self.refer("superseded_by", superseded_by);
    }
}
