//! The verbs for what the log tells of: a thing is inserted, revised, withdrawn or touched, and the change is noted by
//! the verb itself.

use entity::{ChangeKind, ChangeOperation};
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel, Iterable, QueryFilter};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::log::{self, Change, Subject};
use super::tables::{Logged, Parts};
use super::write::Write;
use super::{ROWS_PER_STATEMENT, delta};
use crate::access::audience::Loss;
use crate::access::scope;
use crate::error::{Error, Result};

/// A row as it was and as it is to be, with its parts.
#[derive(Debug)]
pub struct Revision<M> {
    subject: Subject,
    pub(crate) before: M,
    pub(crate) after: M,
    parts_before: Map<String, Value>,
    parts_after: Map<String, Value>,
    operation: ChangeOperation,
    /// The version that it becomes, where its table keeps one.
    version: Option<i32>,
}

impl<M> Revision<M> {
    /// A revision of a row alone.
    #[must_use]
    pub fn of(subject: Subject, before: M, after: M) -> Self {
        Self {
            subject,
            before,
            after,
            parts_before: Map::new(),
            parts_after: Map::new(),
            operation: ChangeOperation::Updated,
            version: None,
        }
    }

    /// The same, with the parts as they were and as they are to be, by the names that history gives them.
    #[must_use]
    pub fn with_parts(self, before: Map<String, Value>, after: Map<String, Value>) -> Self {
        Self { parts_before: before, parts_after: after, ..self }
    }

    /// The same, where the row keeps its version.
    #[must_use]
    pub fn numbered(self, version: Option<i32>) -> Self {
        Self { version, ..self }
    }

    /// The same, as another operation than an update.
    #[must_use]
    pub fn told_as(self, operation: ChangeOperation) -> Self {
        Self { operation, ..self }
    }
}

impl Write {
    /// Inserts things, or parts that are written one by one, and notes that they came to be.
    ///
    /// # Errors
    /// When the database refuses.
    #[expect(clippy::disallowed_methods, reason = "the verb of the log's own tables")]
    pub async fn insert<E: Logged>(&mut self, rows: &[(Subject, E::Model)]) -> Result<()> {
        for some in rows.chunks(ROWS_PER_STATEMENT) {
            let rows = some.iter().map(|(_, row)| row.clone().into_active_model());
            E::insert_many(rows).exec_without_returning(self.transaction()).await?;
        }
        let of_parts = rows.iter().map(|(subject, _)| subject).filter(|one| !one.is_itself);
        let of_parts = of_parts.map(|subject| subject.id).collect();
        let versions = log::versions(self.transaction(), of_parts).await?;
        for (subject, _) in rows {
            self.note(match subject.is_itself {
                true => Change {
                    subject: *subject,
                    operation: ChangeOperation::Created,
                    version: 1,
                    before: None,
                    loss: None,
                },
                false => Change {
                    subject: *subject,
                    operation: ChangeOperation::Updated,
                    version: next(&versions, subject.id),
                    before: Some(Value::Array(Vec::new())),
                    loss: None,
                },
            });
        }
        Ok(())
    }

    /// Writes rows as they are to be, and notes the way back to what they were.
    ///
    /// # Errors
    /// When the database refuses.
    #[expect(clippy::disallowed_methods, reason = "the verb of the log's own tables")]
    pub async fn revise<E: Logged>(&mut self, revisions: &[Revision<E::Model>]) -> Result<()> {
        // Where only parts change, the row may stay as it is.
        for revision in revisions.iter().filter(|revision| revision.before != revision.after) {
            let row = difference::<E>(&revision.before, &revision.after);
            E::update(row).exec_without_returning(self.transaction()).await?;
        }
        let unnumbered = revisions.iter().filter(|revision| revision.version.is_none());
        let unnumbered = unnumbered.map(|revision| revision.subject.id).collect();
        let versions = log::versions(self.transaction(), unnumbered).await?;
        for revision in revisions {
            let before = delta::state(&revision.before, &revision.parts_before)?;
            let after = delta::state(&revision.after, &revision.parts_after)?;
            let way_back = Value::Object(delta::way_back(&before, &after));
            let subject = revision.subject;
            self.note(Change {
                subject,
                operation: revision.operation,
                version: revision.version.unwrap_or_else(|| next(&versions, subject.id)),
                before: Some(match subject.is_itself {
                    true => way_back,
                    false => Value::Array(vec![way_back]),
                }),
                loss: None,
            });
        }
        Ok(())
    }

    /// Writes a row that stands no longer, and notes that it was withdrawn.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn withdraw<E: Logged>(&mut self, revision: Revision<E::Model>) -> Result<()> {
        self.revise::<E>(&[revision.told_as(ChangeOperation::Withdrawn)]).await
    }

    /// Notes that a thing stayed the same, and that something changed by which it is seen or judged.
    pub fn touch(&mut self, kind: ChangeKind, subject: impl Into<Uuid>, version: i32) {
        self.note(Change {
            subject: Subject::itself(kind, subject),
            operation: ChangeOperation::Updated,
            version,
            before: None,
            loss: None,
        });
    }

    /// Notes who may see a thing no more, with the change of it that was noted.
    pub(crate) fn hide(&mut self, subject: Uuid, loss: Loss) {
        if let Some(change) = self.last_of(subject) {
            change.loss = Some(loss);
        }
    }

    /// Puts other parts in the place of those that things have, once the change of each thing is noted.
    ///
    /// # Errors
    /// When the database refuses.
    #[expect(
        clippy::disallowed_methods,
        reason = "the verb of parts, whose thing's change is noted"
    )]
    pub async fn replace<E: Parts>(
        &self,
        outdated: Vec<Uuid>,
        rows: Vec<(Uuid, E::Model)>,
    ) -> Result<()> {
        let wholes = outdated.iter().chain(rows.iter().map(|(whole, _)| whole));
        if !wholes.into_iter().all(|whole| self.has_noted(*whole)) {
            let reason =
                "parts were about to change without a change of the thing that they belong to";
            return Err(Error::internal(std::io::Error::other(reason)));
        }
        if !outdated.is_empty() {
            let backend = self.transaction().get_database_backend();
            E::delete_many()
                .filter(scope::among(backend, E::WHOLE, outdated))
                .exec(self.transaction())
                .await?;
        }
        for some in rows.chunks(ROWS_PER_STATEMENT) {
            let some = some.iter().map(|(_, row)| row.clone().into_active_model());
            E::insert_many(some).exec_without_returning(self.transaction()).await?;
        }
        Ok(())
    }
}

/// The columns that differ: others may have been written since the row was read, such as how often a token was used.
fn difference<E: Logged>(before: &E::Model, after: &E::Model) -> E::ActiveModel {
    let mut row = before.clone().into_active_model();
    let after = after.clone().into_active_model();
    for column in E::Column::iter() {
        let value = after.get(column);
        if value != row.get(column)
            && let Some(value) = value.into_value()
        {
            row.set(column, value);
        }
    }
    row
}

fn next(versions: &std::collections::HashMap<Uuid, i32>, subject: Uuid) -> i32 {
    versions.get(&subject).copied().unwrap_or(1) + 1
}
