//! The tables, one file each; the ids; the closed vocabularies. No logic, no GraphQL.
//!
//! What is shared (collaboration, study, publication, finding, rating, feedback) carries the same nine columns
//! from `contributed_by` to `superseded_by`.

pub mod access_token;
pub mod audit_event;
pub mod audit_head;
pub mod centre;
pub mod centre_status;
pub mod change;
pub mod change_head;
pub mod change_hidden_from;
pub mod collaboration;
pub mod collaboration_member;
pub mod considered_publication;
pub mod considered_study;
pub mod crosswalk;
pub mod embargo;
pub mod engagement;
pub mod evidence_standard;
pub mod feedback;
pub mod finding;
mod id;
pub mod idempotency_key;
pub mod identity_provider;
pub mod joined_publication;
pub mod local_authority;
mod partial_date;
pub mod partner;
pub mod person;
pub mod person_role;
pub mod possible_duplicate;
pub mod programme;
pub mod programme_partner;
pub mod publication;
pub mod publication_author;
pub mod publication_key;
pub mod rating;
pub mod rating_score;
pub mod shared_with;
pub mod signing_key;
pub mod standard_dimension;
pub mod standard_level;
pub mod standard_version;
pub mod study;
pub mod study_centre;
pub mod study_partner;
pub mod study_publication;
pub mod study_site;
pub mod study_status_change;
pub mod study_term;
pub mod term;
pub mod term_label;
mod vocabulary;

pub use id::*;
pub use partial_date::{NotADate, PartialDate};
pub use vocabulary::*;
