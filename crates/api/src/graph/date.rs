//! The `Date` scalar, and dates that a source gives only to the month or the year.

use async_graphql::{InputValueError, InputValueResult, Object, Scalar, ScalarType, Value};
use chrono::NaiveDate;
use service::entity::{DatePrecision, PartialDate};

use super::word::Word;

/// A calendar day as in ISO 8601, such as `2019-07-15`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Date(pub(crate) NaiveDate);

/// A calendar day as in ISO 8601, such as `2019-07-15`.
#[Scalar(
    name = "Date",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6"
)]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => day(text).map(Self).ok_or_else(|| {
                InputValueError::custom(format!("`{text}` is not a day such as 2019-07-15"))
            }),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A day whose year has four digits: databases don't agree on others, nor on what comes before what.
fn day(text: &str) -> Option<NaiveDate> {
    let is_plain = text.len() == 10 && text.starts_with(|first: char| first.is_ascii_digit());
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|_| is_plain)
}

/// A date as its source gives it: to the day, to the month, or only to the year.
pub(crate) struct ApproximateDate(pub(crate) PartialDate);

/// A date as its source gives it: to the day, to the month, or only to the year.
#[Object]
impl ApproximateDate {
    /// The date as the source gives it: `2019`, `2019-07` or `2019-07-15`.
    async fn text(&self) -> &str {
        self.0.as_str()
    }

    /// The first day that it can mean.
    async fn earliest(&self) -> Date {
        Date(self.0.first_day())
    }

    /// The year.
    async fn year(&self) -> i32 {
        self.0.year()
    }

    /// How much of the date is known.
    async fn precision(&self) -> Word<DatePrecision> {
        Word(self.0.precision())
    }
}

/// An optional date of a row, for the graph.
pub(crate) fn approximate(date: Option<&PartialDate>) -> Option<ApproximateDate> {
    date.cloned().map(ApproximateDate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_a_year_of_four_digits() {
        assert!(day("2019-07-15").is_some());
        for text in [
            "2019-13-01",
            "2019-7-15",
            "-9999-01-01",
            "-999-01-01",
            "+12019-07-15",
            "12019-07-15",
            "2019-07",
            "",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
