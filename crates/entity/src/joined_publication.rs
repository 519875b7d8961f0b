//! A publication that was joined into another, in whose place its id answers.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{CentreId, PublicationId};

/// A publication that was joined into another, in whose place its id answers.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq)]
#[sea_orm(table_name = "joined_publication")]
pub struct Model {
    /// The publication that was joined.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PublicationId,
    /// The one that was kept: the last of the chain, if that was joined in its turn.
    pub kept_id: PublicationId,
    /// The centre that joined them; nothing for the operator of the space.
    pub joined_by: Option<CentreId>,
    pub reason: String,
    pub at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
