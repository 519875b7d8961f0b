//! The space as it stood at a moment.
//!
//! A connection of its own is given views that stand before the tables of what centres share: what has not changed
//! since is the table's, what has changed is put together from the log. Everything that reads the space reads the
//! past by the same statements, and so by the same rules of who sees what; the viewer is who they are today.
//!
//! The network and its vocabularies are as they are now, and so are the members of collaborations.
#![expect(
    clippy::disallowed_methods,
    reason = "temporary tables of one connection are filled, which nobody else sees"
)]

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::{ChangeKind, change, feedback, finding, publication, rating, shared_with, study};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, EntityName, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Statement,
};
use serde_json::Value;
use uuid::Uuid;

use crate::access::scope;
use crate::clock::{Source, last_meant, millisecond};
use crate::error::{Error, Result};
use crate::evidence::record::{FindingDraft, PublicationDraft, RatingDraft, StudyDraft};
use crate::feedback::record::FeedbackDraft;
use crate::record::{Draft, PartTables, RowOf, State, insert_then, states, then};
use crate::space::Space;
use crate::store::delta::go_back;

/// How many things of a kind may have changed since.
const MOST: usize = 50_000;
/// How many are put together at once.
const AT_ONCE: usize = 500;

/// The space as it stood at a moment: studies, publications, findings, ratings and feedback, with all that belongs to
/// them. It is for reading; it holds a connection until it is dropped. Of several changes in the moment, the last
/// counts.
///
/// # Errors
/// `BAD_USER_INPUT` for a moment that is still to come, or so long ago that too much has changed since.
pub async fn as_of(space: &Space, at: DateTime<Utc>) -> Result<Arc<Space>> {
    if millisecond(at) > space.store().source().now() {
        return Err(Error::bad_input(
            "asOf",
            "The moment is still to come; ask for one that has passed.",
        ));
    }
    let at = last_meant(at);
    let connection = space.store().apart().await?;
    let past = Past { backend: space.store().backend(), connection: &connection, at };
    past.begin().await?;
    past.create_shadow(shared_with::Entity.table_name()).await?;
    past.put::<StudyDraft>(ChangeKind::Study, study::Entity.table_name()).await?;
    past.put::<PublicationDraft>(ChangeKind::Publication, publication::Entity.table_name()).await?;
    past.put::<FindingDraft>(ChangeKind::Finding, finding::Entity.table_name()).await?;
    past.put::<RatingDraft>(ChangeKind::Rating, rating::Entity.table_name()).await?;
    past.put::<FeedbackDraft>(ChangeKind::Feedback, feedback::Entity.table_name()).await?;
    let shared = ["study", "publication", "finding", "rating", "feedback"]
        .map(|table| format!("SELECT id FROM {}", gone(table)))
        .join(" UNION ALL ");
    past.create_view(shared_with::Entity.table_name(), "thing_id", &shared).await?;
    past.forget_the_tables().await?;
    let source = Source::standing_at(at);
    let directory = space.directory().await?;
    Ok(Arc::new(space.in_the_past(connection, source, directory)))
}

/// The table of which things are not what they were.
fn gone(table: &str) -> String {
    format!("gone_{table}")
}

struct Past<'c> {
    backend: DbBackend,
    connection: &'c DatabaseConnection,
    at: DateTime<Utc>,
}

impl Past<'_> {
    /// From here on the connection sees the database as it is now, whatever is written meanwhile.
    async fn begin(&self) -> Result<()> {
        self.run(match self.backend {
            DbBackend::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ",
            _ => "BEGIN",
        })
        .await
    }

    async fn run(&self, statement: &str) -> Result<()> {
        self.connection.execute_unprepared(statement).await?;
        Ok(())
    }

    /// A table like another, of which no other connection knows.
    async fn create_shadow(&self, table: &str) -> Result<()> {
        let then = then(table);
        self.run(&match self.backend {
            DbBackend::Postgres => format!("CREATE TEMP TABLE {then} (LIKE {table})"),
            _ => format!("CREATE TEMP TABLE {then} AS SELECT * FROM {table} LIMIT 0"),
        })
        .await
    }

    /// A view that stands before a table, for this connection: without the rows of what is not what it was, and with
    /// those of what it was.
    async fn create_view(&self, table: &str, whole: &str, gone: &str) -> Result<()> {
        let schema = self.schema().await?;
        self.run(&format!(
            "CREATE TEMP VIEW {table} AS SELECT * FROM {schema}.{table} WHERE {whole} NOT IN ({gone}) UNION ALL SELECT * FROM {}",
            then(table)
        ))
        .await
    }

    /// Where the tables themselves are.
    async fn schema(&self) -> Result<String> {
        if self.backend != DbBackend::Postgres {
            return Ok("main".to_owned());
        }
        let question = Statement::from_string(self.backend, "SELECT current_schema()::text");
        let row = self.connection.query_one_raw(question).await?;
        let name: Option<String> = row.map(|row| row.try_get_by_index(0)).transpose()?;
        Ok(name.unwrap_or_else(|| "public".to_owned()))
    }

    /// Has statements that were prepared before there were views read the views. PostgreSQL would go on reading the
    /// tables with them, as it looks for names anew only when the path on which it looks has changed.
    async fn forget_the_tables(&self) -> Result<()> {
        if self.backend != DbBackend::Postgres {
            return Ok(());
        }
        let schema = self.schema().await?;
        self.run(&format!("SET LOCAL search_path = pg_temp, \"{schema}\"")).await
    }

    /// Puts the things of a kind in place as they were.
    async fn put<D>(&self, kind: ChangeKind, table: &'static str) -> Result<()>
    where
        D: Draft,
    {
        let gone = gone(table);
        self.run(&format!("CREATE TEMP TABLE {gone} AS SELECT id FROM {table} LIMIT 0")).await?;
        let parts = D::Parts::tables();
        self.create_shadow(table).await?;
        for (part, _) in own(&parts) {
            self.create_shadow(part).await?;
        }
        let changed = self.changed(kind).await?;
        for some in changed.chunks(AT_ONCE) {
            self.put_some::<D>(table, some).await?;
        }
        let ids = format!("SELECT id FROM {gone}");
        for (part, whole) in own(&parts) {
            self.create_view(part, whole, &ids).await?;
        }
        self.create_view(table, "id", &ids).await
    }

    /// What has changed since, of a kind.
    async fn changed(&self, kind: ChangeKind) -> Result<Vec<Uuid>> {
        let select = scope::parts_of_seen::<change::Entity>()
            .select_only()
            .column(change::Column::SubjectId)
            .distinct()
            .filter(change::Column::Kind.eq(kind))
            .filter(change::Column::At.gt(self.at))
            .filter(is_revision())
            .limit(MOST as u64 + 1);
        // Planned for this very moment: for any moment PostgreSQL would read the whole log.
        let planned = select.build(self.backend).to_string();
        let planned = Statement::from_string(self.backend, planned);
        let rows = self.connection.query_all_raw(planned).await?;
        let changed = rows.iter().map(|row| row.try_get_by_index(0));
        let changed: Vec<Uuid> = changed.collect::<Result<_, _>>()?;
        if changed.len() > MOST {
            return Err(Error::bad_input(
                "asOf",
                format!(
                    "More than {MOST} things of one kind have changed since; ask for a later moment."
                ),
            ));
        }
        Ok(changed)
    }

    /// The changes of things that came since, from the last. Two servers may have written one thing in the other order
    /// than their clocks say, so whatever stands in the log after the first that came since came since as well: only from
    /// the last to the first do changes lead back.
    async fn since(&self, ids: &[Uuid]) -> Result<Vec<change::Model>> {
        let of_these = || {
            let among = scope::among(self.backend, change::Column::SubjectId, ids.iter().copied());
            let select = scope::parts_of_seen::<change::Entity>();
            select.filter(among).filter(is_revision())
        };
        let first = of_these()
            .filter(change::Column::At.gt(self.at))
            .select_only()
            .expr(change::Column::Sequence.min())
            .into_query();
        let rows = of_these()
            .filter(Expr::col(change::Column::Sequence.as_column_ref()).gte(Expr::from(first)))
            .order_by_asc(change::Column::Sequence)
            .all(self.connection)
            .await?;
        let mut changed = HashSet::new();
        let mut since: Vec<_> = rows
            .into_iter()
            .filter(|row| {
                if row.at > self.at {
                    changed.insert(row.subject_id);
                }
                changed.contains(&row.subject_id)
            })
            .collect();
        since.reverse();
        Ok(since)
    }

    async fn put_some<D>(&self, table: &str, ids: &[Uuid]) -> Result<()>
    where
        D: Draft,
    {
        let mut were = states::<D>(self.connection, ids.to_vec()).await?;
        for change in self.since(ids).await? {
            match change.before {
                Some(Value::Object(way)) => {
                    if let Some(state) = were.get_mut(&change.subject_id) {
                        go_back(state, &way);
                    }
                }
                // It came to be: before, it was not.
                _ => {
                    were.remove(&change.subject_id);
                }
            }
        }
        let were: Vec<State> = were.into_values().collect();
        let mut rows = were
            .iter()
            .map(|state| serde_json::from_value(Value::Object(state.clone())))
            .collect::<std::result::Result<Vec<RowOf<D>>, _>>()
            .map_err(Error::internal)?;
        rows.iter_mut().for_each(D::put_in_the_past);
        let mut statements = D::Parts::inserts_then(&were)?;
        statements.extend(insert_then::<D::Table>(rows));
        for statement in statements {
            self.connection.execute(&statement).await?;
        }
        let mut insert = Query::insert();
        insert.into_table(gone(table)).columns(["id"]);
        for id in ids {
            insert.values([(*id).into()]).map_err(Error::internal)?;
        }
        self.connection.execute(&insert).await?;
        Ok(())
    }
}

/// The tables of parts that belong to one kind alone.
fn own<'t>(
    parts: &'t [(&'static str, &'static str)],
) -> impl Iterator<Item = (&'static str, &'static str)> + 't {
    let of_all = shared_with::Entity.table_name();
    parts.iter().copied().filter(move |(table, _)| *table != of_all)
}

fn is_revision() -> sea_orm::sea_query::Expr {
    change::Column::Before
        .is_not_null()
        .or(change::Column::Operation.eq(entity::ChangeOperation::Created))
}
