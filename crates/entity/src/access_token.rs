//! The record of an access token; the token itself is kept nowhere.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, Json, PrimaryKeyTrait,
};
use serde::Serialize;
use uuid::Uuid;

use crate::{AccessTokenId, CentreId};

/// The record of an access token; the token itself is kept nowhere.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Serialize)]
#[sea_orm(table_name = "access_token")]
pub struct Model {
    /// The token's id, the `jti` of its JWT.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccessTokenId,
    /// What it is for.
    pub name: String,
    /// The centre whose token it is.
    pub centre_id: CentreId,
    /// What it allows, as a list of scopes.
    pub scopes: Json,
    /// The token that issued it; nothing for the operator of the space.
    pub issued_by: Option<Uuid>,
    /// When it was issued.
    pub created_at: DateTime<Utc>,
    /// Until when it is accepted.
    pub expires_at: DateTime<Utc>,
    /// When it was last used.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Why it was revoked.
    pub revocation_reason: Option<String>,
}

/// Relations are followed by the loaders, not by the entity.
#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
