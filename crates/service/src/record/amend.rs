//! Amending: other parts for things that stay as they are.

use std::collections::HashMap;

use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::parts::{Rows, differing, read, replace};
use super::plan::versions_in_the_log;
use super::{Answer, Draft, Outcome, Part, Recorded, RowOf, Subject, Wanted, delta, forbidden};
use crate::Viewer;
use crate::access::{policy, scope};
use crate::error::{Error, Result};
use crate::store::Write;

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
    let versions = versions_in_the_log(write.connection(), ids).await?;

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
        let way_back = delta::way_back(
            &state::<D, E>(row, before.get(&whole))?,
            &state::<D, E>(&revised, Some(&parts))?,
        );
        changed.push((whole, parts));
        amended.push(revised.clone());
        if version.is_some() {
            let revised = revised.into_active_model().reset_all();
            D::Table::update(revised).exec_without_returning(write.connection()).await?;
        }
        let version = version.unwrap_or_else(|| versions.get(&whole).copied().unwrap_or(1) + 1);
        let subject = D::subject_of(row);
        write.updated(
            subject.kind,
            subject.id,
            entity::ChangeOperation::Updated,
            version,
            &way_back,
        )?;
        answers.push(Ok(Recorded { id: whole, outcome: Outcome::Updated }));
    }
    replace::<D, E>(write, changed, &before).await?;
    D::follow_up(write, &amended).await?;
    Ok(answers)
}

fn state<D: Draft, E: Part<D>>(
    row: &RowOf<D>,
    parts: Option<&Vec<E::Model>>,
) -> Result<Map<String, Value>> {
    let mut lists = Map::new();
    if let Some(parts) = parts {
        let rows = serde_json::to_value(parts).map_err(Error::internal)?;
        lists.insert(E::NAME.to_owned(), rows);
    }
    delta::state(row, &lists)
}
