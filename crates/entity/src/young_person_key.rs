//! By what a person is recognised in the next return: a keyed hash of an identifier, which itself is forgotten.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::YoungPersonId;

/// A key by which a person is recognised in the next return: a keyed hash of an identifier, which itself is not kept.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq)]
#[sea_orm(table_name = "young_person_key")]
pub struct Model {
    /// The hash; the key is not in the database.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    pub young_person_id: YoungPersonId,
    /// The day of the person's adoption: what happened from then on is another person's.
    pub severed_on: Option<NaiveDate>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
