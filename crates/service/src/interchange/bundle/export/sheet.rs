//! A file that is being written.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::unwritable;
use crate::durable::NewFile;
use crate::error::Result;
use crate::interchange::bundle::cell;
use crate::interchange::bundle::format::Table;
use crate::interchange::bundle::kept::guarded;
use crate::record::patch::Patch;

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
    format: Format,
    path: PathBuf,
    writer: Option<Box<csv::Writer<NewFile>>>,
    rows: u64,
}

impl Sheet {
    pub(super) fn new(folder: &Path, table: &'static Table, format: Format) -> Self {
        let path = folder.join(format!("{}.csv", table.name));
        Self { table, format, path, writer: None, rows: 0 }
    }

    /// Writes a row.
    pub(super) fn row(&mut self, row: &Patch) -> Result<()> {
        self.rows += 1;
        let for_spreadsheet = self.format == Format::Spreadsheet;
        let cells = self.table.columns().iter().map(|column| {
            let text = cell::written(column.value, row.items(column.name));
            guarded(column.value, &text, for_spreadsheet).into_owned()
        });
        let cells: Vec<String> = cells.collect();
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => self.begin()?,
        };
        let writer = self.writer.insert(writer);
        writer.write_record(cells).map_err(|failure| unwritable(failure.into()))
    }

    /// The file, with its header.
    fn begin(&self) -> Result<Box<csv::Writer<NewFile>>> {
        let mut file = NewFile::begin(&self.path).map_err(unwritable)?;
        if self.format == Format::Spreadsheet {
            file.write_all(BYTE_ORDER_MARK).map_err(unwritable)?;
        }
        let mut writer = csv::Writer::from_writer(file);
        let names = self.table.columns().iter().map(|column| column.name);
        writer.write_record(names).map_err(|failure| unwritable(failure.into()))?;
        Ok(Box::new(writer))
    }

    /// Ends the sheet; gives its table and how many rows it has.
    pub(super) fn close(self) -> Result<(&'static Table, u64)> {
        if let Some(writer) = self.writer {
            let file = writer.into_inner();
            let file = file.map_err(|failure| unwritable(failure.into_error()))?;
            file.finish().map_err(unwritable)?;
        }
        Ok((self.table, self.rows))
    }
}
