//! Ratings: what centres hold of studies, publications and interventions, each on a standard.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    EvidenceStrength, LevelId, RatedKind, considered_publication, considered_study, publication,
    rating, rating_score, study,
};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use crate::access::scope;
use crate::error::{Error, Result};
use crate::filter::AnyOf;
use crate::listing::{self, KeyPart, SortKey};
use crate::network::Directory;
use crate::page::{Page, PageRequest};
use crate::request::RequestContext;
use crate::space::Space;

/// Levels of a standard.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct LevelFilter {
    pub standard: String,
    /// One of its versions; any of them when nothing is said.
    pub version: Option<String>,
    /// One of its dimensions, by key; any of them when nothing is said.
    pub dimension: Option<String>,
    /// The levels' codes; any of them when nothing is said.
    pub levels: AnyOf<String>,
}

/// Returns the place of a strength, from 1: what the database compares.
#[must_use]
pub const fn strength_rank(strength: EvidenceStrength) -> i32 {
    match strength {
        EvidenceStrength::Insufficient => 1,
        EvidenceStrength::Low => 2,
        EvidenceStrength::Moderate => 3,
        EvidenceStrength::High => 4,
        EvidenceStrength::VeryHigh => 5,
    }
}

/// Returns a page of the ratings of each of these subjects that the viewer may see, newest first: by the day on which
/// they were rated, those without one last, and of one day the last that was contributed.
///
/// # Errors
/// `INVALID_CURSOR`.
pub async fn of_each(
    context: &RequestContext,
    kind: RatedKind,
    subjects: &[Uuid],
    request: &PageRequest,
) -> Result<HashMap<Uuid, Page<rating::Model>>> {
    let (select, parent) = (standing(context), subject(kind));
    listing::read_for_each(context.store(), select, parent, subjects, &newest(), request).await
}

/// Returns how many ratings each of these subjects has.
pub async fn count_of_each(
    context: &RequestContext,
    kind: RatedKind,
    subjects: &[Uuid],
) -> Result<HashMap<Uuid, u64>> {
    let (select, parent) = (standing(context), subject(kind));
    listing::count_for_each(context.store(), select, parent, subjects).await
}

/// Returns the newest ratings of each of these subjects that were neither withdrawn nor superseded, so many at most;
/// and how many more there are.
pub async fn newest_of_each(
    context: &RequestContext,
    kind: RatedKind,
    subjects: &[Uuid],
    most: u64,
) -> Result<HashMap<Uuid, (Vec<rating::Model>, u64)>> {
    let select = standing(context).filter(rating::Column::SupersededBy.is_null());
    let (store, parent, request) = (context.store(), subject(kind), PageRequest::first(most));
    let pages =
        listing::read_for_each(store, select.clone(), parent, subjects, &newest(), &request)
            .await?;
    let cut_off = pages.iter().filter(|(_, page)| page.has_next);
    let cut_off: Vec<Uuid> = cut_off.map(|(subject, _)| *subject).collect();
    let counts = match cut_off.as_slice() {
        [] => HashMap::new(),
        many => listing::count_for_each(store, select, parent, many).await?,
    };
    let with_rest = |(subject, page): (Uuid, Page<rating::Model>)| {
        let count = counts.get(&subject).copied().unwrap_or_default();
        let rows = page.items.into_iter().map(|(_, row)| row);
        (subject, (rows.collect(), count.saturating_sub(most)))
    };
    Ok(pages.into_iter().map(with_rest).collect())
}

/// Returns the ratings that the viewer may see and that were not withdrawn.
fn standing(context: &RequestContext) -> Select<rating::Entity> {
    scope::shared_of_seen::<rating::Entity>(context.viewer(), context.now())
        .filter(rating::Column::WithdrawnAt.is_null())
}

const fn subject(kind: RatedKind) -> rating::Column {
    match kind {
        RatedKind::Study => rating::Column::StudyId,
        RatedKind::Publication => rating::Column::PublicationId,
        RatedKind::Intervention => rating::Column::InterventionId,
    }
}

/// Where those without a day stand: the databases disagree about where nothing does.
const UNDATED: NaiveDate = match NaiveDate::from_ymd_opt(1, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

fn newest() -> SortKey<rating::Model> {
    let day =
        Func::coalesce([Expr::col(rating::Column::RatedOn.as_column_ref()), Expr::val(UNDATED)]);
    let columns = vec![Expr::from(day), Expr::col(rating::Column::Id.as_column_ref())];
    SortKey::of_expressions("rated", columns, true, |row: &rating::Model| {
        let day = row.rated_on.unwrap_or(UNDATED);
        vec![KeyPart::Day(day), KeyPart::Id(row.id.into())]
    })
}

/// Returns the levels that ratings give.
pub async fn scores(space: &Space, ratings: &[Uuid]) -> Result<HashMap<Uuid, Vec<LevelId>>> {
    let store = space.store();
    let rows = scope::parts_of_seen::<rating_score::Entity>()
        .filter(scope::among(
            store.backend(),
            rating_score::Column::RatingId,
            ratings.iter().copied(),
        ))
        .all(store.connection())
        .await?;
    let mut scores: HashMap<Uuid, Vec<_>> = HashMap::new();
    for row in rows {
        scores.entry(row.rating_id.into()).or_default().push(row.level_id);
    }
    Ok(scores)
}

/// Returns the studies that each of these ratings took into account, withdrawn or not, in the order of their
/// contribution.
///
/// # Errors
/// `INVALID_CURSOR`.
pub async fn considered_studies(
    context: &RequestContext,
    ratings: &[Uuid],
    request: &PageRequest,
) -> Result<HashMap<Uuid, Page<study::Model>>> {
    let id = |row: &study::Model| vec![KeyPart::Id(row.id.into())];
    let sort = SortKey::new("considered", [study::Column::Id.as_column_ref()], false, id);
    let select = studies_by_rating(context);
    let rating = considered_study::Column::RatingId;
    listing::read_for_each(context.store(), select, rating, ratings, &sort, request).await
}

/// Returns how many studies each of these ratings took into account.
pub async fn count_considered_studies(
    context: &RequestContext,
    ratings: &[Uuid],
) -> Result<HashMap<Uuid, u64>> {
    let select = studies_by_rating(context);
    let rating = considered_study::Column::RatingId;
    listing::count_for_each(context.store(), select, rating, ratings).await
}

fn studies_by_rating(context: &RequestContext) -> Select<study::Entity> {
    use considered_study::{Column, Entity};

    let seen = scope::shared::<study::Entity>(context.viewer(), context.now());
    listing::joined(seen, study::Column::Id, Entity, Column::StudyId)
}

/// Returns the publications that each of these ratings took into account, withdrawn or not, in the order of their
/// contribution.
///
/// # Errors
/// `INVALID_CURSOR`.
pub async fn considered_publications(
    context: &RequestContext,
    ratings: &[Uuid],
    request: &PageRequest,
) -> Result<HashMap<Uuid, Page<publication::Model>>> {
    let id = |row: &publication::Model| vec![KeyPart::Id(row.id.into())];
    let sort = SortKey::new("considered", [publication::Column::Id.as_column_ref()], false, id);
    let select = publications_by_rating(context);
    let rating = considered_publication::Column::RatingId;
    listing::read_for_each(context.store(), select, rating, ratings, &sort, request).await
}

/// Returns how many publications each of these ratings took into account.
pub async fn count_considered_publications(
    context: &RequestContext,
    ratings: &[Uuid],
) -> Result<HashMap<Uuid, u64>> {
    let select = publications_by_rating(context);
    let rating = considered_publication::Column::RatingId;
    listing::count_for_each(context.store(), select, rating, ratings).await
}

fn publications_by_rating(context: &RequestContext) -> Select<publication::Entity> {
    use considered_publication::{Column, Entity};

    let seen = scope::shared::<publication::Entity>(context.viewer(), context.now());
    listing::joined(seen, publication::Column::Id, Entity, Column::PublicationId)
}

/// Keeps the ratings that are on one of the levels.
///
/// # Errors
/// `BAD_USER_INPUT` when there is no such standard, version, dimension or level.
pub(crate) fn with_levels(
    select: Select<rating::Entity>,
    directory: &Directory,
    filters: &[LevelFilter],
) -> Result<Select<rating::Entity>> {
    let mut levels = Vec::new();
    for filter in filters {
        levels.extend(level_ids(directory, filter)?);
    }
    let scored = scope::parts_of_seen::<rating_score::Entity>()
        .select_only()
        .expr(Expr::val(1))
        .filter(
            Expr::col(rating_score::Column::RatingId.as_column_ref())
                .equals(rating::Column::Id.as_column_ref()),
        )
        .filter(rating_score::Column::LevelId.is_in(levels));
    Ok(select.filter(Expr::exists(scored.into_query())))
}

fn level_ids(directory: &Directory, filter: &LevelFilter) -> Result<Vec<LevelId>> {
    let standard = directory.standards.by_key(&filter.standard).ok_or_else(|| {
        Error::bad_input(
            "filter.rated.standard",
            format!("There is no standard '{}'.", filter.standard),
        )
    })?;
    let levels: Vec<LevelId> = standard
        .versions
        .iter()
        .filter(|version| filter.version.as_ref().is_none_or(|code| *code == version.row.code))
        .flat_map(|version| &version.dimensions)
        .filter(|dimension| {
            filter.dimension.as_ref().is_none_or(|code| *code == dimension.row.code)
        })
        .flat_map(|dimension| &dimension.levels)
        .filter(|level| filter.levels.admits(&level.code))
        .map(|level| level.id)
        .collect();
    if levels.is_empty() && filter.levels.named() != Some(&[]) {
        return Err(Error::bad_input(
            "filter.rated",
            format!(
                "The standard '{}' has no such version, dimension or level; see `evidenceStandard(slug:)`.",
                filter.standard
            ),
        ));
    }
    Ok(levels)
}
