//! Ratings: what centres hold of studies, publications and interventions, each on a standard.

use std::collections::HashMap;

use entity::{
    EvidenceStrength, LevelId, PublicationId, RatedKind, StudyId, considered_publication,
    considered_study, publication, rating, rating_score, study,
};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use crate::access::scope;
use crate::error::{Error, Result};
use crate::network::Directory;
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
    /// The levels' codes; any of them when empty.
    pub levels: Vec<String>,
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
    ($($(#[$doc:meta])* $name:ident: $thing:ident of $table:ident by $id:ident $Id:ident $Column:ident;)*) => {$(
        $(#[$doc])*
        pub async fn $name(
            space: &Space,
            viewer: &Viewer,
            ratings: &[Uuid],
        ) -> Result<HashMap<Uuid, Vec<$Id>>> {
            let store = space.store();
            let column = $table::Column::$Column;
            let among = scope::among(store.backend(), $table::Column::RatingId, ratings.iter().copied());
            let rows = scope::parts_of_seen::<$table::Entity>()
                .filter(among)
                .filter(scope::sees::<$thing::Entity>(viewer, store.source().now(), column))
                .order_by_asc(column)
                .all(store.connection())
                .await?;
            let mut considered: HashMap<Uuid, Vec<_>> = HashMap::new();
            for row in rows {
                considered.entry(row.rating_id.into()).or_default().push(row.$id);
            }
            Ok(considered)
        }
    )*};
}

considered! {
    /// The studies that ratings took into account, as far as the viewer may see them, in the order of
    /// their contribution.
    ///
    /// # Errors
    /// When the database cannot be read.
    considered_studies: study of considered_study by study_id StudyId StudyId;
    /// The publications that ratings took into account, as far as the viewer may see them, in the order
    /// of their contribution.
    ///
    /// # Errors
    /// When the database cannot be read.
    considered_publications: publication of considered_publication by publication_id PublicationId PublicationId;
}

/// Keeps the ratings that are on one of the levels.
///
/// # Errors
/// `BAD_INPUT` when there is no such standard, version, dimension or level.
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
        .filter(|level| filter.levels.is_empty() || filter.levels.contains(&level.code))
        .map(|level| level.id)
        .collect();
    if levels.is_empty() {
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
