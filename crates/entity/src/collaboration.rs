//! A shared initiative of several centres.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{CentreId, CollaborationId, PartialDate, Visibility};

/// A shared initiative of several centres.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "collaboration")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CollaborationId,
    /// Its name in addresses and bundles.
    pub slug: String,
    pub title: String,
    pub summary: Option<String>,
    pub started: Option<PartialDate>,
    pub ended: Option<PartialDate>,
    pub contributed_by: CentreId,
    pub visibility: Visibility,
    pub embargoed_until: Option<DateTime<Utc>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub withdrawal_reason: Option<String>,
    pub superseded_by: Option<CollaborationId>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
