//! The years of collections.

use std::ops::RangeInclusive;

use chrono::NaiveDate;

use crate::dates;
use crate::error::{Error, Result};

/// The first and last collection year that can be loaded.
pub const YEARS: RangeInclusive<i32> = 2017..=2100;

/// The year on whose 31 March a collection ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CollectionYear(pub i32);

impl CollectionYear {
    /// A year.
    ///
    /// # Errors
    /// When no code sets are known of it.
    pub fn try_new(year: i32) -> Result<Self> {
        match YEARS.contains(&year) {
            true => Ok(Self(year)),
            false => Err(Error::unacceptable(
                "year",
                format!(
                    "{year} is no collection year from {} on. Give the year on whose 31 March the collection ended, as 2024 for April 2023 to March 2024.",
                    YEARS.start()
                ),
            )),
        }
    }

    /// 1 April of the year before.
    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.0 - 1, 4, 1).unwrap_or_default()
    }

    /// 31 March, the reference day.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.0, 3, 31).unwrap_or_default()
    }

    /// Whether somebody was of school age, 4 years old, on the last day of the August before the year before.
    pub(crate) fn of_school_age_before(self, born: NaiveDate) -> bool {
        NaiveDate::from_ymd_opt(self.0 - 2, 8, 31).is_some_and(|day| dates::age(born, day) >= 4)
    }

    /// The day of birth of somebody who became so old when the year began.
    pub(crate) fn first_day_of_age(self, years: i32) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.0 - 1 - years, 4, 1).unwrap_or_default()
    }
}
