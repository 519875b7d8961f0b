//! A write under way: what happens within one transaction, and how it ends.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    AuditOutcome, CentreId, ChangeKind, ChangeOperation, change, change_head, change_hidden_from,
};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait};
use serde::Serialize;
use uuid::Uuid;

use super::{ROWS_PER_STATEMENT, WAKE_CHANNEL};
use crate::access::Loss;
use crate::access::audit::{Actor, Chain, Event};
use crate::clock::Source;
use crate::error::{Error, Result};
use crate::viewer::Viewer;

/// A write under way: what happens within one transaction.
#[derive(Debug)]
pub struct Write {
    transaction: DatabaseTransaction,
    source: Source,
    actor: Actor,
    request_id: Option<String>,
    changes: Vec<Changed>,
    /// The centre whose things are changed, where another centre changes them.
    subject_centre: Option<CentreId>,
    /// Why it is written.
    reason: Option<String>,
    /// What else is to be written to the audit.
    events: Vec<Event>,
}

/// A moment of a write.
#[derive(Debug)]
pub(crate) struct Mark {
    noted: usize,
}

#[derive(Debug)]
struct Changed {
    kind: ChangeKind,
    subject: Uuid,
    operation: ChangeOperation,
    version: i32,
    before: Option<serde_json::Value>,
    loss: Option<Loss>,
    /// Whether parts of it changed, and not the thing itself.
    is_of_parts: bool,
}

impl Write {
    /// A write is of one moment: what its rows say of when they were written is when the log says that they were.
    pub(super) fn new(transaction: DatabaseTransaction, source: &Source, viewer: &Viewer) -> Self {
        Self {
            transaction,
            source: source.stopped(),
            actor: Actor::from(viewer),
            request_id: viewer.request_id().map(str::to_owned),
            changes: Vec::new(),
            subject_centre: None,
            reason: None,
            events: Vec::new(),
        }
    }

    /// The transaction.
    #[must_use]
    pub const fn connection(&self) -> &DatabaseTransaction {
        &self.transaction
    }

    /// The moment of the write, and ids.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// Marks this moment of the write, to come back to it if what follows is refused.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(crate) async fn mark(&self) -> Result<Mark> {
        self.transaction.execute_unprepared("SAVEPOINT mark").await?;
        Ok(Mark { noted: self.changes.len() })
    }

    /// Keeps what was done since the mark.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(crate) async fn keep(&self, mark: Mark) -> Result<()> {
        let Mark { noted: _ } = mark;
        self.transaction.execute_unprepared("RELEASE SAVEPOINT mark").await?;
        Ok(())
    }

    /// Takes back what was written and noted since the mark.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(crate) async fn take_back(&mut self, mark: Mark) -> Result<()> {
        self.changes.truncate(mark.noted);
        self.transaction.execute_unprepared("ROLLBACK TO SAVEPOINT mark").await?;
        self.transaction.execute_unprepared("RELEASE SAVEPOINT mark").await?;
        Ok(())
    }

    /// Waits until no other write can commit before this one does: what is read afterwards stays
    /// true. It holds the log from here on, so it is for what is short and rare.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn alone(&mut self) -> Result<()> {
        draw_numbers(&self.transaction, 0).await?;
        Ok(())
    }

    /// Notes that a thing came to be.
    pub fn created(&mut self, kind: ChangeKind, subject: impl Into<Uuid>) {
        self.changes.push(Changed {
            kind,
            subject: subject.into(),
            operation: ChangeOperation::Created,
            version: 1,
            before: None,
            loss: None,
            is_of_parts: false,
        });
    }

    /// Notes that a thing was revised, and what it was before.
    ///
    /// # Errors
    /// When what it was cannot be kept.
    pub fn updated(
        &mut self,
        kind: ChangeKind,
        subject: impl Into<Uuid>,
        operation: ChangeOperation,
        version: i32,
        before: &impl Serialize,
    ) -> Result<()> {
        self.changes.push(Changed {
            kind,
            subject: subject.into(),
            operation,
            version,
            before: Some(serde_json::to_value(before).map_err(Error::internal)?),
            loss: None,
            is_of_parts: false,
        });
        Ok(())
    }

    /// Notes that parts of a thing changed, which have tables of their own, and what they were before. What changed
    /// of one thing in one write is one change.
    pub(crate) fn extended(
        &mut self,
        kind: ChangeKind,
        subject: Uuid,
        version: i32,
        before: Vec<serde_json::Value>,
    ) {
        self.changes.push(Changed {
            kind,
            subject,
            operation: ChangeOperation::Updated,
            version,
            before: Some(before.into()),
            loss: None,
            is_of_parts: true,
        });
    }

    /// Notes that a thing stayed the same, and that something changed by which it is seen or judged.
    pub(crate) fn touched(&mut self, kind: ChangeKind, subject: Uuid, version: i32) {
        self.changes.push(Changed {
            kind,
            subject,
            operation: ChangeOperation::Updated,
            version,
            before: None,
            loss: None,
            is_of_parts: false,
        });
    }

    /// Notes who may see a thing no more, with the change of it that was noted.
    pub(crate) fn hides(&mut self, subject: Uuid, loss: Loss) {
        let change = self.changes.iter_mut().rev();
        if let Some(change) = change.into_iter().find(|change| change.subject == subject) {
            change.loss = Some(loss);
        }
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

    pub(super) fn changed_kinds(&self) -> impl Iterator<Item = ChangeKind> {
        self.changes.iter().map(|change| change.kind)
    }

    pub(super) async fn roll_back(self) -> Result<()> {
        Ok(self.transaction.rollback().await?)
    }

    /// Appends the changes to the log and the events to the audit, and commits. Gives the last number
    /// of the log, if it has grown.
    pub(super) async fn commit(
        mut self,
        chain: &Chain,
        action: &'static str,
    ) -> Result<Option<i64>> {
        let now = self.source.now();
        self.changes = folded(std::mem::take(&mut self.changes));
        let mut events = std::mem::take(&mut self.events);
        if !self.changes.is_empty() {
            events.push(self.event(action, now));
        }
        let last = self.append_changes(now).await?;
        if !events.is_empty() {
            chain.append(&self.transaction, &self.source, events).await?;
        }
        if let Some(last) = last
            && self.transaction.get_database_backend() == DbBackend::Postgres
        {
            let wake = format!("NOTIFY {WAKE_CHANNEL}, '{last}'");
            self.transaction.execute_unprepared(&wake).await?;
        }
        self.transaction.commit().await?;
        Ok(last)
    }

    /// The write as one event.
    fn event(&self, action: &'static str, now: DateTime<Utc>) -> Event {
        Event {
            at: now,
            actor: self.actor.clone(),
            request_id: self.request_id.clone(),
            action: action.into(),
            kind: self.changes.first().map(|change| change.kind),
            subject: match self.changes.as_slice() {
                [only] => Some(only.subject),
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

    async fn append_changes(&mut self, now: DateTime<Utc>) -> Result<Option<i64>> {
        let changes = std::mem::take(&mut self.changes);
        if changes.is_empty() {
            return Ok(None);
        }
        let count = i64::try_from(changes.len()).map_err(Error::internal)?;
        let last = draw_numbers(&self.transaction, count).await?;
        let numbered = || (last - count + 1..).zip(&changes);
        let mut hidden = Vec::new();
        for (sequence, changed) in numbered() {
            if let Some(Loss::Centres(centres)) = &changed.loss {
                let of_centre = |centre: &CentreId| change_hidden_from::ActiveModel {
                    sequence: Set(sequence),
                    centre_id: Set(*centre),
                };
                hidden.extend(centres.iter().map(of_centre));
            }
        }
        for some in hidden.chunks(ROWS_PER_STATEMENT) {
            change_hidden_from::Entity::insert_many(some.to_vec())
                .exec_without_returning(&self.transaction)
                .await?;
        }
        let reason = self.reason.take();
        let rows = changes.into_iter().zip(last - count + 1..).map(|(changed, sequence)| {
            change::ActiveModel {
                sequence: Set(sequence),
                kind: Set(changed.kind),
                subject_id: Set(changed.subject),
                operation: Set(changed.operation),
                version: Set(changed.version),
                centre_id: Set(self.actor.centre),
                token_id: Set(self.actor.token),
                at: Set(now),
                before: Set(changed.before),
                reason: Set(reason.clone()),
                hidden_from: Set(changed.loss.map(|loss| loss.word())),
            }
        });
        let rows: Vec<_> = rows.collect();
        for some in rows.chunks(ROWS_PER_STATEMENT) {
            change::Entity::insert_many(some.to_vec())
                .exec_without_returning(&self.transaction)
                .await?;
        }
        Ok(Some(last))
    }
}

/// Puts changes of parts to the change before them of the same thing.
fn folded(changes: Vec<Changed>) -> Vec<Changed> {
    let mut folded: Vec<Changed> = Vec::with_capacity(changes.len());
    let mut places: HashMap<Uuid, usize> = HashMap::new();
    for change in changes {
        let place = places.get(&change.subject).copied();
        let earlier = place.filter(|_| change.is_of_parts);
        match earlier.and_then(|at| folded.get_mut(at)) {
            Some(earlier) => earlier.take_in(change),
            None => {
                places.insert(change.subject, folded.len());
                folded.push(change);
            }
        }
    }
    folded
}

impl Changed {
    fn take_in(&mut self, parts: Self) {
        // What is new had nothing before, nor had its parts.
        if self.operation == ChangeOperation::Created {
            return;
        }
        let mut all = match self.before.take() {
            Some(serde_json::Value::Array(parts)) => parts,
            itself => itself.into_iter().collect(),
        };
        if let Some(serde_json::Value::Array(parts)) = parts.before {
            all.extend(parts);
        }
        self.before = Some(all.into());
    }
}

/// Draws the next numbers of the log and gives the last of them; holds the log until the commit.
#[expect(clippy::disallowed_methods, reason = "only the store draws numbers")]
async fn draw_numbers(transaction: &DatabaseTransaction, count: i64) -> Result<i64> {
    let heads = change_head::Entity::update_many()
        .col_expr(
            change_head::Column::Sequence,
            Expr::col(change_head::Column::Sequence).add(count),
        )
        .exec_with_returning(transaction)
        .await?;
    heads
        .first()
        .map(|head| head.sequence)
        .ok_or_else(|| Error::internal(std::io::Error::other("the change log has no head")))
}
