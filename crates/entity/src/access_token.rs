//! The record of an access token; the token itself is kept nowhere.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{AccessTokenId, CentreId, SigningKeyId};

/// The record of an access token; the token itself is kept nowhere.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "access_token")]
pub struct Model {
    /// The token's id, the `jti` of its JWT.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccessTokenId,
    pub name: String,
    /// The centre whose token it is.
    pub centre_id: CentreId,
    /// What it allows, as a list of scopes.
    pub scopes: Json,
    /// The token that issued it; nothing for the operator of the space.
    pub issued_by: Option<Uuid>,
    pub created_at: DateTime<Utc>,
    /// Until when it is accepted.
    pub expires_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub revocation_reason: Option<String>,
    /// The key that signed it; nothing for tokens from before keys were noted.
    pub key_id: Option<SigningKeyId>,
    /// The networks from which it is accepted, as a list of CIDR texts; nothing for everywhere.
    pub networks: Option<Json>,
    /// The first of the chain of tokens that led to this one by issuing: whoever holds it could have
    /// had them all. Its own id when no token issued it.
    pub root_id: Option<Uuid>,
    /// The identity of a centre's own provider that issued it, as a pseudonym.
    pub issued_by_identity: Option<String>,
    /// The token whose place it takes.
    pub replaces: Option<Uuid>,
    /// When a second administrator approved it, where that is needed.
    pub approved_at: Option<DateTime<Utc>>,
    /// The token with which it was approved; nothing for the operator of the space.
    pub approved_by: Option<Uuid>,
    /// Who approved it, where the operator of the space wrote that down.
    pub approver: Option<String>,
    /// How often it was accepted, as far as is recorded.
    pub uses: i64,
    /// How often it was sent and refused, as far as is recorded.
    pub refused_uses: i64,
    /// When it was last sent and refused.
    pub last_refused_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
