//! One version of an evidence standard.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{PartialDate, StandardId, StandardVersionId};

/// One version of an evidence standard.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "standard_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StandardVersionId,
    pub standard_id: StandardId,
    /// The version, as its keeper names it.
    pub code: String,
    /// Its place among the versions of the standard, from the oldest.
    pub position: i32,
    /// From when it was used.
    pub since: Option<PartialDate>,
    /// Until when it was used.
    pub until: Option<PartialDate>,
    /// What is known about it, and how surely.
    pub note: Option<String>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
