//! Pairs of ratings, each with what must be said of them.

use chrono::NaiveDate;
use entity::{
    CrosswalkRelation, CrosswalkStanding, DifferenceReasonKind, EvidenceStrength, LevelId,
    PublicationId, RatingId, StandardId, StandardVersionId, StudyId, TermId,
};
use uuid::Uuid;

use super::pair::{self, Compared, Difference, Evidence, NewerEvidence, Reason, Score};
use super::scales::{Crosswalk, Reading};

use DifferenceReasonKind::{DifferentEvidence, DifferentOutcome, DifferentRule, NotRecorded};
use EvidenceStrength::{High, Low, Moderate};

fn id<T: From<Uuid>>(number: u128) -> T {
    T::from(Uuid::from_u128(number))
}

fn year(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap()
}

/// A score on a dimension of a scale; levels of a dimension count up from its number times ten.
fn score(scale: u128, dimension: u128, ordinal: i32, strength: Option<EvidenceStrength>) -> Score {
    let dimension_id = scale * 100 + dimension;
    Score {
        level: id(dimension_id * 100 + u128::from(ordinal.unsigned_abs())),
        label: format!("level {ordinal}"),
        ordinal,
        strength,
        dimension: id(dimension_id),
        dimension_code: format!("d{dimension}"),
        dimension_name: format!("Dimension {dimension}"),
    }
}

/// A rating on the one dimension of a scale of its own standard, which names nothing else.
fn rating(number: u128, scale: u128, ordinal: i32, strength: EvidenceStrength) -> Compared {
    Compared {
        id: id(number),
        name: format!("Centre {number}"),
        standard: id(scale),
        version: id(scale),
        scale: format!("Scale {scale}"),
        strength: Some(strength),
        rated_on: None,
        outcome: None,
        scores: vec![score(scale, 1, ordinal, Some(strength))],
        studies: [].into(),
        publications: [].into(),
    }
}

trait Told: Sized {
    fn with(self, change: impl FnOnce(&mut Compared)) -> Compared;
}

impl Told for Compared {
    fn with(mut self, change: impl FnOnce(&mut Compared)) -> Compared {
        change(&mut self);
        self
    }
}

/// The level of one scale's first dimension read as a level of another's.
fn reading(
    from: (u128, i32),
    relation: CrosswalkRelation,
    to: (u128, i32),
) -> (LevelId, Vec<Reading>) {
    let read_as = score(to.0, 1, to.1, None);
    let reading = Reading {
        level: read_as.level,
        label: read_as.label,
        ordinal: read_as.ordinal,
        dimension: read_as.dimension,
        version: id(to.0),
        relation,
        caveat: "Roughly.".to_owned(),
        source: None,
    };
    (score(from.0, 1, from.1, None).level, vec![reading])
}

fn of(one: &Compared, other: &Compared) -> Option<Difference> {
    pair::difference(one, other, &Crosswalk::new(), &NewerEvidence::default())
}

fn kinds(difference: &Difference) -> Vec<DifferenceReasonKind> {
    let reasons = difference.reasons.iter();
    reasons.map(|explained| explained.reason.kind()).collect()
}

fn studies(numbers: &[u128]) -> impl Iterator<Item = StudyId> {
    numbers.iter().map(|number| id(*number))
}

fn only_studies(numbers: &[u128]) -> Evidence {
    Evidence { studies: studies(numbers).collect(), ..Evidence::default() }
}

#[test]
fn each_difference_has_the_reasons_that_are_recorded() {
    let one = || rating(1, 7, 3, High);
    let other = || rating(2, 7, 1, Low);
    let outcome = |number: u128| Some((id::<TermId>(number), format!("Outcome {number}")));
    let cases = [
        ("nothing is recorded", one(), other(), vec![NotRecorded]),
        (
            "other evidence",
            one().with(|rating| rating.studies = studies(&[1, 2]).collect()),
            other().with(|rating| rating.studies = studies(&[2, 3]).collect()),
            vec![DifferentEvidence],
        ),
        (
            "the same evidence",
            one().with(|rating| rating.studies = studies(&[1]).collect()),
            other().with(|rating| rating.studies = studies(&[1]).collect()),
            vec![NotRecorded],
        ),
        (
            "evidence of one only: that of the other is not known",
            one().with(|rating| rating.studies = studies(&[1]).collect()),
            other(),
            vec![NotRecorded],
        ),
        (
            "other outcomes",
            one().with(|rating| rating.outcome = outcome(1)),
            other().with(|rating| rating.outcome = outcome(2)),
            vec![DifferentOutcome],
        ),
        (
            "an outcome of one only",
            one().with(|rating| rating.outcome = outcome(1)),
            other(),
            vec![NotRecorded],
        ),
        ("another standard", one(), rating(2, 8, 1, Low), vec![DifferentRule]),
        (
            "another version",
            one(),
            rating(2, 8, 1, Low).with(|rating| rating.standard = id(7)),
            vec![DifferentRule],
        ),
        (
            "a dimension that only one rates decides",
            one(),
            one().with(|rating| {
                rating.strength = Some(Low);
                rating.scores.push(score(7, 2, 1, Some(Low)));
            }),
            vec![DifferentRule],
        ),
        (
            "a dimension that only one rates does not decide",
            one(),
            other().with(|rating| rating.scores.push(score(7, 2, 1, None))),
            vec![NotRecorded],
        ),
        (
            "several at once",
            one().with(|rating| {
                rating.outcome = outcome(1);
                rating.studies = studies(&[1]).collect();
            }),
            rating(2, 8, 1, Low).with(|rating| {
                rating.outcome = outcome(2);
                rating.studies = studies(&[2]).collect();
            }),
            vec![DifferentEvidence, DifferentOutcome, DifferentRule],
        ),
    ];
    for (name, one, other, expected) in cases {
        let difference = of(&one, &other).unwrap();
        assert_eq!(kinds(&difference), expected, "{name}");
        let mirrored = of(&other, &one).unwrap();
        assert_eq!(kinds(&mirrored), expected, "{name}, the other way round");
    }
}

#[test]
fn ratings_of_one_strength_and_level_do_not_differ() {
    assert!(of(&rating(1, 7, 3, High), &rating(2, 7, 3, High)).is_none());
    assert!(of(&rating(1, 7, 3, High), &rating(2, 8, 5, High)).is_none());
    let another_level = of(&rating(1, 7, 3, Moderate), &rating(2, 7, 2, Moderate)).unwrap();
    assert_eq!(
        another_level.summary,
        "On 'Dimension 1', Centre 1 gives 'level 3' and Centre 2 gives 'level 2'."
    );
}

#[test]
fn the_crosswalk_decides_whether_levels_of_two_scales_are_the_same() {
    use CrosswalkRelation::{Equivalent, Looser, NotComparable, Similar, Stricter};
    use CrosswalkStanding as Says;

    let one = rating(1, 7, 3, High);
    let other = rating(2, 8, 4, High);
    let cases = [
        (Equivalent, 4, Says::Agrees),
        (Similar, 4, Says::Agrees),
        (Similar, 5, Says::Differs),
        (Stricter, 4, Says::Differs),
        (Stricter, 5, Says::Differs),
        (Stricter, 3, Says::Undecided),
        (Looser, 4, Says::Differs),
        (Looser, 3, Says::Differs),
        (Looser, 5, Says::Undecided),
        (NotComparable, 4, Says::NotComparable),
        (NotComparable, 1, Says::NotComparable),
    ];
    for (relation, read_as, expected) in cases {
        let crosswalk = Crosswalk::from([reading((7, 3), relation, (8, read_as))]);
        let answer = super::scales::read(&one, &other, &crosswalk);
        assert_eq!(answer.standing, expected, "{relation} {read_as}");
        let other_way = super::scales::read(&other, &one, &crosswalk);
        assert_eq!(other_way.standing, Says::NotPublished, "{relation}");
        let differ = pair::differ(&one, &other, &crosswalk);
        assert_eq!(differ, expected == Says::Differs, "{relation} {read_as}");
        assert_eq!(differ, pair::differ(&other, &one, &crosswalk));
    }
}

#[test]
fn ratings_on_one_scale_need_no_crosswalk() {
    let difference = of(&rating(1, 7, 3, High), &rating(2, 7, 1, Low)).unwrap();
    for answer in [difference.one_read, difference.other_read] {
        assert_eq!(answer.standing, CrosswalkStanding::SameScale);
        assert_eq!(answer.readings, []);
    }
}

#[test]
fn a_study_named_by_its_publication_is_the_same_study() {
    let by_study = rating(1, 7, 3, High).with(|one| one.studies = studies(&[1]).collect());
    let by_report = rating(2, 7, 1, Low).with(|other| {
        other.publications = [(id(50), studies(&[1]).collect())].into();
    });
    assert_eq!(kinds(&of(&by_study, &by_report).unwrap()), [NotRecorded]);

    let by_more = rating(2, 7, 1, Low).with(|other| {
        other.publications = [(id(50), studies(&[1, 2]).collect()), (id(51), [].into())].into();
    });
    let difference = of(&by_study, &by_more).unwrap();
    let expected = Reason::DifferentEvidence {
        only_one: Evidence::default(),
        only_other: Evidence {
            studies: studies(&[2]).collect(),
            publications: vec![id::<PublicationId>(50), id(51)],
            has_more: false,
        },
    };
    assert_eq!(difference.reasons[0].reason, expected);
    assert_eq!(
        difference.reasons[0].sentence,
        "Centre 2 took 1 study and 2 publications into account that Centre 1 did not."
    );
}

#[test]
fn only_evidence_after_the_older_rating_that_it_did_not_know_is_new() {
    let newer = NewerEvidence {
        studies: vec![(id(1), year(2024)), (id(2), year(2019)), (id(3), year(2015))],
        publications: vec![(id(50), year(2020)), (id(51), year(2018))],
        ..NewerEvidence::default()
    };
    let old = rating(2, 7, 1, Low).with(|rating| {
        rating.rated_on = Some(year(2018));
        rating.studies = studies(&[1]).collect();
    });
    let young = rating(1, 7, 3, High).with(|rating| rating.rated_on = Some(year(2022)));
    let difference = pair::difference(&young, &old, &Crosswalk::new(), &newer).unwrap();
    let expected = Reason::OlderThanNewEvidence {
        older: RatingId::from(Uuid::from_u128(2)),
        newer: Evidence { publications: vec![id(50)], ..only_studies(&[2]) },
    };
    assert_eq!(difference.reasons[0].reason, expected);
    assert_eq!(
        difference.reasons[0].sentence,
        "Centre 2 is of 2018-01-01; since then 1 study and 1 publication came that it did not take into account."
    );

    // Of two from one day neither is the older, and without a day nobody knows which is.
    for day in [Some(year(2018)), None] {
        let young = young.clone().with(|rating| rating.rated_on = day);
        let difference = pair::difference(&young, &old, &Crosswalk::new(), &newer).unwrap();
        assert_eq!(kinds(&difference), [NotRecorded]);
    }
}

#[test]
fn what_may_be_missing_from_a_list_is_said() {
    let old = rating(2, 7, 1, Low).with(|rating| rating.rated_on = Some(year(2018)));
    let young = rating(1, 7, 3, High).with(|rating| rating.rated_on = Some(year(2022)));
    let has_more = |newer: NewerEvidence| {
        let difference = pair::difference(&young, &old, &Crosswalk::new(), &newer).unwrap();
        match &difference.reasons[0].reason {
            Reason::OlderThanNewEvidence { newer, .. } => newer.has_more,
            other => panic!("{other:?}"),
        }
    };
    let publications = |days: &[i32]| NewerEvidence {
        publications: days.iter().map(|day| (id(50), year(*day))).collect(),
        more_publications: true,
        ..NewerEvidence::default()
    };
    assert!(has_more(publications(&[2021, 2020])));
    // The oldest that was read is no longer new, and neither are those after it.
    assert!(!has_more(publications(&[2021, 2017])));

    let many = |from: u128| (from..from + 200).map(id::<StudyId>);
    let one = rating(1, 7, 3, High).with(|one| one.studies = many(1).collect());
    let other = rating(2, 7, 1, Low).with(|other| other.studies = many(1000).collect());
    match &of(&one, &other).unwrap().reasons[0].reason {
        Reason::DifferentEvidence { only_one, .. } => {
            assert_eq!((only_one.studies.len(), only_one.has_more), (pair::LISTED, true));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_rule_names_the_weakest_levels_and_which_the_other_does_not_rate() {
    let one = rating(1, 7, 3, Moderate).with(|one| {
        one.scores.push(score(7, 2, 5, Some(High)));
        one.scores.push(score(7, 3, 2, None));
    });
    let other = rating(2, 8, 1, Low).with(|other| {
        other.standard = StandardId::from(Uuid::from_u128(7));
        other.scores.push(score(8, 4, 1, Some(Low)));
    });
    let difference = of(&one, &other).unwrap();
    let Reason::DifferentRule { one: rule, other: other_rule } = &difference.reasons[0].reason
    else {
        panic!("{:?}", difference.reasons);
    };
    assert_eq!(rule.version, StandardVersionId::from(Uuid::from_u128(7)));
    let decided = |rule: &pair::Rule| -> Vec<bool> {
        rule.decided_by.iter().map(|decision| decision.only_here).collect()
    };
    // The first dimension has one key in both versions, the fourth is only in the other.
    assert_eq!((decided(rule), decided(other_rule)), (vec![false], vec![false, true]));
    assert_eq!(
        difference.reasons[0].sentence,
        "Centre 1 is on Scale 7 and rests on 'level 3' on 'Dimension 1'. \
         Centre 2 is on Scale 8 and rests on 'level 1' on 'Dimension 1', and on 'level 1' on 'Dimension 4', \
         which Centre 1 does not rate."
    );
}

#[test]
fn a_rating_without_a_strength_differs_from_one_that_has_one() {
    let without = rating(1, 7, 3, High).with(|rating| {
        rating.strength = None;
        rating.scores[0].strength = None;
    });
    let difference = of(&without, &rating(2, 8, 1, Low)).unwrap();
    assert_eq!(
        difference.summary,
        "Centre 1 has no published reading of its strength; Centre 2 reads as low evidence."
    );
}
