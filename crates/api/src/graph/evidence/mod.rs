//! The evidence in the graph: studies, publications, findings and ratings.

mod filters;
mod finding;
mod publication;
mod query;
mod rating;
mod study;

pub(crate) use filters::{FindingFilterInput, StudyFilterInput, StudyOrder};
pub(crate) use finding::{Finding, FindingConnection, list_findings};
pub(crate) use publication::Publication;
pub(crate) use query::EvidenceQuery;
pub(crate) use rating::{Rating, wrap_ratings};
pub(crate) use study::{Study, StudyConnection, list_studies};
