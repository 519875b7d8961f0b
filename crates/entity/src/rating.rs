//! A centre's rating of a study, a publication or an intervention on a standard.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    CentreId, EvidenceStrength, PublicationId, RatingId, StandardVersionId, StudyId, TermId,
    Visibility,
};

/// A centre's rating of a study, a publication or an intervention on a standard.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "rating")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RatingId,
    /// The centre's own reference for it.
    pub reference: String,
    pub version_id: StandardVersionId,
    /// The study that is rated.
    pub study_id: Option<StudyId>,
    /// The publication that is rated.
    pub publication_id: Option<PublicationId>,
    /// The intervention that is rated.
    pub intervention_id: Option<TermId>,
    /// The outcome that it speaks of, when it speaks of one.
    pub outcome_id: Option<TermId>,
    /// The weakest published reading among the levels given.
    pub strength: Option<EvidenceStrength>,
    /// The strength as a number from 1 to 5, 0 when there is none: to filter by.
    pub strength_rank: i32,
    /// Why it was rated so.
    pub rationale: Option<String>,
    pub rated_on: Option<NaiveDate>,
    pub contributed_by: CentreId,
    pub visibility: Visibility,
    pub embargoed_until: Option<DateTime<Utc>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub withdrawal_reason: Option<String>,
    pub superseded_by: Option<RatingId>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
