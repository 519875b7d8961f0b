//! An authority whose young people an agreement is about, and its approval.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{AccessTokenId, AgreementId, LocalAuthorityId};

/// An authority whose young people an agreement is about, and its approval.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "agreement_controller")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub agreement_id: AgreementId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub local_authority_id: LocalAuthorityId,
    pub approved_at: Option<DateTime<Utc>>,
    pub approved_by: Option<AccessTokenId>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
