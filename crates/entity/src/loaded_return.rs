//! A statutory return of a local authority that was loaded, whole, for one collection year.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{CentreId, LoadedReturnId, LocalAuthorityId, ReturnKind, ReturnState};

/// A statutory return of a local authority that was loaded, whole, for one collection year.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "loaded_return")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LoadedReturnId,
    pub kind: ReturnKind,
    /// The authority that made it.
    pub local_authority_id: LocalAuthorityId,
    /// The year on whose 31 March the collection ended.
    pub year: i32,
    pub state: ReturnState,
    /// The centre that loaded it; nothing for the operator.
    pub centre_id: Option<CentreId>,
    pub began_at: DateTime<Utc>,
    /// When it came into use.
    pub completed_at: Option<DateTime<Utc>>,
    /// When it was replaced, erased or given up.
    pub ended_at: Option<DateTime<Utc>>,
    /// How many children it tells of.
    pub children: i32,
    /// How many rows were read.
    pub read: i64,
    /// How many rows are kept.
    pub kept: i64,
    /// How many rows were checked and, being about what is not kept, forgotten.
    pub checked: i64,
    /// How many rows were refused.
    pub refused: i64,
    /// How many rows were kept, or checked, in doubt.
    pub doubtful: i64,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
