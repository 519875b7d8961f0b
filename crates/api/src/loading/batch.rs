//! Collects the keys that resolvers ask for at the same time, and reads them in one go.
//!
//! The resolvers of a request run in one task: by the time that the first of them is polled again,
//! all of its siblings have said what they need. So a batch waits for one turn of the task, not for
//! a timer, and the number of statements depends on the shape of a query alone. That needs a task of
//! the runtime's own, as each connection of the server is: elsewhere tokio's yield wakes at once.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared, WeakShared};
use service::Result;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::Loaders;

/// Reads the values of many keys for one who asks.
pub(crate) type Fetch<K, V> = fn(Arc<Loaders>, Vec<K>) -> BoxFuture<'static, Result<HashMap<K, V>>>;

type Reading = BoxFuture<'static, Result<()>>;
type Round = Shared<Reading>;

/// The keys of one kind that have been asked for, and the values that have been read.
pub(crate) struct Batch<K, V> {
    state: Arc<Mutex<State<K, V>>>,
}

struct State<K, V> {
    waiting: Vec<K>,
    round: Option<Round>,
    /// What is being read now: whoever asks for the same meanwhile waits for it.
    reading: HashMap<K, WeakShared<Reading>>,
    read: HashMap<K, Option<V>>,
}

impl<K, V> Default for Batch<K, V> {
    fn default() -> Self {
        let state = State {
            waiting: Vec::new(),
            round: None,
            reading: HashMap::new(),
            read: HashMap::new(),
        };
        Self { state: Arc::new(Mutex::new(state)) }
    }
}

impl<K, V> Batch<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + 'static,
{
    /// Returns the value of a key, or nothing if there is none.
    pub(crate) async fn load(
        &self,
        loaders: &Arc<Loaders>,
        key: K,
        fetch: Fetch<K, V>,
    ) -> Result<Option<V>> {
        let (round, turn) = {
            let mut state = locked(&self.state);
            if let Some(value) = state.read.get(&key) {
                return Ok(value.clone());
            }
            let under_way = state.reading.get(&key).and_then(WeakShared::upgrade);
            if under_way.is_none() {
                state.waiting.push(key.clone());
            }
            match under_way.or_else(|| state.round.clone()) {
                Some(round) => (round, None),
                None => {
                    let (turn, turned) = oneshot::channel();
                    let round = run(Arc::clone(&self.state), Arc::clone(loaders), fetch, turned);
                    let round = round.boxed().shared();
                    state.round = Some(round.clone());
                    (round, Some(turn))
                }
            }
        };
        if let Some(turn) = turn {
            tokio::task::yield_now().await;
            drop(turn);
        }
        round.await?;
        Ok(locked(&self.state).read.get(&key).cloned().flatten())
    }
}

/// Reads what is waiting once the turn is over: when the one who began the round drops its end, be it
/// because its turn came again or because it was given up.
async fn run<K, V>(
    state: Arc<Mutex<State<K, V>>>,
    loaders: Arc<Loaders>,
    fetch: Fetch<K, V>,
    turned: oneshot::Receiver<()>,
) -> Result<()>
where
    K: Clone + Eq + Hash,
{
    let _ = turned.await;
    let keys = {
        let mut state = locked(&state);
        let round = state.round.take();
        let mut keys = std::mem::take(&mut state.waiting);
        let mut seen = HashSet::with_capacity(keys.len());
        keys.retain(|key| seen.insert(key.clone()));
        if let Some(round) = round.as_ref().and_then(Shared::downgrade) {
            let reading = keys.iter().map(|key| (key.clone(), round.clone()));
            state.reading.extend(reading);
        }
        keys
    };
    let values = fetch(loaders, keys.clone()).await;
    let mut state = locked(&state);
    for key in &keys {
        state.reading.remove(key);
    }
    let mut values = values?;
    for key in keys {
        let value = values.remove(&key);
        state.read.insert(key, value);
    }
    Ok(())
}

fn locked<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads together what is asked of several parents with the same arguments; what is refused costs these alone.
pub(super) async fn by_arguments<A, T, V, F>(
    keys: Vec<(Uuid, A)>,
    read: impl Fn(A, Vec<Uuid>) -> F,
) -> Result<HashMap<(Uuid, A), Result<V>>>
where
    A: Clone + Eq + Hash,
    V: From<T>,
    F: Future<Output = Result<HashMap<Uuid, T>>>,
{
    let mut groups: HashMap<A, Vec<Uuid>> = HashMap::new();
    for (parent, arguments) in keys {
        groups.entry(arguments).or_default().push(parent);
    }
    let mut found = HashMap::new();
    for (arguments, parents) in groups {
        let values = read(arguments.clone(), parents.clone()).await;
        for (parent, value) in for_each(parents, values) {
            found.insert((parent, arguments.clone()), value.map(V::from));
        }
    }
    Ok(found)
}

/// Returns what was read for each key, or for each of them the reason why nothing could be: what is refused for some
/// keys of a batch costs no others.
pub(super) fn for_each<K: Eq + Hash, T>(
    keys: Vec<K>,
    read: Result<HashMap<K, T>>,
) -> HashMap<K, Result<T>> {
    match read {
        Ok(values) => values.into_iter().map(|(key, value)| (key, Ok(value))).collect(),
        Err(refusal) => keys.into_iter().map(|key| (key, Err(refusal.clone()))).collect(),
    }
}
