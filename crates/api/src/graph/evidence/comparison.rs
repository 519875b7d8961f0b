//! Ratings that disagree, side by side, with why.

use std::sync::Arc;

use async_graphql::{Context, Interface, Object, SimpleObject};
use service::entity::{
    CrosswalkRelation, CrosswalkStanding, DifferenceReasonKind, LevelId, RatingId,
};
use service::evidence::comparison::{
    self, Comparison, Difference, Explained, NamedEvidence, Reason, Rule,
};
use service::{Error, Result};
use uuid::Uuid;

use super::publication::Publication;
use super::rating::Rating;
use super::study::Study;
use crate::graph::enum_value::EnumValue;
use crate::graph::loaders;
use crate::graph::network::VocabularyTerm;
use crate::graph::network::{
    EvidenceStandard, Outcome, StandardDimension, StandardLevel, StandardVersion,
};
use crate::graph::number::Int;
use crate::loading::Loaders;

/// What centres hold of one thing.
pub(crate) struct RatingComparison(Arc<Comparison>);

/// What centres hold of one thing, side by side: the ratings that stand and that you may see, and why
/// those that differ do so.
#[Object]
impl RatingComparison {
    /// The newest 32 ratings that were neither withdrawn nor superseded, newest first, each on its own standard
    /// and with its strength band.
    async fn ratings(&self) -> Vec<Rating> {
        self.0.ratings.iter().cloned().map(Rating).collect()
    }

    /// The pairs of ratings that differ: in their strength, in a level of the same scale, or by what
    /// the crosswalk says of their levels.
    async fn differences(&self) -> Vec<RatingDifference> {
        let comparison = &self.0;
        (0..comparison.differences.len())
            .map(|at| RatingDifference { comparison: Arc::clone(comparison), at })
            .collect()
    }

    /// How many more there are. They are not compared; `ratings` of the thing itself lists all.
    async fn not_compared(&self) -> Int<u64> {
        Int(self.0.not_compared)
    }
}

/// Wraps the comparison that a loader found; a thing without ratings has an empty one.
pub(crate) fn wrap_comparison(found: Option<Arc<Comparison>>) -> RatingComparison {
    RatingComparison(found.unwrap_or_default())
}

/// Two ratings that differ.
struct RatingDifference {
    comparison: Arc<Comparison>,
    at: usize,
}

/// Two ratings that differ: in what, what the crosswalk says of it, and why, as far as it is recorded.
#[Object]
impl RatingDifference {
    /// The one: the newer, where both days are known.
    async fn one(&self) -> Result<Rating> {
        self.rating(self.told()?.one)
    }

    /// The other.
    async fn other(&self) -> Result<Rating> {
        self.rating(self.told()?.other)
    }

    /// In what they differ, as a sentence.
    async fn summary(&self) -> Result<&str> {
        Ok(&self.told()?.summary)
    }

    /// Why they may differ: all reasons that are recorded, and at least one.
    async fn reasons(&self, ctx: &Context<'_>) -> Result<Vec<DifferenceReason>> {
        let reasons = self.told()?.reasons.iter();
        reasons.map(|explained| self.reason(loaders(ctx), explained)).collect()
    }

    /// What the crosswalk says of the one on the scale of the other.
    async fn one_on_others_scale(&self, ctx: &Context<'_>) -> Result<CrosswalkAnswer> {
        Ok(CrosswalkAnswer::new(loaders(ctx), &self.told()?.one_read))
    }

    /// What the crosswalk says of the other on the scale of the one. A reading has a direction: this
    /// need not mirror `oneOnOthersScale`.
    async fn other_on_ones_scale(&self, ctx: &Context<'_>) -> Result<CrosswalkAnswer> {
        Ok(CrosswalkAnswer::new(loaders(ctx), &self.told()?.other_read))
    }
}

impl RatingDifference {
    fn told(&self) -> Result<&Difference> {
        self.comparison.differences.get(self.at).ok_or_else(|| lost("difference"))
    }

    fn rating(&self, id: RatingId) -> Result<Rating> {
        let ratings = &self.comparison.ratings;
        let found = ratings.iter().find(|rating| rating.id == id);
        found.cloned().map(Rating).ok_or_else(|| lost("rating that is compared"))
    }

    fn reason(&self, loaders: &Loaders, explained: &Explained) -> Result<DifferenceReason> {
        let kind = EnumValue(explained.reason.kind());
        let sentence = explained.sentence.clone();
        let outcome = |id| Outcome::find(loaders, id).ok_or_else(|| lost("outcome"));
        let evidence = |ids: &comparison::Evidence| EvidenceSet {
            ids: ids.clone(),
            named: Arc::clone(&self.comparison.named),
        };
        Ok(match &explained.reason {
            Reason::DifferentEvidence { only_one, only_other } => {
                DifferenceReason::DifferentEvidence(DifferentEvidence {
                    kind,
                    sentence,
                    only_one: evidence(only_one),
                    only_other: evidence(only_other),
                })
            }
            Reason::DifferentOutcome { one, other } => {
                DifferenceReason::DifferentOutcome(DifferentOutcome {
                    kind,
                    sentence,
                    one: outcome(*one)?,
                    other: outcome(*other)?,
                })
            }
            Reason::OlderThanNewEvidence { older, newer } => {
                DifferenceReason::OlderThanNewEvidence(OlderThanNewEvidence {
                    kind,
                    sentence,
                    older: self.rating(*older)?,
                    newer: evidence(newer),
                })
            }
            Reason::DifferentRule { one, other } => {
                DifferenceReason::DifferentRule(DifferentRule {
                    kind,
                    sentence,
                    one: RatingRule::new(loaders, one)?,
                    other: RatingRule::new(loaders, other)?,
                })
            }
            Reason::NotRecorded => {
                DifferenceReason::NoReasonRecorded(NoReasonRecorded { kind, sentence })
            }
        })
    }
}

fn lost(what: &str) -> Error {
    Error::internal(std::io::Error::other(format!("the {what} is not there")))
}

/// Why two ratings may differ.
#[derive(Interface)]
#[graphql(
    field(name = "kind", ty = "EnumValue<DifferenceReasonKind>", desc = "Which reason it is."),
    field(name = "sentence", ty = "String", desc = "The same for people.")
)]
enum DifferenceReason {
    DifferentEvidence(DifferentEvidence),
    DifferentOutcome(DifferentOutcome),
    OlderThanNewEvidence(OlderThanNewEvidence),
    DifferentRule(DifferentRule),
    NoReasonRecorded(NoReasonRecorded),
}

/// One of two ratings took evidence into account that the other did not. Both name their evidence; a
/// publication stands for the studies that it reports.
#[derive(SimpleObject)]
struct DifferentEvidence {
    /// Which reason it is.
    #[graphql(owned)]
    kind: EnumValue<DifferenceReasonKind>,
    /// The same for people.
    #[graphql(owned)]
    sentence: String,
    /// What only the one took into account.
    only_one: EvidenceSet,
    /// What only the other took into account.
    only_other: EvidenceSet,
}

/// Two ratings speak of different outcomes.
#[derive(SimpleObject)]
struct DifferentOutcome {
    /// Which reason it is.
    #[graphql(owned)]
    kind: EnumValue<DifferenceReasonKind>,
    /// The same for people.
    #[graphql(owned)]
    sentence: String,
    /// The outcome of the one.
    one: Outcome,
    /// The outcome of the other.
    other: Outcome,
}

/// There is evidence that is newer than the older of two ratings, and that it did not take into account.
#[derive(SimpleObject)]
struct OlderThanNewEvidence {
    /// Which reason it is.
    #[graphql(owned)]
    kind: EnumValue<DifferenceReasonKind>,
    /// The same for people.
    #[graphql(owned)]
    sentence: String,
    /// The older rating.
    older: Rating,
    /// Publications of after its day, and studies that reported, gave interim results or ended after it.
    newer: EvidenceSet,
}

/// Two ratings were made by different rules: on other standards or versions, or on a dimension that
/// only one of them rates.
#[derive(SimpleObject)]
struct DifferentRule {
    /// Which reason it is.
    #[graphql(owned)]
    kind: EnumValue<DifferenceReasonKind>,
    /// The same for people.
    #[graphql(owned)]
    sentence: String,
    /// What decided the one.
    one: RatingRule,
    /// What decided the other.
    other: RatingRule,
}

/// Nothing that you may see is recorded that would explain why two ratings differ.
#[derive(SimpleObject)]
struct NoReasonRecorded {
    /// Which reason it is.
    #[graphql(owned)]
    kind: EnumValue<DifferenceReasonKind>,
    /// The same for people.
    #[graphql(owned)]
    sentence: String,
}

/// Studies and publications that a reason names.
struct EvidenceSet {
    ids: comparison::Evidence,
    named: Arc<NamedEvidence>,
}

/// Studies and publications that a reason names, at most 100 of each.
#[Object]
impl EvidenceSet {
    /// The studies.
    async fn studies(&self) -> Vec<Study> {
        let ids = self.ids.studies.iter().copied().map(Into::into);
        ids.filter_map(|id: Uuid| self.named.studies.get(&id).cloned()).map(Study).collect()
    }

    /// The publications.
    async fn publications(&self) -> Vec<Publication> {
        let ids = self.ids.publications.iter().copied().map(Into::into);
        ids.filter_map(|id: Uuid| self.named.publications.get(&id).cloned())
            .map(Publication)
            .collect()
    }

    /// Whether there are, or may be, more than these.
    async fn has_more(&self) -> bool {
        self.ids.has_more
    }
}

/// By which rule a rating was made.
#[derive(SimpleObject)]
struct RatingRule {
    /// The standard.
    standard: EvidenceStandard,
    /// Its version.
    version: StandardVersion,
    /// The rating's weakest levels, which decide its strength; all of its levels when none of them has
    /// a published strength.
    decided_by: Vec<DecidingLevel>,
}

impl RatingRule {
    fn new(loaders: &Loaders, rule: &Rule) -> Result<Self> {
        let (standard, version) = StandardVersion::find(loaders, rule.version)
            .ok_or_else(|| lost("standard's version"))?;
        let decided_by = rule.decided_by.iter().filter_map(|decision| {
            let (dimension, level) = StandardLevel::find(loaders, decision.level)?;
            Some(DecidingLevel { dimension, level, only_here: decision.only_here })
        });
        Ok(Self { standard, version, decided_by: decided_by.collect() })
    }
}

/// A level that decided a rating.
#[derive(SimpleObject)]
struct DecidingLevel {
    /// The dimension.
    dimension: StandardDimension,
    /// The level on it.
    level: StandardLevel,
    /// Whether the other rating gives no level on this dimension.
    only_here: bool,
}

/// What the crosswalk says of a rating on the scale of another.
#[derive(SimpleObject)]
struct CrosswalkAnswer {
    /// What it comes to.
    standing: EnumValue<CrosswalkStanding>,
    /// The same for people, with the caveat.
    sentence: String,
    /// The published readings of the rating's levels on that scale.
    readings: Vec<LevelReading>,
}

/// A published reading of a level that a rating gives, beside the level that the other rating gives.
#[derive(SimpleObject)]
struct LevelReading {
    /// The level that the rating gives.
    level: StandardLevel,
    /// The level of the other scale as which it is read.
    read_as: StandardLevel,
    /// The level that the other rating gives on the same dimension; null when it gives none.
    given: Option<StandardLevel>,
    /// How the first level relates to the one that it is read as.
    relation: EnumValue<CrosswalkRelation>,
    /// Why the reading must be taken with care.
    caveat: String,
    /// Who reads it so, and where.
    source: Option<String>,
}

impl CrosswalkAnswer {
    fn new(loaders: &Loaders, answer: &comparison::ScaleAnswer) -> Self {
        let level = |id: LevelId| StandardLevel::find(loaders, id).map(|(_, level)| level);
        let readings = answer.readings.iter().filter_map(|reading| {
            Some(LevelReading {
                level: level(reading.level)?,
                read_as: level(reading.read_as)?,
                given: reading.given.and_then(level),
                relation: EnumValue(reading.relation),
                caveat: reading.caveat.clone(),
                source: reading.source.clone(),
            })
        });
        Self {
            standing: EnumValue(answer.standing),
            sentence: answer.sentence.clone(),
            readings: readings.collect(),
        }
    }
}
