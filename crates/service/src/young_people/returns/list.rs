//! Reads returns and their reports.

use std::collections::HashMap;
use std::sync::LazyLock;

use entity::{LoadedReturnId, ReturnKind, ReturnState, loaded_return, return_problem};
use returns::CollectionYear;
use sea_orm::{
    ColumnTrait, Condition, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

use crate::access::policy::{self, Action};
use crate::access::scope;
use crate::error::{Error, Result};
use crate::listing::{self, KeyPart, SortKey};
use crate::page::{Page, PageRequest};
use crate::request::RequestContext;
use crate::space::Space;
use crate::young_people::stewards;

/// By when they were begun, the latest first.
static ORDER: LazyLock<SortKey<loaded_return::Model>> = LazyLock::new(|| {
    use loaded_return::Column::{BeganAt, Id};
    SortKey::new("returns", [BeganAt, Id], true, |row: &loaded_return::Model| {
        vec![KeyPart::Moment(row.began_at), KeyPart::Id(row.id.into())]
    })
});

/// In the order of the report.
static PROBLEMS: LazyLock<SortKey<return_problem::Model>> = LazyLock::new(|| {
    use return_problem::Column::Ordinal;
    SortKey::new("problems", [Ordinal], false, |row: &return_problem::Model| {
        vec![KeyPart::Number(row.ordinal.into())]
    })
});

/// The returns, the latest first.
///
/// # Errors
/// `FORBIDDEN`; those of a page.
pub async fn list(
    context: &RequestContext,
    request: &PageRequest,
) -> Result<Page<loaded_return::Model>> {
    let select = of_viewer(context).await?;
    listing::read(context.store(), select, &ORDER, request).await
}

/// The returns of the authorities for which the viewer acts; all of them for whoever acts for none.
async fn of_viewer(context: &RequestContext) -> Result<Select<loaded_return::Entity>> {
    policy::authorise(context.viewer(), &Action::ContributeReturns)?;
    let own = stewards::authorities(context).await?;
    Ok(match own.is_empty() {
        true => scope::returns(),
        false => scope::returns_of(&own),
    })
}

/// How many returns there are.
///
/// # Errors
/// `FORBIDDEN`.
pub async fn count(context: &RequestContext) -> Result<u64> {
    listing::count(context.store(), of_viewer(context).await?).await
}

/// Whether a return of an authority and year is in use.
///
/// # Errors
/// When the database cannot be read.
pub async fn is_current(
    space: &Space,
    kind: ReturnKind,
    authority: &str,
    year: i32,
) -> Result<bool> {
    use loaded_return::Column::{Kind, State, Year};

    let directory = space.directory().await?;
    let day = CollectionYear::try_new(year)?.last_day();
    let Ok(authority) = directory.maker_of_return(authority, day) else {
        return Ok(false);
    };
    let found = scope::returns_of(&[authority.id])
        .filter(Kind.eq(kind))
        .filter(Year.eq(year))
        .filter(State.eq(ReturnState::Current))
        .one(space.store().connection())
        .await?;
    Ok(found.is_some())
}

/// One return.
///
/// # Errors
/// `FORBIDDEN`; `NOT_FOUND`.
pub async fn by_id(context: &RequestContext, id: LoadedReturnId) -> Result<loaded_return::Model> {
    of_viewer(context)
        .await?
        .filter(loaded_return::Column::Id.eq(id))
        .one(context.store().connection())
        .await?
        .ok_or_else(|| Error::not_found("return"))
}

/// The returns with these ids that the viewer may know of.
///
/// # Errors
/// When the database cannot be read.
pub async fn by_ids(
    context: &RequestContext,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, loaded_return::Model>> {
    if policy::authorise(context.viewer(), &Action::ContributeReturns).is_err() {
        return Ok(HashMap::new());
    }
    let store = context.store();
    let ids = ids.iter().copied();
    let rows = of_viewer(context)
        .await?
        .filter(scope::among(store.backend(), loaded_return::Column::Id, ids))
        .all(store.connection())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row)).collect())
}

/// The problems at these places of the reports of returns that the viewer may know of.
///
/// # Errors
/// When the database cannot be read.
pub async fn problems_at(
    context: &RequestContext,
    places: &[(Uuid, i32)],
) -> Result<HashMap<(Uuid, i32), return_problem::Model>> {
    use return_problem::Column::{Ordinal, ReturnId};

    if policy::authorise(context.viewer(), &Action::ContributeReturns).is_err() {
        return Ok(HashMap::new());
    }
    let seen =
        of_viewer(context).await?.select_only().column(loaded_return::Column::Id).into_query();
    let at = |any: Condition, (of, ordinal): &(Uuid, i32)| {
        any.add(Condition::all().add(ReturnId.eq(*of)).add(Ordinal.eq(*ordinal)))
    };
    let rows = scope::parts_of_seen::<return_problem::Entity>()
        .filter(places.iter().fold(Condition::any(), at))
        .filter(ReturnId.in_subquery(seen))
        .all(context.store().connection())
        .await?;
    let placed = rows.into_iter().map(|row| ((row.return_id.into(), row.ordinal), row));
    Ok(placed.collect())
}

/// The problems of a return that are kept: the first 10,000.
///
/// # Errors
/// `FORBIDDEN`; those of a page.
pub async fn problems(
    context: &RequestContext,
    id: LoadedReturnId,
    request: &PageRequest,
) -> Result<Page<return_problem::Model>> {
    by_id(context, id).await?;
    let select = scope::parts_of_seen::<return_problem::Entity>()
        .filter(return_problem::Column::ReturnId.eq(id));
    listing::read(context.store(), select, &PROBLEMS, request).await
}

/// How many problems of a return are kept.
///
/// # Errors
/// `FORBIDDEN`.
pub async fn problem_count(context: &RequestContext, id: LoadedReturnId) -> Result<u64> {
    by_id(context, id).await?;
    Ok(scope::parts_of_seen::<return_problem::Entity>()
        .filter(return_problem::Column::ReturnId.eq(id))
        .count(context.store().connection())
        .await?)
}

/// How often each rule was broken, by the problems that are kept: code, whether the rows were refused, and how many.
///
/// # Errors
/// `FORBIDDEN`.
pub async fn counted_problems(
    context: &RequestContext,
    id: LoadedReturnId,
) -> Result<Vec<(String, bool, i64)>> {
    use return_problem::Column::{IsRefusal, ReturnId, Rows, Rule};

    by_id(context, id).await?;
    let mut counted: Vec<(String, bool, i64)> = scope::parts_of_seen::<return_problem::Entity>()
        .filter(ReturnId.eq(id))
        .select_only()
        .columns([Rule, IsRefusal])
        .column_as(Rows.sum(), "times")
        .group_by(Rule)
        .group_by(IsRefusal)
        .into_tuple()
        .all(context.store().connection())
        .await?;
    counted.sort_by(|one, other| other.2.cmp(&one.2).then_with(|| one.0.cmp(&other.0)));
    Ok(counted)
}
