//! Statutory returns: loaded whole, in place of the earlier one of the same authority, kind and year.
//!
//! The crate `returns` checks the files in a thread of its own, turns identifiers into keyed hashes and forgets them.
//! `keep` writes what it hands on, in batches that count for nothing yet. `finish` puts the return
//! into use, in one step: `adoption` parts what must not be linked, `walk` brings each person's times together, and
//! `compare` holds them against each other. [`rules`] says what each code means; a report names file, line, column
//! and rule, and never holds a value.

mod adoption;
mod compare;
mod erase;
mod finish;
mod keep;
mod list;
mod losses;
mod persons;
mod relocate;
pub mod report;
mod walk;

use std::sync::Arc;

use entity::{LocalAuthorityId, ReturnKind, loaded_return};
use returns::{Batch, Kind, Label, Outlet, describe_cause};
use tokio::sync::mpsc;

pub(super) use erase::forget_hints;
pub(super) use persons::{forget, in_turn};
pub(super) use walk::Walk;

pub use ::returns::{
    CollectionYear, KEPT_PROBLEMS, LARGEST, OfTable, Problem, ReturnFile, ReturnFiles, Tally,
    YEARS, files, rules,
};
pub use erase::{abandon_unfinished, erase};
pub use list::{
    by_id, by_ids, count, counted_problems, is_current, list, problem_count, problems, problems_at,
};
pub use relocate::{keep_in_place, relocate};

use crate::access::policy::{self, Action};
use crate::error::{Code, Error, Result};
use crate::network::directory::Directory;
use crate::request::RequestContext;
use crate::young_people::pseudonym::PseudonymKeys;

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

impl From<returns::Error> for Error {
    fn from(error: returns::Error) -> Self {
        let message = error.to_string();
        match error {
            returns::Error::Unacceptable { field, .. } => Self::bad_input(field, message),
            returns::Error::BrokenOff => Self::new(Code::Unavailable, message),
        }
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
    context: &RequestContext,
    new: NewReturn,
    files: ReturnFiles,
) -> Result<loaded_return::Model, Refusal> {
    policy::authorise(context.viewer(), &Action::ContributeReturns)?;
    let _turn = context.space().loadings().acquire().await.map_err(Error::internal)?;
    let directory = context.directory().await?;
    let may_lose = new.accept_losses;
    let (loading, done) = keep_all(context, new, files, directory).await;
    let Some(loading) = loading else {
        return Err(done.err().unwrap_or_else(broken_off).into());
    };
    let id = loading.id;
    let finished = match done {
        Ok(()) if loading.children() == 0 => Err(nobody_kept(loading.cause.as_ref())),
        Ok(()) if !may_lose => losses::of_rows(&loading.tally, loading.cause.as_ref()),
        done => done,
    };
    let finished = match finished {
        Ok(()) => finish::finish(context, loading, may_lose).await,
        Err(refusal) => Err(refusal),
    };
    match finished {
        Ok(loaded) => Ok(loaded),
        Err(error) => {
            erase::abandon(context, id).await?;
            let abandoned = list::by_id(context, id).await?;
            Err(Refusal { error, abandoned: Some(Box::new(abandoned)) })
        }
    }
}

/// Keeps what the reader of a return hands on; nothing is in use by it.
async fn keep_all(
    context: &RequestContext,
    new: NewReturn,
    files: ReturnFiles,
    directory: Arc<Directory>,
) -> (Option<keep::Loading>, Result<()>) {
    let keys = context.space().pseudonym_keys().clone();
    let kind = new.kind;
    let (sender, mut receiver) = mpsc::channel(WAITING);
    let reader = tokio::task::spawn_blocking(move || read(&new, files, &directory, &keys, sender));
    let mut loading = None;
    let mut written = Ok(());
    while let Some(message) = receiver.recv().await {
        written = match (message, &mut loading) {
            (Message::Begin(heading), None) => {
                match keep::Loading::begin(context, kind, heading).await {
                    Ok(begun) => {
                        loading = Some(begun);
                        Ok(())
                    }
                    Err(refusal) => Err(refusal),
                }
            }
            (Message::Batch(batch), Some(loading)) => loading.keep(context, batch).await,
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
    let label = Label {
        kind: match new.kind {
            ReturnKind::Ssda903 => Kind::Ssda903,
            ReturnKind::CinCensus => Kind::CinCensus,
        },
        authority: new.authority.as_deref(),
        year: new.year,
    };
    let read = returns::read(label, files, keys, &mut outlet, |authority, year| {
        let heading = heading(directory, authority, year)?;
        let code = heading.authority.clone();
        sender.blocking_send(Message::Begin(heading)).map_err(|_| broken_off())?;
        Ok(code)
    });
    match outlet.finish() {
        true => read,
        false => read.and_then(|()| Err(broken_off())),
    }
}

fn heading(directory: &Directory, authority: &str, year: CollectionYear) -> Result<Heading> {
    let found = directory.maker_of_return(authority, year.last_day())?;
    Ok(Heading { authority: directory.code_of_ids(found).to_owned(), authority_id: found.id, year })
}

/// A return of nobody would take the place of one of many.
fn nobody_kept(cause: Option<&Problem>) -> Error {
    let cause = cause.map_or_else(String::new, |cause| format!("{} ", describe_cause(cause)));
    Error::bad_input(
        "files",
        format!(
            "{cause}No child of the return could be kept, so the earlier return stays in use. The report of this one says why; to take a return out, erase it."
        ),
    )
}

fn broken_off() -> Error {
    returns::Error::BrokenOff.into()
}
