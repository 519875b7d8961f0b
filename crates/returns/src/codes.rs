//! The codes of the returns, by the year of the collection.
//!
//! Sources: the DfE's guides to the SSDA903 return and the children in need census, as the validators
//! csc-validator-be-903 and liia-tools-pipeline restate them for 2017 to 2026.

use super::parsed::Sex;
use super::text::{clean, whole};

/// Codes that are accepted from one collection year to another.
#[derive(Clone, Copy, Debug)]
pub struct Codes {
    /// The first year; any before when 0.
    pub from: i32,
    /// The last year; any after when `i32::MAX`.
    pub to: i32,
    /// The codes.
    pub codes: &'static [&'static str],
}

const fn always(codes: &'static [&'static str]) -> Codes {
    Codes { from: 0, to: i32::MAX, codes }
}

const fn until(to: i32, codes: &'static [&'static str]) -> Codes {
    Codes { from: 0, to, codes }
}

const fn since(from: i32, codes: &'static [&'static str]) -> Codes {
    Codes { from, to: i32::MAX, codes }
}

/// The code that a text is, if it is accepted in a year: in capitals or small letters, without the spaces around it,
/// and without the decimals that a spreadsheet gives to a number.
#[must_use]
pub fn find(sets: &[Codes], year: i32, text: &str) -> Option<&'static str> {
    let text = clean(text);
    let text = whole(&text).unwrap_or(&text);
    in_force(sets, year).find(|code| code.eq_ignore_ascii_case(text))
}

/// The code that was probably meant by a text that is none: one that looks like it, or is spelt nearly so.
#[must_use]
pub fn nearest(sets: &[Codes], year: i32, text: &str) -> Option<&'static str> {
    let text = clean(text);
    let look = looks(&text);
    let mut alike = in_force(sets, year).filter(|code| looks(code) == look);
    match (alike.next(), alike.next()) {
        (Some(code), None) => Some(code),
        _ => intake::nearest(&text, in_force(sets, year)),
    }
}

/// What a text says to a question that is answered with yes or no, in the words of schemas, spreadsheets and databases.
#[must_use]
pub fn yes_or_no(text: &str) -> Option<bool> {
    const ANSWERS: &[Codes] =
        &[always(&["1", "TRUE", "YES", "Y", "T", "0", "FALSE", "NO", "N", "F"])];

    find(ANSWERS, 0, text).map(|answer| matches!(answer, "1" | "TRUE" | "YES" | "Y" | "T"))
}

fn in_force(sets: &[Codes], year: i32) -> impl Iterator<Item = &'static str> + Clone {
    let sets = sets.iter().filter(move |set| (set.from..=set.to).contains(&year));
    sets.flat_map(|set| set.codes.iter().copied())
}

/// A text with letters in place of the digits that look like them, and without what parts its letters.
fn looks(text: &str) -> String {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    let letters = letters.flat_map(char::to_uppercase);
    letters
        .map(|letter| match letter {
            '0' => 'O',
            '1' | 'L' => 'I',
            '5' => 'S',
            other => other,
        })
        .collect()
}

/// Sex in both returns: numbers until the collection of 2024 (SSDA903) and 2023 (census), letters after. A
/// census of 2024 is met with either.
pub const SEX_903: &[Codes] = &[until(2024, &["1", "2"]), since(2025, &["M", "F", "U"])];
/// Sex in the children in need census.
pub const SEX_CIN: &[Codes] = &[until(2024, &["0", "1", "2", "9"]), since(2024, &["M", "F", "U"])];
/// Ethnicity, as in the school census.
pub const ETHNICITY: &[Codes] = &[always(&[
    "WBRI", "WIRI", "WOTH", "WIRT", "WROM", "MWBC", "MWBA", "MWAS", "MOTH", "AIND", "APKN", "ABAN",
    "AOTH", "BCRB", "BAFR", "BOTH", "CHNE", "OOTH", "REFU", "NOBT",
])];
/// 0 or 1.
pub const YES_OR_NO: &[Codes] = &[always(&["0", "1"])];
/// Why an episode of being looked after began.
pub const REASON_STARTED: &[Codes] = &[always(&["S", "L", "P", "T", "B", "U"])];
/// Legal status.
pub const LEGAL_STATUS: &[Codes] =
    &[always(&["C1", "C2", "D1", "E1", "V2", "V3", "V4", "L1", "L2", "L3", "J1", "J2", "J3"])];
/// Category of need in the SSDA903 return.
pub const NEED_903: &[Codes] = &[always(&["N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8"])];
/// Primary need in the census.
pub const NEED_CIN: &[Codes] =
    &[always(&["N0", "N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8", "N9"])];
/// Placement: supported accommodation became K3 in 2025, when H5 and P2 ended; Z1 was divided in 2026.
pub const PLACEMENT: &[Codes] = &[
    always(&[
        "A3", "A4", "A5", "A6", "K1", "K2", "P1", "P3", "R1", "R2", "R3", "R5", "S1", "T0", "T1",
        "T2", "T3", "T4", "U1", "U2", "U3", "U4", "U5", "U6", "Z1",
    ]),
    until(2024, &["H5", "P2"]),
    since(2025, &["K3"]),
    since(2026, &["Z11", "Z12", "Z13", "Z14"]),
];
/// Who provides a placement.
pub const PROVIDER: &[Codes] = &[always(&["PR0", "PR1", "PR2", "PR3", "PR4", "PR5"])];
/// Why an episode of being looked after ended: the special guardianship codes changed in 2019.
pub const REASON_ENDED: &[Codes] = &[
    always(&[
        "X1", "E11", "E12", "E2", "E3", "E4A", "E4B", "E13", "E41", "E5", "E6", "E7", "E9", "E14",
        "E15", "E16", "E17", "E8",
    ]),
    until(2018, &["E43", "E44"]),
    since(2019, &["E45", "E46", "E47", "E48"]),
];
/// Why a placement changed.
pub const REASON_PLACEMENT_CHANGED: &[Codes] = &[
    always(&[
        "CARPL", "CLOSE", "ALLEG", "STAND", "APPRR", "CREQB", "CREQO", "CHILD", "LAREQ", "PLACE",
        "OTHER",
    ]),
    since(2019, &["CUSTOD"]),
];
/// How a child took part in a review.
pub const REVIEW: &[Codes] = &[always(&["PN0", "PN1", "PN2", "PN3", "PN4", "PN5", "PN6", "PN7"])];
/// Missing, or away without authorisation.
pub const MISSING: &[Codes] = &[always(&["M", "A"])];
/// Whether the authority is in touch with a care leaver.
pub const IN_TOUCH: &[Codes] = &[always(&["YES", "NO", "DIED", "REFU", "NREQ", "RHOM"])];
/// What a care leaver does: the codes for those not in education or work were divided in 2022.
pub const ACTIVITY: &[Codes] = &[
    always(&["F1", "P1", "F2", "P2", "G4", "G5", "G6", "0"]),
    until(2021, &["F3", "P3"]),
    since(2022, &["F4", "P4", "F5", "P5"]),
];
/// Where a care leaver lives.
pub const ACCOMMODATION: &[Codes] = &[always(&[
    "B1", "B2", "C1", "C2", "D1", "D2", "E1", "E2", "G1", "G2", "H1", "H2", "K1", "K2", "R1", "R2",
    "S1", "S2", "T1", "T2", "U1", "U2", "V1", "V2", "W1", "W2", "X1", "X2", "Y1", "Y2", "Z1", "Z2",
    "0",
])];
/// Why there is no score of strengths and difficulties.
pub const NO_SCORE: &[Codes] = &[always(&["SDQ1", "SDQ2", "SDQ3", "SDQ4", "SDQ5"])];
/// The sexes of adopters.
pub const ADOPTERS_SEX: &[Codes] = &[always(&["M1", "F1", "MM", "FF", "MF"])];
/// The legal status of adopters.
pub const ADOPTERS_STATUS: &[Codes] = &[always(&["L0", "L11", "L12", "L2", "L3", "L4"])];
/// Why a decision for adoption was reversed.
pub const REVERSED: &[Codes] = &[always(&["RD1", "RD2", "RD3", "RD4"])];
/// A previous permanence arrangement.
pub const PREVIOUS_PERMANENCE: &[Codes] = &[always(&["P1", "P2", "P3", "P4", "Z1"])];
/// Why a social worker changed.
pub const SOCIAL_WORKER_CHANGED: &[Codes] = &[always(&[
    "MANAGE", "FCONTA", "LEFTRL", "ORGRST", "TSPROC", "ABSENC", "CHCHAN", "PCCHAN", "SWDIED",
    "OTHERS",
])];
/// Why a referral was closed.
pub const REASON_CLOSED: &[Codes] =
    &[always(&["RC1", "RC2", "RC3", "RC4", "RC5", "RC6", "RC7", "RC8"]), since(2023, &["RC9"])];
/// The category of a protection plan.
pub const ABUSE: &[Codes] = &[always(&["NEG", "PHY", "SAB", "EMO", "MUL"])];

/// The sex that a code of either return means.
#[must_use]
pub fn sex(code: &str) -> Sex {
    match code {
        "1" | "M" => Sex::Male,
        "2" | "F" => Sex::Female,
        _ => Sex::NotKnown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_change_with_the_year_of_the_collection() {
        let accepts = |sets, year, code| find(sets, year, code).is_some();
        assert!(accepts(SEX_903, 2024, "1") && !accepts(SEX_903, 2025, "1"));
        assert!(accepts(SEX_903, 2025, "M") && !accepts(SEX_903, 2024, "M"));
        assert!(accepts(PLACEMENT, 2024, "H5") && !accepts(PLACEMENT, 2025, "H5"));
        assert!(accepts(PLACEMENT, 2026, "Z11") && !accepts(PLACEMENT, 2025, "Z11"));
        assert!(accepts(REASON_ENDED, 2018, "E43") && !accepts(REASON_ENDED, 2019, "E43"));
    }

    const SETS: [&[Codes]; 22] = [
        SEX_903,
        SEX_CIN,
        ETHNICITY,
        YES_OR_NO,
        REASON_STARTED,
        LEGAL_STATUS,
        NEED_903,
        NEED_CIN,
        PLACEMENT,
        PROVIDER,
        REASON_ENDED,
        REASON_PLACEMENT_CHANGED,
        REVIEW,
        MISSING,
        IN_TOUCH,
        ACTIVITY,
        ACCOMMODATION,
        NO_SCORE,
        ADOPTERS_SEX,
        ADOPTERS_STATUS,
        REVERSED,
        REASON_CLOSED,
    ];

    #[test]
    fn each_code_is_the_same_in_small_letters_with_spaces_and_with_decimals() {
        let others = [PREVIOUS_PERMANENCE, SOCIAL_WORKER_CHANGED, ABUSE];
        for sets in SETS.into_iter().chain(others) {
            for (set, code) in
                sets.iter().flat_map(|set| set.codes.iter().map(move |code| (set, *code)))
            {
                let year = set.from.max(2017);
                let small = code.to_lowercase();
                for text in
                    [small.clone(), format!(" {small}\u{a0}"), format!("\u{feff}{code}\u{200b}")]
                {
                    assert_eq!(find(sets, year, &text), Some(code), "{text:?}");
                }
                if code.bytes().all(|byte| byte.is_ascii_digit()) {
                    assert_eq!(find(sets, year, &format!("{code}.0")), Some(code));
                }
            }
        }
        assert_eq!(find(NEED_CIN, 2024, "n10"), None);
    }

    #[test]
    fn of_what_is_no_code_the_nearest_is_told_if_there_is_one() {
        assert_eq!(nearest(NEED_CIN, 2024, "NO"), Some("N0"));
        assert_eq!(nearest(NEED_CIN, 2024, "N-1"), Some("N1"));
        assert_eq!(nearest(ETHNICITY, 2024, "WBRIT"), Some("WBRI"));
        assert_eq!(nearest(REASON_ENDED, 2024, "EI2"), Some("E12"));
        assert_eq!(nearest(IN_TOUCH, 2024, "YESS"), Some("YES"));
        assert_eq!(nearest(NEED_CIN, 2024, "N"), None);
        assert_eq!(nearest(LEGAL_STATUS, 2024, "care order"), None);
    }

    #[test]
    fn a_question_is_answered_in_the_words_of_schemas_spreadsheets_and_databases() {
        for yes in ["true", "TRUE", "True", " 1", "1.0", "Yes", "y", "T"] {
            assert_eq!(yes_or_no(yes), Some(true), "{yes}");
        }
        for no in ["false", "FALSE", "0", "0.0", "No", "n", "F "] {
            assert_eq!(yes_or_no(no), Some(false), "{no}");
        }
        for neither in ["", "2", "maybe", "-1"] {
            assert_eq!(yes_or_no(neither), None, "{neither}");
        }
    }
}
