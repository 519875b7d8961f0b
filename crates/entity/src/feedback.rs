//! What somebody said to a centre of its work, and what the centre answered.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{CentreId, FeedbackId, ProgrammeId, StudyId, Visibility};

/// Somebody's words to a centre on its work, and the centre's answer. About a study or a
/// programme, or about the centre itself when it names neither.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "feedback")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FeedbackId,
    /// The centre's own reference for it.
    pub reference: String,
    /// The study that it is about.
    pub study_id: Option<StudyId>,
    /// The programme that it is about.
    pub programme_id: Option<ProgrammeId>,
    /// From whom it came, as a role: never a name.
    pub from_role: String,
    pub text: String,
    pub received_on: NaiveDate,
    pub answered_on: Option<NaiveDate>,
    pub answer: Option<String>,
    pub contributed_by: CentreId,
    pub visibility: Visibility,
    pub embargoed_until: Option<DateTime<Utc>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub withdrawal_reason: Option<String>,
    pub superseded_by: Option<FeedbackId>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
