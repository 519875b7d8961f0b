//! A centre that saw a thing before a change, and may see it no more.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::CentreId;

/// A centre that saw a thing before a change, and may see it no more.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "change_hidden_from")]
pub struct Model {
    /// The change's place in the log.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sequence: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub centre_id: CentreId,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
