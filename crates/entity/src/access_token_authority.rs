//! An authority for which the holder of a token acts.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{AccessTokenId, LocalAuthorityId};

/// An authority for which the holder of a token acts.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "access_token_authority")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_id: AccessTokenId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub local_authority_id: LocalAuthorityId,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
