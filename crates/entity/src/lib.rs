//! The tables, one file each; the ids; the closed vocabularies. No logic, no GraphQL.
//!
//! What is shared (collaboration, study, publication, finding, rating, feedback) carries the same nine columns:
//! `contributed_by`, the centre; `visibility`; `embargoed_until`, before which only that centre sees it; `version`, which
//! counts up from 1 with each revision; `created_at`, when it was contributed; `updated_at`, when it was last revised;
//! `withdrawn_at`, `withdrawal_reason` and `superseded_by`, what took its place. What belongs to the network can be
//! withdrawn, and has the last three.
//!
//! A column is described where its name doesn't say what it holds.
#![expect(missing_docs, reason = "most columns are what their names say")]

pub mod access_token;
pub mod access_token_authority;
pub mod agreement_controller;
pub mod agreement_pseudonym;
pub mod audit_event;
pub mod audit_head;
pub mod centre;
pub mod centre_status;
pub mod change;
pub mod change_head;
pub mod change_hidden_from;
mod change_kind;
pub mod child_record;
pub mod collaboration;
pub mod collaboration_member;
pub mod considered_publication;
pub mod considered_study;
pub mod crosswalk;
pub mod data_sharing_agreement;
pub mod edition;
pub mod embargo;
pub mod engagement;
pub mod episode;
pub mod evidence_standard;
pub mod feedback;
pub mod finding;
pub mod follower;
pub mod given_table;
mod id;
pub mod idempotency_key;
pub mod identity_provider;
pub mod joined_publication;
pub mod loaded_return;
pub mod local_authority;
pub mod local_authority_successor;
pub mod moment;
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
pub mod return_problem;
pub mod shared_with;
pub mod signing_key;
mod social_work;
pub mod standard_dimension;
pub mod standard_level;
pub mod standard_version;
pub mod standing;
pub mod study;
pub mod study_centre;
pub mod study_participation;
pub mod study_partner;
pub mod study_publication;
pub mod study_site;
pub mod study_status_change;
pub mod study_term;
pub mod term;
pub mod term_label;
mod vocabulary;
pub mod young_person;
pub mod young_person_key;

pub use change_kind::ChangeClass;
pub use id::*;
pub use partial_date::{NotADate, PartialDate};
pub use social_work::*;
pub use vocabulary::*;
