//! Reads what is compared.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use entity::{
    LevelId, PublicationId, RatedKind, RatingId, StudyId, considered_publication, considered_study,
    publication, rating, study, study_publication,
};
use sea_orm::{EntityTrait, QueryFilter};
use uuid::Uuid;

use super::MOST_COMPARED;
use super::pair::{Compared, Score};
use super::scales::{Crosswalk, Reading};
use crate::access::scope::{self, SharedEntity};
use crate::error::Result;
use crate::evidence::rating as ratings;
use crate::network::Directory;
use crate::request::RequestContext;
use crate::shared::{self, Identified};

/// The ratings of a thing that were neither withdrawn nor superseded.
pub(super) struct Standing {
    /// The newest of them, newest first.
    pub(super) ratings: Vec<Arc<rating::Model>>,
    /// How many more there are.
    pub(super) more: u64,
}

/// Returns the ratings of each thing that stand.
pub(super) async fn standing(
    context: &RequestContext,
    kind: RatedKind,
    subjects: &[Uuid],
) -> Result<HashMap<Uuid, Standing>> {
    let found = ratings::newest_of_each(context, kind, subjects, MOST_COMPARED).await?;
    let standing = |(subject, (rows, more)): (Uuid, (Vec<rating::Model>, u64))| {
        let ratings = rows.into_iter().map(Arc::new).collect();
        (subject, Standing { ratings, more })
    };
    Ok(found.into_iter().map(standing).collect())
}

/// Returns the published readings of levels.
pub(super) fn crosswalk(directory: &Directory) -> Crosswalk {
    let reading = |row: &Arc<entity::crosswalk::Model>| {
        let (dimension, level) = directory.levels.get(&row.to_level)?;
        Some(Reading {
            level: row.to_level,
            label: level.label.clone(),
            ordinal: level.ordinal,
            dimension: dimension.row.id,
            version: dimension.row.version_id,
            relation: row.relation,
            caveat: row.caveat.clone(),
            source: row.source.clone(),
        })
    };
    directory
        .crosswalk
        .iter()
        .map(|(level, rows)| (*level, rows.iter().filter_map(reading).collect()))
        .collect()
}

/// Returns the ratings of each thing that has several, with all that they are compared by.
pub(super) async fn compared(
    context: &RequestContext,
    directory: &Directory,
    standing: &HashMap<Uuid, Standing>,
) -> Result<HashMap<Uuid, Vec<Compared>>> {
    let several = || {
        standing
            .iter()
            .filter(|(_, standing)| standing.ratings.len() > 1)
            .map(|(subject, standing)| (*subject, standing.ratings.iter()))
    };
    let ids: Vec<Uuid> = several().flat_map(|(_, rows)| rows.map(|row| row.id.into())).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut scores = ratings::scores(context.space(), &ids).await?;
    let columns = (considered_study::Column::RatingId, considered_study::Column::StudyId);
    let of = |row: considered_study::Model| (row.rating_id, row.study_id);
    let mut studies =
        considered::<study::Entity, considered_study::Entity, _>(context, &ids, columns, of)
            .await?;
    let columns =
        (considered_publication::Column::RatingId, considered_publication::Column::PublicationId);
    let of = |row: considered_publication::Model| (row.rating_id, row.publication_id);
    let mut publications = considered::<publication::Entity, considered_publication::Entity, _>(
        context, &ids, columns, of,
    )
    .await?;
    let reported = reported(context, publications.values().flatten().copied()).await?;
    let mut compared = |row: &Arc<rating::Model>| {
        let (standard, version) = directory.versions.get(&row.version_id)?;
        let centre = directory.centres.by_id(row.contributed_by)?;
        let id = Uuid::from(row.id);
        let outcome = row.outcome_id.and_then(|id| directory.outcomes.by_id(id));
        let levels = scores.remove(&id).unwrap_or_default();
        let publications = publications.remove(&id).unwrap_or_default().into_iter();
        Some(Compared {
            id: row.id,
            name: format!("{} ('{}')", centre.row.name, row.reference),
            standard: standard.row.id,
            version: row.version_id,
            scale: format!("{} ({})", standard.row.name, version.row.code),
            strength: row.strength,
            rated_on: row.rated_on,
            outcome: outcome.map(|term| (term.row.id, term.row.name.clone())),
            scores: scores_of(directory, &levels),
            studies: studies.remove(&id).unwrap_or_default().into_iter().collect(),
            publications: publications
                .map(|id| (id, reported.get(&id).cloned().unwrap_or_default()))
                .collect(),
        })
    };
    Ok(several()
        .map(|(subject, rows)| (subject, rows.filter_map(&mut compared).collect()))
        .collect())
}

/// Returns the scores of levels, in the order of their dimensions.
fn scores_of(directory: &Directory, levels: &[LevelId]) -> Vec<Score> {
    let mut scores: Vec<(i32, Score)> = levels
        .iter()
        .filter_map(|id| {
            let (dimension, level) = directory.levels.get(id)?;
            let score = Score {
                level: *id,
                label: level.label.clone(),
                ordinal: level.ordinal,
                strength: level.strength,
                dimension: dimension.row.id,
                dimension_code: dimension.row.code.clone(),
                dimension_name: dimension.row.name.clone(),
            };
            Some((dimension.row.position, score))
        })
        .collect();
    scores.sort_by_key(|(position, _)| *position);
    scores.into_iter().map(|(_, score)| score).collect()
}

/// Returns what ratings took into account, by a table that links them to it.
async fn considered<E: SharedEntity, L: EntityTrait, Id>(
    context: &RequestContext,
    ratings: &[Uuid],
    (rating, thing): (L::Column, L::Column),
    ids: impl Fn(L::Model) -> (RatingId, Id),
) -> Result<HashMap<Uuid, Vec<Id>>> {
    let store = context.store();
    let rows = scope::parts_of_seen::<L>()
        .filter(scope::among(store.backend(), rating, ratings.iter().copied()))
        .filter(scope::sees::<E>(context.viewer(), context.now(), thing))
        .all(store.connection())
        .await?;
    let mut considered: HashMap<Uuid, Vec<_>> = HashMap::new();
    for (rating, id) in rows.into_iter().map(ids) {
        considered.entry(rating.into()).or_default().push(id);
    }
    Ok(considered)
}

/// Returns the studies that publications report, as far as the viewer may see them.
async fn reported(
    context: &RequestContext,
    publications: impl Iterator<Item = PublicationId>,
) -> Result<BTreeMap<PublicationId, BTreeSet<StudyId>>> {
    let ids: BTreeSet<Uuid> = publications.map(Uuid::from).collect();
    let mut reported: BTreeMap<PublicationId, BTreeSet<StudyId>> = BTreeMap::new();
    if ids.is_empty() {
        return Ok(reported);
    }
    let store = context.store();
    let (publication, study) =
        (study_publication::Column::PublicationId, study_publication::Column::StudyId);
    let rows = scope::parts_of_seen::<study_publication::Entity>()
        .filter(scope::among(store.backend(), publication, ids))
        .filter(scope::sees::<study::Entity>(context.viewer(), context.now(), study))
        .all(store.connection())
        .await?;
    for row in rows {
        reported.entry(row.publication_id).or_default().insert(row.study_id);
    }
    Ok(reported)
}

/// Returns the rows with these ids that the viewer may see.
pub(super) async fn rows<E>(
    context: &RequestContext,
    ids: HashSet<Uuid>,
) -> Result<HashMap<Uuid, Arc<E::Model>>>
where
    E: SharedEntity<Model: Identified>,
{
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let rows = shared::by_ids::<E>(context, &ids).await?;
    Ok(rows.into_iter().map(|(id, row)| (id, Arc::new(row))).collect())
}
