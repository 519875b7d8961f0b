//! That a person takes part in a study, as known under one agreement.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::{AgreementId, LocalAuthorityId, StudyId, YoungPersonId};

/// A person's participation in a study, as known under one agreement.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq)]
#[sea_orm(table_name = "study_participation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub agreement_id: AgreementId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub young_person_id: YoungPersonId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub study_id: StudyId,
    /// The arm to which they belong.
    pub arm: String,
    pub site_id: Option<LocalAuthorityId>,
    pub enrolled_on: NaiveDate,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
