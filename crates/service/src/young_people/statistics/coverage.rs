//! Whose returns a table counts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::{LocalAuthorityId, ReturnKind, SocialWorkPopulation, edition};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use crate::access::scope;
use crate::error::Result;
use crate::filter::AnyOf;
use crate::network::authority::{existed, makes_returns};
use crate::network::directory::Directory;
use crate::space::Space;
use returns::CollectionYear;

/// An authority whose returns of a year are counted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Covered {
    pub authority: LocalAuthorityId,
    /// Which edition of its returns is counted.
    pub edition: i32,
    pub published_at: DateTime<Utc>,
    /// Which returns the edition counts.
    pub kinds: Vec<ReturnKind>,
}

/// The authorities whose returns are counted, of those that would be if they were all there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Coverage {
    /// The authorities of whose returns an edition is counted.
    pub authorities: Vec<Covered>,
    /// The authorities that make returns.
    pub of: BTreeSet<LocalAuthorityId>,
    /// The returns that tell of those who are counted.
    pub kinds: Vec<ReturnKind>,
}

impl Coverage {
    /// Reads the coverage of some places in a year, for a question about some populations.
    pub(in crate::young_people) async fn read(
        space: &Space,
        directory: &Directory,
        year: CollectionYear,
        populations: &AnyOf<SocialWorkPopulation>,
        is_asked: impl Fn(LocalAuthorityId) -> bool,
    ) -> Result<Self> {
        let mut authorities = covered(space, year).await?;
        authorities.retain(|of| is_asked(of.authority));
        let all = directory.local_authorities.all().iter();
        let make = all
            .filter(|row| is_asked(row.id) && makes_returns(row) && existed(row, year.last_day()));
        let coverage = Self {
            authorities,
            of: make.map(|row| row.id).collect(),
            kinds: ReturnKind::ALL.to_vec(),
        };
        Ok(match populations.named() {
            Some(populations) => coverage.of_populations(populations),
            None => coverage,
        })
    }

    /// Returns the same, for a count of some populations.
    #[must_use]
    pub fn of_populations(&self, populations: &[SocialWorkPopulation]) -> Self {
        let tells = |kind: &ReturnKind| populations.iter().any(|of| self::kind(*of) == *kind);
        let mut coverage = self.clone();
        coverage.kinds.retain(tells);
        coverage
    }

    /// Returns the same, for a count in some places.
    #[must_use]
    pub fn of_places(&self, is_place: impl Fn(LocalAuthorityId) -> bool) -> Self {
        let mut coverage = self.clone();
        coverage.authorities.retain(|of| is_place(of.authority));
        coverage.of.retain(|id| is_place(*id));
        coverage
    }

    /// Returns of how many authorities a kind of return is counted.
    #[must_use]
    pub fn counted(&self, kind: ReturnKind) -> usize {
        let counted = self.authorities.iter();
        counted.filter(|of| of.kinds.contains(&kind)).count()
    }

    /// Returns whether every return that tells of those who are counted is there.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let is_there = |kind: &ReturnKind| self.counted(*kind) >= self.of.len();
        self.kinds.iter().all(is_there)
    }
}

impl Covered {
    /// Returns whether its returns would tell of a population.
    #[must_use]
    pub fn tells_of(&self, population: SocialWorkPopulation) -> bool {
        self.kinds.contains(&kind(population))
    }
}

/// Returns the return that tells of a population.
#[must_use]
pub const fn kind(population: SocialWorkPopulation) -> ReturnKind {
    match population {
        SocialWorkPopulation::InNeed | SocialWorkPopulation::ProtectionPlan => {
            ReturnKind::CinCensus
        }
        SocialWorkPopulation::LookedAfter
        | SocialWorkPopulation::UnaccompaniedAsylumSeeking
        | SocialWorkPopulation::ShortBreaks
        | SocialWorkPopulation::CareLeaver => ReturnKind::Ssda903,
    }
}

/// Returns the authorities of whose returns of a year an edition is published.
async fn covered(space: &Space, year: CollectionYear) -> Result<Vec<Covered>> {
    let editions = scope::counted::<edition::Entity>()
        .filter(edition::Column::Year.eq(year.0))
        .order_by_asc(edition::Column::Number)
        .all(space.store().connection())
        .await?;
    let mut last: BTreeMap<LocalAuthorityId, edition::Model> = BTreeMap::new();
    for edition in editions {
        last.insert(edition.local_authority_id, edition);
    }
    let covered = last.into_values().map(|edition| Covered {
        authority: edition.local_authority_id,
        edition: edition.number,
        published_at: edition.published_at,
        kinds: [
            (edition.of_ssda903, ReturnKind::Ssda903),
            (edition.of_cin_census, ReturnKind::CinCensus),
        ]
        .into_iter()
        .filter_map(|(counts, kind)| counts.then_some(kind))
        .collect(),
    });
    Ok(covered.filter(|of| !of.kinds.is_empty()).collect())
}
