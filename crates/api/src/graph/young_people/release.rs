//! Tables that a controller publishes.

use async_graphql::{InputObject, SimpleObject};
use service::entity::{SocialWorkPopulation, StatisticsDimension};
use service::young_people::release::{NewRelease, Release};

use crate::graph::date::Date;
use crate::graph::enum_value::{EnumValue, words};
use crate::graph::number::Int;

/// A table that is to be published.
#[derive(InputObject)]
pub(super) struct ReleaseInput {
    /// By what it is broken down: one to three dimensions. A table by authority has its regions' subtotals.
    by: Vec<EnumValue<StatisticsDimension>>,
    /// Of which population; of all when nothing is said.
    population: Option<EnumValue<SocialWorkPopulation>>,
    /// Names of regions; all when nothing is said. An empty list is refused with `BAD_USER_INPUT`.
    regions: Option<Vec<String>>,
    /// The reference day: 31 March of a year.
    as_at: Date,
    /// Counts from 1 to below this are hidden: the threshold of the space's rule when nothing is said, and no less.
    threshold: Option<u32>,
}

impl From<ReleaseInput> for NewRelease {
    fn from(input: ReleaseInput) -> Self {
        Self {
            by: words(Some(input.by)),
            population: input.population.map(|word| word.0),
            regions: input.regions.into(),
            as_at: input.as_at.0,
            threshold: input.threshold.map(u64::from),
        }
    }
}

/// A table that may be published: true counts, but for those that are hidden.
#[derive(SimpleObject)]
pub(super) struct ReleaseTable {
    /// The cells, totals and regions' subtotals among them.
    cells: Vec<ReleaseCell>,
    /// The threshold.
    threshold: Int<u64>,
}

/// One count of a table that may be published.
#[derive(SimpleObject)]
struct ReleaseCell {
    /// Its category in each dimension, in the order of `by`; null for the total.
    keys: Vec<Option<String>>,
    /// The true count; null when it is hidden.
    count: Option<Int<u64>>,
    /// Whether it is hidden. A hidden count is never 0.
    suppressed: bool,
}

impl From<Release> for ReleaseTable {
    fn from(release: Release) -> Self {
        let cells = release.cells.into_iter();
        Self {
            cells: cells
                .map(|cell| ReleaseCell {
                    suppressed: cell.count.is_none(),
                    keys: cell.keys,
                    count: cell.count.map(Int),
                })
                .collect(),
            threshold: Int(release.threshold),
        }
    }
}
