//! A list in memory, sorted by key and found by id or key.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use crate::spelling;

/// A thing with an id and a key.
pub trait Keyed<Id> {
    fn id(&self) -> Id;
    /// Returns the key by which it is sorted and found.
    fn key(&self) -> &str;
    /// Returns the one spelling of a key.
    #[must_use]
    fn spelt(key: &str) -> String {
        spelling::slug(key)
    }
    /// Returns whether it was withdrawn.
    fn is_withdrawn(&self) -> bool {
        false
    }
}

/// A list sorted by key.
#[derive(Debug)]
pub struct Listing<Id, T> {
    sorted: Vec<Arc<T>>,
    by_id: HashMap<Id, usize>,
}

impl<Id, T> Default for Listing<Id, T> {
    fn default() -> Self {
        Self { sorted: Vec::new(), by_id: HashMap::new() }
    }
}

impl<Id: Copy + Eq + Hash, T: Keyed<Id>> Listing<Id, T> {
    /// Sorts the things by their keys.
    #[must_use]
    pub fn new(things: Vec<T>) -> Self {
        let mut sorted: Vec<Arc<T>> = things.into_iter().map(Arc::new).collect();
        sorted.sort_by(|one, other| one.key().cmp(other.key()));
        let by_id = sorted.iter().enumerate().map(|(at, thing)| (thing.id(), at)).collect();
        Self { sorted, by_id }
    }

    /// Returns all of them, by key.
    #[must_use]
    pub fn all(&self) -> &[Arc<T>] {
        &self.sorted
    }

    /// Returns those that stand, by key; with those that were withdrawn, if wanted.
    pub fn listed(&self, withdrawn: bool) -> impl Iterator<Item = &Arc<T>> {
        let things = self.sorted.iter();
        things.filter(move |thing| withdrawn || !thing.is_withdrawn())
    }

    /// Returns the one with this id.
    #[must_use]
    pub fn by_id(&self, id: Id) -> Option<&Arc<T>> {
        self.by_id.get(&id).and_then(|at| self.sorted.get(*at))
    }

    /// Returns the one with this key, in any spelling.
    #[must_use]
    pub fn by_key(&self, key: &str) -> Option<&Arc<T>> {
        let key = T::spelt(key);
        let at = self.sorted.binary_search_by(|thing| thing.key().cmp(&key)).ok()?;
        self.sorted.get(at)
    }
}
