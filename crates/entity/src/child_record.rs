//! What one return says of a person.

use sea_orm::entity::prelude::*;

use crate::{LoadedReturnId, Sex, YoungPersonId};

/// What one return says of a person.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq)]
#[sea_orm(table_name = "child_record")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub return_id: LoadedReturnId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub young_person_id: YoungPersonId,
    /// Year and month of birth, counted in months from the year 0; nothing for the unborn.
    pub birth_month: Option<i32>,
    pub sex: Sex,
    /// Their ethnicity, as one of the codes of the school census.
    pub ethnicity: String,
    /// Whether they were an unaccompanied asylum-seeking child at the end of the collection year.
    pub is_unaccompanied: bool,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
