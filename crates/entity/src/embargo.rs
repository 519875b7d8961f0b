//! An embargo that is still to pass: then the log tells that the thing can be seen.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ChangeKind;

/// An embargo that is still to pass: then the log tells that the thing can be seen.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "embargo")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub thing_id: Uuid,
    pub kind: ChangeKind,
    /// Until when only the contributing centre sees it.
    pub until: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
