//! A batch: rows become drafts, and are recorded together. If the database refuses the batch, its
//! rows are recorded one by one, so that the good ones land and the bad one is named.

use std::collections::HashSet;

use uuid::Uuid;

use super::cells::Cells;
use super::family::{ChildRows, Kin, OfChild};
use super::format::Table;
use super::kinds::Kind;
use super::references::{Key, Known, resolve};
use super::report::Located;
use super::rows::Row;
use crate::Viewer;
use crate::error::{Code, Error, Result};
use crate::record::{
    Amendment, Answer, Children, Fault, Part, Problem, Problems, Recorded, Whole, amend, record,
};
use crate::store::Write;

/// A row of a batch, with the rows of its children.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) row: Row,
    pub(super) children: Vec<(&'static Table, ChildRows)>,
}

/// What became of a member.
#[derive(Debug)]
pub(super) enum Fate {
    /// It waits for another row of the file.
    Waits,
    Refused(Vec<Problem>),
    Recorded(Recorded, KinReport),
}

/// What is to be said of the children of a row.
#[derive(Debug, Default)]
pub(super) struct KinReport {
    pub(super) problems: Vec<Located>,
    /// For each table, how many are sound and how many are not.
    pub(super) counts: Vec<(&'static str, u64, u64)>,
}

impl From<Kin<'_>> for KinReport {
    fn from(kin: Kin<'_>) -> Self {
        let problems = kin.problems.into_iter().map(OfChild::located);
        Self { problems: problems.collect(), counts: kin.counts }
    }
}

/// How the rows of a child table are read and kept.
pub(super) struct Child<T, M> {
    pub(super) read: fn(&Cells<'_>) -> Option<T>,
    pub(super) check: fn(&T, &mut Problems),
    pub(super) row: fn(&T, Uuid) -> M,
}

/// Records rows with their children, and answers each in its place.
pub(super) async fn record_members<K: Kind>(
    write: &mut Write,
    viewer: &Viewer,
    members: &[Member],
    may_wait: bool,
) -> Result<Vec<Fate>> {
    let point = write.savepoint().await?;
    let refusal = match record_together::<K>(write, viewer, members, may_wait).await {
        Ok(fates) => {
            write.release(point).await?;
            return Ok(fates);
        }
        Err(refusal) => refusal,
    };
    write.take_back(point).await?;
    if let [_] = members {
        return Ok(vec![Fate::Refused(vec![refused_by_the_database(refusal)?])]);
    }
    let mut fates = Vec::with_capacity(members.len());
    for member in members {
        let one = std::slice::from_ref(member);
        fates.extend(Box::pin(record_members::<K>(write, viewer, one, may_wait)).await?);
    }
    Ok(fates)
}

async fn record_together<K: Kind>(
    write: &mut Write,
    viewer: &Viewer,
    members: &[Member],
    may_wait: bool,
) -> Result<Vec<Fate>> {
    let nothing = Known::default();
    let wanted = members.iter().flat_map(|member| {
        let own = Cells::new(K::TABLE, &member.row, &nothing).references();
        let of_children = member.children.iter().flat_map(|(table, children)| {
            children.rows.iter().flat_map(|row| Cells::new(table, row, &nothing).references())
        });
        own.into_iter().chain(of_children).collect::<Vec<_>>()
    });
    let now = write.source().now();
    let known = resolve(write.connection(), viewer, now, wanted.collect::<Vec<_>>()).await?;

    let mut fates = Vec::with_capacity(members.len());
    let mut drafts = Vec::new();
    for (at, member) in members.iter().enumerate() {
        let cells = Cells::new(K::TABLE, &member.row, &known);
        let waits_for = match may_wait {
            true => unknown_of_itself(&cells, K::TABLE, &known),
            false => Vec::new(),
        };
        let problems = cells.check(&waits_for);
        if !problems.is_empty() {
            fates.push(Fate::Refused(problems.into_vec()));
            continue;
        }
        if !waits_for.is_empty() {
            fates.push(Fate::Waits);
            continue;
        }
        let mut kin = Kin::new(&known, &member.children);
        match K::read(&cells, &mut kin) {
            Some(draft) => {
                let report = KinReport::from(kin);
                drafts.push((at, draft, report));
                fates.push(Fate::Waits);
            }
            None => fates.push(Fate::Refused(vec![unreadable()])),
        }
    }
    let (places, drafts): (Vec<_>, Vec<_>) =
        drafts.into_iter().map(|(at, draft, report)| ((at, report), draft)).unzip();
    let answers = record(write, viewer, drafts).await?;
    for ((at, report), answer) in places.into_iter().zip(answers) {
        if let Some(fate) = fates.get_mut(at) {
            *fate = fate_of(answer, report);
        }
    }
    Ok(fates)
}

fn fate_of(answer: Answer, report: KinReport) -> Fate {
    match answer {
        Ok(recorded) => Fate::Recorded(recorded, report),
        Err(problems) => Fate::Refused(problems),
    }
}

/// The columns by which a row refers to its own file, to something that is not known.
fn unknown_of_itself(cells: &Cells<'_>, table: &Table, known: &Known) -> Vec<&'static str> {
    let columns = table.columns_of_itself().filter(|column| {
        let references = cells.references_of(*column);
        references.iter().any(|(target, key, _)| known.id(*target, key).is_none())
    });
    columns.map(|column| column.name).collect()
}

/// Whether a row refers to one of the rows of its file.
pub(super) fn waits_for<K: Kind>(row: &Row, keys: &HashSet<Key>) -> bool {
    let nothing = Known::default();
    let cells = Cells::new(K::TABLE, row, &nothing);
    let mut columns = K::TABLE.columns_of_itself();
    columns.any(|column| {
        let references = cells.references_of(column);
        references.iter().any(|(_, key, _)| keys.contains(key))
    })
}

/// What is wrong with rows that refer to each other.
pub(super) fn circle<K: Kind>() -> Problem {
    Problem {
        field: K::TABLE.itself.first().copied(),
        fault: Fault::Circle,
        reason: "It refers, perhaps by way of other rows, to itself or to rows that do.".into(),
        remedy: "Follow the chain and take out the step that is wrong.".into(),
    }
}

/// Gives parents that are in the space other children, and answers each parent in its place.
pub(super) async fn amend_parents<D: Whole, E: Part<D>, T: Send + Sync>(
    write: &mut Write,
    viewer: &Viewer,
    table: &'static Table,
    parents: &[ChildRows],
    child: &Child<T, E::Model>,
) -> Result<Vec<Fate>> {
    let point = write.savepoint().await?;
    let refusal = match amend_together::<D, E, T>(write, viewer, table, parents, child).await {
        Ok(fates) => {
            write.release(point).await?;
            return Ok(fates);
        }
        Err(refusal) => refusal,
    };
    write.take_back(point).await?;
    if let [_] = parents {
        return Ok(vec![Fate::Refused(vec![refused_by_the_database(refusal)?])]);
    }
    let mut fates = Vec::with_capacity(parents.len());
    for parent in parents {
        let one = std::slice::from_ref(parent);
        fates.extend(Box::pin(amend_parents::<D, E, T>(write, viewer, table, one, child)).await?);
    }
    Ok(fates)
}

async fn amend_together<D: Whole, E: Part<D>, T: Send + Sync>(
    write: &mut Write,
    viewer: &Viewer,
    table: &'static Table,
    parents: &[ChildRows],
    child: &Child<T, E::Model>,
) -> Result<Vec<Fate>> {
    let nothing = Known::default();
    let rows = parents.iter().flat_map(|parent| &parent.rows);
    let wanted: Vec<_> =
        rows.flat_map(|row| Cells::new(table, row, &nothing).references()).collect();
    let now = write.source().now();
    let known = resolve(write.connection(), viewer, now, wanted).await?;

    let mut fates = Vec::with_capacity(parents.len());
    let mut amendments = Vec::new();
    for parent in parents {
        let cells = parent.rows.first().map(|row| Cells::new(table, row, &known));
        let name = table.parent.last().copied().unwrap_or_default();
        let whole = cells.as_ref().and_then(|cells| cells.one::<Uuid>(name));
        let Some(whole) = whole else {
            let problems = cells.map(|cells| cells.check(&[])).unwrap_or_default().into_vec();
            let of_parent = problems
                .into_iter()
                .filter(|problem| problem.field.is_some_and(|field| table.parent.contains(&field)));
            fates.push(Fate::Refused(of_parent.collect()));
            continue;
        };
        let family = [(table, parent.clone())];
        let mut kin = Kin::new(&known, &family);
        let children: Children<T> = kin.children(table, child.read, child.check);
        let report = KinReport::from(kin);
        match children.wanted(|draft| (child.row)(draft, whole)) {
            Some(wanted) => {
                amendments.push((fates.len(), Amendment { whole, wanted }, report));
                fates.push(Fate::Waits);
            }
            None => fates.push(Fate::Refused(Vec::new())),
        }
    }
    let (places, amendments): (Vec<_>, Vec<_>) =
        amendments.into_iter().map(|(at, amendment, report)| ((at, report), amendment)).unzip();
    let answers = amend::<D, E>(write, viewer, amendments).await?;
    for ((at, report), answer) in places.into_iter().zip(answers) {
        if let Some(fate) = fates.get_mut(at) {
            *fate = fate_of(answer, report);
        }
    }
    Ok(fates)
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

fn unreadable() -> Problem {
    Problem {
        field: None,
        fault: Fault::Refused,
        reason: "The row is not understood.".into(),
        remedy: "Compare it with docs/bundle.md; if it looks right, tell whoever runs the space."
            .into(),
    }
}
