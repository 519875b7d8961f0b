//! The shared space: what every function of the service is given.

use std::sync::{Arc, LazyLock};

use chrono::TimeDelta;
use sea_orm::DatabaseConnection;
use tokio::sync::Semaphore;

use crate::access::audit::journal::Journal;
use crate::access::issuer::issuers::{Issuers, Timings};
use crate::access::keyring::Keyring;
use crate::access::presence::{Presence, Presences};
use crate::access::secret::MasterKey;
use crate::clock::Source;
use crate::error::{Error, Result};
use crate::feed::position::Feed;
use crate::network::directory::Directory;
use crate::network::directory::cache::DirectoryCache;
use crate::store::Store;
use crate::store::audit::Chain;
use crate::tail::Tail;
use crate::viewer::Viewer;
use crate::young_people::pseudonym::PseudonymKeys;
use disclosure::Rule;

/// How many returns are loaded at once: each may hold a connection while it waits for another.
const LOADINGS: usize = 4;
/// How long a token may be valid at most, unless the space is told otherwise.
const LONGEST_VALIDITY: TimeDelta = TimeDelta::days(366);

/// The shared space: the store, and what is held in memory and kept true by the change log.
#[derive(Debug)]
pub struct Space {
    store: Arc<Store>,
    directory: DirectoryCache,
    keyring: Arc<Keyring>,
    issuers: Arc<Issuers>,
    journal: Arc<Journal>,
    presences: Arc<Presences>,
    tail: Arc<Tail>,
    feed: Arc<Feed>,
    longest_validity: TimeDelta,
    pseudonym_keys: PseudonymKeys,
    disclosure_rule: Option<Arc<Rule>>,
    loadings: Arc<Semaphore>,
    is_past: bool,
}

impl Space {
    /// A space over an open, migrated database.
    #[must_use]
    pub fn new(connection: DatabaseConnection, source: Source, master_key: MasterKey) -> Self {
        let pseudonym_keys = PseudonymKeys::derived_from(&master_key);
        Self {
            store: Arc::new(Store::new(connection, source, Chain::new(&master_key))),
            directory: DirectoryCache::default(),
            issuers: Arc::new(Issuers::new(&master_key)),
            keyring: Arc::new(Keyring::new(master_key)),
            journal: Arc::default(),
            presences: Arc::default(),
            tail: Arc::default(),
            feed: Arc::default(),
            longest_validity: LONGEST_VALIDITY,
            pseudonym_keys,
            disclosure_rule: None,
            loadings: Arc::new(Semaphore::new(LOADINGS)),
            is_past: false,
        }
    }

    /// The same space, with another bound on how long a token may be valid.
    #[must_use]
    pub fn with_longest_validity(self, longest_validity: TimeDelta) -> Self {
        Self { longest_validity, ..self }
    }

    /// The same space, with keys of their own for the pseudonyms of young people.
    #[must_use]
    pub fn with_pseudonym_keys(self, pseudonym_keys: PseudonymKeys) -> Self {
        Self { pseudonym_keys, ..self }
    }

    /// The same space, with another rule for counts of young people.
    #[must_use]
    pub fn with_disclosure_rule(self, rule: Rule) -> Self {
        Self { disclosure_rule: Some(Arc::new(rule)), ..self }
    }

    /// The same space, with other timings for the centres' identity providers.
    #[must_use]
    pub fn with_timings(self, timings: Timings) -> Self {
        Self { issuers: Arc::new(self.issuers.with_timings(timings)), ..self }
    }

    /// The same space through a connection that shows the past.
    pub(crate) fn in_the_past(
        &self,
        connection: DatabaseConnection,
        source: Source,
        directory: Arc<Directory>,
    ) -> Self {
        Self {
            store: Arc::new(
                Store::new(connection, source, self.store.chain().clone()).for_reading(),
            ),
            directory: DirectoryCache::still(directory),
            issuers: Arc::clone(&self.issuers),
            keyring: Arc::clone(&self.keyring),
            journal: Arc::clone(&self.journal),
            presences: Arc::clone(&self.presences),
            tail: Arc::clone(&self.tail),
            feed: Arc::clone(&self.feed),
            longest_validity: self.longest_validity,
            pseudonym_keys: self.pseudonym_keys.clone(),
            disclosure_rule: self.disclosure_rule.clone(),
            loadings: Arc::clone(&self.loadings),
            is_past: true,
        }
    }

    /// Those who load returns wait here for their turn, before they hold a connection.
    pub(crate) fn loadings(&self) -> &Semaphore {
        &self.loadings
    }

    /// Whether it is shown as it stood at a moment, where its clock stands.
    #[must_use]
    pub const fn is_past(&self) -> bool {
        self.is_past
    }

    /// The database, and the one way to write to it.
    #[must_use]
    pub const fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// The signing keys.
    #[must_use]
    pub fn keyring(&self) -> &Arc<Keyring> {
        &self.keyring
    }

    /// The centres' own identity providers, as far as they are held in memory.
    pub(crate) fn issuers(&self) -> &Issuers {
        &self.issuers
    }

    /// Uses of tokens and refusals that are still to be written.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Who is present through something that lasts, such as a stream.
    pub(crate) fn presences(&self) -> &Arc<Presences> {
        &self.presences
    }

    /// How far this process has read the change log.
    #[must_use]
    pub fn tail(&self) -> &Arc<Tail> {
        &self.tail
    }

    /// What wakes those who follow the feed.
    #[must_use]
    pub fn feed(&self) -> &Arc<Feed> {
        &self.feed
    }

    /// Registers a viewer as present, through something that lasts. At most `most` times may the same credential be
    /// present at once, or nobody's.
    ///
    /// # Errors
    /// `TOO_MANY_STREAMS`; the refusal that a new request would meet, if the credential has ended just now.
    pub async fn register(&self, viewer: &Viewer, most: usize) -> Result<Presence> {
        Presence::register(&self.presences, &self.store, viewer, most).await
    }

    /// How long a token may be valid at most.
    #[must_use]
    pub const fn longest_validity(&self) -> TimeDelta {
        self.longest_validity
    }

    /// The keys of the pseudonyms of young people.
    #[must_use]
    pub const fn pseudonym_keys(&self) -> &PseudonymKeys {
        &self.pseudonym_keys
    }

    /// The rule by which counts of young people are made safe.
    ///
    /// # Errors
    /// `INTERNAL_SERVER_ERROR`, if the default's table were damaged.
    pub fn disclosure_rule(&self) -> Result<Arc<Rule>> {
        match &self.disclosure_rule {
            Some(rule) => Ok(Arc::clone(rule)),
            None => default_rule(),
        }
    }

    /// The network, its vocabularies and standards.
    ///
    /// # Errors
    /// When they must be read and the database cannot be reached.
    pub async fn directory(&self) -> Result<Arc<Directory>> {
        self.directory.get(&self.store).await
    }

    /// Writes the journal now.
    pub async fn flush_journal(&self) {
        if let Err(failure) = self.journal.flush(&self.store).await {
            tracing::warn!(cause = ?failure.cause, "could not write uses and refusals of tokens; trying again");
        }
    }

    /// Writes what is still to be written, and closes the connections to the database.
    pub async fn close(&self) {
        self.flush_journal().await;
        if let Err(failure) = self.store.connection().close_by_ref().await {
            tracing::warn!(%failure, "could not close the database");
        }
    }
}

/// Returns the rule that is used where nobody chooses another.
///
/// # Errors
/// `INTERNAL_SERVER_ERROR`, if the table that is built in were damaged.
fn default_rule() -> Result<Arc<Rule>> {
    static RULE: LazyLock<Option<Arc<Rule>>> =
        LazyLock::new(|| Rule::low_effect().ok().map(Arc::new));
    RULE.clone()
        .ok_or_else(|| Error::internal(std::io::Error::other("the perturbation table is damaged")))
}
