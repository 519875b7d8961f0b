//! Single things, entered or revised: a mutation of the graph is a row of a bundle that comes alone.
//!
//! So there is one set of rules for what may stand in a thing, whichever way it comes in. A revision is the row of
//! the thing as it stands, with the cells in place that it gives.

mod kinds;
mod sound;

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::{ConnectionTrait, QueryFilter};
use uuid::Uuid;

pub use self::kinds::Enterable;
pub(super) use self::kinds::Entered;
use super::cells::Cells;
use super::export;
use super::family::{ChildRows, Kin};
use super::format::Table;
pub use super::kinds::{
    Centres, Collaborations, Engagements, Findings, Interventions, LocalAuthorities, Outcomes,
    Partners, People, Populations, Programmes, Publications, Ratings, Studies,
};
use super::references::{Known, by_id, resolve};
use super::report::Located;
use super::rows::Row;
use crate::access::{policy, scope};
use crate::error::{Code, Error, InputProblem, InputProblems, Result};
use crate::once::Once;
use crate::record::{Draft, Fault, Problem, RowOf, record_new, record_one};
use crate::space::Space;
use crate::store::Write;
use crate::viewer::Viewer;

/// How many things may be entered at once.
pub const LARGEST_BATCH: usize = 500;

/// What somebody says of a thing: the cells of a row, and the rows of its children. What is not said stays as it is.
#[derive(Clone, Debug, Default, Eq, PartialEq, serde::Serialize)]
pub struct Entry {
    cells: BTreeMap<&'static str, String>,
    children: BTreeMap<&'static str, Vec<BTreeMap<&'static str, String>>>,
}

impl Entry {
    /// Says what stands in a column; an empty text empties it.
    pub fn set(&mut self, column: &'static str, text: impl Into<String>) {
        self.cells.insert(column, text.into());
    }

    /// Says which rows a file of children has of it, and that it has no others.
    pub fn children(&mut self, file: &'static str, rows: Vec<Vec<(&'static str, String)>>) {
        let rows = rows.into_iter().map(|row| row.into_iter().collect());
        self.children.insert(file, rows.collect());
    }

    /// The same for things that are named by their ids.
    #[must_use]
    pub fn named_by_id(id: Uuid) -> String {
        by_id(id)
    }

    fn says(&self, column: &str) -> bool {
        self.cells.get(column).is_some_and(|text| !text.is_empty())
    }
}

/// How to enter.
#[derive(Clone, Debug, Default)]
pub struct How {
    /// Whether to say only what would come of it, and write nothing.
    pub dry_run: bool,
    /// The client's own name for the request: sent again, it is answered as before.
    pub key: Option<String>,
    /// Why, for the history.
    pub reason: Option<String>,
}

/// A thing that was entered, or all that is wrong with it.
pub type Entering<R> = std::result::Result<R, Vec<InputProblem>>;

/// Enters new things, each for itself: what is wrong with one costs no other. Gives for each what it is now.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`; `BAD_INPUT` for too many at once; `IDEMPOTENCY_KEY_REUSED`.
#[expect(
    private_bounds,
    reason = "how things are entered is the bundle's own business"
)]
pub async fn contribute<K: Entered>(
    space: &Space,
    viewer: &Viewer,
    entries: Vec<Entry>,
    how: How,
) -> Result<Vec<Entering<K::Row>>> {
    let centre = viewer.centre().unwrap_or_default();
    policy::authorise(viewer, &K::may(centre))?;
    if entries.len() > LARGEST_BATCH {
        let message = format!(
            "There are {} of them; send at most {LARGEST_BATCH} at once.",
            entries.len()
        );
        return Err(Error::bad_input("input", message));
    }
    let [action, _] = K::CALLED;
    let once = match &how.key {
        Some(key) => Some(Once::try_new(viewer, key, action, &entries)?),
        None => None,
    };
    let entries: Vec<Entry> = entries
        .into_iter()
        .map(|entry| of_centre::<K>(entry, viewer))
        .collect();
    let first = space.store().source().id();
    let asker = viewer.clone();
    space
        .store()
        .write_or_rehearse(viewer, action, how.dry_run, |write| {
            Box::pin(async move {
                write.because(how.reason);
                let before = match once {
                    Some(once) => once.claim(write, first).await?,
                    None => None,
                };
                let new = New {
                    first: before.unwrap_or(first),
                    is_again: before.is_some(),
                };
                enter::<K>(write, &asker, entries, new).await
            })
        })
        .await
}

/// Revises a thing.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`, `NOT_FOUND`; `CONFLICT` with the current version when it is another than the
/// expected one; `BAD_INPUT` with all that is wrong.
#[expect(
    private_bounds,
    reason = "how things are entered is the bundle's own business"
)]
pub async fn revise<K: Entered>(
    space: &Space,
    viewer: &Viewer,
    id: Uuid,
    expected_version: i32,
    entry: Entry,
    how: How,
) -> Result<K::Row> {
    let [_, action] = K::CALLED;
    let asker = viewer.clone();
    space
        .store()
        .write_or_rehearse(viewer, action, how.dry_run, |write| {
            Box::pin(async move {
                write.because(how.reason);
                amend::<K>(write, &asker, id, expected_version, entry).await
            })
        })
        .await
}

/// The one thing that was to be entered.
///
/// # Errors
/// `FORBIDDEN` or `BAD_INPUT` with all that is wrong.
pub fn only<R>(entered: Vec<Entering<R>>) -> Result<R> {
    match entered.into_iter().next() {
        Some(Ok(row)) => Ok(row),
        Some(Err(problems)) => Err(refused(problems)),
        None => Err(Error::not_found("thing")),
    }
}

/// All that is wrong, as one error.
fn refused(problems: Vec<InputProblem>) -> Error {
    let forbidden = problems
        .iter()
        .find(|problem| problem.fault == Fault::Forbidden);
    if let Some(problem) = forbidden {
        return Error::new(Code::Forbidden, problem.reason.clone());
    }
    let message = match problems.as_slice() {
        [one] => format!("{} {}", one.reason, one.remedy),
        many => format!(
            "{} things are wrong with it; `extensions.problems` names each with its field and how to mend it.",
            many.len()
        ),
    };
    Error {
        field: problems.iter().find_map(|problem| problem.field.clone()),
        problems: Some(Box::new(InputProblems(problems))),
        ..Error::new(Code::BadInput, message)
    }
}

/// New things, whose ids follow each other.
#[derive(Clone, Copy)]
struct New {
    first: Uuid,
    /// Whether they were entered before: then those that were are answered, and nothing is written.
    is_again: bool,
}

impl New {
    /// The id of the thing at a place: the ids of one request count up from the first, in the part that is drawn by
    /// chance, so that a request that is sent again finds what it made.
    fn id(self, at: usize) -> Uuid {
        const BY_CHANCE: u128 = (1 << 62) - 1;
        let bits = self.first.as_u128();
        let drawn = (bits & BY_CHANCE).wrapping_add(at as u128) & BY_CHANCE;
        Uuid::from_u128((bits & !BY_CHANCE) | drawn)
    }
}

/// Fills in the viewer's own centre where nothing is said.
fn of_centre<K: Entered>(mut entry: Entry, viewer: &Viewer) -> Entry {
    if let Some(centre) = viewer.centre() {
        for column in K::OF_CENTRE {
            if !entry.says(column) {
                entry.set(column, by_id(centre.into()));
            }
        }
    }
    entry
}

async fn enter<K: Entered>(
    write: &mut Write,
    viewer: &Viewer,
    entries: Vec<Entry>,
    new: New,
) -> Result<Vec<Entering<K::Row>>> {
    let ids: Vec<Uuid> = (0..entries.len()).map(|at| new.id(at)).collect();
    let there = if new.is_again {
        rows::<K>(write, ids.clone()).await?
    } else {
        HashMap::new()
    };
    let entries: Vec<(usize, Entry)> = entries
        .into_iter()
        .enumerate()
        .filter(|(at, _)| !ids.get(*at).is_some_and(|id| there.contains_key(id)))
        .collect();
    let mark = write.mark().await?;
    let mut answers = enter_anew::<K>(write, viewer, entries, new).await?;
    let written: Vec<Uuid> = answers
        .values()
        .filter_map(|answer| answer.as_ref().ok().copied())
        .collect();
    let mut there: HashMap<Uuid, K::Row> = match written.is_empty() {
        true => there,
        false => there
            .into_iter()
            .chain(rows::<K>(write, written).await?)
            .collect(),
    };
    // What was refused the first time may be right by now; the answer of then still stands.
    if new.is_again {
        write.take_back(mark).await?;
    } else {
        write.keep(mark).await?;
    }
    let answers = ids
        .iter()
        .enumerate()
        .map(|(at, id)| match answers.remove(&at) {
            Some(Err(problems)) => Ok(Err(problems)),
            Some(Ok(id)) => there.remove(&id).map(Ok).ok_or_else(not_there),
            None => there.remove(id).map(Ok).ok_or_else(not_there),
        });
    answers.collect()
}

fn not_there() -> Error {
    Error::internal(std::io::Error::other("what was entered is not there"))
}

/// Enters things that are not there, and gives for each place its id, or all that is wrong with it.
async fn enter_anew<K: Entered>(
    write: &mut Write,
    viewer: &Viewer,
    entries: Vec<(usize, Entry)>,
    new: New,
) -> Result<BTreeMap<usize, Entering<Uuid>>> {
    let mut answers = BTreeMap::new();
    if entries.is_empty() {
        return Ok(answers);
    }
    let mut members: Vec<(usize, Member)> = Vec::with_capacity(entries.len());
    let mut said = HashMap::new();
    for (at, mut entry) in entries {
        said.insert(at, entry.says(K::NAMED_BY));
        if !entry.says(K::NAMED_BY) {
            entry.set(K::NAMED_BY, proposed_name::<K>(&entry, new.id(at)));
        }
        members.push((at, Member::new::<K>(entry)));
    }
    let known = known::<K>(write, viewer, members.iter().map(|(_, member)| member)).await?;
    let mut drafts = Vec::new();
    for (at, member) in members {
        match member.draft::<K>(&known) {
            Ok(draft) => drafts.push((at, member, draft)),
            Err(problems) => {
                answers.insert(at, Err(problems));
            }
        }
    }
    let drafts = named_apart::<K>(write, viewer, drafts, &said, &known, &mut answers).await?;

    let mark = write.mark().await?;
    let ids = |places: &[(usize, K::Draft)]| -> Vec<Uuid> {
        places.iter().map(|(at, _)| new.id(*at)).collect()
    };
    let all = drafts.iter().map(|(_, draft)| draft.clone()).collect();
    match record_new(write, viewer, all, ids(&drafts)).await {
        Ok(recorded) => {
            write.keep(mark).await?;
            for ((at, _), answer) in drafts.into_iter().zip(recorded) {
                answers.insert(at, answered(answer));
            }
        }
        Err(refusal) if refusal.code == Code::Unavailable => return Err(refusal),
        // The database refused one of them: each for itself, so that the good ones land.
        Err(_) => {
            write.take_back(mark).await?;
            for one in drafts {
                let mark = write.mark().await?;
                let id = ids(std::slice::from_ref(&one));
                let answer = match record_new(write, viewer, vec![one.1], id).await {
                    Ok(mut recorded) => {
                        write.keep(mark).await?;
                        recorded.pop().map_or_else(|| Err(Vec::new()), answered)
                    }
                    Err(refusal) => {
                        write.take_back(mark).await?;
                        Err(vec![refused_by_the_database(refusal)?])
                    }
                };
                answers.insert(one.0, answer);
            }
        }
    }
    Ok(answers)
}

fn answered(answer: crate::record::Answer) -> Entering<Uuid> {
    match answer {
        Ok(recorded) => Ok(recorded.id),
        Err(problems) => Err(problems.into_iter().map(of_itself).collect()),
    }
}

/// A name that is made of what the thing is called, or of its id.
fn proposed_name<K: Entered>(entry: &Entry, id: Uuid) -> String {
    const LONGEST: usize = 80;
    let called = K::NAMED_AFTER.and_then(|column| entry.cells.get(column));
    let slug: String = called
        .map(slug::slugify)
        .unwrap_or_default()
        .chars()
        .take(LONGEST)
        .collect();
    match slug.trim_matches('-') {
        "" => id.to_string(),
        slug => slug.to_owned(),
    }
}

/// Gives things other names where theirs are taken: a thing that the viewer doesn't see must not show itself by
/// being in the way. Only a name that the viewer chose and can see in use is refused.
async fn named_apart<K: Entered>(
    write: &Write,
    viewer: &Viewer,
    drafts: Vec<(usize, Member, K::Draft)>,
    said: &HashMap<usize, bool>,
    known: &Known,
    answers: &mut BTreeMap<usize, Entering<Uuid>>,
) -> Result<Vec<(usize, K::Draft)>> {
    const TRIES: usize = 50;
    let backend = write.connection().get_database_backend();
    let mut free = Vec::with_capacity(drafts.len());
    let mut names = HashSet::new();
    let mut left = drafts;
    for attempt in 1..=TRIES {
        if left.is_empty() {
            break;
        }
        let wanted: Vec<&K::Draft> = left.iter().map(|(_, _, draft)| draft).collect();
        let rows = scope::for_writing::<<K::Draft as Draft>::Table>()
            .filter(K::Draft::matching(&wanted, backend))
            .all(write.connection())
            .await?;
        let taken: HashMap<_, Uuid> = rows
            .iter()
            .map(|row| (K::Draft::key_of(row), K::Draft::id_of(row)))
            .collect();
        let mut still = Vec::new();
        for (at, mut member, draft) in left {
            let holder = taken.get(&draft.key()).copied();
            if holder.is_none() && names.insert(draft.key()) {
                free.push((at, draft));
                continue;
            }
            let chose = said.get(&at).copied().unwrap_or_default();
            let is_seen = match holder {
                Some(holder) => K::Draft::is_seen(write, viewer, holder).await?,
                None => true,
            };
            if (chose && is_seen) || attempt == TRIES {
                answers.insert(at, Err(vec![taken_name::<K>()]));
                continue;
            }
            member.rename::<K>(attempt + 1);
            match member.draft::<K>(known) {
                Ok(draft) => still.push((at, member, draft)),
                Err(problems) => {
                    answers.insert(at, Err(problems));
                }
            }
        }
        left = still;
    }
    free.sort_by_key(|(at, _)| *at);
    Ok(free)
}

fn taken_name<K: Entered>() -> InputProblem {
    InputProblem {
        field: Some(K::NAMED_BY.to_owned()),
        fault: Fault::Taken,
        reason: "Another one has this name already.".into(),
        remedy: "Choose another, or leave it out: then one is made.".into(),
    }
}

async fn amend<K: Entered>(
    write: &mut Write,
    viewer: &Viewer,
    id: Uuid,
    expected_version: i32,
    entry: Entry,
) -> Result<K::Row> {
    let unseen = || Error::not_found(K::TABLE.name.trim_end_matches('s'));
    // Before anything is looked at: whoever may revise nothing is not told what there is.
    policy::authorise(viewer, &K::may(viewer.centre().unwrap_or_default()))?;
    if !K::Draft::is_seen(write, viewer, id).await? {
        return Err(unseen());
    }
    let backend = write.connection().get_database_backend();
    let row =
        scope::locked::<<K::Draft as Draft>::Table>(backend, K::Draft::with_ids(vec![id], backend))
            .one(write.connection())
            .await?
            .ok_or_else(unseen)?;
    policy::authorise(viewer, &K::Draft::action_on(&row))?;
    let version = K::Draft::version(write, &row).await?;
    if version != expected_version {
        return Err(Error::changed_since(
            "expectedVersion",
            expected_version,
            version,
        ));
    }
    let mut kept = export::one::<K>(write, id).await?;
    let cells = kept
        .remove(K::TABLE.name)
        .and_then(|mut rows| rows.pop())
        .ok_or_else(unseen)?;
    let mut member = Member::new::<K>(entry);
    let own = Member {
        row: row_of(cells),
        said: HashSet::new(),
        children: Vec::new(),
    };
    // What the thing refers to already it may go on referring to, whoever sees that.
    let mut known = known::<K>(write, viewer, [&member]).await?;
    known.complete(self::known::<K>(write, &Viewer::operator(), [&own]).await?);
    member.complete::<K>(&own.row);
    // What is named within others is so by what stands beside it.
    known.complete(self::known::<K>(write, viewer, [&member]).await?);
    let draft = member.draft::<K>(&known).map_err(refused)?;
    let recorded = match record_one(write, viewer, draft, id).await {
        Ok(answer) => answered(answer).map_err(refused)?,
        Err(refusal) => return Err(refused(vec![refused_by_the_database(refusal)?])),
    };
    let mut rows = rows::<K>(write, vec![recorded]).await?;
    rows.remove(&recorded).ok_or_else(unseen)
}

async fn rows<K: Entered>(write: &Write, ids: Vec<Uuid>) -> Result<HashMap<Uuid, K::Row>> {
    let backend = write.connection().get_database_backend();
    let rows: Vec<RowOf<K::Draft>> = scope::for_writing::<<K::Draft as Draft>::Table>()
        .filter(K::Draft::with_ids(ids, backend))
        .all(write.connection())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (K::Draft::id_of(&row), row))
        .collect())
}

/// What rows and their children refer to, as far as a viewer sees it.
async fn known<'m, K: Entered>(
    write: &Write,
    viewer: &Viewer,
    members: impl IntoIterator<Item = &'m Member>,
) -> Result<Known> {
    let nothing = Known::default();
    let mut wanted = Vec::new();
    for member in members {
        wanted.extend(Cells::new(K::TABLE, &member.row, &nothing).references());
        for (table, children) in &member.children {
            for row in &children.rows {
                wanted.extend(Cells::new(table, row, &nothing).references());
            }
        }
    }
    let now = write.source().now();
    resolve(write.connection(), viewer, now, wanted).await
}

/// An entry as the rows that it stands for.
struct Member {
    row: Row,
    /// The columns that were said.
    said: HashSet<&'static str>,
    children: Vec<(&'static Table, ChildRows)>,
}

const fn row_of(cells: Vec<String>) -> Row {
    Row {
        line: 0,
        offset: 0,
        cells,
    }
}

fn laid_out(table: &Table, cells: &BTreeMap<&'static str, String>) -> Vec<String> {
    let columns = table.columns().iter();
    columns
        .map(|column| cells.get(column.name).cloned().unwrap_or_default())
        .collect()
}

impl Member {
    fn new<K: Entered>(entry: Entry) -> Self {
        let mut children = Vec::new();
        for table in K::CHILDREN {
            let Some(rows) = entry.children.get(table.name) else {
                continue;
            };
            let rows = rows.iter().enumerate().map(|(at, cells)| Row {
                line: at as u64,
                ..row_of(laid_out(table, cells))
            });
            children.push((*table, ChildRows::exactly(table, rows.collect())));
        }
        Self {
            row: row_of(laid_out(K::TABLE, &entry.cells)),
            said: entry.cells.keys().copied().collect(),
            children,
        }
    }

    /// Takes from a row what was not said.
    fn complete<K: Entered>(&mut self, own: &Row) {
        let cells = self.row.cells.iter_mut().zip(&own.cells);
        for ((cell, own), column) in cells.zip(K::TABLE.columns()) {
            if !self.said.contains(column.name) {
                cell.clone_from(own);
            }
        }
    }

    fn rename<K: Entered>(&mut self, number: usize) {
        let at = K::TABLE
            .columns()
            .iter()
            .position(|column| column.name == K::NAMED_BY);
        if let Some(cell) = at.and_then(|at| self.row.cells.get_mut(at)) {
            let base = match number {
                2 => cell.as_str(),
                _ => cell
                    .rsplit_once('-')
                    .map_or(cell.as_str(), |(base, _)| base),
            };
            *cell = format!("{base}-{number}");
        }
    }

    /// The draft, or all that is wrong.
    fn draft<K: Entered>(&self, known: &Known) -> std::result::Result<K::Draft, Vec<InputProblem>> {
        let cells = Cells::new(K::TABLE, &self.row, known);
        let problems = cells.check(&[]).into_vec();
        let mut kin = Kin::new(known, &self.children);
        let draft = K::read(&cells, &mut kin);
        let of_children: Vec<InputProblem> = kin.problems.into_iter().map(of_child).collect();
        if let Some(draft) = draft
            && problems.is_empty()
            && of_children.is_empty()
        {
            return Ok(draft);
        }
        let mut all: Vec<InputProblem> = problems
            .iter()
            .map(|problem| of_itself(problem.clone()))
            .collect();
        let others = sound::problems_besides::<K>(&self.row, known, &problems);
        all.extend(others.into_iter().map(of_itself));
        all.extend(of_children);
        Err(all)
    }
}

/// A problem of one of the children, with its file and its place.
fn of_child(found: Located) -> InputProblem {
    let place = format!("{}[{}]", found.file, found.line);
    InputProblem {
        field: Some(match found.column {
            Some(column) => format!("{place}.{column}"),
            None => place,
        }),
        fault: found.fault,
        reason: found.reason,
        remedy: found.remedy,
    }
}

/// A problem of the thing itself.
fn of_itself(problem: Problem) -> InputProblem {
    InputProblem {
        field: problem.field.map(str::to_owned),
        fault: problem.fault,
        reason: problem.reason,
        remedy: problem.remedy,
    }
}

/// What the database refuses is a problem of the input, unless there is no database or the fault is ours.
fn refused_by_the_database(refusal: Error) -> Result<InputProblem> {
    match refusal.code {
        Code::Conflict => Ok(InputProblem {
            field: refusal.field,
            fault: Fault::Taken,
            reason: refusal.message,
            remedy: "Look for the one that has it, and give one of them another.".into(),
        }),
        Code::BadInput => Ok(InputProblem {
            field: refusal.field,
            fault: Fault::Refused,
            reason: refusal.message,
            remedy: "Mend the value, and send it again.".into(),
        }),
        _ => Err(refusal),
    }
}
