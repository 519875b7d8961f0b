//! Days and moments that come in from outside: one range for all of them, in which both databases keep and
//! sort them alike.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

/// The first moment that is kept: the year 1 has four digits, and PostgreSQL has no year 0.
pub const FIRST_MOMENT: DateTime<Utc> = at(-62_135_596_800_000);
/// The last moment that is kept, 9999-12-31T23:59:59.999Z. A year of five digits begins with a sign, and the
/// embedded database, which sorts moments as texts, would put it before all others.
pub const LAST_MOMENT: DateTime<Utc> = at(253_402_300_799_999);

const fn at(milliseconds: i64) -> DateTime<Utc> {
    match DateTime::from_timestamp_millis(milliseconds) {
        Some(moment) => moment,
        None => DateTime::UNIX_EPOCH,
    }
}

/// A text that is no moment, or one that isn't kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAMoment {
    /// It is not written as RFC 3339 says.
    NotRfc3339,
    /// It lies outside the years 0001 to 9999 once its offset is applied.
    OutOfRange,
}

impl std::fmt::Display for NotAMoment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotRfc3339 => "not a moment of RFC 3339 such as 2027-01-31T00:00:00Z",
            Self::OutOfRange => {
                "outside the years 0001 to 9999 in UTC, its offset applied; for one that never comes write 9999-12-31T00:00:00Z"
            }
        })
    }
}

impl std::error::Error for NotAMoment {}

/// Returns the moment that a text from outside names, in whole microseconds, which is what both databases keep:
/// rounded up, as an embargo never ends earlier than said.
///
/// # Errors
/// When it is not written as RFC 3339 says, or lies outside the range that is kept.
pub fn moment(text: &str) -> Result<DateTime<Utc>, NotAMoment> {
    let moment = DateTime::parse_from_rfc3339(text).map_err(|_| NotAMoment::NotRfc3339)?;
    // A leap second counts as the second after it, as in PostgreSQL.
    let rest = i64::from(!moment.timestamp_subsec_nanos().is_multiple_of(1_000));
    let moment = DateTime::from_timestamp_micros(moment.timestamp_micros() + rest);
    moment
        .filter(|moment| (FIRST_MOMENT..=LAST_MOMENT).contains(moment))
        .ok_or(NotAMoment::OutOfRange)
}

/// Returns the moment that lies this many seconds after the beginning of 1970, if it is kept.
#[must_use]
pub fn moment_of_seconds(seconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0)
        .filter(|moment| (FIRST_MOMENT..=LAST_MOMENT).contains(moment))
}

/// Returns the day that a text from outside names, written as `2019-07-15`, from the year 0001 on.
#[must_use]
pub fn day(text: &str) -> Option<NaiveDate> {
    let is_plain = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    day.filter(|day| is_plain && is_kept(*day))
}

/// Returns whether a day lies in the years 0001 to 9999.
#[must_use]
pub fn is_kept(day: NaiveDate) -> bool {
    (1..=9999).contains(&day.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_lies_in_the_years_of_four_digits_once_its_offset_is_applied() {
        for (text, kept) in [
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
            ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
            ("9999-12-31T23:59:59+05:00", "9999-12-31T18:59:59Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("0000-12-31T23:00:00-01:00", "0001-01-01T00:00:00Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
            ("2026-11-28t10:00:00.1234567z", "2026-11-28T10:00:00.123457Z"),
        ] {
            let expected = DateTime::parse_from_rfc3339(kept).unwrap().to_utc();
            assert_eq!(moment(text), Ok(expected), "{text}");
        }
        for text in [
            "9999-12-31T23:59:59-05:00",
            "9999-12-31T23:59:59-00:01",
            "9999-12-31T23:59:60Z",
            "9999-12-31T23:59:59.9999Z",
            "9999-12-31T23:59:59.9990001Z",
            "0001-01-01T00:00:00+00:01",
            "0000-06-01T00:00:00Z",
        ] {
            assert_eq!(moment(text), Err(NotAMoment::OutOfRange), "{text}");
        }
        for text in [
            "",
            "for ever",
            "infinity",
            "9999-12-31",
            "+10000-01-01T00:00:00Z",
            "-0001-01-01T00:00:00Z",
            "2026-11-28T10:00:00",
        ] {
            assert_eq!(moment(text), Err(NotAMoment::NotRfc3339), "{text}");
        }
        assert_eq!(moment_of_seconds(253_402_300_800), None);
        assert_eq!(moment_of_seconds(i64::MIN), None);
    }

    #[test]
    fn a_day_has_a_year_of_four_digits() {
        assert!(day("2019-07-15").is_some());
        assert!(day("0001-01-01").is_some());
        assert!(day("9999-12-31").is_some());
        for text in [
            "2019-13-01",
            "2019-02-29",
            "2019-7-15",
            "2019- 7-15",
            "0000-01-01",
            "-9999-01-01",
            "-999-01-01",
            "+12019-07-15",
            "12019-07-15",
            "２０１９-07-15",
            "2019-07",
            "",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn the_texts_of_moments_in_the_range_sort_as_the_moments_do() {
        let moments = [
            "0001-01-01T00:00:00Z",
            "0999-12-31T23:59:59.999999Z",
            "2026-11-28T10:00:00Z",
            "2026-11-28T10:00:00.000001Z",
            "2026-11-28T10:00:00.001Z",
            "2026-11-28T10:00:00.500Z",
            "2026-11-28T10:00:00.500001Z",
            "2026-11-28T10:00:01Z",
            "9999-12-31T23:59:59.999Z",
        ];
        // The way in which the embedded database keeps them.
        let texts = moments.map(|text| moment(text).unwrap().to_rfc3339());
        assert!(texts.is_sorted(), "{texts:?}");
    }
}
