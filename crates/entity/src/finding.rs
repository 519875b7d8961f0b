//! One result of a study.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    CentreId, EffectMeasure, FindingId, PublicationId, RiskOfBias, StudyId, TermId, Visibility,
};

/// One result of a study.
#[derive(Clone, Debug, DeriveEntityModel, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "finding")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FindingId,
    pub study_id: StudyId,
    /// Its own reference within the study.
    pub reference: String,
    /// The publication that reports it.
    pub publication_id: Option<PublicationId>,
    pub intervention_id: Option<TermId>,
    /// With what it was compared.
    pub comparator: Option<String>,
    pub outcome_id: TermId,
    /// In whom it was measured.
    pub population_id: Option<TermId>,
    /// The scale of the estimate.
    pub measure: EffectMeasure,
    /// The estimate; above 0 when the intervention group has more of the outcome.
    pub estimate: f64,
    /// The standard error of the estimate, on the same scale.
    pub standard_error: Option<f64>,
    /// The level of the confidence interval, such as 0.95.
    pub interval_level: Option<f64>,
    /// The lower limit of the interval.
    pub interval_lower: Option<f64>,
    /// The upper limit of the interval.
    pub interval_upper: Option<f64>,
    /// Participants in the intervention group.
    pub participants_intervention: Option<i32>,
    /// Participants in the comparison group.
    pub participants_comparison: Option<i32>,
    pub participants_total: Option<i32>,
    pub clusters: Option<i32>,
    /// How the outcome was measured, such as the name of the test.
    pub outcome_detail: Option<String>,
    /// When it was measured.
    pub time_point: Option<String>,
    /// For which part of the participants it holds.
    pub subgroup: Option<String>,
    /// The assessed risk that it is biased.
    pub risk_of_bias: Option<RiskOfBias>,
    pub contributed_by: CentreId,
    pub visibility: Visibility,
    pub embargoed_until: Option<DateTime<Utc>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub withdrawal_reason: Option<String>,
    pub superseded_by: Option<FindingId>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
