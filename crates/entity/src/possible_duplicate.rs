//! Two publications that may be the same, and what was decided of them.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::{CentreId, DuplicateOutcome, PublicationId};

/// A pair of publications that may be the same, and the decision on them.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq)]
#[sea_orm(table_name = "possible_duplicate")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The publication with the lower id.
    pub one_id: PublicationId,
    /// The publication with the higher id.
    pub other_id: PublicationId,
    /// How alike they are, in thousandths.
    pub similarity: i32,
    /// What speaks for and against it: a list of words of `DuplicateReason`.
    pub reasons: Json,
    pub found_at: DateTime<Utc>,
    /// What was decided; nothing while it is open.
    pub outcome: Option<DuplicateOutcome>,
    /// Why it was decided so.
    pub decision_reason: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    /// The centre that decided; nothing for the operator of the space.
    pub decided_by: Option<CentreId>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
