//! What the log tells of each table: every one is in exactly one of these lists.
//!
//! Rows of the first are things, or parts that are written one by one: [`super::Write::insert`], `revise` and
//! `withdraw` note their changes. Rows of the second are replaced with the thing that they belong to. The log says
//! nothing of the third, for the reason that stands beside each.

use std::fmt::Debug;

use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A table whose rows can be compared, kept as history and written.
pub trait Table:
    EntityTrait<
        Model: IntoActiveModel<Self::ActiveModel>
                   + PartialEq
                   + Serialize
                   + DeserializeOwned
                   + Clone
                   + Debug
                   + Send
                   + Sync,
        ActiveModel: ActiveModelTrait<Entity = Self> + Send,
    >
{
}

impl<E> Table for E where
    E: EntityTrait<
            Model: IntoActiveModel<Self::ActiveModel>
                       + PartialEq
                       + Serialize
                       + DeserializeOwned
                       + Clone
                       + Debug
                       + Send
                       + Sync,
            ActiveModel: ActiveModelTrait<Entity = Self> + Send,
        >
{
}

/// A table of things that the log tells of, or of parts of such things that are written one by one.
pub trait Logged: Table {}

/// A table of parts that are replaced with the thing that they belong to.
pub trait Parts: Table {
    /// The column that names the thing.
    const WHOLE: Self::Column;
}

/// A table that the log says nothing of.
pub(crate) trait Unlogged:
    EntityTrait<ActiveModel: ActiveModelTrait<Entity = Self> + Send>
{
}

/// A logged table with columns whose changes are no change of the thing.
pub(crate) trait Derived: Logged {
    /// These.
    const DERIVED: &'static [Self::Column];
}

/// What the log tells of a table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Told {
    /// Each change of a row.
    Rows,
    /// Changes of the thing that its rows belong to.
    Whole,
    /// Nothing, for this reason.
    Nothing(&'static str),
}

macro_rules! tables {
    (logged { $($logged:ident,)* } parts { $($part:ident by $whole:ident,)* } unlogged { $($unlogged:ident: $reason:literal,)* }) => {
        $(impl Logged for entity::$logged::Entity {})*
        $(impl Parts for entity::$part::Entity {
            const WHOLE: Self::Column = entity::$part::Column::$whole;
        })*
        $(impl Unlogged for entity::$unlogged::Entity {})*

        /// Every table of the space, and what the log tells of it.
        pub const TABLES: &[(&str, Told)] = &[
            $((stringify!($logged), Told::Rows),)*
            $((stringify!($part), Told::Whole),)*
            $((stringify!($unlogged), Told::Nothing($reason)),)*
        ];
    };
}

tables! {
    logged {
        access_token,
        centre,
        collaboration,
        crosswalk,
        data_sharing_agreement,
        engagement,
        evidence_standard,
        feedback,
        finding,
        identity_provider,
        loaded_return,
        local_authority,
        partner,
        person,
        programme,
        publication,
        rating,
        signing_key,
        standard_dimension,
        standard_level,
        standard_version,
        study,
        term,
    }
    parts {
        access_token_authority by TokenId,
        agreement_controller by AgreementId,
        centre_status by CentreId,
        collaboration_member by CollaborationId,
        considered_publication by RatingId,
        considered_study by RatingId,
        local_authority_successor by LocalAuthorityId,
        person_role by PersonId,
        programme_partner by ProgrammeId,
        publication_author by PublicationId,
        rating_score by RatingId,
        shared_with by ThingId,
        study_centre by StudyId,
        study_partner by StudyId,
        study_publication by StudyId,
        study_site by StudyId,
        study_status_change by StudyId,
        study_term by StudyId,
        term_label by TermId,
    }
    unlogged {
        agreement_pseudonym: "the log holds nothing about children",
        audit_event: "the audit, which every write appends to beside the log",
        audit_head: "the end of the audit",
        change: "the log",
        change_head: "the end of the log",
        change_hidden_from: "a part of the log's rows",
        child_record: "the log holds nothing about children: it tells of the return",
        edition: "follows from the returns and the day",
        embargo: "follows from the things, and is forgotten when it passes",
        episode: "the log holds nothing about children: it tells of the return",
        follower: "how far a follower has heard the log",
        given_table: "a count that was given out: the audit tells of it",
        idempotency_key: "remembers what was asked for, beside the thing that was made of it",
        joined_publication: "where joined ids lead: the log tells of both publications",
        possible_duplicate: "follows from the publications, or is a decision that the audit tells of",
        publication_key: "follows from the publication",
        return_problem: "what a return's report says: the log tells of the return",
        standing: "follows from the returns",
        study_participation: "the log holds nothing about children: it tells of the agreement",
        young_person: "the log holds nothing about children",
        young_person_key: "the log holds nothing about children",
    }
}

impl Derived for entity::access_token::Entity {
    /// How often it was used and refused, which is counted where it stands.
    const DERIVED: &'static [Self::Column] = {
        use entity::access_token::Column::{LastRefusedAt, LastUsedAt, RefusedUses, Uses};
        &[LastRefusedAt, LastUsedAt, RefusedUses, Uses]
    };
}

impl Derived for entity::loaded_return::Entity {
    /// How far its loading has got.
    const DERIVED: &'static [Self::Column] = {
        use entity::loaded_return::Column::{Checked, Children, Doubtful, Kept, Read, Refused};
        &[Checked, Children, Doubtful, Kept, Read, Refused]
    };
}

impl Derived for entity::study::Entity {
    /// What its title is sorted by.
    const DERIVED: &'static [Self::Column] = &[entity::study::Column::TitleKey];
}

impl Derived for entity::publication::Entity {
    /// What its title is sorted by.
    const DERIVED: &'static [Self::Column] = &[entity::publication::Column::TitleKey];
}
