//! A term of a controlled vocabulary: an intervention, an outcome or a population.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{CentreId, TermId, Vocabulary};

/// A term of a controlled vocabulary: an intervention, an outcome or a population.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "term")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TermId,
    /// The vocabulary that it belongs to.
    pub vocabulary: Vocabulary,
    /// Its name in addresses and bundles.
    pub slug: String,
    pub name: String,
    /// What it means; for a population, its definition.
    pub description: Option<String>,
    pub broader: Option<TermId>,
    /// The centre that added it and keeps it.
    pub owner: Option<CentreId>,
    /// Other names for it, as a list of texts.
    pub synonyms: Json,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub withdrawal_reason: Option<String>,
    pub superseded_by: Option<TermId>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
