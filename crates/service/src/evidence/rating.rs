//! Ratings: what centres hold of studies, publications and interventions, each on a standard.

use std::collections::HashMap;

use entity::{
    EvidenceStrength, LevelId, RatedKind, considered_publication, considered_study, publication,
    rating, rating_score, study,
};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use crate::access::scope;
use crate::error::{Error, Result};
use crate::filter::AnyOf;
use crate::listing::{self, KeyPart, SortKey};
use crate::network::Directory;
use crate::page::{Page, PageRequest};
use crate::space::Space;
use crate::viewer::Viewer;

/// Levels of a standard.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct LevelFilter {
    /// The standard's slug.
    pub standard: String,
    /// One of its versions; any of them when nothing is said.
    pub version: Option<String>,
    /// One of its dimensions, by key; any of them when nothing is said.
    pub dimension: Option<String>,
    /// The levels' codes; any of them when nothing is said.
    pub levels: AnyOf<String>,
}

/// The place of a strength, from 1: what the database compares.
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

/// The ratings of these subjects that the viewer may see, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_subjects(
    space: &Space,
    viewer: &Viewer,
    kind: RatedKind,
    subjects: &[Uuid],
) -> Result<HashMap<Uuid, Vec<rating::Model>>> {
    let store = space.store();
    let (column, subject): (_, fn(&rating::Model) -> Option<Uuid>) = match kind {
        RatedKind::Study => (rating::Column::StudyId, |row| row.study_id.map(Uuid::from)),
        RatedKind::Publication => (rating::Column::PublicationId, |row| {
            row.publication_id.map(Uuid::from)
        }),
        RatedKind::Intervention => (rating::Column::InterventionId, |row| {
            row.intervention_id.map(Uuid::from)
        }),
    };
    let mut rows = scope::shared_of_seen::<rating::Entity>(viewer, store.source().now())
        .filter(rating::Column::WithdrawnAt.is_null())
        .filter(scope::among(
            store.backend(),
            column,
            subjects.iter().copied(),
        ))
        .all(store.connection())
        .await?;
    // Sorted here, as the databases disagree about where a missing date stands.
    rows.sort_by(|one, other| {
        (other.rated_on, &one.reference, one.id).cmp(&(one.rated_on, &other.reference, other.id))
    });
    let mut ratings: HashMap<Uuid, Vec<_>> = HashMap::new();
    for row in rows {
        if let Some(subject) = subject(&row) {
            ratings.entry(subject).or_default().push(row);
        }
    }
    Ok(ratings)
}

/// The levels that ratings give.
///
/// # Errors
/// When the database cannot be read.
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
        scores
            .entry(row.rating_id.into())
            .or_default()
            .push(row.level_id);
    }
    Ok(scores)
}

macro_rules! considered {
    ($(
        $(#[$doc:meta])* $page:ident $(#[$count_doc:meta])* $count:ident $select:ident:
        $thing:ident by $table:ident $Id:ident;
    )*) => {$(
        $(#[$doc])*
        pub async fn $page(
            space: &Space,
            viewer: &Viewer,
            ratings: &[Uuid],
            request: &PageRequest,
        ) -> Result<HashMap<Uuid, Page<$thing::Model>>> {
            let sort = SortKey::new(
                "considered",
                [$thing::Column::Id.as_column_ref()],
                false,
                |row: &$thing::Model| vec![KeyPart::Id(row.id.0)],
            );
            let (select, parent) = ($select(space, viewer), $table::Column::RatingId);
            listing::read_for_each(space.store(), select, parent, ratings, &sort, request).await
        }

        $(#[$count_doc])*
        pub async fn $count(
            space: &Space,
            viewer: &Viewer,
            ratings: &[Uuid],
        ) -> Result<HashMap<Uuid, u64>> {
            let (select, parent) = ($select(space, viewer), $table::Column::RatingId);
            listing::count_for_each(space.store(), select, parent, ratings).await
        }

        fn $select(space: &Space, viewer: &Viewer) -> Select<$thing::Entity> {
            listing::joined(
                scope::shared::<$thing::Entity>(viewer, space.store().source().now()),
                $thing::Column::Id,
                $table::Entity,
                $table::Column::$Id,
            )
        }
    )*};
}

considered! {
    /// The studies that each of these ratings took into account, withdrawn or not, in the order of their
    /// contribution.
    ///
    /// # Errors
    /// `INVALID_CURSOR`.
    considered_studies
    /// How many studies each of these ratings took into account.
    ///
    /// # Errors
    /// When the database cannot be read.
    count_considered_studies
    studies_by_rating: study by considered_study StudyId;

    /// The publications that each of these ratings took into account, withdrawn or not, in the order of
    /// their contribution.
    ///
    /// # Errors
    /// `INVALID_CURSOR`.
    considered_publications
    /// How many publications each of these ratings took into account.
    ///
    /// # Errors
    /// When the database cannot be read.
    count_considered_publications
    publications_by_rating: publication by considered_publication PublicationId;
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
    let standard = directory
        .standards
        .by_key(&filter.standard)
        .ok_or_else(|| {
            Error::bad_input(
                "filter.rated.standard",
                format!("There is no standard '{}'.", filter.standard),
            )
        })?;
    let levels: Vec<LevelId> = standard
        .versions
        .iter()
        .filter(|version| {
            filter
                .version
                .as_ref()
                .is_none_or(|code| *code == version.row.code)
        })
        .flat_map(|version| &version.dimensions)
        .filter(|dimension| {
            filter
                .dimension
                .as_ref()
                .is_none_or(|code| *code == dimension.row.code)
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
