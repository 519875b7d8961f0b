//! Files before their rows are read: what they must be, and what is said of those that aren't.

use std::io::{Cursor, Read};

use super::line_ends::Fault;
use super::{columns, tables};
use crate::error::{Error, Result};
use crate::young_people::returns::cut;

/// The content of a file, if it is text of one byte a letter, or in UTF-8.
///
/// # Errors
/// `BAD_USER_INPUT` when it is a zip, a workbook or in UTF-16, or can't be read.
pub(super) fn opened(
    file: &str,
    mut content: Box<dyn Read + Send>,
) -> Result<impl Read + Send + use<>> {
    let mut start = Vec::new();
    let read = content.by_ref().take(2).read_to_end(&mut start);
    read.map_err(|failure| cut(&failure))?;
    match start.as_slice() {
        b"PK" => Err(Error::bad_input(
            "files",
            format!(
                "The file {file} is a zip or a workbook. Send its tables as CSV files, each by itself."
            ),
        )),
        b"\xff\xfe" | b"\xfe\xff" => Err(in_utf_16(file)),
        _ => Ok(Cursor::new(start).chain(content)),
    }
}

fn in_utf_16(file: &str) -> Error {
    Error::bad_input(
        "files",
        format!("The file {file} is in UTF-16. Save it as CSV in UTF-8."),
    )
}

/// The names of the first line, as they are compared.
///
/// # Errors
/// `BAD_USER_INPUT` when it can't be read.
pub(super) fn header(rows: &mut csv::Reader<impl Read>, file: &str) -> Result<Vec<String>> {
    let header = rows
        .byte_headers()
        .map_err(|failure| broken(file, &failure))?;
    if header.iter().any(|cell| cell.contains(&0)) {
        return Err(in_utf_16(file));
    }
    Ok(columns::names(header))
}

/// A file that is none of the tables. What its first line says isn't repeated, as it may be a child's row.
pub(super) fn unknown(file: &str, columns: &[String]) -> Error {
    if let [only] = columns
        && let Some(mark) = [';', '\t', '|']
            .into_iter()
            .find(|mark| only.contains(*mark))
    {
        let marks = match mark {
            ';' => "semicolons",
            '\t' => "tabs",
            _ => "bars",
        };
        return Error::bad_input(
            "files",
            format!(
                "The cells of the file {file} are parted by {marks}. They must be separated by commas: save it as CSV with commas."
            ),
        );
    }
    let known: Vec<_> = tables::TABLES.iter().map(|table| table.name).collect();
    let nearest = tables::nearest(columns).map_or_else(String::new, |(table, lacking)| {
        format!(
            " It is nearest to {}, and lacks {}.",
            table.name,
            lacking.join(", ")
        )
    });
    Error::bad_input(
        "files",
        format!(
            "The file {file} is none of the return's tables: its first line must name their columns, separated by commas.{nearest} The tables are {}.",
            known.join(", ")
        ),
    )
}

/// A file that can't be read on. What the library says isn't passed on, as it may repeat what was read.
pub(super) fn broken(file: &str, failure: &csv::Error) -> Error {
    if let csv::ErrorKind::Io(failure) = failure.kind()
        && let Some(fault) = failure
            .get_ref()
            .and_then(|fault| fault.downcast_ref::<Fault>())
    {
        return Error::bad_input(
            "files",
            format!(
                "The file {file} can't be read: {fault}. Nothing of the return was kept; mend it and send it again."
            ),
        );
    }
    let where_ = failure
        .position()
        .map_or_else(String::new, |place| format!(" at line {}", place.line()));
    Error::bad_input(
        "files",
        format!("The file {file} cannot be read{where_}. Send it again, whole and as CSV."),
    )
}
