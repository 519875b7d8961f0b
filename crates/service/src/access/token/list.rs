//! Reads the records of tokens, for those who manage them.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{AccessTokenId, AccessTokenState, CentreId, access_token};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, DbBackend, QueryFilter, QueryOrder, Select};
use uuid::Uuid;

use crate::access::policy::{self, Action};
use crate::access::{Reach, ScopeName, scope};
use crate::error::Result;
use crate::filter::{AnyOf, any};
use crate::listing::{self, KeyPart, SortKey};
use crate::page::{Page, PageRequest};
use crate::request::RequestContext;

/// A filter of tokens: any of the values within a field, and all of the fields.
#[derive(Clone, Debug, Default)]
pub struct TokenFilter {
    /// Of these centres; of those whose tokens the viewer manages, when nothing is said.
    pub centres: AnyOf<CentreId>,
    /// That grant one of these scopes.
    pub scopes: AnyOf<ScopeName>,
    pub states: AnyOf<AccessTokenState>,
    /// That were not used at this moment or later, as far as is recorded.
    pub unused_since: Option<DateTime<Utc>>,
    /// That are accepted now and won't be after this time.
    pub expiring_within: Option<TimeDelta>,
}

/// Returns a page of the records, newest first.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`, `INVALID_CURSOR`.
pub async fn list(
    context: &RequestContext,
    filter: &TokenFilter,
    request: &PageRequest,
) -> Result<Page<access_token::Model>> {
    let select = selected(context, filter)?;
    let sort =
        SortKey::new("token", [access_token::Column::Id], true, |row: &access_token::Model| {
            vec![KeyPart::Id(row.id.into())]
        });
    listing::read(context.store(), select, &sort, request).await
}

/// Returns how many records there are.
pub async fn count(context: &RequestContext, filter: &TokenFilter) -> Result<u64> {
    listing::count(context.store(), selected(context, filter)?).await
}

/// Returns all the records, newest first.
pub async fn all(
    context: &RequestContext,
    filter: &TokenFilter,
) -> Result<Vec<access_token::Model>> {
    let select = selected(context, filter)?;
    Ok(select.order_by_desc(access_token::Column::Id).all(context.store().connection()).await?)
}

/// Returns the record of a token, if the viewer may see it.
pub async fn get(
    context: &RequestContext,
    id: AccessTokenId,
) -> Result<Option<access_token::Model>> {
    Ok(by_ids(context, &[id.into()]).await?.remove(&Uuid::from(id)))
}

/// Returns the records with these ids that the viewer may see.
pub async fn by_ids(
    context: &RequestContext,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, access_token::Model>> {
    let store = context.store();
    let ids = ids.iter().copied();
    let records = scope::access_tokens()
        .filter(scope::among(store.backend(), access_token::Column::Id, ids))
        .all(store.connection())
        .await?;
    let may_see = |record: &access_token::Model| {
        policy::authorise(context.viewer(), &Action::ReadTokens(record.centre_id)).is_ok()
    };
    Ok(records.into_iter().filter(may_see).map(|record| (record.id.into(), record)).collect())
}

/// Returns the records of which the viewer manages the tokens, and that a filter wants.
pub(super) fn selected(
    context: &RequestContext,
    filter: &TokenFilter,
) -> Result<Select<access_token::Entity>> {
    use access_token::Column;

    let now = context.now();
    let mut select = scope::access_tokens();
    if let Some(centres) = filter.centres.named() {
        for centre in centres {
            policy::authorise(context.viewer(), &Action::ReadTokens(*centre))?;
        }
        select = select.filter(Column::CentreId.is_in(centres.iter().copied()));
    }
    if filter.centres.named().is_none_or(<[_]>::is_empty) {
        // Nobody in particular: a token of no centre can't be.
        let another = CentreId(Uuid::nil());
        if let Err(refusal) = policy::authorise(context.viewer(), &Action::ReadTokens(another)) {
            let own = context.viewer().centre().ok_or(refusal)?;
            policy::authorise(context.viewer(), &Action::ReadTokens(own))?;
            select = select.filter(Column::CentreId.eq(own));
        }
    }
    let backend = context.store().backend();
    if let Some(scopes) = filter.scopes.named() {
        select = select.filter(grants_any(backend, scopes));
    }
    if let Some(states) = filter.states.named() {
        select = select.filter(any(states, |state| stands(backend, *state, now)));
    }
    if let Some(since) = filter.unused_since {
        let unused =
            Condition::any().add(Column::LastUsedAt.is_null()).add(Column::LastUsedAt.lt(since));
        select = select.filter(unused);
    }
    if let Some(within) = filter.expiring_within {
        select = select
            .filter(Column::RevokedAt.is_null())
            .filter(Column::ExpiresAt.gt(now))
            .filter(Column::ExpiresAt.lte(now + within));
    }
    Ok(select)
}

/// [`super::state`] as a condition.
fn stands(backend: DbBackend, state: AccessTokenState, now: DateTime<Utc>) -> Condition {
    use access_token::Column::{ApprovedAt, ExpiresAt, RevokedAt};

    let of_persons: Vec<_> =
        ScopeName::ALL.iter().copied().filter(|scope| scope.reach() == Reach::Persons).collect();
    let live = Condition::all().add(RevokedAt.is_null()).add(ExpiresAt.gt(now));
    match state {
        AccessTokenState::Revoked => Condition::all().add(RevokedAt.is_not_null()),
        AccessTokenState::Expired => {
            Condition::all().add(RevokedAt.is_null()).add(ExpiresAt.lte(now))
        }
        AccessTokenState::PendingApproval => {
            live.add(ApprovedAt.is_null()).add(grants_any(backend, &of_persons))
        }
        AccessTokenState::Active => live.add(
            Condition::any()
                .add(ApprovedAt.is_not_null())
                .add(grants_any(backend, &of_persons).not()),
        ),
    }
}

/// Returns whether the list of scopes has one of these.
fn grants_any(backend: DbBackend, scopes: &[ScopeName]) -> Expr {
    let one = |scope: &ScopeName| match backend {
        DbBackend::Postgres => Expr::cust_with_values(
            "scopes @> CAST($1 AS jsonb)",
            [serde_json::json!([scope.as_str()]).to_string()],
        ),
        _ => Expr::cust_with_values(
            "EXISTS (SELECT 1 FROM json_each(scopes) AS granted WHERE granted.value = ?)",
            [scope.as_str()],
        ),
    };
    scopes.iter().map(one).reduce(|any, next| any.or(next)).unwrap_or_else(|| Expr::val(false))
}
