//! An evidence standard: how a centre rates evidence.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{CentreId, StandardId};

/// An evidence standard: how a centre rates evidence.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "evidence_standard")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StandardId,
    /// Its name in addresses and bundles.
    pub slug: String,
    pub name: String,
    /// The centre that keeps it.
    pub owner: Option<CentreId>,
    pub homepage: Option<String>,
    /// What it rates, and how.
    pub description: Option<String>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub withdrawal_reason: Option<String>,
    pub superseded_by: Option<StandardId>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
