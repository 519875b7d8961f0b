//! The format: which files a bundle has. Which columns each has stands with its draft.
//!
//! Import, export and the test of `docs/bundle.md` read the same description.

use crate::collaboration::record::COLLABORATIONS;
use crate::evidence::record::{
    FINDINGS, PUBLICATION_AUTHORS, PUBLICATIONS, RATINGS, STUDIES, STUDY_SITES, STUDY_STATUSES,
};
use crate::feedback::record::FEEDBACK_FILE;
use crate::network::record::{
    CENTRE_STATUSES, CENTRES, CROSSWALK_FILE, ENGAGEMENTS, INTERVENTIONS, LOCAL_AUTHORITIES,
    OUTCOMES, PARTNERS, PEOPLE, PERSON_ROLES, POPULATIONS, PROGRAMMES, STANDARD_DIMENSIONS,
    STANDARD_LEVELS, STANDARD_VERSIONS, STANDARDS, TERM_LABELS,
};
pub use crate::record::columns::{Column, Table, Value, shared_columns, withdrawal_columns};

/// The name of the format in `bundle.json`.
pub const FORMAT: &str = "commonground-bundle";
/// The version of the format that this release reads and writes.
pub const FORMAT_VERSION: u64 = 1;

/// The files, in the order in which they are read. A child table is read with its parent.
pub static TABLES: [&Table; 26] = [
    &CENTRES,
    &CENTRE_STATUSES,
    &PEOPLE,
    &PERSON_ROLES,
    &LOCAL_AUTHORITIES,
    &PARTNERS,
    &PROGRAMMES,
    &ENGAGEMENTS,
    &INTERVENTIONS,
    &OUTCOMES,
    &POPULATIONS,
    &TERM_LABELS,
    &STANDARDS,
    &STANDARD_VERSIONS,
    &STANDARD_DIMENSIONS,
    &STANDARD_LEVELS,
    &CROSSWALK_FILE,
    &COLLABORATIONS,
    &PUBLICATIONS,
    &PUBLICATION_AUTHORS,
    &STUDIES,
    &STUDY_STATUSES,
    &STUDY_SITES,
    &FINDINGS,
    &RATINGS,
    &FEEDBACK_FILE,
];
