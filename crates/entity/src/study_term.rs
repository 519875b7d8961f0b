//! An intervention, outcome or population that a study itself says it is about.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{StudyId, TermId};

/// An intervention, outcome or population that a study itself says it is about.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "study_term")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub study_id: StudyId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub term_id: TermId,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
