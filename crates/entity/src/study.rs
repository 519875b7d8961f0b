//! One evaluation or research project, however many documents report it.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{CentreId, ProgrammeId, StudyDesign, StudyId, StudyStatus, Visibility};

/// One evaluation or research project, however many documents report it.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq, Deserialize, Serialize)]
#[sea_orm(table_name = "study")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StudyId,
    /// Its name in addresses and bundles.
    pub slug: String,
    pub title: String,
    /// The beginning of its title in lower case, to sort by.
    pub title_key: String,
    /// What it asks and does.
    pub summary: Option<String>,
    pub design: StudyDesign,
    /// How far it has come.
    pub status: StudyStatus,
    pub starts_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
    /// When it begins, else when it ends, else the year 1: to sort by.
    pub sort_on: NaiveDate,
    pub registry: Option<String>,
    /// Under which number it is registered.
    pub registration_id: Option<String>,
    /// Where its registration can be read.
    pub registration_url: Option<String>,
    pub lead_centre: CentreId,
    /// The programme that it belongs to.
    pub programme_id: Option<ProgrammeId>,
    pub contributed_by: CentreId,
    pub visibility: Visibility,
    pub embargoed_until: Option<DateTime<Utc>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub withdrawal_reason: Option<String>,
    pub superseded_by: Option<StudyId>,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
