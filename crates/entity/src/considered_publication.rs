//! A publication that a rating took into account.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{PublicationId, RatingId};

/// A publication that a rating took into account.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "considered_publication")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub rating_id: RatingId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub publication_id: PublicationId,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
