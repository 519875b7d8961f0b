//! An organisation that takes part in programmes or studies.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::PartnerId;

/// An organisation that takes part in programmes or studies.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "partner")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PartnerId,
    /// Its name in addresses and bundles.
    pub slug: String,
    pub name: String,
    /// What kind of organisation it is.
    pub kind: Option<String>,
    pub homepage: Option<String>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub withdrawal_reason: Option<String>,
    pub superseded_by: Option<PartnerId>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
