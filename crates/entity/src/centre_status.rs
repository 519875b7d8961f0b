//! A centre's standing in the network for a time.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{CentreId, NetworkStatus, PartialDate};

/// A centre's standing in the network for a time.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "centre_status")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub centre_id: CentreId,
    /// From when, as a date of any precision.
    #[sea_orm(primary_key, auto_increment = false)]
    pub since: String,
    pub status: NetworkStatus,
    /// Until when; nothing while it lasts.
    pub until: Option<PartialDate>,
    /// What happened, and how sure the source is.
    pub note: Option<String>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
