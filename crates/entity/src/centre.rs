//! A What Works Centre.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{CentreId, PartialDate};

/// A What Works Centre.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "centre")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CentreId,
    /// Its name in addresses and bundles.
    pub slug: String,
    pub name: String,
    pub short_name: Option<String>,
    /// The policy area that it gathers evidence for.
    pub policy_area: String,
    /// What it does, in a sentence or two.
    pub description: Option<String>,
    pub founded: Option<PartialDate>,
    pub homepage: Option<String>,
    /// Its identifier in the Research Organization Registry.
    pub ror_id: Option<String>,
    /// The centre that carries on its work.
    pub successor: Option<CentreId>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
