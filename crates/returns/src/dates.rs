//! Days as returns write them, also after a spreadsheet has been at them.

use chrono::{Datelike, NaiveDate};

/// The first and last year of a day that can be meant.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2100;

/// Reads a day: `31/03/2024` as the return wants it, or as spreadsheets leave it behind: with one digit for day
/// or month, with dashes or dots, with a time of midnight, as `2024-03-31`, or as `31-Mar-2024`. A year of two
/// digits and a spreadsheet's number of a day are refused, as they can be read in more than one way.
#[must_use]
pub(crate) fn parse(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let day = text.split(['T', ' ']).next()?;
    let rest = text.get(day.len()..)?.trim_start_matches(['T', ' ']);
    let is_midnight = rest.chars().all(|letter| "0:.Z".contains(letter))
        || matches!(rest, "12:00 AM" | "12:00:00 AM" | "00:00:00+00:00" | "00:00:00 UTC");
    if !is_midnight {
        return None;
    }
    let mut parts = day.split(['/', '-', '.']);
    let (one, two, three) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (year, month, day) = match one.len() {
        4 => (one, two, three),
        _ => (three, two, one),
    };
    if year.len() != 4 {
        return None;
    }
    let date =
        NaiveDate::from_ymd_opt(number(year)?.cast_signed(), month_of(month)?, number(day)?)?;
    YEARS.contains(&date.year()).then_some(date)
}

/// Whether a text is a day if the month is written before the day, and only then: `03/31/2024`.
#[must_use]
pub(crate) fn is_month_first(text: &str) -> bool {
    let day = text.trim().split(['T', ' ']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split(['/', '-', '.']).collect();
    let [month, day, year] = parts.as_slice() else {
        return false;
    };
    parse(text).is_none() && parse(&format!("{day}/{month}/{year}")).is_some()
}

/// Whether a text is a day if the day is written before the month, and only then: `31/03/2024`.
#[must_use]
pub(crate) fn is_day_first(text: &str) -> bool {
    let day = text.trim().split(['T', ' ']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split(['/', '-', '.']).collect();
    let [day, month, year] = parts.as_slice() else {
        return false;
    };
    let is_other = || parse(&format!("{month}/{day}/{year}")).is_some();
    day.len() < 4 && parse(text).is_some() && !is_other()
}

fn number(text: &str) -> Option<u32> {
    let is_number = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

fn month_of(text: &str) -> Option<u32> {
    const NAMES: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    if let Some(month) = number(text) {
        return Some(month);
    }
    let name = text.to_ascii_lowercase();
    let index = NAMES.iter().position(|known| name == *known)?;
    u32::try_from(index + 1).ok()
}

/// Year and month of a day, counted in months from the year 0.
#[must_use]
pub(crate) fn month_number(day: NaiveDate) -> i32 {
    day.year() * 12 + day.month0().cast_signed()
}

/// How many years old somebody is on a day; 0 before the birth.
pub(crate) fn age(born: NaiveDate, on: NaiveDate) -> u32 {
    on.years_since(born).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_the_return_and_as_spreadsheets_write_it() {
        let day = NaiveDate::from_ymd_opt(2024, 3, 1);
        for text in [
            "01/03/2024",
            "1/3/2024",
            " 01/03/2024 ",
            "2024-03-01",
            "01-03-2024",
            "01.03.2024",
            "1-Mar-2024",
            "01/03/2024 00:00",
            "01/03/2024 00:00:00",
            "2024-03-01T00:00:00Z",
            "2024-03-01T00:00:00+00:00",
            "01/03/2024 12:00:00 AM",
            "\u{a0}01/03/2024\u{2009}",
        ] {
            assert_eq!(parse(text), day, "{text}");
        }
    }

    #[test]
    fn what_could_mean_several_days_or_none_is_refused() {
        for text in [
            "",
            "45352",
            "01/03/24",
            "31/02/2024",
            "13/13/2024",
            "01/03/2024 14:30",
            "yesterday",
            "01/03",
            "2024-03-01-01",
            "01/03/0024",
            "٠١/٠٣/2024",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
