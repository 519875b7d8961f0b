//! The pairs that may be the same, as the viewer may see them: of a publication, and those that concern
//! a centre.

use std::collections::HashMap;

use entity::{CentreId, DuplicateReason, possible_duplicate, publication};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, Select};
use uuid::Uuid;

use crate::access::{ScopeName, scope};
use crate::error::{Error, Result};
use crate::listing::{self, KeyPart, SortKey};
use crate::page::{Page, PageRequest};
use crate::request::RequestContext;

/// The open pairs of each of these publications that the viewer may see, the most alike first. What was
/// declared different is no more among them.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_publications(
    context: &RequestContext,
    publications: &[Uuid],
) -> Result<HashMap<Uuid, Vec<possible_duplicate::Model>>> {
    use possible_duplicate::Column::{Id, OneId, OtherId, Similarity};

    let store = context.store();
    let of_these = Condition::any()
        .add(scope::among(store.backend(), OneId, publications.iter().copied()))
        .add(scope::among(store.backend(), OtherId, publications.iter().copied()));
    let rows = open(scope::possible_duplicates(context.viewer(), context.now()))
        .filter(of_these)
        .order_by_desc(Similarity)
        .order_by_desc(Id)
        .all(store.connection())
        .await?;
    let mut pairs: HashMap<Uuid, Vec<possible_duplicate::Model>> = HashMap::new();
    for row in rows {
        for side in [row.one_id, row.other_id] {
            pairs.entry(side.into()).or_default().push(row.clone());
        }
    }
    Ok(pairs)
}

/// The pairs with these ids that the viewer may see: open, as both publications show them, or decided, as the list of
/// those that concern the viewer does.
///
/// # Errors
/// When the database cannot be read.
pub async fn by_ids(
    context: &RequestContext,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, possible_duplicate::Model>> {
    let store = context.store();
    let among = || {
        let ids = ids.iter().copied();
        scope::among(store.backend(), possible_duplicate::Column::Id, ids)
    };
    let open = open(scope::possible_duplicates(context.viewer(), context.now()));
    let mut rows = open.filter(among()).all(store.connection()).await?;
    let decided = concerning(context, true).filter(among());
    rows.extend(decided.all(store.connection()).await?);
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// A page of the pairs that concern the viewer's centre, as one of the two is its own; all of them for
/// whoever reviews evidence for the network. The most alike come first.
///
/// # Errors
/// `INVALID_CURSOR`.
pub async fn list(
    context: &RequestContext,
    decided: bool,
    request: &PageRequest,
) -> Result<Page<possible_duplicate::Model>> {
    listing::read(context.store(), concerning(context, decided), &sort(), request).await
}

/// How many pairs concern the viewer's centre.
///
/// # Errors
/// When the database cannot be read.
pub async fn count(context: &RequestContext, decided: bool) -> Result<u64> {
    listing::count(context.store(), concerning(context, decided)).await
}

/// What speaks for and against a pair.
///
/// # Errors
/// When the row was written by another version that knew other reasons.
pub fn reasons(pair: &possible_duplicate::Model) -> Result<Vec<DuplicateReason>> {
    serde_json::from_value(pair.reasons.clone()).map_err(Error::internal)
}

fn concerning(context: &RequestContext, decided: bool) -> Select<possible_duplicate::Entity> {
    let seen = scope::possible_duplicates(context.viewer(), context.now());
    let pairs = if decided {
        seen.filter(possible_duplicate::Column::Outcome.is_not_null())
    } else {
        open(seen)
    };
    if context.viewer().has(ScopeName::EvidenceReview) {
        return pairs;
    }
    match context.viewer().centre() {
        Some(centre) => pairs.filter(has_one_of(centre)),
        None => pairs.filter(Expr::val(1).eq(0)),
    }
}

/// What nobody has decided, of publications that stand.
fn open(pairs: Select<possible_duplicate::Entity>) -> Select<possible_duplicate::Entity> {
    let withdrawn =
        with_side(Expr::col(publication::Column::WithdrawnAt.as_column_ref()).is_not_null());
    pairs.filter(possible_duplicate::Column::Outcome.is_null()).filter(withdrawn.not())
}

fn has_one_of(centre: CentreId) -> Expr {
    with_side(Expr::col(publication::Column::ContributedBy.as_column_ref()).eq(centre))
}

/// Whether one of the two publications of a pair is such a one.
fn with_side(such: Expr) -> Expr {
    let id = || Expr::col(publication::Column::Id.as_column_ref());
    let either = id()
        .equals(possible_duplicate::Column::OneId.as_column_ref())
        .or(id().equals(possible_duplicate::Column::OtherId.as_column_ref()));
    let side = Query::select()
        .expr(Expr::val(1))
        .from(publication::Entity)
        .and_where(either)
        .and_where(such)
        .to_owned();
    Expr::exists(side)
}

fn sort() -> SortKey<possible_duplicate::Model> {
    use possible_duplicate::Column::{Id, Similarity};

    SortKey::new(
        "similarity",
        [Similarity.as_column_ref(), Id.as_column_ref()],
        true,
        |row: &possible_duplicate::Model| {
            vec![KeyPart::Number(row.similarity.into()), KeyPart::Id(row.id)]
        },
    )
}
