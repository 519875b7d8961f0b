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

pub(crate) use centre::Centre;
pub(crate) use changing::NetworkMutation;
pub(crate) use engagement::Engagement;
pub(crate) use local_authority::LocalAuthority;
pub(crate) use person::Person;
pub(crate) use programme::{Partner, Programme};
pub(crate) use query::NetworkQuery;
pub(crate) use standard::{EvidenceStandard, StandardDimension, StandardLevel, StandardVersion};
pub(crate) use term::{Intervention, Outcome, Population};
