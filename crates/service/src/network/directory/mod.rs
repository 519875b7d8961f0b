//! The directory: the small tables of the network, its vocabularies and standards, held in memory.
//!
//! They are read with almost every query and seldom written, and everybody may see them. The change
//! log says when the copy is stale; it is then read again, whole, as of one moment.

pub(crate) mod cache;
mod listing;
mod load;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use entity::{
    CentreId, CrosswalkId, DimensionId, LevelId, LocalAuthorityId, NetworkStatus, PartnerId,
    PersonId, ProgrammeId, StandardId, StandardVersionId, TermId, Vocabulary, centre,
    centre_status, crosswalk, evidence_standard, local_authority, partner, person, person_role,
    programme, standard_dimension, standard_level, standard_version, term,
};

use super::authority::Successions;

pub use cache::DirectoryCache;
pub(crate) use cache::DirectoryFollower;
pub use listing::{Keyed, Listing};

/// The network, its vocabularies and standards as of one moment.
#[derive(Debug, Default)]
pub struct Directory {
    pub centres: Listing<CentreId, Centre>,
    pub people: Listing<PersonId, Person>,
    /// The local authorities, by GSS code.
    pub local_authorities: Listing<LocalAuthorityId, local_authority::Model>,
    /// Which local authorities followed which.
    pub successions: Successions,
    pub partners: Listing<PartnerId, partner::Model>,
    pub programmes: Listing<ProgrammeId, Programme>,
    pub interventions: Listing<TermId, Term>,
    pub outcomes: Listing<TermId, Term>,
    pub populations: Listing<TermId, Term>,
    /// The evidence standards, by slug.
    pub standards: Listing<StandardId, Standard>,
    /// Which standard and version a version's id means.
    pub versions: HashMap<StandardVersionId, (Arc<Standard>, Arc<StandardVersion>)>,
    /// Which version a dimension belongs to.
    pub dimensions: HashMap<DimensionId, (StandardVersionId, Arc<Dimension>)>,
    /// Which dimension a level belongs to.
    pub levels: HashMap<LevelId, (Arc<Dimension>, Arc<standard_level::Model>)>,
    /// The readings of the crosswalk, also those that were withdrawn.
    pub readings: HashMap<CrosswalkId, Arc<crosswalk::Model>>,
    /// The readings that stand, by the level that is read.
    pub crosswalk: HashMap<LevelId, Vec<Arc<crosswalk::Model>>>,
}

/// A centre with its dated standing.
#[derive(Debug)]
pub struct Centre {
    pub row: centre::Model,
    /// Its standing, from the oldest.
    pub statuses: Vec<centre_status::Model>,
    /// The centres whose work it carries on.
    pub predecessors: Vec<CentreId>,
    /// The roles of people at it.
    pub roles: Vec<person_role::Model>,
}

/// A person with their roles.
#[derive(Debug)]
pub struct Person {
    pub row: person::Model,
    pub roles: Vec<person_role::Model>,
}

/// A programme with its partners.
#[derive(Debug)]
pub struct Programme {
    pub row: programme::Model,
    pub partners: Vec<PartnerId>,
}

/// A term of a vocabulary with its place in the tree.
#[derive(Debug)]
pub struct Term {
    pub row: term::Model,
    pub synonyms: Vec<String>,
    pub narrower: Vec<TermId>,
    pub labels: Vec<(CentreId, String)>,
}

/// An evidence standard with its versions.
#[derive(Debug)]
pub struct Standard {
    pub row: evidence_standard::Model,
    /// Its versions, from the oldest.
    pub versions: Vec<Arc<StandardVersion>>,
}

/// One version of a standard.
#[derive(Debug)]
pub struct StandardVersion {
    pub row: standard_version::Model,
    /// Its dimensions, in their order.
    pub dimensions: Vec<Arc<Dimension>>,
}

/// One dimension of a version.
#[derive(Debug)]
pub struct Dimension {
    pub row: standard_dimension::Model,
    /// Its levels, from the lowest.
    pub levels: Vec<Arc<standard_level::Model>>,
}

impl Directory {
    /// Returns the terms of a vocabulary.
    #[must_use]
    pub const fn terms(&self, vocabulary: Vocabulary) -> &Listing<TermId, Term> {
        match vocabulary {
            Vocabulary::Intervention => &self.interventions,
            Vocabulary::Outcome => &self.outcomes,
            Vocabulary::Population => &self.populations,
        }
    }

    /// Returns the terms of those slugs, with all narrower ones if wanted. A slug that is none gives nothing.
    #[must_use]
    pub fn term_ids(
        &self,
        vocabulary: Vocabulary,
        slugs: &[String],
        narrower: bool,
    ) -> Vec<TermId> {
        let terms = self.terms(vocabulary);
        let mut found: Vec<TermId> =
            slugs.iter().filter_map(|slug| terms.by_key(slug)).map(|term| term.row.id).collect();
        if narrower {
            let mut seen: HashSet<TermId> = found.iter().copied().collect();
            let mut at = 0;
            while let Some(id) = found.get(at).copied() {
                at += 1;
                let narrower =
                    terms.by_id(id).map(|term| term.narrower.as_slice()).unwrap_or_default();
                found.extend(narrower.iter().copied().filter(|id| seen.insert(*id)));
            }
        }
        found
    }
}

impl Directory {
    /// Returns the standard whose level a reading reads.
    #[must_use]
    pub fn standard_of(&self, reading: &crosswalk::Model) -> Option<&Arc<Standard>> {
        let (dimension, _) = self.levels.get(&reading.from_level)?;
        let (version, _) = self.dimensions.get(&dimension.row.id)?;
        let (standard, _) = self.versions.get(version)?;
        Some(standard)
    }
}

impl Centre {
    /// Returns the standing on a day: the latest that has begun; after its end, former. A centre of which no
    /// standing is known counts as an affiliate.
    #[must_use]
    pub fn status_on(&self, day: NaiveDate) -> NetworkStatus {
        let begun = |status: &&centre_status::Model| {
            entity::PartialDate::try_from(status.since.clone())
                .is_ok_and(|since| since.first_day() <= day)
        };
        match self.statuses.iter().rev().find(begun) {
            None => NetworkStatus::Affiliate,
            Some(status) => match &status.until {
                Some(until) if until.first_day() <= day => NetworkStatus::Former,
                _ => status.status,
            },
        }
    }
}

impl Standard {
    /// Returns the version that is used now: the one with the highest place.
    #[must_use]
    pub fn current(&self) -> Option<&Arc<StandardVersion>> {
        self.versions.last()
    }
}
