//! Young people in the graph.

mod agreement;
mod changing;
mod link;
mod person;
mod progress;
mod query;
mod release;
mod returns;
mod statistics;

pub(super) use agreement::{AgreementRead, DataSharingAgreement};
pub(super) use changing::YoungPeopleMutation;
pub(in crate::graph) use link::{EvidenceNeed, Reach, SafeCount, evidence_need, reach, safe_count};
pub(super) use person::YoungPerson;
pub(super) use progress::YoungPeopleSubscription;
pub(super) use query::YoungPeopleQuery;
pub(super) use returns::{Return, ReturnProblem, return_id};
pub(in crate::graph) use statistics::StatisticsWhere;
