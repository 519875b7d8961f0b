//! Lines of a file as the tables have them: those of Windows and of old Macs are read as those of Unix, as the CSV
//! reader would count the lines of the first one short; and no cell goes over a line's end, as a quotation mark that
//! isn't closed would take all rows after it along.

use std::fmt::{Display, Formatter};
use std::io::{Error, ErrorKind, Read, Result};

/// How long a line may be.
const LONGEST: usize = 64 * 1024;

/// Reads what another reader does, with one kind of line end.
pub(super) struct LineEnds<R> {
    from: R,
    /// Whether the last byte was a carriage return: a line feed after it belongs to it.
    is_after_return: bool,
    line: u64,
    length: usize,
    /// Whether a quotation mark of the line is open.
    is_quoted: bool,
}

/// A line that is none of a table.
#[derive(Debug)]
pub(super) enum Fault {
    /// A quotation mark isn't closed in it.
    Unclosed(u64),
    /// It is longer than any row.
    TooLong(u64),
}

impl Display for Fault {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unclosed(line) => write!(
                formatter,
                "a quotation mark in line {line} isn't closed there; close it or take it out"
            ),
            Self::TooLong(line) => write!(formatter, "line {line} is longer than any row can be"),
        }
    }
}

impl std::error::Error for Fault {}

impl<R> LineEnds<R> {
    pub(super) const fn new(from: R) -> Self {
        Self { from, is_after_return: false, line: 1, length: 0, is_quoted: false }
    }

    fn end_line(&mut self) -> std::result::Result<(), Fault> {
        if self.is_quoted {
            return Err(Fault::Unclosed(self.line));
        }
        self.line += 1;
        self.length = 0;
        Ok(())
    }

    /// What a byte is read as; nothing for the second of a line end.
    fn read_as(&mut self, byte: u8) -> std::result::Result<Option<u8>, Fault> {
        let is_rest = byte == b'\n' && self.is_after_return;
        self.is_after_return = byte == b'\r';
        match byte {
            b'\n' if is_rest => return Ok(None),
            b'\n' | b'\r' => {
                self.end_line()?;
                return Ok(Some(b'\n'));
            }
            b'"' => self.is_quoted = !self.is_quoted,
            _ => {}
        }
        self.length += 1;
        match self.length {
            ..=LONGEST => Ok(Some(byte)),
            _ => Err(Fault::TooLong(self.line)),
        }
    }
}

impl<R: Read> Read for LineEnds<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let refused = |fault| Error::new(ErrorKind::InvalidData, fault);
        loop {
            let count = self.from.read(buffer)?;
            let read = buffer.get_mut(..count).unwrap_or_default();
            let mut kept = 0;
            for at in 0..read.len() {
                if let Some(byte) = self.read_as(read[at]).map_err(refused)? {
                    read[kept] = byte;
                    kept += 1;
                }
            }
            if count == 0 {
                self.end_line().map_err(refused)?;
            }
            // A lone line feed may have been all there was.
            if kept > 0 || count == 0 {
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Result};

    use proptest::prelude::*;

    use super::LineEnds;

    fn read(text: &str, size: usize) -> Result<String> {
        let mut read = Vec::new();
        let mut reader = LineEnds::new(text.as_bytes());
        let mut buffer = vec![0; size];
        loop {
            match reader.read(&mut buffer)? {
                0 => return Ok(String::from_utf8(read).unwrap()),
                count => read.extend_from_slice(&buffer[..count]),
            }
        }
    }

    proptest! {
        #[test]
        fn every_line_end_is_a_line_feed_wherever_the_reads_break(text in "[a\r\n]{0,40}", size in 1usize..5) {
            let expected = text.replace("\r\n", "\n").replace('\r', "\n");
            prop_assert_eq!(read(&text, size).unwrap(), expected);
        }

        #[test]
        fn a_quotation_mark_is_closed_within_its_line(text in "[a\"\n]{0,40}", size in 1usize..5) {
            let unclosed = text.split('\n').position(|line| line.matches('"').count() % 2 == 1);
            let refusal = read(&text, size).err().map(|refusal| refusal.to_string());
            let expected = unclosed.map(|at| format!("a quotation mark in line {} isn't closed there; close it or take it out", at + 1));
            prop_assert_eq!(refusal, expected);
        }
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let refusal = read(&format!("a\n{}", "b".repeat(70_000)), 4_096).unwrap_err();
        assert_eq!(refusal.to_string(), "line 2 is longer than any row can be");
    }
}
