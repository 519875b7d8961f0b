//! A row of a return that was refused or kept in doubt, or a column of a table. It never holds a value of the row.

use sea_orm::entity::prelude::*;

use crate::LoadedReturnId;

/// A row of a return that was refused or kept in doubt, or a column of a table. It never holds a value of the row.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq)]
#[sea_orm(table_name = "return_problem")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub return_id: LoadedReturnId,
    /// Its place among the problems of the return.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ordinal: i32,
    /// Whether the row was refused; kept in doubt otherwise.
    pub is_refusal: bool,
    /// The table of the return, such as `Episodes`.
    pub file: String,
    /// The line of the file, counted from 1.
    pub line: i64,
    /// The column or element.
    pub column_name: Option<String>,
    /// The code of the rule.
    pub rule: String,
    /// The code, or the name of a column or element, that was probably meant.
    pub nearest: Option<String>,
    /// Of how many rows it is told: of one, or of all that have it alike.
    pub rows: i32,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
