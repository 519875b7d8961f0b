//! A local authority.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{LocalAuthorityId, PartialDate};

/// A local authority.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "local_authority")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LocalAuthorityId,
    /// Its nine-character code of the Office for National Statistics.
    pub gss_code: String,
    pub name: String,
    pub official_name: Option<String>,
    /// The nation that it lies in.
    pub country: String,
    /// The region of England that it lies in.
    pub region: Option<String>,
    /// The kind of authority, such as a county or a London borough.
    pub authority_type: Option<String>,
    /// The three-digit number that the Department for Education's returns use.
    pub dfe_number: Option<String>,
    /// When it came to be.
    pub established: Option<PartialDate>,
    /// When it ceased to be.
    pub abolished: Option<PartialDate>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub withdrawal_reason: Option<String>,
    pub superseded_by: Option<LocalAuthorityId>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
