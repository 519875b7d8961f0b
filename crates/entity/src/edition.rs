//! What of an authority's returns of a year is counted, and since when.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::LocalAuthorityId;

/// An edition: the counts of an authority's returns of a year change when another is published, and only then.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq)]
#[sea_orm(table_name = "edition")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub local_authority_id: LocalAuthorityId,
    /// The year on whose 31 March the collection ended.
    #[sea_orm(primary_key, auto_increment = false)]
    pub year: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    pub published_at: DateTime<Utc>,
    /// Whether it counts a return on looked-after children.
    pub of_ssda903: bool,
    /// Whether it counts a children in need census.
    pub of_cin_census: bool,
    /// When the next one may be published, where one waits for the time.
    pub next_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
