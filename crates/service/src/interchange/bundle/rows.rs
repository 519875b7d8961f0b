//! The rows of a file: CSV and NDJSON give the same.
//!
//! A row that cannot be read is refused by itself: the next one is read all the same. No row takes
//! more memory than the limit, whatever the file holds.

use intake::{Content, HOW_TO_SAVE};

use super::cell;
use super::format::Table;
use super::header::{lay_out, unknown_column};
use super::json;
use super::kept::unguarded;
use super::lines::{Lines, Raw};
use super::report::Located;
use super::source::{Opened, content};
use crate::error::{Error, Result};
use crate::record::patch::Patch;
use crate::record::reading::Row;
use crate::record::{Fault, Problem, quoted};
use crate::spelling::visible;

/// How a file is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    Csv,
    Ndjson,
}

impl Form {
    pub(super) fn of_ending(ending: &str) -> Option<Self> {
        match ending {
            "csv" => Some(Self::Csv),
            "ndjson" => Some(Self::Ndjson),
            _ => None,
        }
    }
}

/// A row, or why there is none.
pub(super) type ReadRow = std::result::Result<Row, (u64, Problem)>;

/// Rows that have fewer cells than the header: how many, and the lines of the first and the last.
#[derive(Clone, Copy, Debug)]
struct Short {
    rows: u64,
    first: u64,
    last: u64,
}

/// A file that is read row by row.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) file: String,
    pub(super) of_bytes: u64,
    table: &'static Table,
    form: Form,
    lines: Lines,
    /// For CSV: to which column of the table each cell belongs; to none, if its column has no name.
    layout: Vec<Option<usize>>,
    /// Rows that have fewer cells than the header.
    short: Option<Short>,
    /// Which columns of the table the file has, as far as it was read.
    given: Vec<bool>,
}

impl Rows {
    /// Opens a file, or says what is wrong with all of it.
    pub(super) fn open(
        opened: Opened,
        table: &'static Table,
        row_bytes: usize,
    ) -> Result<std::result::Result<Self, Vec<Located>>> {
        if let Content::Spreadsheet(which) = content(&opened.file).map_err(Error::internal)? {
            let reason = format!(
                "{} is a spreadsheet ({which}), whatever its name ends in; nothing in it was read.",
                opened.name
            );
            let refused = Located::of_file(&opened.name, Fault::NotUtf8, reason, HOW_TO_SAVE);
            return Ok(Err(vec![refused]));
        }
        let mut rows = Self {
            file: opened.name,
            of_bytes: opened.bytes,
            table,
            form: opened.form,
            lines: Lines::new(opened.file, row_bytes)?,
            layout: Vec::new(),
            short: None,
            given: vec![false; table.columns().len()],
        };
        if rows.form == Form::Csv {
            let problems = rows.read_header()?;
            if !problems.is_empty() {
                return Ok(Err(problems));
            }
        }
        Ok(Ok(rows))
    }

    /// The columns that the file may have and has not: no header and no object names them.
    pub(super) fn left_out(&self) -> Vec<&'static str> {
        self.table
            .columns()
            .iter()
            .zip(&self.given)
            .filter(|(column, is_given)| !column.is_required && !**is_given)
            .map(|(column, _)| column.name)
            .collect()
    }

    /// What is worth knowing of rows whose last cells are missing.
    pub(super) fn of_short(&self) -> Option<Located> {
        let Short { rows, first, .. } = self.short?;
        let rows = match rows {
            1 => "A row has".to_owned(),
            rows => format!("{rows} rows have"),
        };
        Some(Located {
            line: first,
            ..Located::of_file(
                &self.file,
                Fault::WrongWidth,
                format!(
                    "{rows} fewer cells than the header; what is missing at the end counts as empty."
                ),
                "Spreadsheets leave out commas at the end. If commas are missing elsewhere, put them in.",
            )
        })
    }

    /// How many bytes were read.
    pub(super) const fn bytes(&self) -> u64 {
        self.lines.bytes()
    }

    /// Whether there is nothing more to read.
    pub(super) fn is_at_end(&mut self) -> Result<bool> {
        self.lines.are_at_end()
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Result<Option<ReadRow>> {
        loop {
            let Some(raw) = self.raw()? else {
                return Ok(None);
            };
            let line = raw.line;
            let row = match raw.bytes {
                Ok(bytes) => self.parse(raw.line, raw.offset, &bytes),
                Err(fault) => Err(self.not_read(fault)),
            };
            match row {
                Ok(None) => {}
                Ok(Some(row)) => return Ok(Some(Ok(row))),
                Err(problem) => return Ok(Some(Err((line, problem)))),
            }
        }
    }

    /// The row at a place where one was read before.
    pub(super) fn at(&mut self, offset: u64, line: u64) -> Result<Option<ReadRow>> {
        self.lines.go_to(offset, line)?;
        self.next()
    }

    fn raw(&mut self) -> Result<Option<Raw>> {
        match self.form {
            Form::Csv => self.lines.raw_record(),
            Form::Ndjson => self.lines.raw_line(),
        }
    }

    fn not_read(&self, fault: Fault) -> Problem {
        let (reason, remedy) = if fault == Fault::QuoteNotClosed {
            (
                "A quote begins in this row and is never closed.".to_owned(),
                "Close the quote; write a quote within quotes twice.",
            )
        } else {
            (
                format!("The row is longer than {} bytes.", self.lines.row_bytes()),
                "Shorten its cells; look for a quote that is never closed.",
            )
        };
        Problem { field: None, fault, reason: reason.into(), remedy: remedy.into() }
    }

    fn parse(
        &mut self,
        line: u64,
        offset: u64,
        bytes: &[u8],
    ) -> std::result::Result<Option<Row>, Problem> {
        let text = utf8(bytes)?;
        let patch = match self.form {
            Form::Csv => self.read_csv(line, text)?,
            Form::Ndjson => self.read_json(text)?,
        };
        Ok((!patch.is_blank()).then_some(Row { line, offset, patch }))
    }

    fn read_csv(&mut self, line: u64, text: &str) -> std::result::Result<Patch, Problem> {
        let record = split(text)?;
        let columns = self.table.columns();
        let mut patch = Patch::default();
        if record.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(patch);
        }
        let width = self.layout.len();
        let is_needed = |at: &Option<usize>| {
            let column = at.and_then(|at| self.table.columns().get(at));
            column.is_some_and(|column| column.is_required)
        };
        let mut beyond = record.iter().skip(width);
        if beyond.any(|cell| !cell.trim().is_empty())
            || self.layout.iter().skip(record.len()).any(is_needed)
        {
            return Err(of_wrong_width(format!(
                "The row has {} cells; the header has {width}.",
                record.len()
            )));
        }
        for (place, (at, cell)) in self.layout.iter().zip(record.iter()).enumerate() {
            match at.and_then(|at| columns.get(at)) {
                Some(column) => {
                    patch.set_column(*column, cell::read(column.value, unguarded(cell.trim())));
                }
                None if cell.trim().is_empty() => {}
                None => {
                    return Err(of_wrong_width(format!(
                        "Cell {} has a value, and its column has no name.",
                        place + 1
                    )));
                }
            }
        }
        if record.len() < width {
            let short = self.short.get_or_insert(Short { rows: 0, first: line, last: 0 });
            // A row of children is read again when its parent is known.
            if line > short.last {
                short.rows += 1;
                short.last = line;
            }
        }
        Ok(patch)
    }

    fn read_json(&mut self, text: &str) -> std::result::Result<Patch, Problem> {
        if text.trim().is_empty() {
            return Ok(Patch::default());
        }
        let json::Fields(object) = serde_json::from_str(text).map_err(|failure| {
            json::not_json(None, format!("The line is not an object of JSON: {failure}."))
        })?;
        let columns = self.table.columns();
        let mut patch = Patch::default();
        let mut filled = vec![false; columns.len()];
        for (name, value) in object {
            let found = columns.iter().enumerate().find(|(_, column)| column.name == name);
            let Some((at, column)) = found else {
                return Err(unknown_column(self.table, &name));
            };
            if let Some(is_filled) = filled.get_mut(at)
                && std::mem::replace(is_filled, true)
            {
                return Err(Problem {
                    field: Some(column.name),
                    fault: Fault::DuplicateColumn,
                    reason: format!("The object has {} twice.", quoted(column.name)).into(),
                    remedy: "Keep one of the two.".into(),
                });
            }
            patch.set_column(*column, json::items(*column, value)?);
        }
        for (is_given, is_filled) in self.given.iter_mut().zip(filled) {
            *is_given |= is_filled;
        }
        Ok(patch)
    }

    fn read_header(&mut self) -> Result<Vec<Located>> {
        let raw = self.lines.raw_record()?;
        let bytes = match raw.map(|raw| raw.bytes) {
            None => Vec::new(),
            Some(Ok(bytes)) => bytes,
            Some(Err(fault)) => return Ok(vec![Located::new(&self.file, 1, self.not_read(fault))]),
        };
        let header = match utf8(&bytes).and_then(split) {
            Ok(header) => header,
            Err(problem) => return Ok(vec![Located::new(&self.file, 1, problem)]),
        };
        let names: Vec<String> = header.iter().map(visible).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if let [only] = names.as_slice()
            && let Some(separator) = [';', '\t', '|'].into_iter().find(|mark| only.contains(*mark))
        {
            let name = if separator == '\t' { "tabs".to_owned() } else { format!("'{separator}'") };
            return Ok(vec![Located::of_file(
                &self.file,
                Fault::WrongSeparator,
                format!("The cells are separated by {name}, not by commas."),
                "Save it again as CSV with commas ('CSV UTF-8' in a spreadsheet), or as NDJSON.",
            )]);
        }
        let (layout, problems) = lay_out(self.table, &names);
        for at in layout.iter().flatten() {
            if let Some(is_given) = self.given.get_mut(*at) {
                *is_given = true;
            }
        }
        self.layout = layout;
        Ok(problems.into_iter().map(|found| Located { file: self.file.clone(), ..found }).collect())
    }
}

fn utf8(bytes: &[u8]) -> std::result::Result<&str, Problem> {
    std::str::from_utf8(bytes).map_err(|failure| Problem {
        field: None,
        fault: Fault::NotUtf8,
        reason: format!("The row is not in UTF-8 (from byte {} on).", failure.valid_up_to() + 1)
            .into(),
        remedy: "Save the file again in UTF-8 ('CSV UTF-8' in a spreadsheet).".into(),
    })
}

fn of_wrong_width(reason: String) -> Problem {
    Problem {
        field: None,
        fault: Fault::WrongWidth,
        reason: reason.into(),
        remedy: "Put quotes around a cell that contains a comma, add the missing commas, or give the column its name.".into(),
    }
}

fn split(text: &str) -> std::result::Result<csv::StringRecord, Problem> {
    let text = text.trim_end_matches(['\n', '\r']);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(text.len().clamp(16, 1 << 16))
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let is_read = reader.read_record(&mut record);
    let mut rest = csv::StringRecord::new();
    if is_read.is_err() || reader.read_record(&mut rest).unwrap_or(true) {
        return Err(Problem {
            field: None,
            fault: Fault::WrongWidth,
            reason: "The line has a carriage return in it.".into(),
            remedy: "Save the file with line ends of Unix or Windows.".into(),
        });
    }
    Ok(record)
}
