//! Somebody whom one or several returns tell of. Nothing here says who it is.

use sea_orm::entity::prelude::*;

use crate::YoungPersonId;

/// Somebody whom one or several returns tell of. Nothing here says who it is.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq)]
#[sea_orm(table_name = "young_person")]
pub struct Model {
    /// The person's id, which never leaves the space.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: YoungPersonId,
    /// The person's part of the keys of all cells that count them, from 0 to 255.
    pub record_key: i16,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
