//! One budget: what each client may take of one thing, coming back steadily.

use std::convert::Infallible;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::{DashMapStateStore, ShrinkableKeyedStateStore};
use governor::{Quota, RateLimiter};

use super::Client;

/// Clients whose budget is full again are forgotten each time that so much was asked.
const TURNS: u32 = 4096;

/// A budget for each client. Nobody is remembered whose budget is full, so that the memory is bounded
/// by what was taken, not by who has ever asked.
pub(super) struct Budget<C: Clock<Instant = Nanos> = Monotonic> {
    limiter: RateLimiter<Client, Clients, C, NoOpMiddleware<Nanos>>,
    clients: Clients,
    capacity: NonZeroU32,
    /// How long it takes for one to come back.
    each: Duration,
    turns: AtomicU32,
}

/// How much of a budget is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Level {
    /// What it holds when nothing was taken.
    pub(crate) capacity: u32,
    /// What is left.
    pub(crate) remaining: u32,
    /// How long until it is full again.
    pub(crate) full_in: Duration,
}

/// Why nothing could be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Short {
    /// Not now, but after so long, if nothing else is taken meanwhile.
    Now(Duration),
    /// It is more than the budget can hold.
    Ever,
}

impl Budget {
    /// A budget that holds so much and takes so long to fill.
    pub(super) fn new(capacity: NonZeroU32, fills_in: Duration) -> Self {
        Self::with_clock(capacity, fills_in, Monotonic(Instant::now()))
    }
}

impl<C: Clock<Instant = Nanos>> Budget<C> {
    fn with_clock(capacity: NonZeroU32, fills_in: Duration, clock: C) -> Self {
        let each = (fills_in / capacity.get()).max(Duration::from_nanos(1));
        let quota = Quota::with_period(each).unwrap_or(Quota::per_second(capacity));
        let clients = Clients::default();
        Self {
            limiter: RateLimiter::new(quota.allow_burst(capacity), clients.clone(), clock),
            clients,
            capacity,
            each,
            turns: AtomicU32::new(0),
        }
    }

    /// What it holds when nothing was taken.
    pub(super) fn capacity(&self) -> u64 {
        self.capacity.get().into()
    }

    /// How long an empty budget takes to fill.
    pub(super) fn fills_in(&self) -> Duration {
        self.each * self.capacity.get()
    }

    /// Takes an amount from a client's budget.
    ///
    /// # Errors
    /// Nothing is taken when there is not enough.
    pub(super) fn take(&self, client: &Client, amount: u64) -> Result<Level, Short> {
        if self.turns.fetch_add(1, Ordering::Relaxed) % TURNS == TURNS - 1 {
            self.limiter.retain_recent();
        }
        let amount = u32::try_from(amount).map_err(|_| Short::Ever)?;
        let Some(amount) = NonZeroU32::new(amount) else {
            return Ok(self.level(client));
        };
        match self.limiter.check_key_n(client, amount) {
            Ok(Ok(())) => Ok(self.level(client)),
            Ok(Err(refusal)) => {
                let now = self.limiter.clock().now();
                Err(Short::Now(refusal.wait_time_from(now)))
            }
            Err(_) => Err(Short::Ever),
        }
    }

    /// What is left to a client.
    pub(super) fn level(&self, client: &Client) -> Level {
        let now = self.limiter.clock().now().as_u64();
        let full_in = self.clients.full_at(client).as_u64().saturating_sub(now);
        let each = u64::try_from(self.each.as_nanos()).unwrap_or(u64::MAX);
        let taken = u32::try_from(full_in.div_ceil(each)).unwrap_or(u32::MAX);
        Level {
            capacity: self.capacity.get(),
            remaining: self.capacity.get().saturating_sub(taken),
            full_in: Duration::from_nanos(full_in),
        }
    }
}

/// Time since a budget was made, which no change of the machine's clock moves.
#[derive(Clone, Debug)]
pub(super) struct Monotonic(Instant);

impl Clock for Monotonic {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.elapsed().into()
    }
}

/// When each client's budget is full again. The library keeps it and tells it to nobody who doesn't
/// take something, so it is held here with it.
#[derive(Clone, Default)]
struct Clients(Arc<DashMapStateStore<Client>>);

impl Clients {
    fn full_at(&self, client: &Client) -> Nanos {
        let Err(full_at) =
            self.0.measure_and_replace(client, |full_at| -> Result<(Infallible, Nanos), Nanos> {
                Err(full_at.unwrap_or_default())
            });
        full_at
    }
}

impl StateStore for Clients {
    type Key = Client;

    fn measure_and_replace<T, F, E>(&self, client: &Client, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        self.0.measure_and_replace(client, decide)
    }
}

impl ShrinkableKeyedStateStore<Client> for Clients {
    fn retain_recent(&self, drop_below: Nanos) {
        ShrinkableKeyedStateStore::retain_recent(&*self.0, drop_below);
        self.0.shrink_to_fit();
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn budget(capacity: u32) -> (Budget<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        let capacity = NonZeroU32::new(capacity).unwrap();
        (Budget::with_clock(capacity, HOUR, clock.clone()), clock)
    }

    fn client(last: u8) -> Client {
        Client::Address(Some([203, 0, 113, last].into()))
    }

    #[test]
    fn what_was_taken_comes_back_steadily() {
        let (budget, clock) = budget(3_600);
        let level = budget.take(&client(1), 3_000).unwrap();
        assert_eq!((level.remaining, level.full_in), (600, Duration::from_secs(3_000)));
        clock.advance(Duration::from_secs(100));
        assert_eq!(budget.level(&client(1)).remaining, 700);
        clock.advance(HOUR);
        let full = budget.level(&client(1));
        assert_eq!((full.remaining, full.full_in), (3_600, Duration::ZERO));
    }

    #[test]
    fn what_is_refused_takes_nothing_and_says_how_long_to_wait() {
        let (budget, clock) = budget(3_600);
        budget.take(&client(1), 3_600).unwrap();
        let wait = Duration::from_secs(60);
        assert_eq!(budget.take(&client(1), 60), Err(Short::Now(wait)));
        assert_eq!(budget.take(&client(1), 60), Err(Short::Now(wait)));
        clock.advance(wait);
        assert_eq!(budget.take(&client(1), 60).unwrap().remaining, 0);
    }

    #[test]
    fn what_can_never_be_afforded_is_told_apart() {
        let (budget, _) = budget(3_600);
        assert_eq!(budget.take(&client(1), 3_601), Err(Short::Ever));
        assert_eq!(budget.take(&client(1), u64::MAX), Err(Short::Ever));
        assert_eq!(budget.level(&client(1)).remaining, 3_600);
    }

    #[test]
    fn each_client_has_a_budget_of_its_own() {
        let (budget, _) = budget(10);
        budget.take(&client(1), 10).unwrap();
        assert_eq!(budget.take(&client(2), 4).unwrap().remaining, 6);
    }

    #[test]
    fn looking_takes_nothing() {
        let (budget, _) = budget(10);
        for _ in 0..20 {
            assert_eq!(budget.level(&client(1)).remaining, 10);
        }
    }

    #[test]
    fn those_whose_budget_is_full_again_are_forgotten() {
        let (budget, clock) = budget(3_600);
        for last in 0..=255 {
            budget.take(&client(last), 1).unwrap();
        }
        clock.advance(Duration::from_secs(10));
        for _ in 0..TURNS {
            budget.take(&client(0), 0).unwrap();
        }
        assert!(budget.clients.len() <= 1, "{}", budget.clients.len());
    }

    #[test]
    fn the_largest_and_the_smallest_budget_can_be_had() {
        for capacity in [1, i32::MAX as u32] {
            let (budget, _) = budget(capacity);
            assert_eq!(budget.take(&client(1), u64::from(capacity)).unwrap().remaining, 0);
            assert!(matches!(budget.take(&client(1), 1), Err(Short::Now(_))));
        }
    }
}
