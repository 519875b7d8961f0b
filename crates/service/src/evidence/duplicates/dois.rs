//! DOIs that were kept before there was one form for all their spellings.

use entity::{ChangeOperation, publication, publication_key};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::join::update;
use super::refresh;
use crate::Viewer;
use crate::access::scope;
use crate::error::{Code, Result};
use crate::record::identifier;
use crate::space::Space;
use crate::store::{ROWS_PER_STATEMENT, Write};

/// The key that a migration gave publications whose DOI may have another form.
const UNTOLD: &str = "?doi";

/// Brings DOIs into their normal form. Where another publication has the same already, both stay as they are, and are
/// proposed as the same. Gives how many publications were looked at.
pub(super) async fn complete(space: &Space) -> Result<usize> {
    let store = space.store();
    let backend = store.backend();
    let mut done = 0;
    loop {
        let untold: Vec<Uuid> = scope::for_writing::<publication_key::Entity>()
            .select_only()
            .column(publication_key::Column::PublicationId)
            .filter(publication_key::Column::Key.eq(UNTOLD))
            .limit(ROWS_PER_STATEMENT as u64)
            .into_tuple()
            .all(store.connection())
            .await?;
        if untold.is_empty() {
            return Ok(done);
        }
        done += untold.len();
        store
            .write(&Viewer::operator(), "publication.index", |write| {
                Box::pin(async move {
                    let which = scope::among(backend, publication::Column::Id, untold);
                    let which = Condition::all().add(which);
                    let rows = scope::locked::<publication::Entity>(backend, which)
                        .order_by_asc(publication::Column::Id)
                        .all(write.connection())
                        .await?;
                    let mut mended = Vec::with_capacity(rows.len());
                    for row in rows {
                        mended.push(mend(write, row).await?);
                    }
                    refresh(write, &mended).await
                })
            })
            .await?;
    }
}

async fn mend(write: &mut Write, row: publication::Model) -> Result<publication::Model> {
    let normal = row.doi.as_deref().and_then(identifier::doi);
    if normal.is_none() || normal == row.doi {
        return Ok(row);
    }
    let after = publication::Model {
        doi: normal,
        version: row.version + 1,
        updated_at: write.source().now(),
        ..row.clone()
    };
    let point = write.savepoint().await?;
    match update(write, &row, &after, ChangeOperation::Updated, (&[], &[])).await {
        Ok(()) => {
            write.release(point).await?;
            Ok(after)
        }
        Err(refusal) if refusal.code == Code::Conflict => {
            write.take_back(point).await?;
            Ok(row)
        }
        Err(refusal) => Err(refusal),
    }
}
