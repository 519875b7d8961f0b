//! A caller's name for a request that is to be done once, and what came of it.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A caller's name for a request that is to be done once, and what came of it.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who asked: another caller's keys are others.
    pub caller: String,
    pub key: String,
    /// A hash of what was asked.
    pub digest: Vec<u8>,
    /// What came of it.
    pub subject_id: Uuid,
    pub at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
