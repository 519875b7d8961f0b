//! The end of the chain of audit events, in its only row.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// The end of the chain of audit events, in its only row.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "audit_head")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// The place of the last event.
    pub sequence: i64,
    /// The hash of the last event; empty before the first.
    pub hash: Vec<u8>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
