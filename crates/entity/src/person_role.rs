//! A person's role at a centre for a time.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{CentreId, PartialDate, PersonId};

/// A person's role at a centre for a time.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "person_role")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub centre_id: CentreId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub title: String,
    /// From when, as a date of any precision; empty when the source does not say.
    #[sea_orm(primary_key, auto_increment = false)]
    pub since: String,
    /// Until when; nothing while it lasts.
    pub until: Option<PartialDate>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
