//! A centre's own identity provider, whose access tokens are accepted for that centre.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{CentreId, IdentityProviderId};

/// A centre's own identity provider, whose access tokens are accepted for that centre.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "identity_provider")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IdentityProviderId,
    /// Its short name here.
    pub slug: String,
    /// The centre for which its tokens are accepted.
    pub centre_id: CentreId,
    /// Its name of itself: the `iss` of its tokens, and where it is discovered.
    pub issuer: String,
    /// The `aud` that its tokens for this space carry.
    pub audience: String,
    /// The claim that says what the bearer may.
    pub scope_claim: String,
    /// From a value of the claim to scopes of ours: an object of lists.
    pub mapping: Json,
    /// The certificate authorities that its address is trusted by, in PEM, in place of the web's.
    pub certificates: Option<String>,
    pub created_at: DateTime<Utc>,
    pub removed_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
