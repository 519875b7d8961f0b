//! A batch: rows become drafts, and are recorded together. If the database refuses the batch, its
//! rows are recorded one by one, so that the good ones land and the bad one is named.

use std::collections::HashSet;

use uuid::Uuid;

use super::format::Table;
use crate::Viewer;
use crate::error::{Code, Error, Result};
use crate::interchange::kinds::Kind;
use crate::record::columns::Columns;
use crate::record::patch::Patch;
use crate::record::reading::{Child, ChildRows, OfChildren, Reading, Row};
use crate::record::references::{Key, Known, resolve};
use crate::record::{Amendment, Answer, Children, Fault, Problem, Recorded, amend, record};
use crate::store::Write;

/// A row of a batch, with the rows of its children.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) row: Row,
    pub(super) children: Vec<(&'static Table, ChildRows)>,
}

/// What became of a row with its children.
#[derive(Debug)]
pub(super) enum RowOutcome {
    /// It waits for another row of the file.
    Waits,
    Refused(Vec<Problem>),
    Recorded(Recorded, OfChildren),
}

/// Records rows with their children, and answers each in its place.
pub(super) async fn record_members<K: Kind>(
    write: &mut Write,
    viewer: &Viewer,
    members: &[Member],
    may_wait: bool,
) -> Result<Vec<RowOutcome>> {
    let point = write.savepoint().await?;
    let refusal = match record_together::<K>(write, viewer, members, may_wait).await {
        Ok(entered) => {
            write.release(point).await?;
            return Ok(entered);
        }
        Err(refusal) => refusal,
    };
    write.take_back(point).await?;
    if let [_] = members {
        return Ok(vec![RowOutcome::Refused(vec![refused_by_the_database(refusal)?])]);
    }
    let mut entered = Vec::with_capacity(members.len());
    for member in members {
        let one = std::slice::from_ref(member);
        entered.extend(Box::pin(record_members::<K>(write, viewer, one, may_wait)).await?);
    }
    Ok(entered)
}

async fn record_together<K: Kind>(
    write: &mut Write,
    viewer: &Viewer,
    members: &[Member],
    may_wait: bool,
) -> Result<Vec<RowOutcome>> {
    let nothing = Known::default();
    let references = |table, row: &Row| Reading::new(table, &row.patch, &nothing).references();
    let wanted = members.iter().flat_map(|member| {
        let of_children = member.children.iter().flat_map(|(table, children)| {
            children.rows.iter().flat_map(|row| references(table, row))
        });
        references(K::TABLE, &member.row).into_iter().chain(of_children).collect::<Vec<_>>()
    });
    let now = write.source().now();
    let known = resolve(write.connection(), viewer, now, wanted.collect::<Vec<_>>()).await?;

    let mut entered = Vec::with_capacity(members.len());
    let mut drafts = Vec::new();
    for (at, member) in members.iter().enumerate() {
        let patch = &member.row.patch;
        let mut reading = Reading::new(K::TABLE, patch, &known).with(&member.children);
        let waits_for = match may_wait {
            true => unknown_of_itself(&reading, K::TABLE, &known),
            false => Vec::new(),
        };
        let draft = K::Draft::read(&mut reading);
        let mut problems = reading.problems.into_vec();
        problems.retain(|problem| !problem.field.is_some_and(|field| waits_for.contains(&field)));
        if !problems.is_empty() {
            entered.push(RowOutcome::Refused(problems));
            continue;
        }
        entered.push(RowOutcome::Waits);
        if waits_for.is_empty() {
            drafts.push((at, draft, reading.of_children));
        }
    }
    let (places, drafts): (Vec<_>, Vec<_>) =
        drafts.into_iter().map(|(at, draft, of_children)| ((at, of_children), draft)).unzip();
    let answers = record(write, viewer, drafts).await?;
    for ((at, of_children), answer) in places.into_iter().zip(answers) {
        if let Some(place) = entered.get_mut(at) {
            *place = answered(answer, of_children);
        }
    }
    Ok(entered)
}

fn answered(answer: Answer, of_children: OfChildren) -> RowOutcome {
    match answer {
        Ok(recorded) => RowOutcome::Recorded(recorded, of_children),
        Err(problems) => RowOutcome::Refused(problems),
    }
}

/// The columns by which a row refers to its own file, to something that is not known.
fn unknown_of_itself(reading: &Reading<'_>, table: &Table, known: &Known) -> Vec<&'static str> {
    let columns = table.columns_of_itself().filter(|column| {
        let references = reading.references_of(*column);
        references.iter().any(|(target, key)| known.id(*target, key).is_none())
    });
    columns.map(|column| column.name).collect()
}

/// Whether a row refers to one of the rows of its file.
pub(super) fn waits_for<K: Kind>(row: &Row, keys: &HashSet<Key>) -> bool {
    let nothing = Known::default();
    let reading = Reading::new(K::TABLE, &row.patch, &nothing);
    let mut columns = K::TABLE.columns_of_itself();
    columns.any(|column| {
        let references = reading.references_of(column);
        references.iter().any(|(_, key)| keys.contains(key))
    })
}

/// What is wrong with rows that refer to each other.
pub(super) fn circle<K: Kind>() -> Problem {
    Problem {
        field: K::TABLE.columns_of_itself().next().map(|column| column.name),
        fault: Fault::Circle,
        reason: "It refers, perhaps by way of other rows, to itself or to rows that do.".into(),
        remedy: "Follow the chain and take out the step that is wrong.".into(),
    }
}

/// Gives parents that are in the space other children, and answers each parent in its place.
pub(super) async fn amend_parents<C: Child>(
    write: &mut Write,
    viewer: &Viewer,
    parents: &[ChildRows],
) -> Result<Vec<RowOutcome>> {
    let point = write.savepoint().await?;
    let refusal = match amend_together::<C>(write, viewer, parents).await {
        Ok(entered) => {
            write.release(point).await?;
            return Ok(entered);
        }
        Err(refusal) => refusal,
    };
    write.take_back(point).await?;
    if let [_] = parents {
        return Ok(vec![RowOutcome::Refused(vec![refused_by_the_database(refusal)?])]);
    }
    let mut entered = Vec::with_capacity(parents.len());
    for parent in parents {
        let one = std::slice::from_ref(parent);
        entered.extend(Box::pin(amend_parents::<C>(write, viewer, one)).await?);
    }
    Ok(entered)
}

async fn amend_together<C: Child>(
    write: &mut Write,
    viewer: &Viewer,
    parents: &[ChildRows],
) -> Result<Vec<RowOutcome>> {
    let table = C::TABLE;
    let nothing = Known::default();
    let rows = parents.iter().flat_map(|parent| &parent.rows);
    let wanted = rows.flat_map(|row| Reading::new(table, &row.patch, &nothing).references());
    let now = write.source().now();
    let known = resolve(write.connection(), viewer, now, wanted.collect::<Vec<_>>()).await?;

    let mut entered = Vec::with_capacity(parents.len());
    let mut amendments = Vec::new();
    for parent in parents {
        let (whole, problems) = match parent.rows.first() {
            Some(row) => parent_of(table, row, &known),
            None => (None, Vec::new()),
        };
        let Some(whole) = whole else {
            entered.push(RowOutcome::Refused(problems));
            continue;
        };
        let family = [(table, parent.clone())];
        let empty = Patch::default();
        let mut reading = Reading::new(table, &empty, &known).with(&family);
        let children: Children<C> = reading.children();
        let of_children = reading.of_children;
        match children.wanted(|draft| draft.row(whole)) {
            Some(wanted) => {
                amendments.push((entered.len(), Amendment { whole, wanted }, of_children));
                entered.push(RowOutcome::Waits);
            }
            None => entered.push(RowOutcome::Refused(Vec::new())),
        }
    }
    let (places, amendments): (Vec<_>, Vec<_>) = amendments
        .into_iter()
        .map(|(at, amendment, of_children)| ((at, of_children), amendment))
        .unzip();
    let answers = amend::<C::Whole, C::Part>(write, viewer, amendments).await?;
    for ((at, of_children), answer) in places.into_iter().zip(answers) {
        if let Some(place) = entered.get_mut(at) {
            *place = answered(answer, of_children);
        }
    }
    Ok(entered)
}

/// The parent that a child row names, or what is wrong with its name.
fn parent_of(table: &'static Table, row: &Row, known: &Known) -> (Option<Uuid>, Vec<Problem>) {
    let mut reading = Reading::new(table, &row.patch, known);
    let mut parent = None;
    for column in table.parent {
        parent = reading.names(*column);
    }
    (parent, reading.problems.into_vec())
}

/// What the database refuses is the row's problem, unless there is no database.
fn refused_by_the_database(refusal: Error) -> Result<Problem> {
    let (fault, remedy) = match refusal.code {
        Code::Unavailable => return Err(refusal),
        Code::Conflict => {
            (Fault::Taken, "Look for the one that has it, and give one of them another.")
        }
        _ => (Fault::Refused, "Mend the row; if it looks right, tell whoever runs the space."),
    };
    if let Some(cause) = &refusal.cause {
        tracing::error!(%cause, "a row of a bundle was refused by the database");
    }
    Ok(Problem { field: None, fault, reason: refusal.message.into(), remedy: remedy.into() })
}
