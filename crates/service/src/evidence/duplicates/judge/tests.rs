//! Facts of published test records, and made-up cases that must stay apart or be found.

use entity::{DuplicateReason, PublicationKind};

use super::super::{Described, Facts};
use super::*;

fn described(title: &str, year: i32, authors: &[&str]) -> Described {
    Described {
        title: title.to_owned(),
        year: Some(year),
        authors: authors.iter().map(|name| (*name).to_owned()).collect(),
        venue: None,
        kind: PublicationKind::Other,
        doi: None,
        pages: None,
    }
}

fn judged(one: &Described, other: &Described) -> Judgement {
    let (one, other) = (Facts::from(one), Facts::from(other));
    let judgement = judge(&one, &other);
    assert_eq!(judgement, judge(&other, &one), "the order matters");
    judgement
}

/// Facts of the test records of bib-dedupe 0.11.0 (MIT).
#[test]
fn records_that_bib_dedupe_calls_the_same_are_proposed() {
    let sauer = |authors: [&str; 2]| {
        described(
            "How to conduct systematic literature reviews in management research: a guide in 6 steps and 14 decisions",
            2023,
            &authors,
        )
    };
    let preprint = sauer(["Sauer, Philipp C", "Seuring, Stefan"]);
    let article = Described {
        venue: Some("Review of Managerial Science".to_owned()),
        pages: Some("1899--1933".to_owned()),
        ..sauer(["Sauer, Philipp C.", "Seuring, Stefan"])
    };
    assert!(judged(&preprint, &article).proposes());

    let adeli = described(
        "Intestinal lipoprotein overproduction in insulin-resistant states",
        2008,
        &["Adeli K.", "Lewis G. F."],
    );
    assert!(judged(&adeli, &adeli.clone()).proposes());
}

#[test]
fn records_that_bib_dedupe_keeps_apart_are_not_proposed() {
    let kunkel = described(
        "A comparison of existing methods for multiple imputation in individual participant data meta-analysis",
        2017,
        &["Kunkel D.", "Kaizar E. E."],
    );
    let mcrae = described(
        "A comparison of freshley thawed vs. freshly cultured mesenchymal stem cell potency and/or surrogate measures of potency",
        2018,
        &["McRae A.", "Champagne J.", "Mei S. H.", "McIntyre L."],
    );
    assert!(!judged(&kunkel, &mcrae).proposes());
}

#[test]
fn the_same_doi_decides_and_another_one_speaks_against() {
    let with = |doi: &str, title: &str| Described {
        doi: Some(doi.to_owned()),
        ..described(title, 2004, &["Tan A.", "Schulze A."])
    };
    let title = "Air versus oxygen for resuscitation of infants at birth";
    let one = with("10.1002/14651858.CD002273.pub2", title);
    let same = judged(&one, &with("https://doi.org/10.1002/14651858.cd002273.PUB2", "Another"));
    assert_eq!(same.reasons, [DuplicateReason::SameDoi]);
    assert!(same.proposes());
    let update = judged(&one, &with("10.1002/14651858.CD002273.pub3", title));
    assert!(update.reasons.contains(&DuplicateReason::DifferentDoi));
    assert!(!update.proposes());
}

#[test]
fn what_only_resembles_is_not_proposed() {
    let one =
        described("The Reading Recovery evaluation, part 1", 2018, &["Holliman, A.", "Hurry, J."]);
    let with_title = |title: &str| Described { title: title.to_owned(), ..one.clone() };
    for (other, reason) in [
        (with_title("The Reading Recovery evaluation, part 2"), DuplicateReason::DifferentNumbers),
        (
            with_title("Erratum: The Reading Recovery evaluation, part 1"),
            DuplicateReason::DifferentPurpose,
        ),
        (
            with_title("The Reading Recovery evaluation, part 1: protocol"),
            DuplicateReason::DifferentPurpose,
        ),
        (
            Described { authors: vec!["Nobody, N.".to_owned()], ..one.clone() },
            DuplicateReason::DifferentAuthors,
        ),
        (Described { year: Some(2009), ..one.clone() }, DuplicateReason::DifferentYears),
    ] {
        let judgement = judged(&one, &other);
        assert!(!judgement.proposes(), "{other:?} {judgement:?}");
        assert!(judgement.reasons.contains(&reason), "{judgement:?}");
    }
    let report = Described { kind: PublicationKind::Report, ..one.clone() };
    let protocol = Described { kind: PublicationKind::Protocol, ..one };
    assert!(!judged(&report, &protocol).proposes());
}

#[test]
fn a_title_of_few_words_needs_authors() {
    let anonymous = described("Annual report", 2019, &[]);
    assert!(!judged(&anonymous, &anonymous.clone()).proposes());
    let by_somebody = described("Annual report", 2019, &["Foundations"]);
    assert!(judged(&by_somebody, &by_somebody.clone()).proposes());
}

#[test]
fn spelling_initials_and_a_missing_subtitle_do_not_hide_the_same() {
    let one = described(
        "Family safeguarding Hertfordshire: an evaluation",
        2017,
        &["Forrester, Donald", "Lynch, Amy"],
    );
    for other in [
        described(
            "FAMILY SAFEGUARDING HERTFORDSHIRE – AN EVALUATION.",
            2017,
            &["D. Forrester", "A. Lynch"],
        ),
        described(
            "Family Safeguarding Hertfordshire an evalution",
            2018,
            &["Forrester D", "Lynch A"],
        ),
        described("Family Safeguarding Hertfordshire evaluation", 2017, &["Forrester, D."]),
    ] {
        let judgement = judged(&one, &other);
        assert!(judgement.proposes(), "{other:?} {judgement:?}");
    }
}
