//! One level of a dimension.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{DimensionId, EvidenceStrength, LevelId};

/// One level of a dimension.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "standard_level")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LevelId,
    pub dimension_id: DimensionId,
    /// Its code, such as 3 or NL2.
    pub code: String,
    /// Its place on the scale, a higher one for more.
    pub ordinal: i32,
    pub label: String,
    pub description: Option<String>,
    /// How strong evidence at this level is held to be, for filtering across standards.
    pub strength: Option<EvidenceStrength>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
