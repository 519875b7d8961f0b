//! Statutory returns: loaded whole, in place of the earlier one of the same authority, kind and year.
//!
//! A reader (`ssda903`, `cin_census`) checks the files in a thread of its own, turns identifiers into keyed hashes
//! and forgets them. `keep` writes what it hands on, in batches that count for nothing yet. `finish` puts the return
//! into use, in one step: `adoption` parts what must not be linked, `walk` brings each person's times together, and
//! `compare` holds them against each other. `rules` says what each code means; a report names file, line, column and
//! rule, and never holds a value.

mod adoption;
mod arrival;
mod causes;
mod cin_census;
mod compare;
mod dates;
mod erase;
pub mod files;
mod finish;
mod keep;
mod list;
mod losses;
mod parsed;
mod persons;
mod relocate;
pub mod report;
pub mod rules;
mod ssda903;
mod walk;
mod xml;

use std::io::Read;
use std::sync::Arc;

use chrono::NaiveDate;
use entity::{LocalAuthorityId, ReturnKind, loaded_return};
use tokio::sync::mpsc;

pub(super) use erase::forget_hints;
pub(super) use persons::{forget, in_turn};
pub(super) use walk::Walk;

pub use arrival::LARGEST;
pub use erase::{abandon_unfinished, erase};
pub use list::{
    by_id, by_ids, count, counted_problems, is_current, list, problem_count, problems, problems_at,
};
pub use parsed::{OfTable, Problem, Tally};
pub use relocate::{keep_in_place, relocate};

use self::parsed::{Batch, Outlet};
use crate::access::policy::{self, Action};
use crate::content::Content;
use crate::error::{Code, Error, Result};
use crate::network::directory::Directory;
use crate::space::Space;
use crate::viewer::Viewer;
use crate::young_people::pseudonym::PseudonymKeys;

/// How many problems of a return are kept; all are counted.
pub const KEPT_PROBLEMS: usize = 10_000;

/// The first and last collection year that can be loaded.
pub const YEARS: std::ops::RangeInclusive<i32> = 2017..=2100;

/// The year on whose 31 March a collection ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CollectionYear(pub i32);

impl CollectionYear {
    /// A year.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for one of which no code sets are known.
    pub fn try_new(year: i32) -> Result<Self> {
        match YEARS.contains(&year) {
            true => Ok(Self(year)),
            false => Err(Error::bad_input(
                "year",
                format!(
                    "{year} is no collection year from {} on. Give the year on whose 31 March the collection ended, as 2024 for April 2023 to March 2024.",
                    YEARS.start()
                ),
            )),
        }
    }

    /// 1 April of the year before.
    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.0 - 1, 4, 1).unwrap_or_default()
    }

    /// 31 March, the reference day.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.0, 3, 31).unwrap_or_default()
    }

    /// Whether somebody was of school age, 4 years old, on the last day of the August before the year before.
    fn of_school_age_before(self, born: NaiveDate) -> bool {
        NaiveDate::from_ymd_opt(self.0 - 2, 8, 31).is_some_and(|day| dates::age(born, day) >= 4)
    }

    /// The day of birth of somebody who became so old when the year began.
    fn first_day_of_age(self, years: i32) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.0 - 1 - years, 4, 1).unwrap_or_default()
    }
}

/// A file of a return.
pub struct ReturnFile {
    /// How whoever sends it calls it; it is repeated to them and kept nowhere.
    pub name: String,
    /// What is in it.
    pub content: Box<dyn Read + Send>,
}

/// The files of a return, one after another, as they come.
pub type ReturnFiles = Box<dyn Iterator<Item = std::io::Result<ReturnFile>> + Send>;

/// A return that is to be loaded.
#[derive(Clone, Debug)]
pub struct NewReturn {
    /// Which return it is.
    pub kind: ReturnKind,
    /// The GSS code of the authority that made it; a census may say so itself.
    pub authority: Option<String>,
    /// The collection year; a census may say so itself.
    pub year: Option<i32>,
    /// Whether it may come into use though most rows of a table were refused, or most children of the return that is
    /// in use are not in it.
    pub accept_losses: bool,
}

/// Why a return was refused as a whole.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{error}")]
pub struct Refusal {
    /// What is wrong.
    pub error: Error,
    /// The return as it was given up: its report tells of its rows. Nothing when it was refused before it was known
    /// whose it is.
    pub abandoned: Option<Box<loaded_return::Model>>,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { error, abandoned: None }
    }
}

/// Whose return it is, and of when.
#[derive(Clone, Debug)]
struct Heading {
    /// The code under which the authority's ids of children are kept.
    authority: String,
    authority_id: LocalAuthorityId,
    year: CollectionYear,
}

/// What a reader tells.
enum Message {
    Begin(Heading),
    Batch(Batch),
}

/// How many batches may wait to be written.
const WAITING: usize = 4;

/// Loads a return. What it refuses is left out and told in the report; if the files can't be read to their end, or most
/// of it would be lost, nothing is kept but the report, and the earlier return stays in use.
///
/// # Errors
/// `FORBIDDEN`; `BAD_USER_INPUT` when the files are no such return, lack columns that it needs, name no authority or year, or
/// can't be read; `RETURN_NEEDS_CONFIRMATION` when most rows of a table were refused, or most children of the return in
/// use are missing, unless that is accepted.
pub async fn load(
    space: &Arc<Space>,
    viewer: &Viewer,
    new: NewReturn,
    files: ReturnFiles,
) -> Result<loaded_return::Model, Refusal> {
    policy::authorise(viewer, &Action::ContributeReturns)?;
    let _turn = space.loadings().acquire().await.map_err(Error::internal)?;
    let directory = space.directory().await?;
    let may_lose = new.accept_losses;
    let (loading, done) = keep_all(space, viewer, new, files, directory).await;
    let Some(loading) = loading else {
        return Err(done.err().unwrap_or_else(nobody_listens).into());
    };
    let id = loading.id;
    let finished = match done {
        Ok(()) if loading.children() == 0 => Err(nobody_kept(loading.cause.as_ref())),
        Ok(()) if !may_lose => losses::of_rows(&loading.tally, loading.cause.as_ref()),
        done => done,
    };
    let finished = match finished {
        Ok(()) => finish::finish(space, viewer, loading, may_lose).await,
        Err(refusal) => Err(refusal),
    };
    match finished {
        Ok(loaded) => Ok(loaded),
        Err(error) => {
            erase::abandon(space, viewer, id).await?;
            let abandoned = list::by_id(space, viewer, id).await?;
            Err(Refusal { error, abandoned: Some(Box::new(abandoned)) })
        }
    }
}

/// Keeps what the reader of a return hands on; nothing is in use by it.
async fn keep_all(
    space: &Arc<Space>,
    viewer: &Viewer,
    new: NewReturn,
    files: ReturnFiles,
    directory: Arc<Directory>,
) -> (Option<keep::Loading>, Result<()>) {
    let keys = space.pseudonym_keys().clone();
    let kind = new.kind;
    let (sender, mut receiver) = mpsc::channel(WAITING);
    let reader = tokio::task::spawn_blocking(move || read(&new, files, &directory, &keys, sender));
    let mut loading = None;
    let mut written = Ok(());
    while let Some(message) = receiver.recv().await {
        written = match (message, &mut loading) {
            (Message::Begin(heading), None) => {
                match keep::Loading::begin(space, viewer, kind, heading).await {
                    Ok(begun) => {
                        loading = Some(begun);
                        Ok(())
                    }
                    Err(refusal) => Err(refusal),
                }
            }
            (Message::Batch(batch), Some(loading)) => loading.keep(space, viewer, batch).await,
            (Message::Begin(_), Some(_)) | (Message::Batch(_), None) => Ok(()),
        };
        if written.is_err() {
            break;
        }
    }
    // The reader finds out that nobody listens.
    drop(receiver);
    let read = reader.await.map_err(Error::internal).flatten();
    (loading, written.and(read))
}

/// Reads a return to its end, and hands on what there is; also what is wrong with it, if it is refused.
fn read(
    new: &NewReturn,
    files: ReturnFiles,
    directory: &Directory,
    keys: &PseudonymKeys,
    sender: mpsc::Sender<Message>,
) -> Result<()> {
    let batches = sender.clone();
    let mut outlet = Outlet::new(move |batch| batches.blocking_send(Message::Batch(batch)).is_ok());
    let read = read_files(new, files, directory, keys, &sender, &mut outlet);
    match outlet.finish() {
        true => read,
        false => read.and_then(|()| Err(nobody_listens())),
    }
}

fn read_files(
    new: &NewReturn,
    files: ReturnFiles,
    directory: &Directory,
    keys: &PseudonymKeys,
    sender: &mpsc::Sender<Message>,
    outlet: &mut Outlet,
) -> Result<()> {
    let begin = |heading: &Heading| {
        sender.blocking_send(Message::Begin(heading.clone())).map_err(|_| nobody_listens())
    };
    match new.kind {
        ReturnKind::Ssda903 => {
            let authority = new.authority.as_deref().ok_or_else(no_authority)?;
            let heading = heading(directory, authority, new.year.ok_or_else(no_year)?)?;
            begin(&heading)?;
            let mut reader = ssda903::Reader::new(heading.year, &heading.authority, keys, outlet);
            for file in files {
                reader.read(arrival::opened(file)?)?;
            }
            reader.finish()?;
        }
        ReturnKind::CinCensus => {
            let mut files = files;
            let file = files.next().ok_or_else(|| {
                Error::bad_input("files", "There is no file. Send the census as one XML file.")
            })?;
            let arrival::Opened { file, content } = arrival::opened(file)?;
            if content != Content::Xml {
                return Err(Error::bad_input(
                    "files",
                    format!(
                        "The file {} is no XML. Send the census as the one XML file that it is.",
                        file.name
                    ),
                ));
            }
            cin_census::read(file, keys, outlet, |census, _| {
                let authority = new.authority.as_ref().or(census.authority_number.as_ref());
                let authority = authority.ok_or_else(no_authority)?;
                let year = new.year.or_else(|| census.collection_year());
                let heading = heading(directory, authority, year.ok_or_else(no_year)?)?;
                begin(&heading)?;
                Ok(heading)
            })?;
            if files.next().is_some() {
                return Err(Error::bad_input(
                    "files",
                    "A census is one file. Send each census by itself.",
                ));
            }
        }
    }
    Ok(())
}

fn heading(directory: &Directory, authority: &str, year: i32) -> Result<Heading> {
    let year = CollectionYear::try_new(year)?;
    let found = directory.maker_of_return(authority, year.last_day())?;
    Ok(Heading { authority: directory.code_of_ids(found).to_owned(), authority_id: found.id, year })
}

fn no_authority() -> Error {
    Error::bad_input(
        "authority",
        "Whose return is it? Give the authority's GSS code, such as E09000007.",
    )
}

fn no_year() -> Error {
    Error::bad_input(
        "year",
        "Of which collection is it? Give the year on whose 31 March it ended, as 2024.",
    )
}

fn cut(failure: &std::io::Error) -> Error {
    Error::bad_input(
        "files",
        format!(
            "The files did not come whole ({}). Nothing of them was kept; send them again.",
            failure.kind()
        ),
    )
}

/// A return of nobody would take the place of one of many.
fn nobody_kept(cause: Option<&Problem>) -> Error {
    let cause = cause.map_or_else(String::new, |cause| format!("{} ", causes::sentence(cause)));
    Error::bad_input(
        "files",
        format!(
            "{cause}No child of the return could be kept, so the earlier return stays in use. The report of this one says why; to take a return out, erase it."
        ),
    )
}

fn nobody_listens() -> Error {
    Error::new(Code::Unavailable, "The loading was broken off; nothing of it was kept.")
}
