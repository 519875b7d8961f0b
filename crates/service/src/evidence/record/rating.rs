//! Ratings, with their scores.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    CentreId, CollaborationId, DimensionId, EvidenceStrength, LevelId, PublicationId, RatedKind,
    RatingId, StandardId, StandardVersionId, StudyId, TermId, considered_publication,
    considered_study, rating, rating_score, shared_with, standard_dimension, standard_level,
};
use sea_orm::{ConnectionTrait, QueryFilter};
use uuid::Uuid;

use crate::access::scope;
use crate::error::Result;
use crate::evidence::duplicates;
use crate::network::record::standards;
use crate::record::columns::{Table, Target, Value, columns, sharing_of};
use crate::record::{
    Draft, Fault, Problems, RowOf, SharedDraft, Sharing, Slot, keyed_within, link_parts,
    parts_before, parts_of, shared_draft,
};
use crate::store::Write;

columns! {
    /// What a rating should be.
    pub struct RatingDraft, RatingFields RATING within { contributed_by: CentreId, } {
        /// Its key within the contributing centre.
        reference: String [.key()],
        /// The standard.
        standard: StandardId,
        /// The version of the standard.
        version: StandardVersionId [.holds(Value::Within(Target::Version, &["standard"]))],
        /// What kind of thing is rated.
        subject_kind: RatedKind,
        /// What is rated.
        subject: Uuid,
        /// The outcome that it speaks of, when it speaks of one.
        outcome: Option<TermId> [.holds(Value::One(Target::Outcome))],
        /// The levels given, at most one a dimension.
        scores: Vec<LevelId> [.required()],
        /// The studies that it took into account.
        considered_studies: Vec<StudyId>,
        /// The publications that it took into account.
        considered_publications: Vec<PublicationId>,
        /// Why it was rated so.
        rationale: Option<String>,
        /// When it was rated.
        rated_on: Option<NaiveDate>,
    }
    groups {
        /// Who contributes it, and who may see it.
        sharing: Sharing<RatingId>,
    }
    besides {
        /// The weakest strength among its levels: found by recording.
        strength: Option<EvidenceStrength> = |_| None,
    }
}

/// The file of ratings.
pub(crate) static RATINGS: Table = Table::new("ratings", RatingDraft::COLUMNS)
    .of(Target::Rating)
    .shared(Value::Within(Target::Rating, &["contributed_by"]));

impl RatingDraft {
    const fn contributed_by(&self) -> CentreId {
        self.sharing.contributed_by
    }

    /// The publication that is rated, if it is one.
    fn publication(&self) -> Option<PublicationId> {
        (self.subject_kind == RatedKind::Publication).then(|| self.subject.into())
    }

    /// Whether the levels are of the standard's version and of different dimensions; how strong the
    /// weakest is.
    fn weigh(&mut self, scale: &HashMap<LevelId, Level>, problems: &mut Problems) {
        let levels: Vec<&Level> = self.scores.iter().filter_map(|id| scale.get(id)).collect();
        if levels.len() < self.scores.len()
            || levels.iter().any(|level| level.version != self.version)
        {
            problems.add(
                RATING.scores.name(),
                Fault::Inconsistent,
                "A level is not one of this standard's version.",
                "Compare the standard, its version and the scores.",
            );
        }
        let dimensions: HashSet<DimensionId> = levels.iter().map(|level| level.dimension).collect();
        if dimensions.len() < levels.len() {
            problems.add(
                RATING.scores.name(),
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

    async fn from_rows(
        connection: &impl ConnectionTrait,
        rows: &[rating::Model],
    ) -> Result<Vec<Self>> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id.into()).collect();
        let (mut scores, mut studies, mut publications, mut with) =
            parts_before::<Self>(connection, &ids).await?;
        let standards = standards(connection, rows.iter().map(|row| row.version_id)).await?;
        let draft = |row: &rating::Model| {
            let subjects = [
                (RatedKind::Study, row.study_id.map(Uuid::from)),
                (RatedKind::Publication, row.publication_id.map(Uuid::from)),
                (RatedKind::Intervention, row.intervention_id.map(Uuid::from)),
            ];
            let (subject_kind, subject) =
                subjects.into_iter().find_map(|(kind, id)| Some((kind, id?)))?;
            let scores = parts_of(&mut scores, row.id).into_iter();
            let studies = parts_of(&mut studies, row.id).into_iter();
            let publications = parts_of(&mut publications, row.id).into_iter();
            Some(Self {
                reference: row.reference.clone(),
                standard: *standards.get(&row.version_id)?,
                version: row.version_id,
                subject_kind,
                subject,
                outcome: row.outcome_id,
                scores: scores.map(|row| row.level_id).collect(),
                considered_studies: studies.map(|row| row.study_id).collect(),
                considered_publications: publications.map(|row| row.publication_id).collect(),
                rationale: row.rationale.clone(),
                rated_on: row.rated_on,
                sharing: sharing_of!(row, parts_of(&mut with, row.id)),
                strength: row.strength,
            })
        };
        Ok(rows.iter().filter_map(draft).collect())
    }

    fn row(&self, id: Uuid, before: Option<&rating::Model>, now: DateTime<Utc>) -> rating::Model {
        let draft = self.clone();
        let subject = |kind| (draft.subject_kind == kind).then_some(draft.subject);
        rating::Model {
            id: id.into(),
            reference: draft.reference,
            version_id: draft.version,
            study_id: subject(RatedKind::Study).map(Into::into),
            publication_id: subject(RatedKind::Publication).map(Into::into),
            intervention_id: subject(RatedKind::Intervention).map(Into::into),
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
        problems.key(RATING.reference.name(), &self.reference);
        if self.scores.is_empty() {
            problems.add(
                RATING.scores.name(),
                Fault::Required,
                "It has no scores.",
                "Give at least one level.",
            );
        }
        problems.distinct(RATING.considered_studies.name(), &self.considered_studies);
        problems.distinct(RATING.considered_publications.name(), &self.considered_publications);
        problems.text(RATING.rationale.name(), self.rationale.as_ref());
        self.sharing.check(problems, true);
    }

    async fn prepare(write: &Write, slots: &mut [Slot<Self>]) -> Result<()> {
        let levels = slots.iter().flat_map(|slot| slot.draft.scores.iter().copied()).collect();
        let scale = scale_of(write, levels).await?;
        let named = slots.iter().filter_map(|slot| slot.draft.publication());
        let kept = duplicates::kept_of(write, named).await?;
        for slot in slots {
            if let Some(kept) = slot.draft.publication().and_then(|rated| kept.get(&rated)) {
                slot.draft.subject = (*kept).into();
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
