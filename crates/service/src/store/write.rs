//! A write under way: what happens within one transaction, and how it ends.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::{AuditOutcome, CentreId, ChangeKind};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend};
use uuid::Uuid;

use super::WAKE_CHANNEL;
use super::audit::{Actor, Chain, Event};
use super::log::{self, Change};
use super::read_transaction::ReadTransaction;
use crate::clock::Source;
use crate::error::Result;
use crate::viewer::Viewer;

/// A write under way: what happens within one transaction.
#[derive(Debug)]
pub struct Write {
    transaction: ReadTransaction,
    source: Source,
    actor: Actor,
    request_id: Option<String>,
    changes: Vec<Change>,
    /// The things of which a change is noted.
    noted: HashSet<Uuid>,
    /// The centre whose things are changed, where another centre changes them.
    subject_centre: Option<CentreId>,
    /// Why it is written.
    reason: Option<String>,
    /// What else is to be written to the audit.
    events: Vec<Event>,
}

/// A point of a write to which it can be taken back.
#[derive(Debug)]
pub(crate) struct Savepoint {
    changes: usize,
}

impl Write {
    /// A write is of one moment: what its rows say of when they were written is when the log says that they were.
    pub(super) fn new(transaction: DatabaseTransaction, source: &Source, viewer: &Viewer) -> Self {
        Self {
            transaction: ReadTransaction(transaction),
            source: source.stopped(),
            actor: Actor::from(viewer),
            request_id: viewer.request_id().map(str::to_owned),
            changes: Vec::new(),
            noted: HashSet::new(),
            subject_centre: None,
            reason: None,
            events: Vec::new(),
        }
    }

    /// The transaction, for reading what stands in it.
    #[must_use]
    pub const fn connection(&self) -> &ReadTransaction {
        &self.transaction
    }

    /// The transaction, for the verbs of the store.
    pub(super) const fn transaction(&self) -> &DatabaseTransaction {
        &self.transaction.0
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.transaction.get_database_backend()
    }

    /// The moment of the write, and ids.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// Sets a savepoint, to come back to it if what follows is refused.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(crate) async fn savepoint(&self) -> Result<Savepoint> {
        self.run("SAVEPOINT point").await?;
        Ok(Savepoint { changes: self.changes.len() })
    }

    /// Keeps what was done since a savepoint.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(crate) async fn release(&self, point: Savepoint) -> Result<()> {
        let Savepoint { changes: _ } = point;
        self.run("RELEASE SAVEPOINT point").await
    }

    /// Takes back what was written and noted since a savepoint.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(crate) async fn take_back(&mut self, point: Savepoint) -> Result<()> {
        self.changes.truncate(point.changes);
        self.noted = self.changes.iter().map(|change| change.subject.id).collect();
        self.run("ROLLBACK TO SAVEPOINT point").await?;
        self.run("RELEASE SAVEPOINT point").await
    }

    /// Waits until no other write can commit before this one does: what is read afterwards stays
    /// true. It holds the log from here on, so it is for what is short and rare.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn alone(&mut self) -> Result<()> {
        log::draw_numbers(self.transaction(), 0).await?;
        Ok(())
    }

    /// Waits for its turn among the writes that take turns under this number, however long the others take. SQLite has
    /// one writer at a time.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(crate) async fn take_turn(&self, number: i64) -> Result<()> {
        if self.backend() != DbBackend::Postgres {
            return Ok(());
        }
        let lock =
            format!("SET LOCAL statement_timeout TO 0; SELECT pg_advisory_xact_lock({number})");
        self.run(&lock).await
    }

    /// Lets PostgreSQL answer before it is on disk: for what counts for nothing until a later write, which waits for it.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(crate) async fn may_be_lost(&self) -> Result<()> {
        if self.backend() != DbBackend::Postgres {
            return Ok(());
        }
        self.run("SET LOCAL synchronous_commit TO off").await
    }

    /// Notes why it is all written, in the words of who writes.
    pub(crate) fn because(&mut self, reason: Option<String>) {
        self.reason = reason;
    }

    /// Notes the centre whose things are changed: it may know of the event, whoever acts.
    pub(crate) fn of_centre(&mut self, centre: CentreId) {
        self.subject_centre = Some(centre);
    }

    /// Notes what else is to be written to the audit.
    pub(super) fn attest(&mut self, events: Vec<Event>) {
        self.events = events;
    }

    pub(super) fn note(&mut self, change: Change) {
        self.noted.insert(change.subject.id);
        self.changes.push(change);
    }

    pub(super) fn has_noted(&self, subject: Uuid) -> bool {
        self.noted.contains(&subject)
    }

    pub(super) fn last_of(&mut self, subject: Uuid) -> Option<&mut Change> {
        self.changes.iter_mut().rev().find(|change| change.subject.id == subject)
    }

    pub(super) fn changed_kinds(&self) -> impl Iterator<Item = ChangeKind> {
        self.changes.iter().map(|change| change.subject.kind)
    }

    pub(super) async fn roll_back(self) -> Result<()> {
        Ok(self.transaction.0.rollback().await?)
    }

    /// Appends the changes to the log and the events to the audit, and commits. Gives the last number
    /// of the log, if it has grown.
    pub(super) async fn commit(
        mut self,
        chain: &Chain,
        action: &'static str,
    ) -> Result<Option<i64>> {
        let now = self.source.now();
        self.changes = log::folded(std::mem::take(&mut self.changes));
        let mut events = std::mem::take(&mut self.events);
        if !self.changes.is_empty() {
            events.push(self.event(action, now));
        }
        let changes = std::mem::take(&mut self.changes);
        let reason = self.reason.take();
        let last =
            log::append(self.transaction(), changes, &self.actor, reason.as_deref(), now).await?;
        if !events.is_empty() {
            chain.append(self.transaction(), &self.source, events).await?;
        }
        if let Some(last) = last
            && self.backend() == DbBackend::Postgres
        {
            self.run(&format!("NOTIFY {WAKE_CHANNEL}, '{last}'")).await?;
        }
        self.transaction.0.commit().await?;
        Ok(last)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "savepoints, locks and settings of the transaction"
    )]
    async fn run(&self, statement: &str) -> Result<()> {
        self.transaction().execute_unprepared(statement).await?;
        Ok(())
    }

    /// The write as one event.
    fn event(&self, action: &'static str, now: DateTime<Utc>) -> Event {
        Event {
            at: now,
            actor: self.actor.clone(),
            request_id: self.request_id.clone(),
            action: action.into(),
            kind: self.changes.first().map(|change| change.subject.kind),
            subject: match self.changes.as_slice() {
                [only] => Some(only.subject.id),
                _ => None,
            },
            subject_centre: self.subject_centre,
            outcome: AuditOutcome::Allowed,
            detail: match self.changes.len() {
                1 => None,
                many => Some(format!("{many} changes")),
            },
            times: 1,
        }
    }
}
