//! A clock that tests set.

use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use service::clock::Clock;

/// A clock that stands still until a test moves it, or has it go on.
#[derive(Debug)]
pub struct TestClock {
    time: Mutex<DateTime<Utc>>,
    each_look: Mutex<TimeDelta>,
}

impl Default for TestClock {
    fn default() -> Self {
        let time = Utc.with_ymd_and_hms(2026, 1, 15, 12, 0, 0);
        Self {
            time: Mutex::new(time.single().expect("a time")),
            each_look: Mutex::new(TimeDelta::zero()),
        }
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        let mut time = self.time.lock().expect("the clock");
        *time += *self.each_look.lock().expect("the clock");
        *time
    }
}

impl TestClock {
    /// Lets time pass.
    pub fn advance(&self, by: TimeDelta) {
        *self.time.lock().expect("the clock") += by;
    }

    /// Lets so much time pass whenever somebody looks.
    pub fn go_on(&self, each_look: TimeDelta) {
        *self.each_look.lock().expect("the clock") = each_look;
    }
}
