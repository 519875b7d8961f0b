//! One write to one thing: the log on which everything that follows the data stands.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{CentreId, ChangeKind, ChangeOperation, HiddenFrom};

/// One write to one thing: the log on which everything that follows the data stands.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "change")]
pub struct Model {
    /// Its place in the log, visible in order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sequence: i64,
    /// What kind of thing changed.
    pub kind: ChangeKind,
    pub subject_id: Uuid,
    pub operation: ChangeOperation,
    /// The thing's version after the change.
    pub version: i32,
    /// The centre that made the change; nothing for the operator of the space.
    pub centre_id: Option<CentreId>,
    /// The token with which it was made.
    pub token_id: Option<Uuid>,
    pub at: DateTime<Utc>,
    /// The way back from the thing as it is after an update or a withdrawal to what it was before. There is none
    /// where the thing came to be, and where it stayed the same and something that it depends on changed.
    pub before: Option<Json>,
    /// Why it was made, in the words of who made it.
    pub reason: Option<String>,
    /// Those who saw the thing before and may see it no more.
    pub hidden_from: Option<HiddenFrom>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
