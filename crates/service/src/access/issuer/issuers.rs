//! What is held in memory about the issuers of the centres.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use entity::IdentityProviderId;

use super::held::HeldKeys;
use super::pseudonym::Pseudonyms;
use crate::access::secret::MasterKey;

/// The issuers of the centres, as far as they are held in memory.
#[derive(Debug)]
pub struct Issuers {
    pub(super) pseudonyms: Pseudonyms,
    pub(super) timings: Timings,
    held: Mutex<HashMap<IdentityProviderId, Arc<HeldKeys>>>,
}

/// The times for which an identity provider is waited for, and its answers are relied on.
#[derive(Clone, Copy, Debug)]
pub struct Timings {
    /// How long its keys may take to be read, from the first connection to the last byte.
    pub answer: Duration,
    /// After which its keys are read again, while those that are held go on being relied on.
    pub reread_after: Duration,
    /// How far apart readings lie that happen because a token names a key that isn't known.
    pub between_unknown_keys: Duration,
    /// How long it is left alone after it failed to answer.
    pub after_failure: Duration,
    /// How long its keys are relied on while it fails to answer.
    pub rely_for: Duration,
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(5),
            reread_after: Duration::from_mins(10),
            between_unknown_keys: Duration::from_mins(1),
            after_failure: Duration::from_secs(10),
            rely_for: Duration::from_hours(4),
        }
    }
}

impl Issuers {
    /// Creates an empty set: nothing is known of any issuer yet.
    #[must_use]
    pub fn new(master_key: &MasterKey) -> Self {
        Self {
            pseudonyms: Pseudonyms::new(master_key),
            timings: Timings::default(),
            held: Mutex::default(),
        }
    }

    /// Returns the same issuers with other timings; nothing is known of them yet.
    #[must_use]
    pub fn with_timings(&self, timings: Timings) -> Self {
        Self { pseudonyms: self.pseudonyms.clone(), timings, held: Mutex::default() }
    }

    /// Returns what is held of a provider's keys.
    pub(super) fn held(&self, provider: IdentityProviderId) -> Arc<HeldKeys> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(held.entry(provider).or_default())
    }
}
