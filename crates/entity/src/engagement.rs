//! A centre's visit to, or work with, a local authority.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{CentreId, EngagementId, EngagementKind, LocalAuthorityId, PartialDate};

/// A centre's visit to, or work with, a local authority.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "engagement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EngagementId,
    /// The centre's own reference for it.
    pub reference: String,
    pub centre_id: CentreId,
    pub local_authority_id: LocalAuthorityId,
    pub kind: EngagementKind,
    pub summary: Option<String>,
    pub started: Option<PartialDate>,
    pub ended: Option<PartialDate>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub withdrawal_reason: Option<String>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
