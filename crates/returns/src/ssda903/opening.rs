//! Files before their rows are read: what they must be, and what is said of those that aren't.

use std::io::Read;

use super::line_ends::Fault;
use super::tables::Table;
use super::{columns, tables};
use crate::error::{Error, Result};
use intake::Content;
use intake::nearest;

/// The names of the first line, as they are compared.
///
/// # Errors
/// `BAD_USER_INPUT` when it can't be read.
pub(super) fn header(rows: &mut csv::Reader<impl Read>, file: &str) -> Result<Vec<String>> {
    let header = rows.byte_headers().map_err(|failure| broken(file, &failure))?;
    if header.iter().any(|cell| cell.contains(&0)) {
        let refusal = Content::Utf16.refusal(file).unwrap_or_default();
        return Err(Error::of_files(refusal));
    }
    Ok(columns::names(header))
}

/// A file that is none of the tables. What its first line says isn't repeated, as it may be a child's row.
pub(super) fn unknown(file: &str, columns: &[String]) -> String {
    if let [only] = columns
        && let Some(mark) = [';', '\t', '|'].into_iter().find(|mark| only.contains(*mark))
    {
        let marks = match mark {
            ';' => "semicolons",
            '\t' => "tabs",
            _ => "bars",
        };
        return format!(
            "The cells of the file {file} are parted by {marks}. They must be separated by commas: save it as CSV with commas."
        );
    }
    let by_columns = tables::nearest(columns).map_or_else(String::new, |(table, lacking)| {
        format!(" It is nearest to {}, and lacks {}.", table.name, lacking.join(", "))
    });
    let by_name = match (by_columns.is_empty(), by_name(file)) {
        (true, Some(table)) => {
            let needed: Vec<_> = table.needed().collect();
            format!(" By its name it is {}, which needs {}.", table.name, needed.join(", "))
        }
        (true, None) => {
            let known: Vec<_> = tables::TABLES.iter().map(|table| table.name).collect();
            format!(" The tables are {}.", known.join(", "))
        }
        (false, _) => String::new(),
    };
    format!(
        "The file {file} is none of the return's tables: its first line must name their columns, separated by commas.{by_columns}{by_name}"
    )
}

/// The table that a file is by its name.
fn by_name(file: &str) -> Option<&'static Table> {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let names = tables::TABLES.iter().map(|table| table.name);
    let words = stem.split(|letter: char| !letter.is_alphanumeric());
    let mut found =
        std::iter::once(stem).chain(words).filter_map(|word| nearest(word, names.clone()));
    let name = found.next()?;
    tables::TABLES.iter().find(|table| table.name == name)
}

/// A file that can't be read on. What the library says isn't passed on, as it may repeat what was read.
pub(super) fn broken(file: &str, failure: &csv::Error) -> Error {
    if let csv::ErrorKind::Io(failure) = failure.kind()
        && let Some(fault) = failure.get_ref().and_then(|fault| fault.downcast_ref::<Fault>())
    {
        return Error::of_files(format!(
            "The file {file} can't be read: {fault}. Nothing of the return was kept; mend it and send it again."
        ));
    }
    if let csv::ErrorKind::Io(failure) = failure.kind()
        && failure.kind() == std::io::ErrorKind::FileTooLarge
    {
        let message = format!("The file {file} is larger than any table of a return can be.");
        return Error::of_files(message);
    }
    let where_ =
        failure.position().map_or_else(String::new, |place| format!(" at line {}", place.line()));
    Error::of_files(format!(
        "The file {file} cannot be read{where_}. Send it again, whole and as CSV."
    ))
}
