//! Findings.

use chrono::{DateTime, Utc};
use entity::{
    CollaborationId, EffectMeasure, FindingId, PublicationId, RiskOfBias, StudyId, TermId, finding,
    shared_with,
};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::error::Result;
use crate::evidence::duplicates;
use crate::record::columns::{Table, Target, Value, columns, sharing_of};
use crate::record::{
    Draft, Fault, Problems, RowOf, SharedDraft, Sharing, Slot, keyed_within, parts_before,
    parts_of, shared_draft,
};
use crate::store::Write;

columns! {
    /// What a finding should be.
    pub struct FindingDraft, FindingFields FINDING {
        /// The study.
        study: StudyId [.key()],
        /// Its key within the study.
        reference: String [.key()],
        /// The publication that reports it.
        publication: Option<PublicationId>,
        /// What was done.
        intervention: Option<TermId> [.holds(Value::One(Target::Intervention))],
        /// With what it was compared.
        comparator: Option<String>,
        /// What was measured.
        outcome: TermId [.holds(Value::One(Target::Outcome))],
        /// How it was measured.
        outcome_detail: Option<String>,
        /// In whom it was measured.
        population: Option<TermId> [.holds(Value::One(Target::Population))],
        /// The scale of the estimate.
        measure: EffectMeasure,
        /// The estimate.
        estimate: f64,
        /// Its standard error.
        standard_error: Option<f64>,
        /// The level of its interval.
        interval_level: Option<f64> [.input("confidenceInterval.level")],
        /// The lower limit of its interval.
        interval_lower: Option<f64> [.input("confidenceInterval.lower")],
        /// The upper limit of its interval.
        interval_upper: Option<f64> [.input("confidenceInterval.upper")],
        /// Participants in the intervention group.
        participants_intervention: Option<i32> [.input("participants.intervention")],
        /// Participants in the comparison group.
        participants_comparison: Option<i32> [.input("participants.comparison")],
        /// Participants in all.
        participants_total: Option<i32> [.input("participants.total")],
        /// Clusters in all.
        clusters: Option<i32> [.input("participants.clusters")],
        /// When it was measured.
        time_point: Option<String>,
        /// For which part of the participants it holds.
        subgroup: Option<String>,
        /// The assessed risk that it is biased.
        risk_of_bias: Option<RiskOfBias>,
    }
    groups {
        /// Who contributes it, and who may see it.
        sharing: Sharing<FindingId>,
    }
}

/// The file of findings.
pub(crate) static FINDINGS: Table = Table::new("findings", FindingDraft::COLUMNS)
    .of(Target::Finding)
    .shared(Value::Within(Target::Finding, &["study"]));

/// An interval around an estimate: all of it, or none.
struct Interval {
    level: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
}

impl Interval {
    fn check(self, estimate: f64, problems: &mut Problems) {
        problems.finite(FINDING.interval_level.name(), self.level);
        problems.finite(FINDING.interval_lower.name(), self.lower);
        problems.finite(FINDING.interval_upper.name(), self.upper);
        match (self.level, self.lower, self.upper) {
            (None, None, None) => {}
            (Some(level), Some(lower), Some(upper)) => {
                if !(level > 0.0 && level < 1.0) {
                    problems.add(
                        FINDING.interval_level.name(),
                        Fault::OutOfRange,
                        format!("The level is {level}; it lies between 0 and 1."),
                        "Write 95 % as 0.95.",
                    );
                }
                if !(lower <= estimate && estimate <= upper) {
                    problems.add(
                        FINDING.estimate.name(),
                        Fault::Inconsistent,
                        format!("The estimate {estimate} lies outside of its interval from {lower} to {upper}."),
                        "Compare the three with the source; ratios and their limits are natural logarithms.",
                    );
                }
            }
            _ => problems.add(
                FINDING.interval_level.name(),
                Fault::Inconsistent,
                "Only a part of the interval is given.",
                "Give its level, lower and upper limit, or none of them.",
            ),
        }
    }
}

impl FindingDraft {
    const fn study_id(&self) -> StudyId {
        self.study
    }

    const fn interval(&self) -> Interval {
        Interval {
            level: self.interval_level,
            lower: self.interval_lower,
            upper: self.interval_upper,
        }
    }
}

impl Draft for FindingDraft {
    type Table = finding::Entity;
    type Key = (Uuid, String);
    type Parts = (shared_with::Entity,);

    keyed_within!(finding, study_id StudyId, reference Reference);
    shared_draft!(finding, Finding, WriteEvidence);

    async fn from_rows(
        connection: &impl ConnectionTrait,
        rows: &[finding::Model],
    ) -> Result<Vec<Self>> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id.into()).collect();
        let (mut with,) = parts_before::<Self>(connection, &ids).await?;
        let draft = |row: &finding::Model| Self {
            study: row.study_id,
            reference: row.reference.clone(),
            publication: row.publication_id,
            intervention: row.intervention_id,
            comparator: row.comparator.clone(),
            outcome: row.outcome_id,
            outcome_detail: row.outcome_detail.clone(),
            population: row.population_id,
            measure: row.measure,
            estimate: row.estimate,
            standard_error: row.standard_error,
            interval_level: row.interval_level,
            interval_lower: row.interval_lower,
            interval_upper: row.interval_upper,
            participants_intervention: row.participants_intervention,
            participants_comparison: row.participants_comparison,
            participants_total: row.participants_total,
            clusters: row.clusters,
            time_point: row.time_point.clone(),
            subgroup: row.subgroup.clone(),
            risk_of_bias: row.risk_of_bias,
            sharing: sharing_of!(row, parts_of(&mut with, row.id)),
        };
        Ok(rows.iter().map(draft).collect())
    }

    fn row(&self, id: Uuid, before: Option<&finding::Model>, now: DateTime<Utc>) -> finding::Model {
        let draft = self.clone();
        finding::Model {
            id: id.into(),
            study_id: draft.study,
            reference: draft.reference,
            publication_id: draft.publication,
            intervention_id: draft.intervention,
            comparator: draft.comparator,
            outcome_id: draft.outcome,
            population_id: draft.population,
            measure: draft.measure,
            estimate: draft.estimate,
            standard_error: draft.standard_error,
            interval_level: draft.interval_level,
            interval_lower: draft.interval_lower,
            interval_upper: draft.interval_upper,
            participants_intervention: draft.participants_intervention,
            participants_comparison: draft.participants_comparison,
            participants_total: draft.participants_total,
            clusters: draft.clusters,
            outcome_detail: draft.outcome_detail,
            time_point: draft.time_point,
            subgroup: draft.subgroup,
            risk_of_bias: draft.risk_of_bias,
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
        problems.key(FINDING.reference.name(), &self.reference);
        problems.text(FINDING.comparator.name(), self.comparator.as_ref());
        problems.text(FINDING.outcome_detail.name(), self.outcome_detail.as_ref());
        problems.text(FINDING.time_point.name(), self.time_point.as_ref());
        problems.text(FINDING.subgroup.name(), self.subgroup.as_ref());
        problems.finite(FINDING.estimate.name(), Some(self.estimate));
        problems.finite(FINDING.standard_error.name(), self.standard_error);
        if let Some(error) = self.standard_error
            && error <= 0.0
        {
            problems.add(
                FINDING.standard_error.name(),
                Fault::OutOfRange,
                format!("The standard error is {error}; it is above 0."),
                "Leave it empty if the source does not say.",
            );
        }
        self.interval().check(self.estimate, problems);
        problems.at_least(
            FINDING.participants_intervention.name(),
            self.participants_intervention,
            0,
        );
        problems.at_least(FINDING.participants_comparison.name(), self.participants_comparison, 0);
        problems.at_least(FINDING.participants_total.name(), self.participants_total, 0);
        problems.at_least(FINDING.clusters.name(), self.clusters, 0);
        self.sharing.check(problems, true);
    }

    async fn prepare(write: &Write, slots: &mut [Slot<Self>]) -> Result<()> {
        let named = slots.iter().filter_map(|slot| slot.draft.publication);
        let kept = duplicates::kept_of(write, named).await?;
        for publication in slots.iter_mut().filter_map(|slot| slot.draft.publication.as_mut()) {
            *publication = kept.get(publication).copied().unwrap_or(*publication);
        }
        Ok(())
    }
}

impl SharedDraft for FindingDraft {
    fn shared_with(&self, _row: &RowOf<Self>) -> Vec<CollaborationId> {
        self.sharing.shared_with.clone()
    }
}
