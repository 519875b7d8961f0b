//! A centre that takes part in a collaboration.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{CentreId, CollaborationId};

/// A centre that takes part in a collaboration.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "collaboration_member")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub collaboration_id: CollaborationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub centre_id: CentreId,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
