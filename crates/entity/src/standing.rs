//! Where a person stood on a reference day: a row for each population that they were in.

use sea_orm::entity::prelude::*;

use crate::{
    AgeBand, EthnicGroup, LegalStatus, LocalAuthorityId, Need, PlacementType, Sex,
    SocialWorkPopulation, YoungPersonId,
};

/// A person's status on a reference day: a row for each population that they were in.
#[derive(Clone, Debug, DeriveEntityModel, Eq, PartialEq)]
#[sea_orm(table_name = "standing")]
pub struct Model {
    /// The year on whose 31 March it was.
    #[sea_orm(primary_key, auto_increment = false)]
    pub year: i32,
    /// The authority that tells of it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub local_authority_id: LocalAuthorityId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub young_person_id: YoungPersonId,
    /// Its place among the person's rows at the authority on that day: counts of people count those at 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ordinal: i16,
    pub population: SocialWorkPopulation,
    pub age_band: AgeBand,
    pub sex: Sex,
    pub ethnic_group: EthnicGroup,
    /// The legal status under which they were looked after.
    pub legal_status: LegalStatus,
    pub placement_type: PlacementType,
    pub category_of_need: Need,
    pub record_key: i16,
}

#[derive(Clone, Copy, Debug, DeriveRelation, EnumIter)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
