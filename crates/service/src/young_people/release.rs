//! Fixed tables that a controller publishes: true counts, with the small ones hidden and as many others as it takes.
//!
//! A release says more than perturbed counts do, and beside them it would say more still; so only stewards make one, of
//! the authorities for which they act, and the operator, and what is released is theirs to decide. `given`
//! keeps it and protects it together with those before.

use chrono::NaiveDate;
use entity::{AuditOutcome, SocialWorkPopulation, StatisticsDimension};

use super::given::{Asked, Showing, give};
use super::statistics::{Question, Where, not_countable, past_year};
use crate::error::{Error, Result};
use crate::filter::AnyOf;
use crate::request::RequestContext;
use crate::store::audit::{Actor, Event};
use crate::young_people::stewards;

/// What making a release is called in the audit.
pub const RELEASE: &str = "young-people.release";
/// The greatest threshold that a release may choose.
const GREATEST_THRESHOLD: u64 = 100;

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
    pub as_at: NaiveDate,
    /// Counts from 1 to below this are hidden: that of the space's rule when nothing is said.
    pub threshold: Option<u64>,
}

/// A table that may be published.
#[derive(Clone, Debug)]
pub struct Release {
    /// The cells, totals and regions' subtotals among them.
    pub cells: Vec<ReleasedCell>,
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

/// Makes a table that may be published, or gives it as it was made before. It is kept, and protected together with
/// all that were given before of the same year.
///
/// # Errors
/// `FORBIDDEN` for whoever is neither the operator nor a steward; `NOT_A_REFERENCE_DATE`; `NOT_COUNTABLE` when no
/// choice of hidden cells would protect it; `BAD_USER_INPUT`.
pub async fn release(context: &RequestContext, new: &NewRelease) -> Result<Release> {
    let authorities = stewards::released(context).await?;
    let year = past_year(context.now(), new.as_at)?;
    let least = context.space().disclosure_rule()?.threshold;
    let threshold = new.threshold.unwrap_or(least);
    check(new, threshold, least)?;
    let filter = Where {
        populations: new.population.map_or_else(AnyOf::default, AnyOf::only),
        regions: new.regions.clone(),
        ..Where::default()
    };
    let asked = Asked {
        question: Question { by: new.by.clone(), filter, as_at: new.as_at, share_of: Vec::new() },
        has_totals: true,
        showing: Showing::Truly(threshold),
        agreement: None,
        authorities,
    };
    let event = Event {
        at: context.now(),
        actor: Actor::from(context.viewer()),
        request_id: context.viewer().request_id().map(str::to_owned),
        action: RELEASE.into(),
        kind: None,
        subject: None,
        subject_centre: context.viewer().centre(),
        outcome: AuditOutcome::Allowed,
        detail: Some(format!("a table of {} by {}", new.as_at, words(&new.by))),
        times: 1,
    };
    let given = give(context, year, &asked, &[event]).await?;
    if given.coverage.authorities.is_empty() {
        return Err(not_countable("regions", "No return of the year is counted there."));
    }
    Ok(Release {
        cells: given
            .cells
            .into_iter()
            .map(|cell| ReleasedCell { keys: cell.keys, count: cell.count })
            .collect(),
        threshold,
    })
}

fn words(by: &[StatisticsDimension]) -> String {
    let words: Vec<_> = by.iter().map(|one| one.as_str()).collect();
    words.join(", ")
}

fn check(new: &NewRelease, threshold: u64, least: u64) -> Result<()> {
    if !(1..=3).contains(&new.by.len()) {
        return Err(Error::bad_input("by", "Name one to three dimensions."));
    }
    for (at, dimension) in new.by.iter().enumerate() {
        if new.by.iter().take(at).any(|earlier| earlier == dimension) {
            return Err(Error::bad_input("by", format!("`by` names {dimension} twice.")));
        }
    }
    if new.by.contains(&StatisticsDimension::Population) {
        return Err(not_countable(
            "by",
            "One person may be in several populations, so they don't add up to a total. Release a table for each population.",
        ));
    }
    let both = [StatisticsDimension::LocalAuthority, StatisticsDimension::Region];
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
    if !(least..=GREATEST_THRESHOLD).contains(&threshold) {
        return Err(Error::bad_input(
            "threshold",
            format!(
                "The threshold lies between {least}, that of the space's rule, and {GREATEST_THRESHOLD}."
            ),
        ));
    }
    Ok(())
}
