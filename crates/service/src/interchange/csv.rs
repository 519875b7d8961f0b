//! Tables for spreadsheets, as CSV: what one would calculate has an apostrophe before it, as in bundles that are written
//! for spreadsheets.

use super::bundle::guarded_text;
use crate::error::{Error, Result};

/// The mark by which spreadsheets know that a file is UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A text as it stands in such a table.
#[must_use]
pub fn guarded(text: &str) -> String {
    guarded_text(text).into_owned()
}

/// Rows as CSV, below a row of names; with the mark by which spreadsheets know UTF-8 if they are for one.
///
/// # Errors
/// `INTERNAL_SERVER_ERROR` when there is no memory for it.
pub fn written<'n>(
    names: impl IntoIterator<Item = &'n str>,
    rows: impl IntoIterator<Item = Vec<String>>,
    is_marked: bool,
) -> Result<Vec<u8>> {
    let begun = match is_marked {
        true => BYTE_ORDER_MARK.to_vec(),
        false => Vec::new(),
    };
    let mut file = csv::Writer::from_writer(begun);
    file.write_record(names).map_err(Error::internal)?;
    for row in rows {
        file.write_record(row).map_err(Error::internal)?;
    }
    file.into_inner().map_err(|failure| Error::internal(failure.into_error()))
}
