//! One write to one thing: the log on which everything that follows the data stands.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait,
    EnumIter, Json, PrimaryKeyTrait,
};
use serde::Serialize;
use uuid::Uuid;

use crate::{CentreId, ChangeKind, ChangeOperation};

/// One write to one thing: the log on which everything that follows the data stands.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Serialize)]
#[sea_orm(table_name = "change")]
pub struct Model {
    /// Its place in the log, visible in order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sequence: i64,
    /// What kind of thing changed.
    pub kind: ChangeKind,
    /// The thing.
    pub subject_id: Uuid,
    /// What happened to it.
    pub operation: ChangeOperation,
    /// The thing's version after the change.
    pub version: i32,
    /// The centre that made the change; nothing for the operator of the space.
    pub centre_id: Option<CentreId>,
    /// The token with which it was made.
    pub token_id: Option<Uuid>,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// The thing as it was before an update or a withdrawal.
    pub before: Option<Json>,
}

/// Relations are followed by the loaders, not by the entity.
#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
