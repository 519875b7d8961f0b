//! What the crosswalk says of one rating's levels on the scale of another. A reading has a direction:
//! nothing is concluded from it the other way round.

use std::collections::HashMap;

use entity::{CrosswalkRelation, CrosswalkStanding, DimensionId, LevelId, StandardVersionId};

use super::pair::{Compared, Score};
use super::sentences;

/// The published readings, by the level that is read.
pub(super) type Crosswalk = HashMap<LevelId, Vec<Reading>>;

/// A published reading of a level in terms of another.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) level: LevelId,
    pub(super) label: String,
    pub(super) ordinal: i32,
    pub(super) dimension: DimensionId,
    pub(super) version: StandardVersionId,
    pub(super) relation: CrosswalkRelation,
    pub(super) caveat: String,
    pub(super) source: Option<String>,
}

/// The crosswalk's answer to where a rating stands on another scale.
#[derive(Clone, Debug)]
pub struct ScaleAnswer {
    pub standing: CrosswalkStanding,
    /// The readings of its levels on that scale.
    pub readings: Vec<LevelReading>,
    pub sentence: String,
}

/// A published reading of a level that a rating gives.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LevelReading {
    /// The level that the rating gives.
    pub level: LevelId,
    pub read_as: LevelId,
    /// The level that the other rating gives on the same dimension.
    pub given: Option<LevelId>,
    /// How the first level relates to the one that it is read as.
    pub relation: CrosswalkRelation,
    /// Why the reading must be taken with care.
    pub caveat: String,
    /// Who reads it so, and where.
    pub source: Option<String>,
}

/// A reading that applies, with what it is read against.
pub(super) struct Applied<'c> {
    pub(super) score: &'c Score,
    pub(super) reading: &'c Reading,
    pub(super) given: Option<&'c Score>,
}

/// Returns whether the crosswalk says, in either direction, that the levels are not the same.
pub(super) fn says_they_differ(one: &Compared, other: &Compared, crosswalk: &Crosswalk) -> bool {
    [(one, other), (other, one)].iter().any(|(from, to)| {
        one.version != other.version
            && standing(&applied(from, to, crosswalk)) == CrosswalkStanding::Differs
    })
}

/// Returns what the crosswalk says of a rating on the scale of another.
pub(super) fn read(from: &Compared, to: &Compared, crosswalk: &Crosswalk) -> ScaleAnswer {
    if from.version == to.version {
        return ScaleAnswer {
            standing: CrosswalkStanding::SameScale,
            readings: Vec::new(),
            sentence: sentences::same_scale(from),
        };
    }
    let applied = applied(from, to, crosswalk);
    let standing = standing(&applied);
    let readings = applied.iter().map(|one| LevelReading {
        level: one.score.level,
        read_as: one.reading.level,
        given: one.given.map(|score| score.level),
        relation: one.reading.relation,
        caveat: one.reading.caveat.clone(),
        source: one.reading.source.clone(),
    });
    ScaleAnswer {
        standing,
        readings: readings.collect(),
        sentence: sentences::read_across(from, to, standing, &applied),
    }
}

/// Returns the readings of a rating's levels on the scale of another.
fn applied<'c>(from: &'c Compared, to: &'c Compared, crosswalk: &'c Crosswalk) -> Vec<Applied<'c>> {
    let of_score = |score: &'c Score| {
        let readings = crosswalk.get(&score.level).into_iter().flatten();
        readings.filter(|reading| reading.version == to.version).map(move |reading| Applied {
            score,
            reading,
            given: to.scores.iter().find(|given| given.dimension == reading.dimension),
        })
    };
    from.scores.iter().flat_map(of_score).collect()
}

fn standing(applied: &[Applied<'_>]) -> CrosswalkStanding {
    let verdicts: Vec<_> = applied.iter().filter_map(Applied::verdict).collect();
    let worst_first =
        [CrosswalkStanding::Differs, CrosswalkStanding::NotComparable, CrosswalkStanding::Agrees];
    worst_first.into_iter().find(|verdict| verdicts.contains(verdict)).unwrap_or(match applied {
        [] => CrosswalkStanding::NotPublished,
        [..] => CrosswalkStanding::Undecided,
    })
}

impl Applied<'_> {
    /// Returns what the reading says of the level that the other rating gives; nothing when the other gives
    /// none on that dimension, or when either may be the higher.
    pub(super) fn verdict(&self) -> Option<CrosswalkStanding> {
        let given = self.given?;
        match self.reading.relation {
            CrosswalkRelation::Equivalent | CrosswalkRelation::Similar => {
                Some(if given.level == self.reading.level {
                    CrosswalkStanding::Agrees
                } else {
                    CrosswalkStanding::Differs
                })
            }
            CrosswalkRelation::Stricter => {
                (given.ordinal <= self.reading.ordinal).then_some(CrosswalkStanding::Differs)
            }
            CrosswalkRelation::Looser => {
                (given.ordinal >= self.reading.ordinal).then_some(CrosswalkStanding::Differs)
            }
            CrosswalkRelation::NotComparable => Some(CrosswalkStanding::NotComparable),
        }
    }
}
