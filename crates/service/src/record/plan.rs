//! What a batch will write, and how it is written and told.

use std::collections::{HashMap, HashSet};

use entity::{ChangeKind, ChangeOperation, Visibility, change};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::reach::{self, Reach, Thing};
use super::{Draft, PartTables, RowOf, Subject, delta};
use crate::access::{SharingState, scope};
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
    pub(super) parts_differ: bool,
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
        let reach = self.reach(write).await?;
        for some in self.new.chunks(ROWS_PER_STATEMENT) {
            let rows = some.iter().map(|(_, row)| row.clone().into_active_model());
            D::Table::insert_many(rows).exec_without_returning(write.connection()).await?;
        }
        for revision in &self.revised {
            let row = revision.after.clone().into_active_model().reset_all();
            D::Table::update(row).exec_without_returning(write.connection()).await?;
        }
        D::Parts::write(write, &self.with_parts, parts).await?;
        self.tell(write).await?;
        self.tell_what_follows(write, reach).await?;
        let revised = self.revised.into_iter().map(|revision| revision.after);
        let written: Vec<_> = self.new.into_iter().map(|(_, row)| row).chain(revised).collect();
        D::follow_up(write, &written).await
    }

    /// Who sees what is about to change, where the change may decide that: then nobody else writes meanwhile.
    async fn reach(&self, write: &mut Write) -> Result<Reach> {
        let Some(kind) = D::SHARED else {
            return Ok(Reach::default());
        };
        let decides = |revision: &&Revision<D>| {
            let after = D::sharing_of(&revision.after);
            let is_shared_with =
                |state: SharingState| state.visibility == Visibility::Collaboration;
            let by_parts = kind == ChangeKind::Collaboration || after.is_some_and(is_shared_with);
            D::sharing_of(&revision.before) != after || (revision.parts_differ && by_parts)
        };
        let things: Vec<Thing> = self
            .revised
            .iter()
            .filter(decides)
            .map(|revision| (kind, D::id_of(&revision.before)))
            .collect();
        if !things.is_empty() {
            write.alone().await?;
        }
        Reach::of(write, &things).await
    }

    /// Tells of what is seen by way of the things that changed, or leans on them.
    async fn tell_what_follows(&self, write: &mut Write, reach: Reach) -> Result<()> {
        let Some(kind) = D::SHARED else {
            return Ok(());
        };
        let mut told: HashSet<Uuid> =
            self.revised.iter().map(|revision| D::id_of(&revision.before)).collect();
        told.extend(reach.tell(write, &told).await?);
        let is_withdrawn = |revision: &&Revision<D>| {
            D::operation(&revision.before, &revision.after) == ChangeOperation::Withdrawn
        };
        let withdrawn = self.revised.iter().filter(is_withdrawn);
        let withdrawn: Vec<Thing> =
            withdrawn.map(|revision| (kind, D::id_of(&revision.before))).collect();
        reach::tell_of_what_leans(write, &withdrawn, &told).await?;

        let until = |row: &RowOf<D>| D::sharing_of(row).and_then(|state| state.embargoed_until);
        let new = self.new.iter().map(|(_, row)| row);
        let revised = self.revised.iter();
        let revised = revised.filter(|revision| until(&revision.before) != until(&revision.after));
        let revised: Vec<&RowOf<D>> = revised.map(|revision| &revision.after).collect();
        let known = revised.iter().map(|row| D::id_of(row)).collect();
        let rows = new.chain(revised).map(|row| (D::id_of(row), until(row)));
        reach::note_embargoes(write, kind, rows, known).await
    }

    async fn tell(&self, write: &mut Write) -> Result<()> {
        let (created, extended): (Vec<_>, Vec<_>) =
            self.new.iter().map(|(subject, _)| *subject).partition(|subject| subject.is_itself);
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
        let versions = versions_in_the_log(write.connection(), unnumbered).await?;
        let mut told: Vec<_> = told.into_iter().collect();
        told.sort_by_key(|(subject, _)| subject.id);
        for (subject, told) in told {
            let last = versions.get(&subject.id).copied().unwrap_or(1);
            let version = told.version.unwrap_or(last + 1);
            if !subject.is_itself {
                write.extended(subject.kind, subject.id, version, told.before);
                continue;
            }
            let operation = told.operation.unwrap_or(ChangeOperation::Updated);
            let before = match <[Value; 1]>::try_from(told.before) {
                Ok([itself]) => itself,
                Err(several) => Value::Array(several),
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
pub(crate) async fn versions_in_the_log(
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

/// The same for one thing; 1 if nothing was ever told of it.
pub(super) async fn version_in_the_log(write: &Write, subject: Uuid) -> Result<i32> {
    let versions = versions_in_the_log(write.connection(), vec![subject]).await?;
    Ok(versions.get(&subject).copied().unwrap_or(1))
}
