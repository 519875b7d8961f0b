//! What stands in the place of publications that were joined: the one that was kept answers for their
//! ids and DOIs.

use std::collections::{HashMap, HashSet};

use entity::{PublicationId, joined_publication, publication};
use sea_orm::{ConnectionTrait, QueryFilter};
use uuid::Uuid;

use crate::access::scope;
use crate::error::Result;
use crate::request::RequestContext;
use crate::shared;
use crate::store::Write;

/// The publications that stand for these ids: each itself, or the one into which it was joined. Where
/// the viewer may see the joined one and not the one that was kept, it stands for itself.
///
/// # Errors
/// When the database cannot be read.
pub async fn stands_for(
    context: &RequestContext,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, publication::Model>> {
    let mut rows = shared::by_ids::<publication::Entity>(context, ids).await?;
    let kept = kept(context, rows.values()).await?;
    for (id, row) in &mut rows {
        if let Some(kept) = kept.get(&PublicationId::from(*id)) {
            *row = kept.clone();
        }
    }
    Ok(rows)
}

/// A publication that the viewer sees, or the one into which it was joined.
///
/// # Errors
/// When the database cannot be read.
pub async fn in_its_place(
    context: &RequestContext,
    row: publication::Model,
) -> Result<publication::Model> {
    let mut kept = kept(context, [&row]).await?;
    Ok(kept.remove(&row.id).unwrap_or(row))
}

/// Those of the rows that were joined into others.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn joined_among(
    write: &Write,
    rows: &[&publication::Model],
) -> Result<HashSet<PublicationId>> {
    let superseded = rows.iter().filter(|row| row.superseded_by.is_some());
    let joins = kept_of(write, superseded.map(|row| row.id)).await?;
    Ok(joins.into_keys().collect())
}

/// What was kept in the place of those of the publications that were joined, so that a draft which names
/// a joined one means the one that was kept.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn kept_of(
    write: &Write,
    named: impl IntoIterator<Item = PublicationId>,
) -> Result<HashMap<PublicationId, PublicationId>> {
    let named: HashSet<Uuid> = named.into_iter().map(Uuid::from).collect();
    if named.is_empty() {
        return Ok(HashMap::new());
    }
    let backend = write.connection().get_database_backend();
    let joins = scope::for_writing::<joined_publication::Entity>()
        .filter(scope::among(backend, joined_publication::Column::Id, named))
        .all(write.connection())
        .await?;
    Ok(joins.iter().map(|join| (join.id, join.kept_id)).collect())
}

/// For those of the rows that were joined: what was kept, as far as the viewer sees it.
async fn kept(
    context: &RequestContext,
    rows: impl IntoIterator<Item = &publication::Model>,
) -> Result<HashMap<PublicationId, publication::Model>> {
    let superseded: Vec<Uuid> = rows
        .into_iter()
        .filter(|row| row.superseded_by.is_some())
        .map(|row| row.id.into())
        .collect();
    if superseded.is_empty() {
        return Ok(HashMap::new());
    }
    let store = context.store();
    let joins = scope::parts_of_seen::<joined_publication::Entity>()
        .filter(scope::among(store.backend(), joined_publication::Column::Id, superseded))
        .all(store.connection())
        .await?;
    let ids: Vec<Uuid> = joins.iter().map(|join| join.kept_id.into()).collect();
    let seen = shared::by_ids::<publication::Entity>(context, &ids).await?;
    let found = |join: &joined_publication::Model| {
        let kept = seen.get(&Uuid::from(join.kept_id))?;
        Some((join.id, kept.clone()))
    };
    Ok(joins.iter().filter_map(found).collect())
}
