//! The network in the graph: centres, people, places, programmes, partners, vocabularies, standards.

mod centre;
mod changing;
mod engagement;
mod local_authority;
mod person;
mod programme;
mod query;
mod standard;
mod term;

pub(crate) use centre::{Centre, CentreConnection};
pub(crate) use changing::{NetworkMutation, StandardMutation, WithdrawalMutation};
pub(crate) use engagement::{Engagement, EngagementConnection};
pub(crate) use local_authority::{LocalAuthority, LocalAuthorityConnection};
pub(crate) use person::Person;
pub(crate) use programme::{Partner, PartnerConnection, Programme, ProgrammeConnection};
pub(crate) use query::NetworkQuery;
pub(crate) use standard::{
    CrosswalkReading, EvidenceStandard, StandardDimension, StandardLevel, StandardVersion,
};
pub(crate) use term::{Intervention, Outcome, Population, VocabularyTerm};
