//! A local authority that carries on the work of one that was abolished.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::LocalAuthorityId;

/// A local authority that carries on the work of one that was abolished.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "local_authority_successor")]
pub struct Model {
    /// The one that was abolished.
    #[sea_orm(primary_key, auto_increment = false)]
    pub local_authority_id: LocalAuthorityId,
    /// The one that carries on its work, or a part of it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub successor_id: LocalAuthorityId,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
