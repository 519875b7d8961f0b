//! A centre's own label for a term.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{CentreId, TermId};

/// A centre's own label for a term.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "term_label")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub term_id: TermId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub centre_id: CentreId,
    /// What the centre calls it.
    pub label: String,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
