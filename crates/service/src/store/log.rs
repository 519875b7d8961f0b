//! The change log: what a write changed, as it is noted and appended.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{ChangeKind, ChangeOperation, change, change_head, change_hidden_from};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QuerySelect,
};
use serde_json::Value;
use uuid::Uuid;

use super::ROWS_PER_STATEMENT;
use super::audit::Actor;
use crate::access::audience::Loss;
use crate::access::scope;
use crate::error::{Error, Result};

/// The thing whose change the log tells.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Subject {
    /// Its kind.
    pub kind: ChangeKind,
    /// Its id.
    pub id: Uuid,
    /// Whether the row is the thing itself, and no part of it.
    pub is_itself: bool,
}

impl Subject {
    /// The row itself.
    pub fn itself(kind: ChangeKind, id: impl Into<Uuid>) -> Self {
        Self { kind, id: id.into(), is_itself: true }
    }

    /// The thing that the row is a part of.
    pub fn whole(kind: ChangeKind, id: impl Into<Uuid>) -> Self {
        Self { kind, id: id.into(), is_itself: false }
    }
}

/// A change that a write has made.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) subject: Subject,
    pub(super) operation: ChangeOperation,
    pub(super) version: i32,
    /// The way back to what it was; nothing if it came to be, or only what surrounds it changed.
    pub(super) before: Option<Value>,
    /// Who sees it no more.
    pub(super) loss: Option<Loss>,
}

impl Change {
    /// Adds what changed of the same thing later in the same write.
    fn absorb(&mut self, later: Self) {
        // What is new had nothing before, nor had its parts.
        if self.operation == ChangeOperation::Created {
            return;
        }
        let mut ways = match self.before.take() {
            Some(Value::Array(ways)) => ways,
            way => way.into_iter().collect(),
        };
        if let Some(Value::Array(more)) = later.before {
            ways.extend(more);
        }
        self.before = Some(ways.into());
    }
}

/// Puts changes of parts to the change before them of the same thing, so that what changed of one thing in one write
/// is one change.
pub(super) fn folded(changes: Vec<Change>) -> Vec<Change> {
    let mut folded: Vec<Change> = Vec::with_capacity(changes.len());
    let mut places: HashMap<Uuid, usize> = HashMap::new();
    for change in changes {
        let place = places.get(&change.subject.id).copied();
        let earlier = place.filter(|_| !change.subject.is_itself);
        match earlier.and_then(|at| folded.get_mut(at)) {
            Some(earlier) => earlier.absorb(change),
            None => {
                places.insert(change.subject.id, folded.len());
                folded.push(change);
            }
        }
    }
    folded
}

/// Appends changes, and gives the number of the last. The log stays locked until the transaction ends.
///
/// # Errors
/// When the database refuses.
#[expect(clippy::disallowed_methods, reason = "the log's rows are appended here alone")]
pub(super) async fn append(
    transaction: &DatabaseTransaction,
    changes: Vec<Change>,
    actor: &Actor,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Option<i64>> {
    if changes.is_empty() {
        return Ok(None);
    }
    let count = i64::try_from(changes.len()).map_err(Error::internal)?;
    let last = draw_numbers(transaction, count).await?;
    let mut hidden = Vec::new();
    let mut rows = Vec::with_capacity(changes.len());
    for (change, sequence) in changes.into_iter().zip(last - count + 1..) {
        if let Some(Loss::Centres(centres)) = &change.loss {
            hidden.extend(centres.iter().map(|centre| change_hidden_from::ActiveModel {
                sequence: Set(sequence),
                centre_id: Set(*centre),
            }));
        }
        rows.push(change::ActiveModel {
            sequence: Set(sequence),
            kind: Set(change.subject.kind),
            subject_id: Set(change.subject.id),
            operation: Set(change.operation),
            version: Set(change.version),
            centre_id: Set(actor.centre),
            token_id: Set(actor.token),
            at: Set(now),
            before: Set(change.before),
            reason: Set(reason.map(str::to_owned)),
            hidden_from: Set(change.loss.map(|loss| loss.word())),
        });
    }
    for some in hidden.chunks(ROWS_PER_STATEMENT) {
        change_hidden_from::Entity::insert_many(some.to_vec())
            .exec_without_returning(transaction)
            .await?;
    }
    for some in rows.chunks(ROWS_PER_STATEMENT) {
        change::Entity::insert_many(some.to_vec()).exec_without_returning(transaction).await?;
    }
    Ok(Some(last))
}

/// Draws the next numbers of the log and gives the last of them; holds the log until the transaction ends.
///
/// # Errors
/// When the database refuses.
#[expect(clippy::disallowed_methods, reason = "only the log draws its numbers")]
pub(super) async fn draw_numbers(transaction: &DatabaseTransaction, count: i64) -> Result<i64> {
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

/// The last versions of things whose table keeps none: they are counted in the log.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn versions(
    connection: &impl ConnectionTrait,
    subjects: Vec<Uuid>,
) -> Result<HashMap<Uuid, i32>> {
    if subjects.is_empty() {
        return Ok(HashMap::new());
    }
    let backend = connection.get_database_backend();
    let rows: Vec<(Uuid, i32)> = scope::for_writing::<change::Entity>()
        .select_only()
        .column(change::Column::SubjectId)
        .expr(change::Column::Version.max())
        .filter(scope::among(backend, change::Column::SubjectId, subjects))
        .group_by(change::Column::SubjectId)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}
