//! A local authority where a study takes place.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{LocalAuthorityId, StudyId};

/// A local authority where a study takes place.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "study_site")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub study_id: StudyId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub local_authority_id: LocalAuthorityId,
    /// In a stepped wedge, the step at which it starts.
    pub step: Option<i32>,
    pub starts_on: Option<NaiveDate>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
