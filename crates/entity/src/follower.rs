//! How far a follower of the change log has heard it.

use sea_orm::entity::prelude::*;

/// How far a follower of the change log has heard it.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq)]
#[sea_orm(table_name = "follower")]
pub struct Model {
    /// The follower's name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The number of the last row that it has heard.
    pub sequence: i64,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
