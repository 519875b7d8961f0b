//! Ratings that disagree: what several centres hold of one thing, side by side, and why they differ.
//!
//! Everything is read for many things at once, and only what the viewer may see: evidence that is
//! hidden from them is not recorded, as far as they are told.

mod load;
mod newer;
mod pair;
mod scales;
mod sentences;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use entity::{RatedKind, publication, rating, study};
use uuid::Uuid;

pub use pair::{Decision, Difference, Evidence, Explained, Reason, Rule};
pub use scales::{LevelReading, ScaleAnswer};

use self::load::Standing;
use self::newer::Newest;
use self::pair::{Compared, NewerEvidence};
use crate::error::Result;
use crate::request::RequestContext;

/// How many ratings of one thing are compared with each other: the newest.
pub const MOST_COMPARED: u64 = 32;

/// The ratings of one thing, side by side.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// The newest ratings that stand, newest first.
    pub ratings: Vec<Arc<rating::Model>>,
    /// How many more stand: there are too many of them to be compared.
    pub not_compared: u64,
    pub differences: Vec<Difference>,
    /// The evidence that reasons name, of this comparison and those read with it.
    pub named: Arc<NamedEvidence>,
}

/// The evidence that reasons name.
#[derive(Clone, Debug, Default)]
pub struct NamedEvidence {
    pub studies: HashMap<Uuid, Arc<study::Model>>,
    pub publications: HashMap<Uuid, Arc<publication::Model>>,
}

/// Returns the ratings of each of these things, which the viewer has been shown, side by side.
pub async fn of_subjects(
    context: &RequestContext,
    kind: RatedKind,
    subjects: &[Uuid],
) -> Result<HashMap<Uuid, Comparison>> {
    let directory = context.directory().await?;
    let crosswalk = load::crosswalk(&directory);
    let ratings = load::standing(context, kind, subjects).await?;
    let compared = load::compared(context, &directory, &ratings).await?;

    // What came since matters only where the older of two that differ has a day.
    let since = compared.iter().filter_map(|(subject, ratings)| {
        let differing = pairs(ratings).filter(|(one, other)| pair::differ(one, other, &crosswalk));
        let days = differing.filter_map(|(one, other)| pair::older(one, other));
        Some((*subject, days.map(|(_, day)| day).min()?))
    });
    let since: Vec<Newest> = since.map(|(subject, since)| Newest { subject, since }).collect();
    let newer = newer::than(context, kind, &since).await?;

    let nothing_newer = NewerEvidence::default();
    let differences = compared.iter().map(|(subject, compared)| {
        let newer = newer.get(subject).unwrap_or(&nothing_newer);
        let differences = pairs(compared)
            .filter_map(|(one, other)| pair::difference(one, other, &crosswalk, newer));
        (*subject, differences.collect())
    });
    let mut differences: HashMap<Uuid, Vec<Difference>> = differences.collect();
    let named = Arc::new(named(context, differences.values().flatten()).await?);
    let comparison = |(subject, Standing { ratings, more })| {
        let comparison = Comparison {
            ratings,
            not_compared: more,
            differences: differences.remove(&subject).unwrap_or_default(),
            named: Arc::clone(&named),
        };
        (subject, comparison)
    };
    Ok(ratings.into_iter().map(comparison).collect())
}

/// Reads the evidence that the reasons of some differences name.
async fn named(
    context: &RequestContext,
    differences: impl Iterator<Item = &Difference>,
) -> Result<NamedEvidence> {
    let (mut studies, mut publications) = (HashSet::new(), HashSet::new());
    for explained in differences.flat_map(|difference| &difference.reasons) {
        for evidence in explained.reason.evidence() {
            studies.extend(evidence.studies.iter().copied().map(Uuid::from));
            publications.extend(evidence.publications.iter().copied().map(Uuid::from));
        }
    }
    Ok(NamedEvidence {
        studies: load::rows::<study::Entity>(context, studies).await?,
        publications: load::rows::<publication::Entity>(context, publications).await?,
    })
}

/// Returns each two of them once, in their order.
fn pairs(ratings: &[Compared]) -> impl Iterator<Item = (&Compared, &Compared)> {
    ratings
        .iter()
        .enumerate()
        .flat_map(|(at, one)| ratings.iter().skip(at + 1).map(move |other| (one, other)))
}
