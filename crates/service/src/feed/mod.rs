//! The feed: the change log, as the viewer may see it, by pages or as it grows.

mod follow;
pub(crate) mod position;

use std::collections::HashMap;

use entity::{ChangeKind, change};
use sea_orm::{ColumnTrait, QueryFilter};

use crate::access::scope;
use crate::error::Result;
use crate::filter::AnyOf;
use crate::listing::{self, KeyPart, SortKey};
use crate::page::{Page, PageRequest};
use crate::request::RequestContext;

pub use follow::follow;
pub(crate) use position::FeedFollower;
pub use position::{Feed, Position};

/// Returns a page of the changes that the viewer may see, in order, of some kinds or of all.
///
/// # Errors
/// `INVALID_CURSOR`.
pub async fn list(
    context: &RequestContext,
    kinds: &AnyOf<ChangeKind>,
    request: &PageRequest,
) -> Result<Page<change::Model>> {
    let store = context.store();
    let mut select = scope::changes(context.viewer(), context.now());
    if let Some(kinds) = kinds.named() {
        select = select.filter(change::Column::Kind.is_in(kinds.iter().copied()));
    }
    listing::read(store, select, &sort(), request).await
}

/// Returns the changes at these places of the log that the viewer may see.
pub async fn at(context: &RequestContext, places: &[i64]) -> Result<HashMap<i64, change::Model>> {
    let store = context.store();
    let places = places.iter().copied();
    let rows = scope::changes(context.viewer(), context.now())
        .filter(scope::among(store.backend(), change::Column::Sequence, places))
        .all(store.connection())
        .await?;
    Ok(rows.into_iter().map(|row| (row.sequence, row)).collect())
}

fn sort() -> SortKey<change::Model> {
    SortKey::new(
        "change",
        [change::Column::Sequence.as_column_ref()],
        false,
        |row: &change::Model| vec![KeyPart::Number(row.sequence)],
    )
}
