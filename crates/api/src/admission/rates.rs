//! How much a client may ask for.

use std::num::NonZeroU32;
use std::time::Duration;

use super::Budget;

/// So many seconds' worth of requests may come at once: a page that asks many things when it opens
/// is no flood.
const BURST_SECONDS: u32 = 4;
const HOUR: Duration = Duration::from_secs(60 * 60);
/// The most that a rate can be: what is shown in the graph is an `Int`.
const MOST: u32 = i32::MAX as u32;

/// What each client of one kind may ask for; zero for as much as it likes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// Requests a second, in the long run; four seconds' worth may come at once.
    pub requests_per_second: u32,
    /// Points of cost an hour; all of them may be spent at once, and they come back steadily.
    pub points_per_hour: u32,
}

/// The budgets of all clients of one kind; none where nothing is counted.
pub(super) struct Budgets {
    pub(super) burst: Option<Budget>,
    pub(super) quota: Option<Budget>,
}

impl Budgets {
    pub(super) fn new(rates: Rates) -> Self {
        let requests = rates.requests_per_second.saturating_mul(BURST_SECONDS);
        Self {
            burst: budget(requests, Duration::from_secs(BURST_SECONDS.into())),
            quota: budget(rates.points_per_hour, HOUR),
        }
    }
}

fn budget(capacity: u32, fills_in: Duration) -> Option<Budget> {
    let capacity = NonZeroU32::new(capacity.min(MOST))?;
    Some(Budget::new(capacity, fills_in))
}
