//! Two ratings side by side: whether they differ, and why, as far as it is recorded.
//!
//! Pure functions over plain structs: what is in them is what the viewer may see.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use entity::{
    DifferenceReasonKind, DimensionId, EvidenceStrength, LevelId, PublicationId, RatingId,
    StandardId, StandardVersionId, StudyId, TermId,
};

use super::scales::{self, Crosswalk, ScaleAnswer};
use super::sentences;

/// A rating as far as it is compared.
#[derive(Clone, Debug)]
pub(super) struct Compared {
    pub(super) id: RatingId,
    /// Whose it is, for sentences.
    pub(super) name: String,
    pub(super) standard: StandardId,
    pub(super) version: StandardVersionId,
    /// The standard and its version, for sentences.
    pub(super) scale: String,
    /// The weakest published reading among its levels.
    pub(super) strength: Option<EvidenceStrength>,
    pub(super) rated_on: Option<NaiveDate>,
    /// The outcome that it speaks of, and its name.
    pub(super) outcome: Option<(TermId, String)>,
    pub(super) scores: Vec<Score>,
    /// The studies that it took into account.
    pub(super) studies: BTreeSet<StudyId>,
    /// The publications that it took into account, each with the studies that it reports.
    pub(super) publications: BTreeMap<PublicationId, BTreeSet<StudyId>>,
}

/// A level that a rating gives.
#[derive(Clone, Debug)]
pub(super) struct Score {
    pub(super) level: LevelId,
    pub(super) label: String,
    /// Its place on the scale, a higher one for more.
    pub(super) ordinal: i32,
    /// Its own published reading.
    pub(super) strength: Option<EvidenceStrength>,
    pub(super) dimension: DimensionId,
    /// The dimension's key, which its standard keeps from version to version.
    pub(super) dimension_code: String,
    pub(super) dimension_name: String,
}

/// Evidence about what is rated, with the day since when it has been there, from the newest.
#[derive(Clone, Debug, Default)]
pub(super) struct NewerEvidence {
    /// Studies that ended or reported on that day.
    pub(super) studies: Vec<(StudyId, NaiveDate)>,
    pub(super) publications: Vec<(PublicationId, NaiveDate)>,
    /// Whether there may be studies that are not among them.
    pub(super) more_studies: bool,
    /// Whether there are publications that are not among them, as old as the oldest or older.
    pub(super) more_publications: bool,
}

/// A pair of ratings that differ.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The one: the newer, where both days are known.
    pub one: RatingId,
    pub other: RatingId,
    /// In what they differ, as a sentence.
    pub summary: String,
    /// What the crosswalk says of the one on the scale of the other.
    pub one_read: ScaleAnswer,
    /// What the crosswalk says of the other on the scale of the one.
    pub other_read: ScaleAnswer,
    /// Why they may differ: all that is recorded, and at least one.
    pub reasons: Vec<Explained>,
}

/// A reason with its sentence.
#[derive(Clone, Debug)]
pub struct Explained {
    pub reason: Reason,
    pub sentence: String,
}

/// A reason why two ratings may differ.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reason {
    /// One took evidence into account that the other did not.
    DifferentEvidence {
        /// What only the one used.
        only_one: Evidence,
        /// What only the other used.
        only_other: Evidence,
    },
    /// They speak of different outcomes.
    DifferentOutcome { one: TermId, other: TermId },
    /// There is evidence that is newer than the older of them.
    OlderThanNewEvidence {
        older: RatingId,
        /// What is newer, and not among what it took into account.
        newer: Evidence,
    },
    /// They were made by different rules.
    DifferentRule { one: Rule, other: Rule },
    /// Nothing is recorded that would explain it.
    NotRecorded,
}

impl Reason {
    /// Returns its kind.
    #[must_use]
    pub const fn kind(&self) -> DifferenceReasonKind {
        match self {
            Self::DifferentEvidence { .. } => DifferenceReasonKind::DifferentEvidence,
            Self::DifferentOutcome { .. } => DifferenceReasonKind::DifferentOutcome,
            Self::OlderThanNewEvidence { .. } => DifferenceReasonKind::OlderThanNewEvidence,
            Self::DifferentRule { .. } => DifferenceReasonKind::DifferentRule,
            Self::NotRecorded => DifferenceReasonKind::NotRecorded,
        }
    }

    /// Returns the evidence that it names.
    pub(super) fn evidence(&self) -> Vec<&Evidence> {
        match self {
            Self::DifferentEvidence { only_one, only_other } => vec![only_one, only_other],
            Self::OlderThanNewEvidence { newer, .. } => vec![newer],
            Self::DifferentOutcome { .. } | Self::DifferentRule { .. } | Self::NotRecorded => {
                Vec::new()
            }
        }
    }
}

/// Studies and publications.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Evidence {
    pub studies: Vec<StudyId>,
    pub publications: Vec<PublicationId>,
    /// Whether there is, or may be, more than these.
    pub has_more: bool,
}

/// The rule that decided a rating.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rule {
    pub version: StandardVersionId,
    /// Its weakest levels, which decide its strength; all of its levels when none has a strength.
    pub decided_by: Vec<Decision>,
}

/// A level that decided.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Decision {
    pub level: LevelId,
    /// Whether the other rating gives no level on its dimension.
    pub only_here: bool,
}

/// How many studies, and how many publications, one reason lists.
pub(super) const LISTED: usize = 100;

/// Returns whether two ratings differ: in strength, in a level of the same scale, or by the crosswalk.
pub(super) fn differ(one: &Compared, other: &Compared, crosswalk: &Crosswalk) -> bool {
    one.strength != other.strength
        || !other_levels(one, other).is_empty()
        || scales::says_they_differ(one, other, crosswalk)
}

/// Returns everything that is to be said of two ratings, if they differ.
pub(super) fn difference(
    one: &Compared,
    other: &Compared,
    crosswalk: &Crosswalk,
    newer: &NewerEvidence,
) -> Option<Difference> {
    if !differ(one, other, crosswalk) {
        return None;
    }
    let found = [
        different_evidence(one, other),
        different_outcome(one, other),
        older_than_new_evidence(one, other, newer),
        different_rule(one, other),
    ];
    let mut reasons: Vec<Reason> = found.into_iter().flatten().collect();
    if reasons.is_empty() {
        reasons.push(Reason::NotRecorded);
    }
    let explained = reasons
        .into_iter()
        .map(|reason| Explained { sentence: sentences::why(one, other, &reason), reason });
    let one_read = scales::read(one, other, crosswalk);
    let other_read = scales::read(other, one, crosswalk);
    Some(Difference {
        one: one.id,
        other: other.id,
        summary: sentences::what(one, other, &[&one_read, &other_read]),
        reasons: explained.collect(),
        one_read,
        other_read,
    })
}

/// Returns the dimensions of the same scale on which the two give other levels.
pub(super) fn other_levels<'c>(
    one: &'c Compared,
    other: &'c Compared,
) -> Vec<(&'c Score, &'c Score)> {
    let pairs = one.scores.iter().filter_map(|score| {
        let same_dimension = |theirs: &&Score| theirs.dimension == score.dimension;
        Some((score, other.scores.iter().find(same_dimension)?))
    });
    pairs.filter(|(own, theirs)| own.level != theirs.level).collect()
}

impl Compared {
    /// Returns the studies that it took into account, also by way of their publications.
    fn all_studies(&self) -> BTreeSet<StudyId> {
        let reported = self.publications.values().flatten();
        self.studies.iter().chain(reported).copied().collect()
    }

    fn names_its_evidence(&self) -> bool {
        !self.studies.is_empty() || !self.publications.is_empty()
    }

    /// Returns what it took into account and the other did not. A publication adds nothing if the other knew
    /// all of its studies.
    fn only(&self, other: &Self) -> Evidence {
        let known = other.all_studies();
        let studies = self.all_studies();
        let is_new = |publication: &PublicationId, reported: &BTreeSet<StudyId>| {
            !other.publications.contains_key(publication)
                && (reported.is_empty() || !reported.is_subset(&known))
        };
        let publications = self
            .publications
            .iter()
            .filter(|(publication, reported)| is_new(publication, reported))
            .map(|(publication, _)| *publication);
        Evidence::cut(studies.difference(&known).copied().collect(), publications.collect())
    }

    fn rule(&self, other: &Self) -> Rule {
        let weakest = self.scores.iter().filter_map(|score| score.strength).min();
        let decides = |score: &&Score| weakest.is_none() || score.strength == weakest;
        let only_here = |score: &Score| {
            self.standard != other.standard
                || other.scores.iter().all(|theirs| theirs.dimension_code != score.dimension_code)
        };
        let decisions = self
            .scores
            .iter()
            .filter(decides)
            .map(|score| Decision { level: score.level, only_here: only_here(score) });
        Rule { version: self.version, decided_by: decisions.collect() }
    }
}

impl Evidence {
    fn cut(mut studies: Vec<StudyId>, mut publications: Vec<PublicationId>) -> Self {
        let has_more = studies.len() > LISTED || publications.len() > LISTED;
        studies.truncate(LISTED);
        publications.truncate(LISTED);
        Self { studies, publications, has_more }
    }

    const fn is_empty(&self) -> bool {
        self.studies.is_empty() && self.publications.is_empty()
    }
}

fn different_evidence(one: &Compared, other: &Compared) -> Option<Reason> {
    if !one.names_its_evidence() || !other.names_its_evidence() {
        return None;
    }
    let (only_one, only_other) = (one.only(other), other.only(one));
    (!only_one.is_empty() || !only_other.is_empty())
        .then_some(Reason::DifferentEvidence { only_one, only_other })
}

fn different_outcome(one: &Compared, other: &Compared) -> Option<Reason> {
    let ((one, _), (other, _)) = (one.outcome.as_ref()?, other.outcome.as_ref()?);
    (one != other).then_some(Reason::DifferentOutcome { one: *one, other: *other })
}

/// Returns the day of the older of two, if both days are known and differ.
pub(super) fn older<'c>(
    one: &'c Compared,
    other: &'c Compared,
) -> Option<(&'c Compared, NaiveDate)> {
    let (day, other_day) = (one.rated_on?, other.rated_on?);
    match day.cmp(&other_day) {
        std::cmp::Ordering::Less => Some((one, day)),
        std::cmp::Ordering::Greater => Some((other, other_day)),
        std::cmp::Ordering::Equal => None,
    }
}

fn older_than_new_evidence(
    one: &Compared,
    other: &Compared,
    newer: &NewerEvidence,
) -> Option<Reason> {
    let (older, rated_on) = older(one, other)?;
    let known = older.all_studies();
    let studies = newer
        .studies
        .iter()
        .filter(|(study, since)| *since > rated_on && !known.contains(study))
        .map(|(study, _)| *study);
    let publications = newer.publications.iter().filter(|(publication, since)| {
        *since > rated_on && !older.publications.contains_key(publication)
    });
    let mut evidence = Evidence::cut(
        studies.collect(),
        publications.map(|(publication, _)| *publication).collect(),
    );
    let oldest_listed = newer.publications.last().map(|(_, since)| *since);
    let cut_off = newer.more_publications && oldest_listed.is_some_and(|since| since > rated_on);
    evidence.has_more |= newer.more_studies || cut_off;
    (!evidence.is_empty())
        .then_some(Reason::OlderThanNewEvidence { older: older.id, newer: evidence })
}

/// Returns the reason if the rules differ: another version is another rule; within one, a dimension decides that only
/// one of them rates.
fn different_rule(one: &Compared, other: &Compared) -> Option<Reason> {
    let (rule, other_rule) = (one.rule(other), other.rule(one));
    let mut decisions = rule.decided_by.iter().chain(&other_rule.decided_by);
    let differs = one.version != other.version || decisions.any(|decision| decision.only_here);
    differs.then_some(Reason::DifferentRule { one: rule, other: other_rule })
}
