//! A file that is being written.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, Timelike, Utc};

use super::unwritable;
use crate::error::Result;
use crate::interchange::bundle::format::Table;

/// A file that is being written; it comes to be with its first row.
pub(super) struct Sheet {
    table: &'static Table,
    path: PathBuf,
    names: Vec<&'static str>,
    writer: Option<csv::Writer<BufWriter<File>>>,
    rows: u64,
}

/// A row that is being written.
pub(super) struct Line<'s> {
    names: &'s [&'static str],
    cells: Vec<String>,
}

impl Sheet {
    pub(super) fn new(folder: &Path, table: &'static Table) -> Self {
        Self {
            table,
            path: folder.join(format!("{}.csv", table.name)),
            names: table.columns().iter().map(|column| column.name).collect(),
            writer: None,
            rows: 0,
        }
    }

    /// Writes a row.
    pub(super) fn row(&mut self, fill: impl FnOnce(&mut Line<'_>)) -> Result<()> {
        let mut line = Line {
            names: &self.names,
            cells: vec![String::new(); self.names.len()],
        };
        fill(&mut line);
        let cells = line.cells;
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => {
                let file = BufWriter::new(File::create(&self.path).map_err(unwritable)?);
                let writer = none.insert(csv::Writer::from_writer(file));
                writer
                    .write_record(&self.names)
                    .map_err(|failure| unwritable(failure.into()))?;
                writer
            }
        };
        writer
            .write_record(&cells)
            .map_err(|failure| unwritable(failure.into()))?;
        self.rows += 1;
        Ok(())
    }

    pub(super) fn close(self) -> Result<(&'static Table, u64)> {
        if let Some(mut writer) = self.writer {
            writer.flush().map_err(unwritable)?;
        }
        Ok((self.table, self.rows))
    }
}

impl Line<'_> {
    /// Fills a cell.
    pub(super) fn set(&mut self, name: &str, value: impl ToString) {
        let at = self.names.iter().position(|column| *column == name);
        if let Some(cell) = at.and_then(|at| self.cells.get_mut(at)) {
            *cell = value.to_string();
        }
    }

    /// Fills a cell if the space knows the value.
    pub(super) fn maybe(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    /// Fills a cell with a list whose order means nothing.
    pub(super) fn sorted(&mut self, name: &str, mut list: Vec<String>) {
        list.sort();
        self.set(name, list.join(";"));
    }

    /// Fills a cell with a time, to the microsecond only where there are any.
    pub(super) fn time(&mut self, name: &str, time: Option<DateTime<Utc>>) {
        let precision = |time: &DateTime<Utc>| match time.nanosecond() {
            0 => SecondsFormat::Secs,
            _ => SecondsFormat::Micros,
        };
        self.maybe(
            name,
            time.map(|time| time.to_rfc3339_opts(precision(&time), true)),
        );
    }
}
