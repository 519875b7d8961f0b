//! An author of a publication.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{PersonId, PublicationId};

/// An author of a publication.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "publication_author")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub publication_id: PublicationId,
    /// Their place among the authors, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Their name as the publication gives it.
    pub name: String,
    pub orcid: Option<String>,
    /// The person, when known to the network.
    pub person_id: Option<PersonId>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
