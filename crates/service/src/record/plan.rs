//! What a batch will write, and how it is written and told.

use std::collections::HashMap;

use entity::{ChangeOperation, change};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Draft, PartTables, RowOf, Subject, delta};
use crate::access::scope;
use crate::error::Result;
use crate::store::{ROWS_PER_STATEMENT, Write};

/// What a batch will write.
pub(super) struct Plan<D: Draft> {
    pub(super) new: Vec<(Subject, RowOf<D>)>,
    pub(super) revised: Vec<Revision<D>>,
    pub(super) with_parts: Vec<(D, RowOf<D>)>,
}

/// A row that is revised.
pub(super) struct Revision<D: Draft> {
    pub(super) subject: Subject,
    pub(super) before: RowOf<D>,
    pub(super) after: RowOf<D>,
    pub(super) parts_before: Map<String, Value>,
    pub(super) parts_after: Map<String, Value>,
    pub(super) version: Option<i32>,
}

impl<D: Draft> Revision<D> {
    /// From the row as it is to what it was, with its parts.
    fn way_back(&self) -> Result<Value> {
        let before = delta::state(&self.before, &self.parts_before)?;
        let after = delta::state(&self.after, &self.parts_after)?;
        Ok(Value::Object(delta::way_back(&before, &after)))
    }
}

impl<D: Draft> Plan<D> {
    /// Writes it all, and tells the log.
    pub(super) async fn carry_out(
        self,
        write: &mut Write,
        parts: &<D::Parts as PartTables<D>>::Before,
    ) -> Result<()> {
        for some in self.new.chunks(ROWS_PER_STATEMENT) {
            let rows = some.iter().map(|(_, row)| row.clone().into_active_model());
            D::Table::insert_many(rows)
                .exec_without_returning(write.connection())
                .await?;
        }
        for revision in &self.revised {
            let row = revision.after.clone().into_active_model().reset_all();
            D::Table::update(row)
                .exec_without_returning(write.connection())
                .await?;
        }
        D::Parts::write(write, &self.with_parts, parts).await?;
        self.tell(write).await?;
        let revised = self.revised.into_iter().map(|revision| revision.after);
        let written: Vec<_> = self
            .new
            .into_iter()
            .map(|(_, row)| row)
            .chain(revised)
            .collect();
        D::follow_up(write, &written).await
    }

    async fn tell(&self, write: &mut Write) -> Result<()> {
        let (created, extended): (Vec<_>, Vec<_>) = self
            .new
            .iter()
            .map(|(subject, _)| *subject)
            .partition(|subject| subject.is_itself);
        for subject in created {
            write.created(subject.kind, subject.id);
        }
        // A thing of which several parts changed has changed once.
        let mut told: HashMap<Subject, Told> = HashMap::new();
        for subject in extended {
            told.entry(subject).or_default();
        }
        for revision in &self.revised {
            let way_back = revision.way_back()?;
            let told = told.entry(revision.subject).or_default();
            told.before.push(way_back);
            told.version = revision.version;
            told.operation = Some(D::operation(&revision.before, &revision.after));
        }
        let unnumbered = told.iter().filter(|(_, told)| told.version.is_none());
        let unnumbered: Vec<Uuid> = unnumbered.map(|(subject, _)| subject.id).collect();
        let versions = versions_in_the_log(write, unnumbered).await?;
        let mut told: Vec<_> = told.into_iter().collect();
        told.sort_by_key(|(subject, _)| subject.id);
        for (subject, told) in told {
            let last = versions.get(&subject.id).copied().unwrap_or(1);
            let version = told.version.unwrap_or(last + 1);
            let operation = told.operation.unwrap_or(ChangeOperation::Updated);
            let before = match <[Value; 1]>::try_from(told.before) {
                Ok([itself]) if subject.is_itself => itself,
                Ok([part]) => Value::Array(vec![part]),
                Err(parts) => Value::Array(parts),
            };
            write.updated(subject.kind, subject.id, operation, version, &before)?;
        }
        Ok(())
    }
}

#[derive(Default)]
struct Told {
    before: Vec<Value>,
    version: Option<i32>,
    operation: Option<ChangeOperation>,
}

/// Things whose table keeps no version are counted in the log.
pub(super) async fn versions_in_the_log(
    write: &Write,
    subjects: Vec<Uuid>,
) -> Result<HashMap<Uuid, i32>> {
    if subjects.is_empty() {
        return Ok(HashMap::new());
    }
    let backend = write.connection().get_database_backend();
    let rows: Vec<(Uuid, i32)> = scope::for_writing::<change::Entity>()
        .select_only()
        .column(change::Column::SubjectId)
        .expr(change::Column::Version.max())
        .filter(scope::among(backend, change::Column::SubjectId, subjects))
        .group_by(change::Column::SubjectId)
        .into_tuple()
        .all(write.connection())
        .await?;
    Ok(rows.into_iter().collect())
}
