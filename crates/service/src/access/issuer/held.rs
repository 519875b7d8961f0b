//! The keys of one provider, held in memory and read again when it is time.
//!
//! However many tokens ask, one reading is under way at most, in a task of its own, so that a client who
//! goes away doesn't break it off. A provider that doesn't answer costs its own tokens a wait and nobody
//! else's, and is then left alone for a while.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use jsonwebtoken::{Algorithm, DecodingKey};
use tokio::time::Instant;

use super::fault::Fault;
use super::issuers::Timings;
use super::keys::KeySet;
use super::reading::{self, Location};

/// The keys of one provider.
#[derive(Debug, Default)]
pub(super) struct HeldKeys(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    keys: Option<(Arc<KeySet>, Instant)>,
    under_way: Option<Reading>,
    /// When the last reading failed, if it did.
    failed_at: Option<Instant>,
    /// When it was last read because of a key that wasn't known.
    read_for_unknown_at: Option<Instant>,
}

type Reading = Shared<BoxFuture<'static, Result<Arc<KeySet>, Fault>>>;

/// The reason why a key was not found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum KeyError {
    /// The provider has no such key, as far as is known.
    NoSuchKey,
    /// The provider can't be asked.
    Unavailable,
}

impl HeldKeys {
    /// Returns the key of this name that verifies this algorithm.
    pub(super) async fn verifying(
        self: &Arc<Self>,
        place: &Location,
        timings: Timings,
        kid: &str,
        algorithm: Algorithm,
    ) -> Result<DecodingKey, KeyError> {
        let find = |keys: &KeySet| keys.find(kid, algorithm).map(|key| key.verifier.clone());
        let reading = {
            let mut state = self.state();
            let now = Instant::now();
            match state.relied_on(now, timings) {
                Some(keys) => match find(&keys) {
                    Some(key) => {
                        if state.is_due(now, timings) {
                            let _in_the_background = self.begin(&mut state, place, timings);
                        }
                        return Ok(key);
                    }
                    None => self.begin_for_unknown(&mut state, now, place, timings)?,
                },
                None if state.is_left_alone(now, timings) => return Err(KeyError::Unavailable),
                None => self.begin(&mut state, place, timings),
            }
        };
        match reading.await {
            Ok(keys) => find(&keys).ok_or(KeyError::NoSuchKey),
            Err(_) => Err(KeyError::Unavailable),
        }
    }

    /// Begins to read for the sake of a key that isn't known, unless it was done a moment ago: forged
    /// tokens name as many as they like.
    fn begin_for_unknown(
        self: &Arc<Self>,
        state: &mut State,
        now: Instant,
        place: &Location,
        timings: Timings,
    ) -> Result<Reading, KeyError> {
        if let Some(reading) = &state.under_way {
            return Ok(reading.clone());
        }
        if state.is_left_alone(now, timings) {
            return Err(KeyError::Unavailable);
        }
        let was_a_moment_ago = |read_at| now - read_at < timings.between_unknown_keys;
        if state.read_for_unknown_at.is_some_and(was_a_moment_ago) {
            return Err(KeyError::NoSuchKey);
        }
        state.read_for_unknown_at = Some(now);
        Ok(self.begin(state, place, timings))
    }

    /// Returns the reading that is under way, or a new one.
    fn begin(self: &Arc<Self>, state: &mut State, place: &Location, timings: Timings) -> Reading {
        if let Some(reading) = &state.under_way {
            return reading.clone();
        }
        let held = Arc::clone(self);
        let place = place.clone();
        let task = tokio::spawn(async move {
            let asked = place.clone();
            let read = tokio::task::spawn_blocking(move || reading::read(&asked, timings.answer));
            let read = read.await.unwrap_or_else(|broken| Err(broken_off(&broken)));
            held.end(&place, read)
        });
        let reading = async { task.await.unwrap_or_else(|broken| Err(broken_off(&broken))) };
        let reading = reading.boxed().shared();
        state.under_way = Some(reading.clone());
        reading
    }

    fn end(
        &self,
        place: &Location,
        read: Result<reading::Published, Fault>,
    ) -> Result<Arc<KeySet>, Fault> {
        let read = read.and_then(reading::Published::into_usable);
        let mut state = self.state();
        state.under_way = None;
        match read {
            Ok(keys) => {
                let keys = Arc::new(keys);
                state.keys = Some((Arc::clone(&keys), Instant::now()));
                state.failed_at = None;
                Ok(keys)
            }
            Err(fault) => {
                state.failed_at = Some(Instant::now());
                tracing::warn!(issuer = place.issuer(), %fault, "could not read the keys of an identity provider");
                Err(fault)
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns the keys, unless they are too old to be relied on.
    fn relied_on(&self, now: Instant, timings: Timings) -> Option<Arc<KeySet>> {
        let keys = self.keys.as_ref();
        keys.filter(|(_, read_at)| now - *read_at <= timings.rely_for)
            .map(|(keys, _)| Arc::clone(keys))
    }

    /// Returns whether it is time to read the keys again.
    fn is_due(&self, now: Instant, timings: Timings) -> bool {
        let is_old = |(_, read_at): &(_, Instant)| now - *read_at >= timings.reread_after;
        self.keys.as_ref().is_some_and(is_old) && !self.is_left_alone(now, timings)
    }

    fn is_left_alone(&self, now: Instant, timings: Timings) -> bool {
        self.failed_at.is_some_and(|failed_at| now - failed_at < timings.after_failure)
    }
}

fn broken_off(broken: &tokio::task::JoinError) -> Fault {
    Fault::BrokenOff(broken.to_string())
}
