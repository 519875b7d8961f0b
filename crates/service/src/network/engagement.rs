//! Engagements: centres' visits to, and work with, local authorities.

use std::collections::HashMap;

use entity::engagement;
use sea_orm::{ColumnTrait, QueryFilter, Select};
use uuid::Uuid;

use crate::access::scope;
use crate::error::Result;
use crate::listing::{self, KeyPart, SortKey};
use crate::page::{Page, PageRequest};
use crate::space::Space;

/// The kind of parent whose engagements are listed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum EngagementsOf {
    /// A centre's.
    Centre,
    LocalAuthority,
}

impl EngagementsOf {
    const fn column(self) -> engagement::Column {
        match self {
            Self::Centre => engagement::Column::CentreId,
            Self::LocalAuthority => engagement::Column::LocalAuthorityId,
        }
    }
}

/// Returns those that were not withdrawn.
fn standing() -> Select<engagement::Entity> {
    scope::network::<engagement::Entity>().filter(engagement::Column::WithdrawnAt.is_null())
}

/// Returns the engagements of each of these centres or local authorities, in the order of their recording.
///
/// # Errors
/// `INVALID_CURSOR`.
pub async fn of_each(
    space: &Space,
    whose: EngagementsOf,
    parents: &[Uuid],
    request: &PageRequest,
) -> Result<HashMap<Uuid, Page<engagement::Model>>> {
    let sort = SortKey::new(
        "engagement",
        [engagement::Column::Id.as_column_ref()],
        false,
        |row: &engagement::Model| vec![KeyPart::Id(row.id.0)],
    );
    let select = standing();
    listing::read_for_each(space.store(), select, whose.column(), parents, &sort, request).await
}

/// Returns how many engagements each of these centres or local authorities has.
pub async fn count_of_each(
    space: &Space,
    whose: EngagementsOf,
    parents: &[Uuid],
) -> Result<HashMap<Uuid, u64>> {
    let select = standing();
    listing::count_for_each(space.store(), select, whose.column(), parents).await
}

/// Returns the engagements with these ids.
pub async fn by_ids(space: &Space, ids: &[Uuid]) -> Result<HashMap<Uuid, engagement::Model>> {
    let store = space.store();
    let rows = scope::network::<engagement::Entity>()
        .filter(scope::among(store.backend(), engagement::Column::Id, ids.iter().copied()))
        .all(store.connection())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id.0, row)).collect())
}
