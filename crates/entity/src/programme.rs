//! A programme that groups studies under one name.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{CentreId, PartialDate, ProgrammeId};

/// A programme that groups studies under one name.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "programme")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProgrammeId,
    /// Its name in addresses and bundles.
    pub slug: String,
    pub title: String,
    pub summary: Option<String>,
    pub lead_centre: CentreId,
    pub started: Option<PartialDate>,
    pub ended: Option<PartialDate>,
    /// Its page on the web.
    pub homepage: Option<String>,
    /// How many studies it has by its own account, named or not.
    pub studies_stated: Option<i32>,
    /// How many partners it has by its own account, named or not.
    pub partners_stated: Option<i32>,
    /// In how many local authorities it works by its own account, named or not.
    pub local_authorities_stated: Option<i32>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub withdrawal_reason: Option<String>,
    pub superseded_by: Option<ProgrammeId>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
