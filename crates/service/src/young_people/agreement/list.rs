//! Reads agreements, and who read whom under them.

use std::collections::HashMap;
use std::sync::LazyLock;

use entity::{AgreementId, ChangeKind, agreement_controller, audit_event, data_sharing_agreement};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use super::Agreement;
use crate::access::scope;
use crate::error::{Error, Result};
use crate::listing::{self, KeyPart, SortKey};
use crate::page::{Page, PageRequest};
use crate::request::RequestContext;
use crate::space::Space;
use crate::young_people::people::READ;
use crate::young_people::stewards;

/// By when they were proposed, the latest first.
static ORDER: LazyLock<SortKey<data_sharing_agreement::Model>> = LazyLock::new(|| {
    use data_sharing_agreement::Column::{Id, ProposedAt};
    SortKey::new("agreements", [ProposedAt, Id], true, |row: &data_sharing_agreement::Model| {
        vec![KeyPart::Moment(row.proposed_at), KeyPart::Id(row.id.into())]
    })
});

/// The latest first.
static READS: LazyLock<SortKey<audit_event::Model>> = LazyLock::new(|| {
    use audit_event::Column::{At, Id};
    SortKey::new("reads", [At, Id], true, |row: &audit_event::Model| {
        vec![KeyPart::Moment(row.at), KeyPart::Id(row.id.into())]
    })
});

/// Returns the agreements whose party the viewer is.
async fn of_viewer(context: &RequestContext) -> Result<Select<data_sharing_agreement::Entity>> {
    let acts_for = stewards::authorities(context).await?;
    Ok(scope::agreements(context.viewer(), &acts_for))
}

/// Returns the agreements of the viewer, the latest first.
///
/// # Errors
/// Those of a page.
pub async fn list(context: &RequestContext, request: &PageRequest) -> Result<Page<Agreement>> {
    let select = of_viewer(context).await?;
    let page = listing::read(context.store(), select, &ORDER, request).await?;
    let ids: Vec<_> = page.items.iter().map(|(_, row)| row.id).collect();
    let mut controllers = controllers(context.space(), &ids).await?;
    Ok(Page {
        items: page
            .items
            .into_iter()
            .map(|(cursor, row)| {
                let controllers = controllers.remove(&row.id).unwrap_or_default();
                (cursor, Agreement { row, controllers })
            })
            .collect(),
        has_previous: page.has_previous,
        has_next: page.has_next,
    })
}

/// Returns one agreement, if the viewer is a party of it.
pub async fn get(context: &RequestContext, id: AgreementId) -> Result<Option<Agreement>> {
    Ok(by_ids(context, &[id.into()]).await?.remove(&id.into()))
}

/// Returns the agreements with these ids whose party the viewer is.
pub async fn by_ids(context: &RequestContext, ids: &[Uuid]) -> Result<HashMap<Uuid, Agreement>> {
    use data_sharing_agreement::Column::Id;

    let store = context.store();
    let rows = of_viewer(context)
        .await?
        .filter(scope::among(store.backend(), Id, ids.iter().copied()))
        .all(store.connection())
        .await?;
    let found: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut controllers = match found.as_slice() {
        [] => HashMap::new(),
        found => controllers(context.space(), found).await?,
    };
    let with_controllers = |row: data_sharing_agreement::Model| {
        let controllers = controllers.remove(&row.id).unwrap_or_default();
        (row.id.into(), Agreement { row, controllers })
    };
    Ok(rows.into_iter().map(with_controllers).collect())
}

/// Returns the same, where there must be one.
pub(in crate::young_people) async fn seen(
    context: &RequestContext,
    id: AgreementId,
) -> Result<Agreement> {
    let found = get(context, id).await?;
    found.ok_or_else(|| Error::not_found("agreement"))
}

async fn controllers(
    space: &Space,
    ids: &[AgreementId],
) -> Result<HashMap<AgreementId, Vec<agreement_controller::Model>>> {
    let rows = scope::parts_of_seen::<agreement_controller::Entity>()
        .filter(agreement_controller::Column::AgreementId.is_in(ids.iter().copied()))
        .order_by_asc(agreement_controller::Column::LocalAuthorityId)
        .all(space.store().connection())
        .await?;
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        found.entry(row.agreement_id).or_default().push(row);
    }
    Ok(found)
}

/// Returns who read rows under an agreement, when and what for: for its parties. The latest first.
///
/// # Errors
/// Those of a page.
pub async fn reads(
    space: &Space,
    agreement: &Agreement,
    request: &PageRequest,
) -> Result<Page<audit_event::Model>> {
    let of_this = audit_event::Column::SubjectId.eq(Uuid::from(agreement.id()));
    listing::read(space.store(), readings().filter(of_this), &READS, request).await
}

/// Returns the readings with these ids under agreements whose party the viewer is.
pub async fn reads_by_ids(
    context: &RequestContext,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, audit_event::Model>> {
    let store = context.store();
    let agreements = of_viewer(context)
        .await?
        .select_only()
        .column(data_sharing_agreement::Column::Id)
        .into_query();
    let ids = ids.iter().copied();
    let rows = readings()
        .filter(scope::among(store.backend(), audit_event::Column::Id, ids))
        .filter(audit_event::Column::SubjectId.in_subquery(agreements))
        .all(store.connection())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row)).collect())
}

fn readings() -> Select<audit_event::Entity> {
    scope::audit_events(None)
        .filter(audit_event::Column::SubjectKind.eq(ChangeKind::DataSharingAgreement))
        .filter(audit_event::Column::Action.eq(READ))
}
