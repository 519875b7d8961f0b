//! Fixed tables that a controller publishes: true counts, with the small ones hidden and as many others as it takes.
//!
//! A release says more than perturbed counts do, and beside them it would say more still; so only those who may load
//! the returns make one, to publish it once, and what is released is theirs to decide.

use std::sync::Arc;

use chrono::NaiveDate;
use entity::{LocalAuthorityId, SocialWorkPopulation, StatisticsDimension};

use super::disclosure::Records;
use super::disclosure::suppression::{Category, Dimension, FixedTable, Protection, suppress};
use super::statistics::{
    Axis, Question, Where, axis, combinations, covered, not_countable, places, records,
    reference_year,
};
use crate::access::policy::{self, Action};
use crate::error::{Error, Result};
use crate::filter::AnyOf;
use crate::network::directory::Directory;
use crate::space::Space;
use crate::viewer::{Viewer, Who};
use crate::young_people::stewards;

/// How many cells a released table may have, totals included.
const MOST_CELLS: usize = 10_000;
/// Between which thresholds a release may choose.
const THRESHOLDS: std::ops::RangeInclusive<u64> = 3..=100;

/// A table that is to be released.
#[derive(Clone, Debug)]
pub struct NewRelease {
    /// By what it is broken down: one to three dimensions, population not among them, as one person may be in
    /// several.
    pub by: Vec<StatisticsDimension>,
    /// Of which population; of all when nothing is said.
    pub population: Option<SocialWorkPopulation>,
    /// Of which regions; of all when nothing is said.
    pub regions: AnyOf<String>,
    /// The reference day.
    pub as_at: NaiveDate,
    /// Counts from 1 to below this are hidden.
    pub threshold: u64,
}

/// A table that may be published.
#[derive(Clone, Debug)]
pub struct Release {
    /// The cells, totals and regions' subtotals among them.
    pub cells: Vec<ReleasedCell>,
    /// How many counts are hidden because they are small.
    pub primary: usize,
    /// How many are hidden so that those can't be worked out.
    pub secondary: usize,
    /// The threshold.
    pub threshold: u64,
}

/// A cell of a release.
#[derive(Clone, Debug)]
pub struct ReleasedCell {
    /// Its category in each dimension; nothing for the total.
    pub keys: Vec<Option<String>>,
    /// The true count; nothing when it is hidden.
    pub count: Option<u64>,
}

/// Makes a table that may be published.
///
/// # Errors
/// `FORBIDDEN`; `NOT_A_REFERENCE_DATE`; `NOT_COUNTABLE` when no choice of hidden cells would protect it; `BAD_USER_INPUT`.
pub async fn release(space: &Space, viewer: &Viewer, new: &NewRelease) -> Result<Release> {
    policy::authorise(viewer, &Action::ContributeReturns)?;
    let year = reference_year(new.as_at)?;
    check(new)?;
    let directory = space.directory().await?;
    let covered = covered(space, year).await?;
    let coverage: Vec<_> = covered.iter().map(|of| of.authority).collect();
    let own = stewards::authorities(space, viewer).await?;
    let is_operator = matches!(viewer.who(), Who::Operator);
    let filter = Where {
        populations: new.population.map_or_else(AnyOf::default, AnyOf::only),
        regions: new.regions.clone(),
        local_authorities: match is_operator || own.is_empty() {
            true => AnyOf::default(),
            false => AnyOf::from(Some(codes(&own, &directory))),
        },
        ..Where::default()
    };
    let question = Question {
        by: new.by.clone(),
        filter,
        as_at: new.as_at,
        share_of: Vec::new(),
    };
    let axes: Vec<Axis> = question
        .by
        .iter()
        .map(|dimension| axis(*dimension, &question.filter, &directory, &coverage))
        .collect::<Result<_>>()?;
    let places = places(&question.filter, &directory)?;
    let found = records(space, &question, year, &axes, places.as_deref(), &directory).await?;
    let counts: Vec<u64> = combinations(&axes)
        .map(|place| {
            found
                .get(&place)
                .map_or(0, |records: &Records| records.count)
        })
        .collect();
    let groups: Vec<Vec<(String, Vec<usize>)>> = question
        .by
        .iter()
        .zip(&axes)
        .map(|(dimension, axis)| groups(*dimension, axis, &directory))
        .collect();
    let dimensions: Vec<Dimension> = axes
        .iter()
        .zip(&groups)
        .map(|(axis, groups)| Dimension {
            levels: axis.len(),
            groups: groups.iter().map(|(_, levels)| levels.clone()).collect(),
        })
        .collect();
    let threshold = new.threshold;
    // Choosing takes seconds of a processor: not on a thread that answers others.
    let axes = Arc::new((axes, groups));
    let named = Arc::clone(&axes);
    tokio::task::spawn_blocking(move || protect(&dimensions, &counts, threshold, &named))
        .await
        .map_err(Error::internal)?
}

fn codes(authorities: &[LocalAuthorityId], directory: &Directory) -> Vec<String> {
    let rows = authorities.iter();
    rows.filter_map(|id| directory.local_authorities.by_id(*id))
        .map(|row| row.gss_code.clone())
        .collect()
}

fn check(new: &NewRelease) -> Result<()> {
    if !(1..=3).contains(&new.by.len()) {
        return Err(Error::bad_input("by", "Name one to three dimensions."));
    }
    for (at, dimension) in new.by.iter().enumerate() {
        if new.by.iter().take(at).any(|earlier| earlier == dimension) {
            return Err(Error::bad_input(
                "by",
                format!("`by` names {dimension} twice."),
            ));
        }
    }
    if new.by.contains(&StatisticsDimension::Population) {
        return Err(not_countable(
            "by",
            "One person may be in several populations, so they don't add up to a total. Release a table for each population.",
        ));
    }
    let both = [
        StatisticsDimension::LocalAuthority,
        StatisticsDimension::Region,
    ];
    if both.iter().all(|dimension| new.by.contains(dimension)) {
        return Err(Error::bad_input(
            "by",
            "A table by authority has its regions' subtotals already: leave REGION out.",
        ));
    }
    if new.regions.named() == Some(&[]) {
        return Err(Error::bad_input(
            "regions",
            "Name a region, or leave the field out to release all.",
        ));
    }
    if !THRESHOLDS.contains(&new.threshold) {
        return Err(Error::bad_input(
            "threshold",
            "The threshold lies between 3 and 100.",
        ));
    }
    Ok(())
}

/// The regions of a dimension of authorities.
fn groups(
    dimension: StatisticsDimension,
    axis: &Axis,
    directory: &Directory,
) -> Vec<(String, Vec<usize>)> {
    if dimension != StatisticsDimension::LocalAuthority {
        return Vec::new();
    }
    let mut regions = std::collections::BTreeMap::<String, Vec<usize>>::new();
    for (at, (code, _)) in axis.iter().enumerate() {
        let place = directory.local_authorities.by_key(code);
        if let Some(region) = place.and_then(|place| place.region.clone()) {
            regions.entry(region).or_default().push(at);
        }
    }
    regions.into_iter().collect()
}

type Named = (Vec<Axis>, Vec<Vec<(String, Vec<usize>)>>);

fn protect(
    dimensions: &[Dimension],
    counts: &[u64],
    threshold: u64,
    named: &Named,
) -> Result<Release> {
    let all: usize = dimensions
        .iter()
        .map(|dimension| dimension.levels + dimension.groups.len() + 1)
        .product();
    if all > MOST_CELLS {
        return Err(not_countable(
            "by",
            format!(
                "The table would have {all} cells with its totals, and may have {MOST_CELLS}. Leave a dimension out, or name regions."
            ),
        ));
    }
    let table = FixedTable::try_new(dimensions, counts)
        .map_err(|refusal| Error::bad_input("by", refusal.to_string()))?;
    let protection = Protection {
        threshold,
        width: 1,
    };
    let name = |key: &[Category]| -> Vec<Option<String>> {
        let named = key.iter().zip(named.0.iter().zip(&named.1));
        named
            .map(|(category, (axis, groups))| match category {
                Category::Level(at) => axis.get(*at).map(|(key, _)| key.clone()),
                Category::Group(at) => groups.get(*at).map(|(region, _)| region.clone()),
                Category::Total => None,
            })
            .collect()
    };
    let suppressed = suppress(&table, protection).map_err(|refusal| {
        let cell: Vec<_> = name(&refusal.cell)
            .into_iter()
            .map(|key| key.unwrap_or_else(|| "all".to_owned()))
            .collect();
        not_countable(
            "by",
            format!("No choice of hidden cells protects the cell {}. Use fewer dimensions, or a larger area.", cell.join(", ")),
        )
    })?;
    let hidden = suppressed.hidden.iter().filter(|hidden| **hidden).count();
    let cells = table.cells().zip(&suppressed.hidden);
    Ok(Release {
        cells: cells
            .map(|((key, count), hidden)| ReleasedCell {
                keys: name(key),
                count: (!hidden).then_some(count),
            })
            .collect(),
        primary: hidden - suppressed.secondary,
        secondary: suppressed.secondary,
        threshold,
    })
}
