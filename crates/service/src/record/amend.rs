//! Amending: other parts for things that stay as they are.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::parts::{Rows, differing, read, replace};
use super::{Answer, Draft, Outcome, Part, Recorded, RowOf, Subject, Wanted, forbidden};
use crate::Viewer;
use crate::access::{policy, scope};
use crate::error::{Error, Result};
use crate::store::{Revision, Write};

/// A thing that has parts in tables of their own.
pub(crate) trait Whole: Draft {
    /// The thing itself.
    fn subject_of(row: &RowOf<Self>) -> Subject;
}

/// Other parts for a thing that is there.
#[derive(Debug)]
pub(crate) struct Amendment<M> {
    /// The thing.
    pub(crate) whole: Uuid,
    /// Its parts.
    pub(crate) wanted: Wanted<M>,
}

/// Gives things other parts of one table, and answers each amendment in its place.
///
/// # Errors
/// When the database refuses: then nothing of the batch may be kept.
pub(crate) async fn amend<D: Whole, E: Part<D>>(
    write: &mut Write,
    viewer: &Viewer,
    amendments: Vec<Amendment<E::Model>>,
) -> Result<Vec<Answer>> {
    let backend = write.connection().get_database_backend();
    let ids: Vec<Uuid> = amendments.iter().map(|amendment| amendment.whole).collect();
    let rows = scope::locked::<D::Table>(backend, D::with_ids(ids.clone(), backend))
        .all(write.connection())
        .await?;
    let rows: HashMap<Uuid, RowOf<D>> = rows.into_iter().map(|row| (D::id_of(&row), row)).collect();
    let before: Rows<E> = read::<D, E>(write.connection(), &ids).await?;

    let now = write.source().now();
    let mut changed = Vec::new();
    let mut amended = Vec::new();
    let mut answers = Vec::with_capacity(amendments.len());
    for Amendment { whole, wanted } in amendments {
        let row = rows.get(&whole).ok_or_else(|| Error::not_found("thing to amend"))?;
        if let Err(refusal) = policy::authorise(viewer, &D::action_on(row)) {
            answers.push(Err(vec![forbidden(refusal)]));
            continue;
        }
        let Some(parts) = differing::<D, E>(wanted, whole, &before) else {
            answers.push(Ok(Recorded { id: whole, outcome: Outcome::Unchanged }));
            continue;
        };
        let mut revised = row.clone();
        let version = D::revise(&mut revised, now);
        amended.push(
            Revision::of(D::subject_of(row), row.clone(), revised)
                .with_parts(told::<D, E>(before.get(&whole))?, told::<D, E>(Some(&parts))?)
                .numbered(version),
        );
        changed.push((whole, parts));
        answers.push(Ok(Recorded { id: whole, outcome: Outcome::Updated }));
    }
    write.revise::<D::Table>(&amended).await?;
    replace::<D, E>(write, changed, &before).await?;
    let amended: Vec<_> = amended.into_iter().map(|revision| revision.after).collect();
    D::follow_up(write, &amended).await?;
    Ok(answers)
}

/// Parts, by the name that history gives them.
fn told<D: Draft, E: Part<D>>(parts: Option<&Vec<E::Model>>) -> Result<Map<String, Value>> {
    let mut lists = Map::new();
    if let Some(parts) = parts {
        let rows = serde_json::to_value(parts).map_err(Error::internal)?;
        lists.insert(E::NAME.to_owned(), rows);
    }
    Ok(lists)
}
