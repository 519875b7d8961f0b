//! Collaborations: found, listed and counted as the viewer may see them.

use std::collections::HashMap;

use entity::{CentreId, collaboration, collaboration_member};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use crate::access::scope;
use crate::error::Result;
use crate::evidence::named;
use crate::filter::AnyOf;
use crate::listing::{self, KeyPart, SortKey};
use crate::page::{Page, PageRequest};
use crate::request::RequestContext;
use crate::space::Space;
use crate::spelling;

/// A filter of collaborations.
#[derive(Clone, Debug, Default)]
pub struct CollaborationFilter {
    /// With one of these centres as a member, by slug.
    pub members: AnyOf<String>,
    /// Also those that were withdrawn.
    pub include_withdrawn: bool,
}

/// Returns the collaboration with this slug.
pub async fn get(context: &RequestContext, slug: &str) -> Result<Option<collaboration::Model>> {
    let store = context.store();
    Ok(scope::shared::<collaboration::Entity>(context.viewer(), context.now())
        .filter(collaboration::Column::Slug.eq(spelling::slug(slug)))
        .one(store.connection())
        .await?)
}

/// Returns a page of the collaborations that the viewer may see, by slug.
///
/// # Errors
/// `BAD_USER_INPUT` when the filter names what is not there, `INVALID_CURSOR`.
pub async fn list(
    context: &RequestContext,
    filter: &CollaborationFilter,
    request: &PageRequest,
) -> Result<Page<collaboration::Model>> {
    let sort = SortKey::new(
        "collaboration",
        [collaboration::Column::Slug.as_column_ref()],
        false,
        |row: &collaboration::Model| vec![KeyPart::Text(row.slug.clone())],
    );
    let select = matching(context, filter).await?;
    listing::read(context.store(), select, &sort, request).await
}

/// Returns how many collaborations the viewer may see.
///
/// # Errors
/// `BAD_USER_INPUT` when the filter names what is not there.
pub async fn count(context: &RequestContext, filter: &CollaborationFilter) -> Result<u64> {
    listing::count(context.store(), matching(context, filter).await?).await
}

async fn matching(
    context: &RequestContext,
    filter: &CollaborationFilter,
) -> Result<Select<collaboration::Entity>> {
    let mut select = scope::shared::<collaboration::Entity>(context.viewer(), context.now());
    if !filter.include_withdrawn {
        select = select.filter(collaboration::Column::WithdrawnAt.is_null());
    }
    if let Some(members) = filter.members.named() {
        let directory = context.directory().await?;
        let centres = named::ids(&directory.centres, members, "filter.members", "centre")?;
        let member = scope::parts_of_seen::<collaboration_member::Entity>()
            .select_only()
            .expr(Expr::val(1))
            .filter(
                Expr::col(collaboration_member::Column::CollaborationId.as_column_ref())
                    .equals(collaboration::Column::Id.as_column_ref()),
            )
            .filter(collaboration_member::Column::CentreId.is_in(centres));
        select = select.filter(Expr::exists(member.into_query()));
    }
    Ok(select)
}

/// Returns the members of collaborations that the viewer has been shown.
pub async fn members(
    space: &Space,
    collaborations: &[Uuid],
) -> Result<HashMap<Uuid, Vec<CentreId>>> {
    let store = space.store();
    let column = collaboration_member::Column::CollaborationId;
    let rows = scope::parts_of_seen::<collaboration_member::Entity>()
        .filter(scope::among(store.backend(), column, collaborations.iter().copied()))
        .all(store.connection())
        .await?;
    let mut members: HashMap<Uuid, Vec<_>> = HashMap::new();
    for row in rows {
        members.entry(row.collaboration_id.into()).or_default().push(row.centre_id);
    }
    Ok(members)
}
