//! Reads statutory returns about young people: the SSDA903 return, as CSV or XML, and the children in need census.
//!
//! [`read`] checks the files of one return row by row, turns identifiers into hashes by the [`Pseudonyms`] that it is
//! given and forgets them, and hands on batches of what may be kept ([`Batch`]) by an [`Outlet`]. [`rules`] says what
//! each code in its [`Problem`]s means; a problem names file, line, column and rule, and never holds a value.

mod arrival;
mod causes;
mod child_id;
mod cin_census;
pub mod codes;
mod dates;
mod error;
pub mod files;
mod identifier;
mod parsed;
pub mod rules;
mod ssda903;
mod text;
mod upn;
mod xml;
mod year;

use std::io::Read;

pub use arrival::LARGEST;
pub use causes::{FOLLOWS, Found, KEPT_PROBLEMS, describe_cause};
pub use child_id::{ChildId, NotAnId};
pub use error::{Error, Result};
pub use identifier::{Identifier, KeyHash, Pseudonyms};
pub use parsed::{Batch, Child, OfTable, Outlet, Problem, Sex, Spell, SpellKind, Tally};
pub use year::{CollectionYear, YEARS};

use intake::Content;

/// A file of a return.
pub struct ReturnFile {
    /// How whoever sends it calls it; it is repeated to them and kept nowhere.
    pub name: String,
    /// What is in it.
    pub content: Box<dyn Read + Send>,
}

/// The files of a return, one after another, as they come.
pub type ReturnFiles = Box<dyn Iterator<Item = std::io::Result<ReturnFile>> + Send>;

/// Which return files are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Looked-after children and care leavers.
    Ssda903,
    /// The children in need census.
    CinCensus,
}

/// What is said of a return before it is read; a census may say so itself.
#[derive(Clone, Copy, Debug)]
pub struct Label<'a> {
    /// Which return it is.
    pub kind: Kind,
    /// The code of the authority that made it.
    pub authority: Option<&'a str>,
    /// The collection year.
    pub year: Option<i32>,
}

/// Reads a return to its end, and hands on what may be kept of it. `open` is told whose it is and of when before
/// anything is handed on, and gives the code under which the authority's ids of children are hashed.
///
/// # Errors
/// [`Error::Unacceptable`] when the files are no such return, lack columns that it needs, name no authority or year, or
/// can't be read; [`Error::BrokenOff`]; and what `open` refuses.
pub fn read<E: From<Error>>(
    label: Label<'_>,
    mut files: ReturnFiles,
    keys: &dyn Pseudonyms,
    outlet: &mut Outlet,
    open: impl FnOnce(&str, CollectionYear) -> Result<String, E>,
) -> Result<(), E> {
    match label.kind {
        Kind::Ssda903 => {
            let authority = label.authority.ok_or_else(no_authority)?;
            let year = CollectionYear::try_new(label.year.ok_or_else(no_year)?)?;
            let authority = open(authority, year)?;
            let mut reader = ssda903::Reader::new(year, &authority, keys, outlet);
            for file in files {
                reader.read(arrival::opened(file)?)?;
            }
            Ok(reader.finish()?)
        }
        Kind::CinCensus => {
            let file = files.next().ok_or_else(|| {
                Error::of_files("There is no file. Send the census as one XML file.")
            })?;
            let arrival::Opened { file, content } = arrival::opened(file)?;
            if content != Content::Xml {
                return Err(Error::of_files(format!(
                    "The file {} is no XML. Send the census as the one XML file that it is.",
                    file.name
                ))
                .into());
            }
            cin_census::read(file, keys, outlet, |census| {
                let authority = label.authority.or(census.authority_number.as_deref());
                let authority = authority.ok_or_else(no_authority)?;
                let year = label.year.or_else(|| census.collection_year());
                let year = CollectionYear::try_new(year.ok_or_else(no_year)?)?;
                Ok::<_, E>((open(authority, year)?, year))
            })?;
            match files.next() {
                None => Ok(()),
                Some(_) => {
                    Err(Error::of_files("A census is one file. Send each census by itself.").into())
                }
            }
        }
    }
}

fn no_authority() -> Error {
    Error::unacceptable(
        "authority",
        "Whose return is it? Give the authority's GSS code, such as E09000007.",
    )
}

fn no_year() -> Error {
    Error::unacceptable(
        "year",
        "Of which collection is it? Give the year on whose 31 March it ended, as 2024.",
    )
}
