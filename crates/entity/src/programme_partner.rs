//! A partner of a programme.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{PartnerId, ProgrammeId};

/// A partner of a programme.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "programme_partner")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub programme_id: ProgrammeId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub partner_id: PartnerId,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
