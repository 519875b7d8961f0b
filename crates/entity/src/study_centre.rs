//! A centre that leads or takes part in a study.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{CentreId, StudyId, StudyRole};

/// A centre that leads or takes part in a study.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "study_centre")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub study_id: StudyId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub centre_id: CentreId,
    pub role: StudyRole,
    /// The study's own date to sort by, so that a centre's newest are found at once.
    pub sort_on: NaiveDate,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
