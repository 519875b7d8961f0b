//! What is said of two ratings, as sentences for people.

use entity::{CrosswalkRelation, CrosswalkStanding, EvidenceStrength, LevelId};

use super::pair::{self, Compared, Evidence, Reason, Rule, Score};
use super::scales::{Applied, ScaleAnswer};

/// Says in what two ratings differ.
pub(super) fn what(one: &Compared, other: &Compared, read: &[&ScaleAnswer]) -> String {
    let mut sentences = Vec::new();
    if one.strength != other.strength {
        sentences.push(format!(
            "{} {}; {} {}.",
            one.name,
            reads_as(one.strength),
            other.name,
            reads_as(other.strength)
        ));
    }
    for (own, theirs) in pair::other_levels(one, other) {
        sentences.push(format!(
            "On '{}', {} gives '{}' and {} gives '{}'.",
            own.dimension_name, one.name, own.label, other.name, theirs.label
        ));
    }
    let by_crosswalk = read.iter().filter(|answer| answer.standing == CrosswalkStanding::Differs);
    sentences.extend(by_crosswalk.map(|answer| answer.sentence.clone()));
    sentences.join(" ")
}

/// Returns why they may differ.
pub(super) fn why(one: &Compared, other: &Compared, reason: &Reason) -> String {
    match reason {
        Reason::DifferentEvidence { only_one, only_other } => {
            let sides = [(one, only_one, other), (other, only_other, one)];
            let told = sides.iter().filter_map(|(who, only, than)| {
                Some(format!(
                    "{} took {} into account that {} did not.",
                    who.name,
                    amount(only)?,
                    than.name
                ))
            });
            told.collect::<Vec<_>>().join(" ")
        }
        Reason::DifferentOutcome { .. } => {
            let name = |rating: &Compared| {
                let outcome = rating.outcome.as_ref();
                outcome.map_or_else(String::new, |(_, name)| name.clone())
            };
            format!(
                "{} speaks of the outcome '{}', {} of '{}'.",
                one.name,
                name(one),
                other.name,
                name(other)
            )
        }
        Reason::OlderThanNewEvidence { older, newer } => {
            let (older, rated_on) =
                if *older == one.id { (one, one.rated_on) } else { (other, other.rated_on) };
            format!(
                "{} is of {}; since then {} came that it did not take into account.",
                older.name,
                rated_on.map_or_else(String::new, |day| day.to_string()),
                amount(newer).unwrap_or_default()
            )
        }
        Reason::DifferentRule { one: rule, other: other_rule } => {
            format!("{} {}", decided(one, rule, other), decided(other, other_rule, one))
        }
        Reason::NotRecorded => {
            "Nothing that you may see is recorded that would explain the difference.".to_owned()
        }
    }
}

/// Says that two ratings are on one scale.
pub(super) fn same_scale(rating: &Compared) -> String {
    format!("Both are on {}: their levels can be compared as they are.", rating.scale)
}

/// Returns what the crosswalk says of one rating on the scale of another.
pub(super) fn read_across(
    from: &Compared,
    to: &Compared,
    standing: CrosswalkStanding,
    applied: &[Applied<'_>],
) -> String {
    let telling =
        applied.iter().find(|one| one.verdict() == Some(standing)).or_else(|| applied.first());
    let Some(telling) = telling else {
        return format!(
            "Nothing is published about how the levels of {} read on {}.",
            from.name, to.scale
        );
    };
    let level =
        format!("'{}' on '{}' ({})", telling.score.label, telling.score.dimension_name, from.scale);
    let read_as = format!("'{}' of {}", telling.reading.label, to.scale);
    let relation = match telling.reading.relation {
        CrosswalkRelation::Equivalent => format!("asks for the same as {read_as}"),
        CrosswalkRelation::Similar => format!("asks for about the same as {read_as}"),
        CrosswalkRelation::Stricter => format!("asks for more than {read_as}"),
        CrosswalkRelation::Looser => format!("asks for less than {read_as}"),
        CrosswalkRelation::NotComparable => {
            format!("answers another question than {read_as} and must not be compared with it")
        }
    };
    let given = match telling.given {
        Some(given) => format!("{} gives '{}'", to.name, given.label),
        None => format!("{} gives no level on that dimension", to.name),
    };
    format!("{level} {relation}; {given}. {}", telling.reading.caveat)
}

fn reads_as(strength: Option<EvidenceStrength>) -> String {
    match strength {
        Some(strength) => format!("reads as {} evidence", word(strength)),
        None => "has no published reading of its strength".to_owned(),
    }
}

const fn word(strength: EvidenceStrength) -> &'static str {
    match strength {
        EvidenceStrength::Insufficient => "insufficient",
        EvidenceStrength::Low => "low",
        EvidenceStrength::Moderate => "moderate",
        EvidenceStrength::High => "high",
        EvidenceStrength::VeryHigh => "very high",
    }
}

/// Returns how much evidence that is; nothing for none.
fn amount(evidence: &Evidence) -> Option<String> {
    let count = |number: usize, one: &str, several: &str| match number {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{number} {several}")),
    };
    let counts = [
        count(evidence.studies.len(), "study", "studies"),
        count(evidence.publications.len(), "publication", "publications"),
    ];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    let at_least = if evidence.has_more { "at least " } else { "" };
    (!counts.is_empty()).then(|| format!("{at_least}{}", counts.join(" and ")))
}

fn decided(rating: &Compared, rule: &Rule, other: &Compared) -> String {
    let decisions = rule.decided_by.iter().filter_map(|decision| {
        let score = score(rating, decision.level)?;
        let only_here = if decision.only_here {
            format!(", which {} does not rate", other.name)
        } else {
            String::new()
        };
        Some(format!("'{}' on '{}'{only_here}", score.label, score.dimension_name))
    });
    let decisions: Vec<String> = decisions.collect();
    format!("{} is on {} and rests on {}.", rating.name, rating.scale, decisions.join(", and on "))
}

fn score(rating: &Compared, level: LevelId) -> Option<&Score> {
    rating.scores.iter().find(|score| score.level == level)
}
