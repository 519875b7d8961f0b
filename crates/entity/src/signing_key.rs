//! A key that signs access tokens.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::SigningKeyId;

/// A key that signs access tokens.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "signing_key")]
pub struct Model {
    /// The key's id, the `kid` of its tokens.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SigningKeyId,
    /// The public part, 32 bytes.
    pub public_key: Vec<u8>,
    /// The private part, encrypted.
    pub private_key: Vec<u8>,
    pub created_at: DateTime<Utc>,
    /// When it stopped verifying.
    pub retired_at: Option<DateTime<Utc>>,
    /// From when on it signs: later than it was made, so that all who verify know it by then.
    pub signs_from: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
