//! A change of a study's status, with its date and reason.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{StopReason, StudyId, StudyStatus};

/// A change of a study's status, with its date and reason.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "study_status_change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub study_id: StudyId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub on: NaiveDate,
    pub status: StudyStatus,
    pub reason: Option<String>,
    /// Of a study that was stopped, what kind of reason it was.
    pub stop_reason: Option<StopReason>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
