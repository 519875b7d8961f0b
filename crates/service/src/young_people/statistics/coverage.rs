//! Whose returns a table counts.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{LocalAuthorityId, ReturnKind, SocialWorkPopulation, edition};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use crate::access::scope;
use crate::error::Result;
use crate::space::Space;
use crate::young_people::returns::CollectionYear;

/// An authority whose returns of a year are counted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Covered {
    /// The authority.
    pub authority: LocalAuthorityId,
    /// Which edition of its returns is counted.
    pub edition: i32,
    /// Since when.
    pub published_at: DateTime<Utc>,
    /// Which returns the edition counts.
    pub kinds: Vec<ReturnKind>,
}

impl Covered {
    /// Whether its returns would tell of a population.
    #[must_use]
    pub fn tells_of(&self, population: SocialWorkPopulation) -> bool {
        self.kinds.contains(&kind(population))
    }
}

/// The return that tells of a population.
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

/// The authorities of whose returns of a year an edition is published.
pub(in crate::young_people) async fn covered(
    space: &Space,
    year: CollectionYear,
) -> Result<Vec<Covered>> {
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
