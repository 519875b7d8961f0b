//! A published reading of one standard's level in terms of another's, with its caveat.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{CrosswalkId, CrosswalkRelation, LevelId};

/// A published reading of one standard's level in terms of another's, with its caveat.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "crosswalk")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CrosswalkId,
    /// The level that is read.
    pub from_level: LevelId,
    /// The level that it is read as.
    pub to_level: LevelId,
    pub relation: CrosswalkRelation,
    /// Why the reading must be taken with care.
    pub caveat: String,
    /// Who reads it so, and where.
    pub source: Option<String>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub withdrawal_reason: Option<String>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
