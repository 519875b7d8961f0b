//! A date as a source gives it: to the day, to the month, or only to the year.

use chrono::NaiveDate;
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

use crate::DatePrecision;
use crate::moment::day;

/// A date of reduced precision as in ISO 8601: `2019`, `2019-07` or `2019-07-15`.
///
/// Its text sorts in the order of time, a year before its months and a month before its days.
#[derive(
    Clone, Debug, Deserialize, DeriveValueType, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
#[sea_orm(value_type = "String")]
#[serde(try_from = "String", into = "String")]
pub struct PartialDate(String);

/// A text that is no date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotADate(pub String);

impl std::fmt::Display for NotADate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "'{}' is not a date such as 2019, 2019-07 or 2019-07-15", self.0)
    }
}

impl std::error::Error for NotADate {}

impl PartialDate {
    /// Returns the text, as in a bundle.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns how much is known.
    #[must_use]
    pub fn precision(&self) -> DatePrecision {
        match self.0.len() {
            4 => DatePrecision::Year,
            7 => DatePrecision::Month,
            _ => DatePrecision::Day,
        }
    }

    /// Returns the first day that the date can mean.
    #[must_use]
    pub fn first_day(&self) -> NaiveDate {
        first_day(&self.0).unwrap_or_default()
    }

    /// Returns the last day that the date can mean.
    #[must_use]
    pub fn last_day(&self) -> NaiveDate {
        let first = self.first_day();
        let months = match self.precision() {
            DatePrecision::Year => 12,
            DatePrecision::Month => 1,
            DatePrecision::Day => return first,
        };
        let next = first.checked_add_months(chrono::Months::new(months));
        next.and_then(|next| next.pred_opt()).unwrap_or(first)
    }

    /// Returns the year.
    #[must_use]
    pub fn year(&self) -> i32 {
        chrono::Datelike::year(&self.first_day())
    }
}

/// The year in which other dates begin by default.
impl Default for PartialDate {
    fn default() -> Self {
        Self("1970".to_owned())
    }
}

fn first_day(text: &str) -> Option<NaiveDate> {
    match text.len() {
        4 => day(&format!("{text}-01-01")),
        7 => day(&format!("{text}-01")),
        _ => day(text),
    }
}

impl std::str::FromStr for PartialDate {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        match first_day(text) {
            Some(_) => Ok(Self(text.to_owned())),
            None => Err(NotADate(text.to_owned())),
        }
    }
}

impl TryFrom<String> for PartialDate {
    type Error = NotADate;

    fn try_from(text: String) -> Result<Self, NotADate> {
        text.parse()
    }
}

impl From<PartialDate> for String {
    fn from(date: PartialDate) -> Self {
        date.0
    }
}

impl std::fmt::Display for PartialDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_as_precise_as_its_text() {
        let precisions: Vec<_> = ["2019", "2019-07", "2019-07-15"]
            .iter()
            .map(|text| text.parse::<PartialDate>().map(|date| date.precision()))
            .collect();
        assert_eq!(
            precisions,
            [Ok(DatePrecision::Year), Ok(DatePrecision::Month), Ok(DatePrecision::Day)]
        );
    }

    #[test]
    fn a_date_ends_with_the_last_day_that_it_can_mean() {
        let last = |text: &str| text.parse::<PartialDate>().unwrap().last_day().to_string();
        assert_eq!(last("2019"), "2019-12-31");
        assert_eq!(last("2020-02"), "2020-02-29");
        assert_eq!(last("2019-07-15"), "2019-07-15");
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "19",
            "0000",
            "0000-01-01",
            "2019-13",
            "2019-02-30",
            "2019/07",
            "July 2019",
            "20190715",
            "２０１９",
        ] {
            assert_eq!(text.parse::<PartialDate>(), Err(NotADate(text.to_owned())));
        }
    }
}
