//! The level that a rating gives on one dimension.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{LevelId, RatingId};

/// The level that a rating gives on one dimension.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "rating_score")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub rating_id: RatingId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub level_id: LevelId,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
