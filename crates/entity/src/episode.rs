//! A time in which a person was in touch with social work, as one row of a return tells it.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::{EpisodeKind, LoadedReturnId, YoungPersonId};

/// A time in which a person was in touch with social work, as one row of a return tells it.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq)]
#[sea_orm(table_name = "episode")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub return_id: LoadedReturnId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub young_person_id: YoungPersonId,
    /// Its place among the times that the return tells of.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ordinal: i64,
    /// The line of the file that tells of it.
    pub line: i64,
    /// Which kind of time it is.
    pub kind: EpisodeKind,
    pub started_on: NaiveDate,
    /// Its last day; nothing while it goes on.
    pub ended_on: Option<NaiveDate>,
    /// Why the person is in need: a code from N0 to N9.
    pub category_of_need: Option<String>,
    /// The legal status, such as C2.
    pub legal_status: Option<String>,
    /// The placement, such as U4.
    pub placement: Option<String>,
    /// Who provides the placement, such as PR1.
    pub provider: Option<String>,
    /// The category of a protection plan, such as NEG.
    pub category_of_abuse: Option<String>,
    /// Why the episode began, such as S.
    pub reason_started: Option<String>,
    /// Why it ended, such as E11 or RC1.
    pub reason_ended: Option<String>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
