//! What a person is called under one agreement, and under no other.

use sea_orm::entity::prelude::*;

use crate::{AgreementId, YoungPersonId};

/// A person's pseudonym under one agreement, and under no other.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq)]
#[sea_orm(table_name = "agreement_pseudonym")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub agreement_id: AgreementId,
    pub pseudonym: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub young_person_id: YoungPersonId,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
