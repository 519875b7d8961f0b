//! Time, ids and chance come from here, so that tests set them.
//!
//! Moments are kept in whole milliseconds, the precision of a JavaScript `Date` (ECMA-262, 21.4.1): a client that has
//! made one of a moment and sends it back means the same moment. Rows of earlier versions have microseconds.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use uuid::Uuid;

/// A clock from which the service reads the time.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Returns the present time.
    fn now(&self) -> DateTime<Utc>;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// Returns the whole millisecond in which a moment lies.
#[must_use]
pub fn millisecond(moment: DateTime<Utc>) -> DateTime<Utc> {
    moment.trunc_subsecs(3)
}

/// Returns the first whole millisecond that is not before a moment.
#[must_use]
pub fn not_before(moment: DateTime<Utc>) -> DateTime<Utc> {
    match millisecond(moment) {
        whole if whole == moment => whole,
        before => before + TimeDelta::milliseconds(1),
    }
}

/// Returns the last moment that a text can mean: given in whole milliseconds, it may have been cut to them.
#[must_use]
pub fn last_meant(moment: DateTime<Utc>) -> DateTime<Utc> {
    match moment.trunc_subsecs(6) {
        whole if whole == millisecond(moment) => whole + TimeDelta::microseconds(999),
        exact => exact,
    }
}

/// The one source of time and ids.
#[derive(Clone, Debug)]
pub struct Source {
    time: Time,
}

#[derive(Clone, Debug)]
enum Time {
    Runs(Arc<dyn Clock>),
    Stands(DateTime<Utc>),
}

impl Default for Source {
    fn default() -> Self {
        Self::new(Arc::new(SystemClock))
    }
}

impl Source {
    /// Creates a source that reads the given clock.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { time: Time::Runs(clock) }
    }

    /// Creates a source whose time stands at a moment.
    pub(crate) const fn standing_at(moment: DateTime<Utc>) -> Self {
        Self { time: Time::Stands(moment) }
    }

    /// Returns the same source, whose time stands still from now on.
    pub(crate) fn stopped(&self) -> Self {
        Self::standing_at(self.now())
    }

    /// Returns the present time in whole milliseconds.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        match &self.time {
            Time::Runs(clock) => millisecond(clock.now()),
            Time::Stands(moment) => *moment,
        }
    }

    /// Returns a new id; later ones sort after earlier ones.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that makes ids")]
    #[must_use]
    pub fn id<T: From<Uuid>>(&self) -> T {
        Uuid::now_v7().into()
    }

    /// Returns random bytes, fit for keys.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        rand::fill(&mut bytes);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_moment_is_never_rounded_to_an_earlier_one_where_it_must_not_be() {
        for (moment, rounded) in [
            ("2026-01-15T12:00:00.123Z", "2026-01-15T12:00:00.123Z"),
            ("2026-01-15T12:00:00.123000001Z", "2026-01-15T12:00:00.124Z"),
            ("2026-01-15T12:00:00.999999Z", "2026-01-15T12:00:01Z"),
            ("1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00Z"),
        ] {
            assert_eq!(not_before(at(moment)), at(rounded), "{moment}");
        }
    }

    #[test]
    fn whole_milliseconds_mean_all_of_them_and_more_digits_what_they_say() {
        for (moment, last) in [
            ("2026-01-15T12:00:00Z", "2026-01-15T12:00:00.000999Z"),
            ("2026-01-15T12:00:00.123Z", "2026-01-15T12:00:00.123999Z"),
            ("2026-01-15T12:00:00.1234Z", "2026-01-15T12:00:00.123400Z"),
            ("2026-01-15T12:00:00.123456789Z", "2026-01-15T12:00:00.123456Z"),
        ] {
            assert_eq!(last_meant(at(moment)), at(last), "{moment}");
        }
    }
}
