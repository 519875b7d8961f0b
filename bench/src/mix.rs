//! How common each thing is: the proportions that give a filled space the shape of real evidence.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use crate::random::Random;
use crate::rows::Shared;

/// Words, each with how common it is.
type Weighted = [(&'static str, u32)];

const DESIGNS: &Weighted = &[
    ("RANDOMISED", 30),
    ("CLUSTER_RANDOMISED", 14),
    ("PRE_POST", 12),
    ("MATCHED_COMPARISON", 10),
    ("QUALITATIVE", 8),
    ("SYSTEMATIC_REVIEW", 7),
    ("MIXED_METHODS", 5),
    ("DIFFERENCE_IN_DIFFERENCES", 4),
    ("FEASIBILITY", 3),
    ("OBSERVATIONAL", 3),
    ("STEPPED_WEDGE", 2),
    ("INTERRUPTED_TIME_SERIES", 2),
];
const STATUSES: &Weighted =
    &[("PLANNED", 4), ("IN_DELIVERY", 8), ("INTERIM_RESULTS", 5), ("REPORTED", 80), ("STOPPED", 3)];
const KINDS: &Weighted = &[
    ("JOURNAL_ARTICLE", 60),
    ("REPORT", 25),
    ("WORKING_PAPER", 8),
    ("THESIS", 5),
    ("BOOK_CHAPTER", 2),
];
const MEASURES: &Weighted = &[
    ("STANDARDISED_MEAN_DIFFERENCE", 60),
    ("LOG_ODDS_RATIO", 20),
    ("RISK_DIFFERENCE", 8),
    ("LOG_RISK_RATIO", 8),
    ("FISHER_Z", 4),
];
const VISIBILITIES: &Weighted = &[("PUBLIC", 90), ("NETWORK", 7), ("CENTRE", 3)];
const RISKS: &[&str] = &["LOW", "SOME_CONCERNS", "HIGH", "NOT_ASSESSED"];
const TIMES: &[&str] = &["3 months", "6 months", "12 months", "24 months"];
const SUBGROUPS: &[&str] = &["girls", "boys", "aged under 5", "aged 16 and over"];

/// From one author, each as often as its weight says: three on average.
const AUTHOR_WEIGHTS: &[u32] = &[20, 25, 22, 15, 9, 5, 3, 1];
/// From no finding: four on average.
const FINDING_WEIGHTS: &[u32] = &[7, 13, 16, 16, 14, 11, 8, 4, 4, 1, 2, 1, 1, 0, 0, 0, 2];
/// From no rating: one on average.
const RATING_WEIGHTS: &[u32] = &[28, 52, 13, 7];

pub(crate) fn design(random: &mut Random) -> &'static str {
    word(random, DESIGNS)
}

pub(crate) fn status(random: &mut Random) -> &'static str {
    word(random, STATUSES)
}

/// Returns the kind of a publication.
pub(crate) fn kind(random: &mut Random) -> &'static str {
    word(random, KINDS)
}

pub(crate) fn measure(random: &mut Random) -> &'static str {
    word(random, MEASURES)
}

pub(crate) fn risk_of_bias(random: &mut Random) -> &'static str {
    random.pick(RISKS)
}

pub(crate) fn time_point(random: &mut Random) -> &'static str {
    random.pick(TIMES)
}

pub(crate) fn subgroup(random: &mut Random) -> &'static str {
    random.pick(SUBGROUPS)
}

/// Returns how many authors a publication has.
pub(crate) fn authors(random: &mut Random) -> i32 {
    random.weighted(AUTHOR_WEIGHTS) as i32 + 1
}

/// Returns how many findings a study has.
pub(crate) fn findings(random: &mut Random) -> u64 {
    random.weighted(FINDING_WEIGHTS) as u64
}

/// Returns how many ratings a study has.
pub(crate) fn ratings(random: &mut Random) -> u64 {
    random.weighted(RATING_WEIGHTS) as u64
}

/// Nine of ten are public, one of two hundred is under embargo, one of a hundred is withdrawn.
pub(crate) fn shared(random: &mut Random, contributed_by: Uuid, at: DateTime<Utc>) -> Shared {
    let withdrawn = random.per_mille(10);
    Shared {
        contributed_by,
        visibility: word(random, VISIBILITIES),
        embargoed_until: random.per_mille(5).then(|| at + TimeDelta::days(365 * 20)),
        version: 1,
        created_at: at,
        updated_at: at,
        withdrawn_at: withdrawn.then_some(at),
        withdrawal_reason: withdrawn.then_some("an error in the data"),
        superseded_by: None,
    }
}

/// More often recent than long ago; unknown for one study in thirty.
pub(crate) fn starts(random: &mut Random) -> Option<NaiveDate> {
    if random.per_mille(33) {
        return None;
    }
    let ago = random.unit();
    let days = (ago * ago * 40.0 * 365.25) as u64;
    NaiveDate::from_ymd_opt(2026, 6, 30)?.checked_sub_days(Days::new(days))
}

fn word(random: &mut Random, words: &Weighted) -> &'static str {
    let weights: Vec<u32> = words.iter().map(|(_, weight)| *weight).collect();
    words[random.weighted(&weights)].0
}
