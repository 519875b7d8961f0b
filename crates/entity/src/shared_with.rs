//! A collaboration whose members may see a thing of visibility COLLABORATION.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::CollaborationId;

/// A collaboration whose members may see a thing of visibility COLLABORATION.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "shared_with")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub thing_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub collaboration_id: CollaborationId,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
