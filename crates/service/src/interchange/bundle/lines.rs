//! The lines of a file, put together to rows; none takes more memory than the limit.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use crate::error::{Error, Result};
use crate::record::Fault;

/// How often a quote that is never closed is forgiven in one file.
const UNCLOSED_QUOTES: u32 = 100;

/// A file that is read line by line.
#[derive(Debug)]
pub(super) struct Lines {
    input: BufReader<File>,
    offset: u64,
    line: u64,
    row_bytes: usize,
    unclosed: u32,
}

/// The bytes of a row.
pub(super) struct Raw {
    pub(super) line: u64,
    pub(super) offset: u64,
    pub(super) bytes: std::result::Result<Vec<u8>, Fault>,
}

impl Lines {
    pub(super) fn new(file: File, row_bytes: usize) -> Result<Self> {
        let input = BufReader::with_capacity(1 << 16, file);
        let mut lines = Self { input, offset: 0, line: 1, row_bytes, unclosed: 0 };
        lines.skip_byte_order_mark()?;
        Ok(lines)
    }

    /// How many bytes were read.
    pub(super) const fn bytes(&self) -> u64 {
        self.offset
    }

    /// How many bytes a row may have.
    pub(super) const fn row_bytes(&self) -> usize {
        self.row_bytes
    }

    /// Whether there is nothing more to read.
    pub(super) fn are_at_end(&mut self) -> Result<bool> {
        Ok(self.input.fill_buf().map_err(Error::internal)?.is_empty())
    }

    /// Goes to a place where a row was read before.
    pub(super) fn go_to(&mut self, offset: u64, line: u64) -> Result<()> {
        self.seek(offset, line).map_err(Error::internal)
    }

    fn seek(&mut self, offset: u64, line: u64) -> io::Result<()> {
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

    /// The next line.
    pub(super) fn raw_line(&mut self) -> Result<Option<Raw>> {
        let (line, offset) = (self.line, self.offset);
        let mut bytes = Vec::new();
        let read = self.line_into(&mut bytes)?;
        Ok((read != Line::None).then(|| Raw {
            line,
            offset,
            bytes: if read == Line::Whole { Ok(bytes) } else { Err(Fault::RowTooLong) },
        }))
    }

    /// Lines until all quotes are closed.
    pub(super) fn raw_record(&mut self) -> Result<Option<Raw>> {
        let (line, offset) = (self.line, self.offset);
        let mut bytes = Vec::new();
        let mut quotes = Quotes::default();
        let mut second_line = None;
        loop {
            let scanned = bytes.len();
            let read = self.line_into(&mut bytes)?;
            let second = *second_line.get_or_insert((self.offset, self.line));
            bytes.get(scanned..).unwrap_or_default().iter().for_each(|byte| quotes.read(*byte));
            let fault = match read {
                Line::None if bytes.is_empty() => return Ok(None),
                Line::Whole if !quotes.are_open() => {
                    return Ok(Some(Raw { line, offset, bytes: Ok(bytes) }));
                }
                Line::Whole => continue,
                Line::TooLong if !quotes.are_open() => Fault::RowTooLong,
                Line::TooLong | Line::None => Fault::QuoteNotClosed,
            };
            // The quote may be a slip of the pen: what follows its line is read as if it were.
            if fault == Fault::QuoteNotClosed {
                self.unclosed += 1;
                if self.unclosed <= UNCLOSED_QUOTES {
                    self.go_to(second.0, second.1)?;
                }
            }
            return Ok(Some(Raw { line, offset, bytes: Err(fault) }));
        }
    }

    /// Reads a line with its end; passes over the rest of one that is too long.
    fn line_into(&mut self, bytes: &mut Vec<u8>) -> Result<Line> {
        let left = self.row_bytes.saturating_sub(bytes.len()) + 1;
        let before = bytes.len();
        let limit = u64::try_from(left).unwrap_or(u64::MAX);
        let read =
            (&mut self.input).take(limit).read_until(b'\n', bytes).map_err(Error::internal)?;
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
}

#[derive(Eq, PartialEq)]
enum Line {
    Whole,
    TooLong,
    None,
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
