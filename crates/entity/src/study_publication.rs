//! A publication that reports a study.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{PublicationId, StudyId};

/// A publication that reports a study.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "study_publication")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub study_id: StudyId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub publication_id: PublicationId,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
