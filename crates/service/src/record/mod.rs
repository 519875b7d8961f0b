//! Recording: how a draft becomes a row, its parts and a change in the log.
//!
//! A [`Draft`] says what somebody wants a thing to be, with references resolved to ids. [`record`]
//! checks a batch of them, recognises by key what is there already in one select, writes what is new
//! or differs and leaves alone what is the same. Imports and mutations both come this way.

mod amend;
mod check;
mod circle;
pub mod columns;
pub mod identifier;
mod keyed;
mod parts;
pub mod patch;
mod plan;
pub(crate) mod reach;
pub(crate) mod reading;
pub(crate) mod references;
mod sharing;
mod standing;
pub(crate) mod wording;

use std::collections::{HashMap, HashSet};
use std::fmt::Debug;
use std::future::{Future, ready};
use std::hash::Hash;

use chrono::{DateTime, Utc};
use entity::{ChangeKind, ChangeOperation};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter};
use uuid::Uuid;

use self::columns::Columns;
use self::plan::Plan;
use crate::Viewer;
use crate::access::policy::{self, Action};
use crate::access::{SharingState, scope};
use crate::error::{Error, Result};
use crate::store::tables::Logged;
use crate::store::{Revision, Write, delta, versions};

pub use crate::problem::{Fault, Problem, Problems, Words, quoted};
pub use crate::store::{Subject, Table};
pub(crate) use amend::{Amendment, Whole, amend};
pub use check::{LONGEST_KEY, LONGEST_NAME, LONGEST_TEXT};
pub(crate) use keyed::{keyed_by, keyed_within, of_the_network};
pub use parts::Children;
pub(crate) use parts::{
    Part, PartTables, Wanted, insert_then, link_parts, parts_before, parts_of, then,
};
pub(crate) use sharing::shared_draft;
pub use sharing::{SharedDraft, Sharing};
pub use standing::Standing;
pub(crate) use standing::can_be_withdrawn;

/// The row of a draft.
pub type RowOf<D> = <<D as Draft>::Table as EntityTrait>::Model;

/// What somebody wants a thing to be.
#[expect(private_bounds, reason = "how parts are written is recording's own business")]
pub trait Draft: Columns + Clone + Debug + Send + Sync + Sized + 'static {
    /// Its table.
    type Table: Logged;
    /// By what it is recognised.
    type Key: Clone + Debug + Eq + Hash + Send + Sync;
    /// The tables of its parts.
    type Parts: PartTables<Self>;

    /// The fields that lead to the next thing of the same kind: no chain may lead back.
    const CHAINS: &'static [Chain<Self>] = &[];

    /// The kind of thing, if it is one that centres share.
    const SHARED: Option<ChangeKind> = None;

    /// What decides who sees it, if it is one that centres share.
    fn sharing_of(_row: &RowOf<Self>) -> Option<SharingState> {
        None
    }

    /// Whether the viewer sees the thing, at the time of a write.
    fn is_seen(
        _write: &Write,
        _viewer: &Viewer,
        _id: Uuid,
    ) -> impl Future<Output = Result<bool>> + Send {
        ready(Ok(true))
    }
    /// The version of a row.
    fn version(write: &Write, row: &RowOf<Self>) -> impl Future<Output = Result<i32>> + Send {
        version_in_the_log(write, Self::id_of(row))
    }

    /// By what it is recognised.
    fn key(&self) -> Self::Key;
    /// By what a row is recognised.
    fn key_of(row: &RowOf<Self>) -> Self::Key;
    /// The rows that may have one of the drafts' keys.
    fn matching(drafts: &[&Self], backend: DbBackend) -> Condition;
    /// The row's own id.
    fn id_of(row: &RowOf<Self>) -> Uuid;
    /// The rows with one of these ids.
    fn with_ids(ids: Vec<Uuid>, backend: DbBackend) -> Condition;
    /// What rows are: drafts that would leave them as they are.
    fn from_rows(
        connection: &impl ConnectionTrait,
        rows: &[RowOf<Self>],
    ) -> impl Future<Output = Result<Vec<Self>>> + Send;
    /// The row as it should be; a thing that is there keeps its id, version and times.
    fn row(&self, id: Uuid, before: Option<&RowOf<Self>>, now: DateTime<Utc>) -> RowOf<Self>;

    /// Makes anew what follows from other fields of a row as it was: the log may have it by earlier rules.
    fn put_in_the_past(_row: &mut RowOf<Self>) {}

    /// What is wrong with it by itself.
    fn check(&self, problems: &mut Problems);
    /// What somebody must be allowed to do to write it.
    fn action(&self) -> Action;
    /// What somebody must be allowed to do to change what is there.
    fn action_on(_before: &RowOf<Self>) -> Action {
        Action::WriteNetwork
    }

    /// The thing whose change is told: this one, or the whole that it is a part of.
    fn subject(&self, row: &RowOf<Self>) -> Subject;
    /// Gives a revised row its next version and time, where the table keeps them.
    fn revise(_row: &mut RowOf<Self>, _now: DateTime<Utc>) -> Option<i32> {
        None
    }
    /// Whether a revision withdraws or supersedes the thing.
    fn operation(_before: &RowOf<Self>, _after: &RowOf<Self>) -> ChangeOperation {
        ChangeOperation::Updated
    }

    /// Completes drafts by what the database knows.
    fn prepare(
        _write: &Write,
        _slots: &mut [Slot<Self>],
    ) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }

    /// Does what follows from rows that were written.
    fn follow_up(_write: &Write, _rows: &[RowOf<Self>]) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }
}

/// A field that leads to the next thing of the same kind.
pub struct Chain<D: Draft> {
    /// The field.
    pub field: &'static str,
    /// Where a draft leads.
    pub next: fn(&D) -> Option<Uuid>,
    /// Where a row leads.
    pub next_of: fn(&RowOf<D>) -> Option<Uuid>,
}

/// A draft under way to its row.
#[derive(Debug)]
pub struct Slot<D: Draft> {
    /// What is wanted.
    pub draft: D,
    /// What is there.
    pub before: Option<RowOf<D>>,
    /// What is wrong.
    pub problems: Problems,
}

/// What became of a draft.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It came to be.
    Created,
    /// It was revised.
    Updated,
    /// It was the same already.
    Unchanged,
}

/// A draft that was recorded, or left as it was.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Recorded {
    /// The thing's id.
    pub id: Uuid,
    /// What became of it.
    pub outcome: Outcome,
}

/// A draft that was recorded, or all that is wrong with it.
pub type Answer = std::result::Result<Recorded, Vec<Problem>>;

/// Records a batch, and answers each draft in its place. Drafts with problems are left out; the
/// others are written.
///
/// # Errors
/// When the database refuses: then nothing of the batch may be kept.
pub async fn record<D: Draft>(
    write: &mut Write,
    viewer: &Viewer,
    drafts: Vec<D>,
) -> Result<Vec<Answer>> {
    record_as(write, viewer, drafts, &Expected::Any).await
}

/// Records things that must be new, with these ids.
pub(crate) async fn record_new<D: Draft>(
    write: &mut Write,
    viewer: &Viewer,
    drafts: Vec<D>,
    ids: Vec<Uuid>,
) -> Result<Vec<Answer>> {
    record_as(write, viewer, drafts, &Expected::New(ids)).await
}

/// Records one thing that must be there, with this id.
pub(crate) async fn record_one<D: Draft>(
    write: &mut Write,
    viewer: &Viewer,
    draft: D,
    id: Uuid,
) -> Result<Answer> {
    let answers = record_as(write, viewer, vec![draft], &Expected::There(id)).await?;
    let answer = answers.into_iter().next();
    answer.ok_or_else(|| Error::internal(std::io::Error::other("a draft has no answer")))
}

/// A row with its parts, field by field.
pub(crate) type State = serde_json::Map<String, serde_json::Value>;

/// The states of things as they are, by their ids.
pub(crate) async fn states<D: Draft>(
    connection: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, State>> {
    let parts = D::Parts::read(connection, &ids).await?;
    let rows = scope::for_writing::<D::Table>()
        .filter(D::with_ids(ids, connection.get_database_backend()))
        .all(connection)
        .await?;
    let mut states = HashMap::with_capacity(rows.len());
    for row in rows {
        let id = D::id_of(&row);
        states.insert(id, delta::state(&row, &D::Parts::tell(&parts, id)?)?);
    }
    Ok(states)
}

/// What is expected to be there of drafts.
enum Expected {
    /// Some may be, others not.
    Any,
    /// None of them; these are to be their ids.
    New(Vec<Uuid>),
    /// This.
    There(Uuid),
}

impl Expected {
    fn is_met<D: Draft>(&self, slot: &Slot<D>) -> bool {
        let there = slot.before.as_ref().map(D::id_of);
        match self {
            Self::Any => true,
            Self::New(_) => there.is_none(),
            Self::There(id) => there == Some(*id),
        }
    }

    fn id(&self, write: &Write, at: usize) -> Uuid {
        let chosen = match self {
            Self::New(ids) => ids.get(at).copied(),
            Self::Any | Self::There(_) => None,
        };
        chosen.unwrap_or_else(|| write.source().id())
    }
}

async fn record_as<D: Draft>(
    write: &mut Write,
    viewer: &Viewer,
    drafts: Vec<D>,
    expected: &Expected,
) -> Result<Vec<Answer>> {
    let mut slots = checked(drafts);
    recognise(write, &mut slots).await?;
    for slot in &mut slots {
        if slot.problems.is_empty() && !expected.is_met(slot) {
            slot.problems.push(taken());
        }
    }
    authorise(viewer, &mut slots);
    D::prepare(write, &mut slots).await?;
    circle::refuse(write, &mut slots).await?;

    let known: Vec<Uuid> =
        slots.iter().filter_map(|slot| slot.before.as_ref()).map(D::id_of).collect();
    let parts = D::Parts::read(write.connection(), &known).await?;
    let now = write.source().now();
    let mut plan = Plan { new: Vec::new(), revised: Vec::new(), with_parts: Vec::new() };
    let mut answers = Vec::with_capacity(slots.len());
    for (at, slot) in slots.into_iter().enumerate() {
        let Slot { draft, before, problems } = slot;
        if !problems.is_empty() {
            answers.push(Err(problems.into_vec()));
            continue;
        }
        let id = before.as_ref().map_or_else(|| expected.id(write, at), D::id_of);
        let mut row = draft.row(id, before.as_ref(), now);
        let parts_differ = D::Parts::differ(&draft, &row, &parts);
        let outcome = match before {
            None => {
                plan.new.push((draft.subject(&row), row.clone()));
                Outcome::Created
            }
            Some(before) if parts_differ || row != before => {
                let version = D::revise(&mut row, now);
                let subject = draft.subject(&row);
                let parts_before = D::Parts::tell(&parts, id)?;
                let parts_after = D::Parts::tell_wanted(&draft, &row, &parts)?;
                let operation = D::operation(&before, &row);
                plan.revised.push(
                    Revision::of(subject, before, row.clone())
                        .with_parts(parts_before, parts_after)
                        .numbered(version)
                        .told_as(operation),
                );
                Outcome::Updated
            }
            Some(_) => Outcome::Unchanged,
        };
        if parts_differ {
            plan.with_parts.push((draft, row));
        }
        answers.push(Ok(Recorded { id, outcome }));
    }
    plan.carry_out(write, &parts).await?;
    Ok(answers)
}

fn checked<D: Draft>(drafts: Vec<D>) -> Vec<Slot<D>> {
    let mut keys = HashSet::new();
    let check = |draft: D| {
        let mut problems = Problems::default();
        draft.check(&mut problems);
        if !keys.insert(draft.key()) {
            problems.push(another_has_its_key());
        }
        Slot { draft, before: None, problems }
    };
    drafts.into_iter().map(check).collect()
}

async fn recognise<D: Draft>(write: &Write, slots: &mut [Slot<D>]) -> Result<()> {
    let sound: Vec<&D> =
        slots.iter().filter(|slot| slot.problems.is_empty()).map(|slot| &slot.draft).collect();
    if sound.is_empty() {
        return Ok(());
    }
    let backend = write.connection().get_database_backend();
    let rows = scope::locked::<D::Table>(backend, D::matching(&sound, backend))
        .all(write.connection())
        .await?;
    let mut there: HashMap<D::Key, RowOf<D>> =
        rows.into_iter().map(|row| (D::key_of(&row), row)).collect();
    for slot in slots.iter_mut().filter(|slot| slot.problems.is_empty()) {
        slot.before = there.remove(&slot.draft.key());
    }
    Ok(())
}

fn authorise<D: Draft>(viewer: &Viewer, slots: &mut [Slot<D>]) {
    for slot in slots {
        let actions = [Some(slot.draft.action()), slot.before.as_ref().map(D::action_on)];
        for action in actions.into_iter().flatten() {
            if let Err(refusal) = policy::authorise(viewer, &action) {
                slot.problems.push(forbidden(refusal));
                break;
            }
        }
    }
}

/// The version of a thing whose table keeps none; 1 if nothing was ever told of it.
async fn version_in_the_log(write: &Write, subject: Uuid) -> Result<i32> {
    let versions = versions(write.connection(), vec![subject]).await?;
    Ok(versions.get(&subject).copied().unwrap_or(1))
}

pub(crate) fn another_has_its_key() -> Problem {
    Problem {
        field: None,
        fault: Fault::DuplicateKey,
        reason: "Another one before it has the same key.".into(),
        remedy: "Keep one of them, or give this one another key.".into(),
    }
}

fn taken() -> Problem {
    Problem {
        field: None,
        fault: Fault::Taken,
        reason: "Another one has this name already.".into(),
        remedy: "Choose another name.".into(),
    }
}

fn forbidden(refusal: Error) -> Problem {
    Problem {
        field: None,
        fault: Fault::Forbidden,
        reason: refusal.message.into(),
        remedy: "Use a token of the centre that contributes it, with this scope.".into(),
    }
}

/// The rows with one of several keys that consist of a part of the whole and a text.
pub(crate) fn within<A: ColumnTrait, B: ColumnTrait>(
    backend: DbBackend,
    (whole, wholes): (A, impl IntoIterator<Item = Uuid>),
    (own, texts): (B, impl IntoIterator<Item = String>),
) -> Condition {
    let distinct = |values: HashSet<Uuid>| values.into_iter().collect::<Vec<_>>();
    let wholes = distinct(wholes.into_iter().collect());
    let texts: HashSet<String> = texts.into_iter().collect();
    Condition::all()
        .add(scope::among(backend, whole, wholes))
        .add(scope::among(backend, own, texts))
}
