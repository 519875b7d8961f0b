//! The rows of a file: CSV and NDJSON give the same.
//!
//! A row that cannot be read is refused by itself: the next one is read all the same. No row takes
//! more memory than the limit, whatever the file holds.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use serde_json::{Map, Value as Json};

use super::format::{Table, Value};
use super::report::Located;
use super::source::{Opened, nearest};
use crate::error::{Error, Result};
use crate::record::{Fault, Problem, quoted};

/// How often a quote that is never closed is forgiven in one file.
const UNCLOSED_QUOTES: u32 = 100;

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

/// A row: a cell for each column of the table, empty where the source does not say.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) offset: u64,
    pub(super) cells: Vec<String>,
}

/// A row, or why there is none.
pub(super) type ReadRow = std::result::Result<Row, (u64, Problem)>;

/// A file that is read row by row.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) file: String,
    pub(super) of_bytes: u64,
    table: &'static Table,
    form: Form,
    input: BufReader<File>,
    offset: u64,
    line: u64,
    /// For CSV: to which column of the table each cell belongs.
    layout: Vec<usize>,
    row_bytes: usize,
    unclosed: u32,
}

/// The bytes of a row.
struct Raw {
    line: u64,
    offset: u64,
    bytes: std::result::Result<Vec<u8>, Fault>,
}

impl Rows {
    /// Opens a file, or says what is wrong with all of it.
    pub(super) fn open(
        opened: Opened,
        table: &'static Table,
        row_bytes: usize,
    ) -> Result<std::result::Result<Self, Vec<Located>>> {
        let mut rows = Self {
            file: opened.name,
            of_bytes: opened.bytes,
            table,
            form: opened.form,
            input: BufReader::with_capacity(1 << 16, opened.file),
            offset: 0,
            line: 1,
            layout: Vec::new(),
            row_bytes,
            unclosed: 0,
        };
        rows.skip_byte_order_mark()?;
        if rows.form == Form::Csv {
            let problems = rows.read_header()?;
            if !problems.is_empty() {
                return Ok(Err(problems));
            }
        }
        Ok(Ok(rows))
    }

    /// How many bytes were read.
    pub(super) const fn bytes(&self) -> u64 {
        self.offset
    }

    /// Whether there is nothing more to read.
    pub(super) fn is_at_end(&mut self) -> Result<bool> {
        Ok(self.input.fill_buf().map_err(Error::internal)?.is_empty())
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
        self.go_to(offset, line).map_err(Error::internal)?;
        self.next()
    }

    fn go_to(&mut self, offset: u64, line: u64) -> io::Result<()> {
        let (to, from) = (i64::try_from(offset), i64::try_from(self.offset));
        match (to, from) {
            // Near places stay in the buffer.
            (Ok(to), Ok(from)) => self.input.seek_relative(to - from)?,
            _ => {
                self.input.seek(SeekFrom::Start(offset))?;
            }
        }
        (self.offset, self.line) = (offset, line);
        Ok(())
    }

    fn skip_byte_order_mark(&mut self) -> Result<()> {
        let start = self.input.fill_buf().map_err(Error::internal)?;
        if start.starts_with(b"\xef\xbb\xbf") {
            self.input.consume(3);
            self.offset = 3;
        }
        Ok(())
    }

    fn raw(&mut self) -> Result<Option<Raw>> {
        match self.form {
            Form::Csv => self.raw_record(),
            Form::Ndjson => self.raw_line(),
        }
    }

    fn raw_line(&mut self) -> Result<Option<Raw>> {
        let (line, offset) = (self.line, self.offset);
        let mut bytes = Vec::new();
        let read = self.line_into(&mut bytes)?;
        Ok((read != Line::None).then(|| Raw {
            line,
            offset,
            bytes: if read == Line::Whole {
                Ok(bytes)
            } else {
                Err(Fault::RowTooLong)
            },
        }))
    }

    /// Lines until all quotes are closed.
    fn raw_record(&mut self) -> Result<Option<Raw>> {
        let (line, offset) = (self.line, self.offset);
        let mut bytes = Vec::new();
        let mut quotes = Quotes::default();
        let mut second_line = None;
        loop {
            let scanned = bytes.len();
            let read = self.line_into(&mut bytes)?;
            let second = *second_line.get_or_insert((self.offset, self.line));
            bytes
                .get(scanned..)
                .unwrap_or_default()
                .iter()
                .for_each(|byte| quotes.read(*byte));
            let fault = match read {
                Line::None if bytes.is_empty() => return Ok(None),
                Line::Whole if !quotes.are_open() => {
                    return Ok(Some(Raw {
                        line,
                        offset,
                        bytes: Ok(bytes),
                    }));
                }
                Line::Whole => continue,
                Line::TooLong if !quotes.are_open() => Fault::RowTooLong,
                Line::TooLong | Line::None => Fault::QuoteNotClosed,
            };
            // The quote may be a slip of the pen: what follows its line is read as if it were.
            if fault == Fault::QuoteNotClosed {
                self.unclosed += 1;
                if self.unclosed <= UNCLOSED_QUOTES {
                    self.go_to(second.0, second.1).map_err(Error::internal)?;
                }
            }
            return Ok(Some(Raw {
                line,
                offset,
                bytes: Err(fault),
            }));
        }
    }

    /// Reads a line with its end; passes over the rest of one that is too long.
    fn line_into(&mut self, bytes: &mut Vec<u8>) -> Result<Line> {
        let left = self.row_bytes.saturating_sub(bytes.len()) + 1;
        let before = bytes.len();
        let limit = u64::try_from(left).unwrap_or(u64::MAX);
        let read = (&mut self.input)
            .take(limit)
            .read_until(b'\n', bytes)
            .map_err(Error::internal)?;
        self.offset += u64::try_from(read).unwrap_or_default();
        if read == 0 {
            return Ok(Line::None);
        }
        self.line += 1;
        if bytes.len() == before + left && bytes.last() != Some(&b'\n') {
            let passed = self.input.skip_until(b'\n').map_err(Error::internal)?;
            self.offset += u64::try_from(passed).unwrap_or_default();
            return Ok(Line::TooLong);
        }
        Ok(Line::Whole)
    }

    fn not_read(&self, fault: Fault) -> Problem {
        let (reason, remedy) = if fault == Fault::QuoteNotClosed {
            (
                "A quote begins in this row and is never closed.".to_owned(),
                "Close the quote; write a quote within quotes twice.",
            )
        } else {
            (
                format!("The row is longer than {} bytes.", self.row_bytes),
                "Shorten its cells; look for a quote that is never closed.",
            )
        };
        Problem {
            field: None,
            fault,
            reason: reason.into(),
            remedy: remedy.into(),
        }
    }

    fn parse(
        &self,
        line: u64,
        offset: u64,
        bytes: &[u8],
    ) -> std::result::Result<Option<Row>, Problem> {
        let text = utf8(bytes)?;
        let cells = match self.form {
            Form::Csv => self.cells_of_csv(text)?,
            Form::Ndjson => self.cells_of_json(text)?,
        };
        let is_blank = cells.iter().all(String::is_empty);
        Ok((!is_blank).then_some(Row {
            line,
            offset,
            cells,
        }))
    }

    fn cells_of_csv(&self, text: &str) -> std::result::Result<Vec<String>, Problem> {
        let record = split(text)?;
        let mut cells = vec![String::new(); self.table.columns().count()];
        if record.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(cells);
        }
        if record.len() != self.layout.len() {
            return Err(Problem {
                field: None,
                fault: Fault::WrongWidth,
                reason: format!(
                    "The row has {} cells; the header has {}.",
                    record.len(),
                    self.layout.len()
                )
                .into(),
                remedy:
                    "Put quotes around a cell that contains a comma, or add the missing commas."
                        .into(),
            });
        }
        for (at, cell) in self.layout.iter().zip(record.iter()) {
            if let Some(place) = cells.get_mut(*at) {
                cell.trim().clone_into(place);
            }
        }
        Ok(cells)
    }

    fn cells_of_json(&self, text: &str) -> std::result::Result<Vec<String>, Problem> {
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        let object: Map<String, Json> = serde_json::from_str(text).map_err(|failure| {
            not_json(
                None,
                format!("The line is not an object of JSON: {failure}."),
            )
        })?;
        let columns: Vec<_> = self.table.columns().collect();
        let mut cells = vec![String::new(); columns.len()];
        for (name, value) in object {
            let found = columns
                .iter()
                .enumerate()
                .find(|(_, column)| column.name == name);
            let Some((at, column)) = found else {
                return Err(unknown_column(self.table, &name));
            };
            if let Some(place) = cells.get_mut(at) {
                *place = cell_of_json(column.name, column.value, value)?;
            }
        }
        Ok(cells)
    }

    fn read_header(&mut self) -> Result<Vec<Located>> {
        let raw = self.raw_record()?;
        let bytes = match raw.map(|raw| raw.bytes) {
            None => Vec::new(),
            Some(Ok(bytes)) => bytes,
            Some(Err(fault)) => return Ok(vec![Located::new(&self.file, 1, self.not_read(fault))]),
        };
        let header = match utf8(&bytes).and_then(split) {
            Ok(header) => header,
            Err(problem) => return Ok(vec![Located::new(&self.file, 1, problem)]),
        };
        let names: Vec<&str> = header.iter().map(str::trim).collect();
        if let [only] = names.as_slice()
            && let Some(separator) = [';', '\t', '|']
                .into_iter()
                .find(|mark| only.contains(*mark))
        {
            let name = if separator == '\t' {
                "tabs".to_owned()
            } else {
                format!("'{separator}'")
            };
            return Ok(vec![Located::of_file(
                &self.file,
                Fault::WrongSeparator,
                format!("The cells are separated by {name}, not by commas."),
                "Save it again as CSV with commas ('CSV UTF-8' in a spreadsheet), or as NDJSON.",
            )]);
        }
        let (layout, problems) = lay_out(self.table, &names);
        self.layout = layout;
        Ok(problems
            .into_iter()
            .map(|found| Located {
                file: self.file.clone(),
                ..found
            })
            .collect())
    }
}

#[derive(Eq, PartialEq)]
enum Line {
    Whole,
    TooLong,
    None,
}

/// To which column of the table each cell of the header belongs, and what is wrong with it.
fn lay_out(table: &Table, names: &[&str]) -> (Vec<usize>, Vec<Located>) {
    let mut layout = Vec::new();
    let mut problems = Vec::new();
    for (at, name) in names.iter().enumerate() {
        match table.columns().position(|column| column.name == *name) {
            None => problems.push(Located {
                column: Some(Cow::Owned(shown_name(name))),
                ..Located::new("", 1, unknown_column(table, name))
            }),
            Some(column) if layout.contains(&column) => problems.push(Located {
                column: Some(Cow::Owned(shown_name(name))),
                ..Located::of_file(
                    "",
                    Fault::DuplicateColumn,
                    format!(
                        "The column {} is there twice (again as column {}).",
                        quoted(name),
                        at + 1
                    ),
                    "Keep one of the two.",
                )
            }),
            Some(column) => layout.push(column),
        }
    }
    let required = table
        .columns()
        .enumerate()
        .filter(|(_, column)| column.is_required);
    for (_, column) in required.filter(|(at, _)| !layout.contains(at)) {
        problems.push(Located {
            column: Some(Cow::Borrowed(column.name)),
            ..Located::of_file(
                "",
                Fault::MissingColumn,
                format!("The column {} is missing.", quoted(column.name)),
                "Add it to the header and fill it in every row.",
            )
        });
    }
    (layout, problems)
}

fn shown_name(name: &str) -> String {
    name.chars().take(60).collect()
}

fn unknown_column(table: &Table, name: &str) -> Problem {
    let columns: Vec<_> = table.columns().map(|column| column.name).collect();
    let remedy = match nearest(name, columns.iter().copied()) {
        Some(meant) => format!("Is it {}? Otherwise remove it.", quoted(meant)),
        None => format!(
            "Remove it. The columns of {} are: {}.",
            table.name,
            columns.join(", ")
        ),
    };
    Problem {
        field: None,
        fault: Fault::UnknownColumn,
        reason: format!("There is no column {} in {}.", quoted(name), table.name).into(),
        remedy: remedy.into(),
    }
}

fn utf8(bytes: &[u8]) -> std::result::Result<&str, Problem> {
    std::str::from_utf8(bytes).map_err(|failure| Problem {
        field: None,
        fault: Fault::NotUtf8,
        reason: format!(
            "The row is not in UTF-8 (from byte {} on).",
            failure.valid_up_to() + 1
        )
        .into(),
        remedy: "Save the file again in UTF-8 ('CSV UTF-8' in a spreadsheet).".into(),
    })
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

fn cell_of_json(
    name: &'static str,
    value: Value,
    json: Json,
) -> std::result::Result<String, Problem> {
    let is_list = matches!(value, Value::Texts | Value::Many(_) | Value::Scores);
    match json {
        Json::Null => Ok(String::new()),
        Json::String(text) => Ok(text.trim().to_owned()),
        Json::Number(number) => Ok(number.to_string()),
        Json::Array(items) if is_list => {
            let mut texts = Vec::with_capacity(items.len());
            for item in items {
                match item {
                    Json::String(text) if !text.contains(';') => texts.push(text),
                    _ => {
                        return Err(not_json(
                            Some(name),
                            "An item of the list is no text, or contains ';'.".to_owned(),
                        ));
                    }
                }
            }
            Ok(texts.join(";"))
        }
        Json::Array(_) | Json::Object(_) | Json::Bool(_) => Err(not_json(
            Some(name),
            "The value is no text and no number.".to_owned(),
        )),
    }
}

fn not_json(field: Option<&'static str>, reason: String) -> Problem {
    Problem {
        field,
        fault: Fault::NotJson,
        reason: reason.into(),
        remedy: "Write one object a line, with texts, numbers and (for lists) arrays of texts."
            .into(),
    }
}

/// Whether a quote is open, as the CSV reader sees it.
#[derive(Default)]
enum Quotes {
    #[default]
    CellBegins,
    Bare,
    Open,
    /// After a quote within quotes: it ends the cell, unless a second one follows.
    MayEnd,
}

impl Quotes {
    fn read(&mut self, byte: u8) {
        *self = match (&self, byte) {
            (Self::Open, b'"') => Self::MayEnd,
            (Self::Open, _) | (Self::CellBegins | Self::MayEnd, b'"') => Self::Open,
            (_, b',' | b'\n' | b'\r') => Self::CellBegins,
            (Self::CellBegins | Self::Bare | Self::MayEnd, _) => Self::Bare,
        };
    }

    const fn are_open(&self) -> bool {
        matches!(self, Self::Open)
    }
}
