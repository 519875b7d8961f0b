//! A shared initiative of several centres.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, PrimaryKeyTrait,
};
use serde::{Deserialize, Serialize};

use crate::{CentreId, CollaborationId, PartialDate, Visibility};

/// A shared initiative of several centres.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "collaboration")]
pub struct Model {
    /// The collaboration's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CollaborationId,
    /// Its name in addresses and bundles.
    pub slug: String,
    pub title: String,
    /// What it is about.
    pub summary: Option<String>,
    /// When it began.
    pub started: Option<PartialDate>,
    pub ended: Option<PartialDate>,
    pub contributed_by: CentreId,
    /// Who may see it.
    pub visibility: Visibility,
    /// Until then only the contributing centre sees it.
    pub embargoed_until: Option<DateTime<Utc>>,
    /// Counts up from 1 with each revision.
    pub version: i32,
    /// When it was contributed.
    pub created_at: DateTime<Utc>,
    /// When it was last revised.
    pub updated_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Why it was withdrawn.
    pub withdrawal_reason: Option<String>,
    /// What took its place.
    pub superseded_by: Option<CollaborationId>,
}

/// Relations are followed by the loaders, not by the entity.
#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
