//! An agreement under which a centre reads rows about young people of some authorities.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{AgreementId, CentreId};

/// An agreement under which a centre reads rows about young people of some authorities.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "data_sharing_agreement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgreementId,
    /// The centre that reads.
    pub recipient_id: CentreId,
    /// What it reads them for.
    pub purpose: String,
    /// What in law allows it.
    pub legal_basis: String,
    /// Of which populations, as words.
    pub populations: Json,
    /// Which fields it opens, as words.
    pub fields: Json,
    /// The first day on which rows may be read.
    pub starts_on: NaiveDate,
    /// The last day on which rows may be read.
    pub ends_on: NaiveDate,
    /// Only times that reach into this day or later ones.
    pub episodes_from: Option<NaiveDate>,
    /// Only times that began by this day.
    pub episodes_to: Option<NaiveDate>,
    /// The day by which the recipient deletes what it read.
    pub retention_until: NaiveDate,
    /// The disclosure rule for what the recipient publishes of it.
    pub rule_set: String,
    /// Counts up with each change.
    pub version: i32,
    /// The centre whose token proposed it.
    pub proposed_by: Option<CentreId>,
    pub proposed_at: DateTime<Utc>,
    pub recipient_approved_at: Option<DateTime<Utc>>,
    /// When a party ended it before its last day.
    pub ended_at: Option<DateTime<Utc>>,
    pub end_reason: Option<String>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
