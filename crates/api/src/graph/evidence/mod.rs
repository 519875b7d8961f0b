//! The evidence in the graph: studies, publications, findings and ratings.

mod changing;
mod comparison;
mod duplicates;
mod filters;
mod finding;
mod publication;
mod query;
mod rating;
mod reliance;
mod study;

pub(crate) use changing::EvidenceMutation;
pub(crate) use comparison::{RatingComparison, wrap_comparison};
pub(crate) use duplicates::{DuplicatesMutation, DuplicatesQuery, PossibleDuplicate};
pub(crate) use filters::{FindingFilterInput, StudyFilterInput, StudyOrder};
pub(crate) use finding::{Finding, FindingConnection, findings_on};
pub(crate) use publication::Publication;
pub(crate) use query::EvidenceQuery;
pub(crate) use rating::{Rating, RatingConnection, ratings_of};
pub(crate) use study::{Study, StudyConnection, studies_of};
