//! Ratings, with their scores.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    CentreId, CollaborationId, DimensionId, EvidenceStrength, LevelId, PublicationId, RatingId,
    StandardVersionId, StudyId, TermId, considered_publication, considered_study, rating,
    rating_score, shared_with, standard_dimension, standard_level,
};
use sea_orm::{ConnectionTrait, QueryFilter};
use uuid::Uuid;

use crate::access::scope;
use crate::error::Result;
use crate::evidence::duplicates;
use crate::record::{
    Draft, Fault, Problems, RowOf, SharedDraft, Sharing, Slot, keyed_within, link_parts,
    shared_draft,
};
use crate::store::Write;

/// What a rating should be.
#[derive(Clone, Debug)]
pub struct RatingDraft {
    /// Its key within the contributing centre.
    pub reference: String,
    /// The version of the standard.
    pub version: StandardVersionId,
    /// What is rated.
    pub subject: RatedThing,
    /// The outcome that it speaks of, when it speaks of one.
    pub outcome: Option<TermId>,
    /// The levels given, at most one a dimension.
    pub scores: Vec<LevelId>,
    /// The studies that it took into account.
    pub considered_studies: Vec<StudyId>,
    /// The publications that it took into account.
    pub considered_publications: Vec<PublicationId>,
    /// Why it was rated so.
    pub rationale: Option<String>,
    /// When it was rated.
    pub rated_on: Option<NaiveDate>,
    /// The weakest strength among its levels: found by recording.
    pub strength: Option<EvidenceStrength>,
    /// Who contributes it, and who may see it.
    pub sharing: Sharing<RatingId>,
}

/// What a rating rates.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RatedThing {
    /// A study.
    Study(StudyId),
    /// A publication.
    Publication(PublicationId),
    /// An intervention.
    Intervention(TermId),
}

impl RatingDraft {
    const fn contributed_by(&self) -> CentreId {
        self.sharing.contributed_by
    }

    /// Whether the levels are of the standard's version and of different dimensions; how strong the
    /// weakest is.
    fn weigh(&mut self, scale: &HashMap<LevelId, Level>, problems: &mut Problems) {
        let levels: Vec<&Level> = self.scores.iter().filter_map(|id| scale.get(id)).collect();
        if levels.len() < self.scores.len()
            || levels.iter().any(|level| level.version != self.version)
        {
            problems.add(
                "scores",
                Fault::Inconsistent,
                "A level is not one of this standard's version.",
                "Compare the standard, its version and the scores.",
            );
        }
        let dimensions: HashSet<DimensionId> = levels.iter().map(|level| level.dimension).collect();
        if dimensions.len() < levels.len() {
            problems.add(
                "scores",
                Fault::Repeated,
                "A dimension has two levels.",
                "Give one level a dimension.",
            );
        }
        self.strength = levels.iter().filter_map(|level| level.strength).min();
    }
}

/// From 1 for the weakest to 5; 0 for none.
fn rank(strength: Option<EvidenceStrength>) -> i32 {
    match strength {
        None => 0,
        Some(EvidenceStrength::Insufficient) => 1,
        Some(EvidenceStrength::Low) => 2,
        Some(EvidenceStrength::Moderate) => 3,
        Some(EvidenceStrength::High) => 4,
        Some(EvidenceStrength::VeryHigh) => 5,
    }
}

struct Level {
    version: StandardVersionId,
    dimension: DimensionId,
    strength: Option<EvidenceStrength>,
}

async fn scale_of(write: &Write, levels: HashSet<LevelId>) -> Result<HashMap<LevelId, Level>> {
    let backend = write.connection().get_database_backend();
    let connection = write.connection();
    let ids = levels.into_iter().map(Uuid::from);
    let levels = scope::network::<standard_level::Entity>()
        .filter(scope::among(backend, standard_level::Column::Id, ids))
        .all(connection)
        .await?;
    let ids: HashSet<Uuid> = levels.iter().map(|level| level.dimension_id.into()).collect();
    let dimensions = scope::network::<standard_dimension::Entity>()
        .filter(scope::among(backend, standard_dimension::Column::Id, ids))
        .all(connection)
        .await?;
    let versions: HashMap<DimensionId, StandardVersionId> =
        dimensions.into_iter().map(|dimension| (dimension.id, dimension.version_id)).collect();
    Ok(levels
        .into_iter()
        .filter_map(|level| {
            let version = *versions.get(&level.dimension_id)?;
            let dimension = level.dimension_id;
            Some((level.id, Level { version, dimension, strength: level.strength }))
        })
        .collect())
}

impl Draft for RatingDraft {
    type Table = rating::Entity;
    type Key = (Uuid, String);
    type Parts = (
        rating_score::Entity,
        considered_study::Entity,
        considered_publication::Entity,
        shared_with::Entity,
    );

    keyed_within!(rating, contributed_by ContributedBy, reference Reference);
    shared_draft!(rating, Rating, WriteEvidence);

    fn row(&self, id: Uuid, before: Option<&rating::Model>, now: DateTime<Utc>) -> rating::Model {
        let draft = self.clone();
        let (study_id, publication_id, intervention_id) = match draft.subject {
            RatedThing::Study(id) => (Some(id), None, None),
            RatedThing::Publication(id) => (None, Some(id), None),
            RatedThing::Intervention(id) => (None, None, Some(id)),
        };
        rating::Model {
            id: id.into(),
            reference: draft.reference,
            version_id: draft.version,
            study_id,
            publication_id,
            intervention_id,
            outcome_id: draft.outcome,
            strength: draft.strength,
            strength_rank: rank(draft.strength),
            rationale: draft.rationale,
            rated_on: draft.rated_on,
            contributed_by: draft.sharing.contributed_by,
            visibility: draft.sharing.visibility,
            embargoed_until: draft.sharing.embargoed_until,
            version: before.map_or(1, |before| before.version),
            created_at: before.map_or(now, |before| before.created_at),
            updated_at: before.map_or(now, |before| before.updated_at),
            withdrawn_at: draft.sharing.withdrawn_at,
            withdrawal_reason: draft.sharing.withdrawal_reason,
            superseded_by: draft.sharing.superseded_by,
        }
    }

    fn check(&self, problems: &mut Problems) {
        problems.key("reference", &self.reference);
        if self.scores.is_empty() {
            problems.add(
                "scores",
                Fault::Required,
                "It has no scores.",
                "Give at least one level.",
            );
        }
        problems.distinct("considered_studies", &self.considered_studies);
        problems.distinct("considered_publications", &self.considered_publications);
        problems.text("rationale", self.rationale.as_ref());
        self.sharing.check(problems, true);
    }

    async fn prepare(write: &Write, slots: &mut [Slot<Self>]) -> Result<()> {
        let levels = slots.iter().flat_map(|slot| slot.draft.scores.iter().copied()).collect();
        let scale = scale_of(write, levels).await?;
        let named = slots.iter().filter_map(|slot| match slot.draft.subject {
            RatedThing::Publication(publication) => Some(publication),
            RatedThing::Study(_) | RatedThing::Intervention(_) => None,
        });
        let kept = duplicates::kept_of(write, named).await?;
        for slot in slots {
            if let RatedThing::Publication(publication) = &mut slot.draft.subject {
                *publication = kept.get(publication).copied().unwrap_or(*publication);
            }
            slot.draft.weigh(&scale, &mut slot.problems);
        }
        Ok(())
    }
}

impl SharedDraft for RatingDraft {
    fn shared_with(&self, _row: &RowOf<Self>) -> Vec<CollaborationId> {
        self.sharing.shared_with.clone()
    }
}

link_parts! {
    rating_score of RatingDraft: rating_id, level_id, "scores", |draft| draft.scores.clone();
    considered_study of RatingDraft: rating_id, study_id, "considered_studies", |draft| draft.considered_studies.clone();
    considered_publication of RatingDraft: rating_id, publication_id, "considered_publications", |draft| draft.considered_publications.clone();
}
