//! A table of true counts that was given: released, or to the recipient of an agreement.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{AccessTokenId, AgreementId, CentreId};

/// A table of true counts that was given. What it shows stays known: later ones are protected together with it.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq)]
#[sea_orm(table_name = "given_table")]
pub struct Model {
    /// The year on whose 31 March the people were counted.
    #[sea_orm(primary_key, auto_increment = false)]
    pub year: i32,
    /// Its number among the tables of the year, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// The agreement to whose recipient it was given; nothing for a release.
    pub agreement_id: Option<AgreementId>,
    /// The rule by which it was made.
    pub rule_set: String,
    /// Counts from 1 to below this are hidden.
    pub threshold: i32,
    /// What was asked: by which dimensions, and of whom.
    pub question: Json,
    /// The authorities whose people it counts, and which edition of each.
    pub editions: Json,
    /// Its cells: their categories, the count that is shown, and between which numbers it is known to lie.
    pub cells: Json,
    pub given_at: DateTime<Utc>,
    /// The centre to which it was given; nothing for the operator.
    pub centre_id: Option<CentreId>,
    /// The token to which it was given.
    pub token_id: Option<AccessTokenId>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
