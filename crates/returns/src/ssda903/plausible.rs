//! What is doubtful about a row by itself: ages, lengths of time, and codes that don't go together.

use chrono::{Days, NaiveDate};

use super::Known;
use super::row::{Row, Values};
use crate::CollectionYear;
use crate::dates::age;

/// The day on which the Children Act 1989 came into force: no episode begins before it.
const CHILDREN_ACT: Option<NaiveDate> = NaiveDate::from_ymd_opt(1991, 10, 14);
/// The day from which there are placement orders, and no freeing orders any more.
const PLACEMENT_ORDERS: Option<NaiveDate> = NaiveDate::from_ymd_opt(2005, 12, 30);
/// The day from which a placement for adoption says how the child came there.
const ADOPTION_BY_CARERS: Option<NaiveDate> = NaiveDate::from_ymd_opt(2015, 4, 1);

/// Adds what is doubtful about an episode that began on a day.
pub(super) fn episode(
    known: &Known,
    values: &Values,
    started_on: NaiveDate,
    year: CollectionYear,
    row: &mut Row,
) {
    ages(known, values, started_on, year, row);
    lengths(values, started_on, year, row);
    codes(values, started_on, row);
}

/// Codes that are for those of some age.
fn ages(
    known: &Known,
    values: &Values,
    started_on: NaiveDate,
    year: CollectionYear,
    row: &mut Row,
) {
    let (placement, reason) = (values.code("PLACE"), values.code("REC"));
    let began_at = age(known.born, started_on);
    // As the guide says until 2023, when it became a matter of 16 years.
    let supported = if year.0 < 2024 { 14 } else { 16 };
    let youngest = match (placement, values.code("LS")) {
        (Some("H5"), _) => Some((supported, "371")),
        (Some("K3"), _) => Some((16, "371")),
        (Some("P2"), _) => Some((16, "370")),
        (Some("R5"), _) => Some((10, "372")),
        (Some("S1"), _) => Some((4, "373")),
        (Some("P3"), _) => Some((14, "374")),
        _ => None,
    };
    if let Some((youngest, rule)) = youngest
        && began_at < youngest
    {
        row.doubt("PLACE", rule);
    }
    if matches!(values.code("LS"), Some("J1" | "J2" | "J3")) && began_at < 10 {
        row.doubt("LS", "358");
    }
    if values.code("RNE") == Some("S") && began_at >= 18 {
        row.doubt("DECOM", "352");
    }
    let Some(ended_on) = values.day("DEC") else {
        let is_grown_up = age(known.born, year.last_day()) >= 18;
        let may_stay = values.code("LS") == Some("V2") && placement == Some("K2");
        if is_grown_up && !may_stay {
            row.doubt("DEC", "359");
        }
        return;
    };
    let ended_at = age(known.born, ended_on);
    let wrong = match reason {
        Some("E11" | "E12") if ended_at >= 18 => Some("386"),
        Some("E5" | "E6") if ended_at < 14 => Some("387"),
        Some("E7") if ended_at < 16 => Some("389"),
        Some("E43" | "E44" | "E45" | "E46" | "E47" | "E48") if ended_at >= 18 => Some("407"),
        Some("E17") if ended_at < 18 => Some("460"),
        _ => None,
    };
    if let Some(rule) = wrong {
        row.doubt("REC", rule);
    }
}

/// Placements and breaks that last only so long.
fn lengths(values: &Values, started_on: NaiveDate, year: CollectionYear, row: &mut Row) {
    let ended_on = values.day("DEC");
    if ended_on == Some(started_on) {
        row.doubt("DEC", "355");
    }
    if CHILDREN_ACT.is_some_and(|day| started_on < day) {
        row.doubt("DECOM", "353");
    }
    let longest = match values.code("PLACE") {
        Some("T1") => Some((42, "375")),
        Some("T3") => Some((21, "376")),
        Some("T4") => Some((7, "379")),
        _ => None,
    };
    let last_day = |days| started_on.checked_add_days(Days::new(days));
    if let Some((days, rule)) = longest
        && last_day(days).is_some_and(|last| ended_on.is_some_and(|end| end > last))
    {
        row.doubt("DEC", rule);
    }
    // A break that goes on is as long as the year has been.
    let until = ended_on.unwrap_or(year.last_day());
    if values.code("LS") == Some("V3") && last_day(17).is_some_and(|last| until > last) {
        row.doubt("DEC", "365");
    }
}

/// Codes that don't go together.
fn codes(values: &Values, started_on: NaiveDate, row: &mut Row) {
    let code = |column| values.code(column).unwrap_or_default();
    let (status, placement, provider) = (code("LS"), code("PLACE"), code("PLACE_PROVIDER"));
    let (began, ended) = (code("RNE"), code("REC"));
    let is_temporary = matches!(placement, "T0" | "T1" | "T2" | "T3" | "T4");
    let is_break = matches!(status, "V3" | "V4");
    let is_elsewhere = matches!(placement, "Z1" | "Z11" | "Z12" | "Z13" | "Z14");
    let is_with_family = matches!(placement, "U1" | "U2" | "U3" | "U4" | "U5" | "U6");
    let is_for_adoption = matches!(placement, "A3" | "A4" | "A5" | "A6");
    let is_childrens_home = matches!(placement, "K1" | "K2");
    let has_orders = PLACEMENT_ORDERS.is_some_and(|day| started_on >= day);
    let says_how = ADOPTION_BY_CARERS.is_some_and(|day| started_on >= day);
    let doubts = [
        (
            "213",
            "PLACE_PROVIDER",
            !provider.is_empty() && (is_temporary || is_elsewhere && placement != "Z1"),
        ),
        (
            "217",
            "RNE",
            matches!(placement, "A3" | "A5") && says_how && !matches!(began, "S" | "T" | "U"),
        ),
        ("366", "RNE", status == "V3" && began != "S"),
        ("378", "LS", placement == "P1" && status == "V2"),
        ("380", "RNE", is_temporary && !matches!(began, "P" | "B")),
        ("381", "REC", is_temporary && !ended.is_empty() && ended != "X1"),
        ("382", "PLACE", is_temporary && is_break),
        ("384", "PLACE", is_break && matches!(placement, "U1" | "U4")),
        ("390", "PLACE", matches!(ended, "E11" | "E12") && !is_for_adoption),
        ("408", "LS", matches!(placement, "A5" | "A6") && status != "E1"),
        ("445", "LS", status == "D1" && has_orders),
        ("446", "LS", status == "E1" && !has_orders),
        (
            "526",
            "PLACE_PROVIDER",
            provider.is_empty() && !placement.is_empty() && !is_temporary && !is_elsewhere,
        ),
        ("527", "PLACE_PROVIDER", provider == "PR1" && matches!(placement, "P1" | "R2" | "R5")),
        ("528", "PLACE_PROVIDER", provider == "PR2" && matches!(placement, "P1" | "R2" | "R5")),
        (
            "529",
            "PLACE_PROVIDER",
            provider == "PR3"
                && (is_for_adoption || is_childrens_home || is_with_family || placement == "P1"),
        ),
        ("530", "PLACE_PROVIDER", provider == "PR4" && placement == "P1"),
        ("531", "PLACE_PROVIDER", provider == "PR5" && placement == "P1"),
        ("550", "PLACE_PROVIDER", provider == "PR0" && placement != "P1"),
    ];
    for (rule, column, is_doubtful) in doubts {
        if is_doubtful {
            row.doubt(column, rule);
        }
    }
}

/// Adds what is doubtful about a care leaver.
pub(super) fn care_leaver(known: &Known, values: &Values, year: CollectionYear, row: &mut Row) {
    let code = |column| values.code(column).unwrap_or_default();
    let (touch, activity, home) = (code("IN_TOUCH"), code("ACTIV"), code("ACCOM"));
    if age(known.born, year.last_day()) < 17 {
        row.doubt("DOB", "391");
    }
    if matches!(touch, "DIED" | "RHOM") && (activity != "0" || home != "0") {
        row.doubt("ACTIV", "344");
    }
    if touch == "YES" && (activity == "0" || home == "0") {
        row.doubt("ACTIV", "345");
    }
    if home.starts_with('T') && age(known.born, year.first_day()) < 18 {
        row.doubt("ACCOM", "347");
    }
}

/// Adds what is doubtful about an unaccompanied asylum-seeking child.
pub(super) fn unaccompanied(known: &Known, values: &Values, year: CollectionYear, row: &mut Row) {
    let grown_up = known.born.checked_add_months(chrono::Months::new(12 * 18));
    if let (Some(ceased), Some(grown_up)) = (values.day("DUC"), grown_up)
        && ceased > grown_up
    {
        row.doubt("DUC", "304");
    }
    if values.day("DUC").is_some_and(|day| day < year.first_day()) {
        row.doubt("DUC", "CG16");
    }
    if year.0 >= 2025 && age(known.born, year.last_day()) < 11 {
        row.doubt("DOB", "231");
    }
}
