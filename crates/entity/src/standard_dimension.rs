//! One dimension of a version of a standard.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{DimensionId, StandardVersionId};

/// One dimension of a version of a standard.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "standard_dimension")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DimensionId,
    pub version_id: StandardVersionId,
    /// Its key within the version.
    pub code: String,
    pub name: String,
    /// Its place among the dimensions.
    pub position: i32,
    pub description: Option<String>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
