//! The parts of a thing: rows of other tables that belong to it and are written with it.

use std::collections::HashMap;
use std::future::Future;

use sea_orm::sea_query::InsertStatement;
use sea_orm::{ConnectionTrait, EntityTrait, IdenStatic, IntoActiveModel, QueryFilter, QueryTrait};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::reading::Child;
use super::{Draft, Problems, RowOf, State};
use crate::access::scope;
use crate::error::{Error, Result};
use crate::store::Write;
use crate::store::tables::Parts;

/// A table of parts of one kind of thing.
pub(crate) trait Part<D: Draft>: Parts {
    /// What the history of the thing calls them.
    const NAME: &'static str;

    /// The thing.
    fn whole(row: &Self::Model) -> Uuid;
    /// The parts that a draft wants, or nothing to leave them as they are.
    fn wanted(draft: &D, row: &RowOf<D>) -> Option<Wanted<Self::Model>>;
    /// Whether one row takes the other's place.
    fn replaces(new: &Self::Model, old: &Self::Model) -> bool;
}

/// The parts that a draft wants.
#[derive(Debug)]
pub(crate) struct Wanted<M> {
    /// The rows.
    pub(crate) rows: Vec<M>,
    /// Whether these are all: then others go.
    pub(crate) are_all: bool,
}

impl<M> Wanted<M> {
    /// Exactly these rows.
    pub(crate) fn exactly(rows: impl IntoIterator<Item = M>) -> Option<Self> {
        Some(Self { rows: rows.into_iter().collect(), are_all: true })
    }
}

/// The rows of a thing's own child table, as far as a draft speaks of them.
#[derive(Clone, Debug, Default)]
pub enum Children<T> {
    /// They stay as they are.
    #[default]
    AsTheyAre,
    /// These, and no others.
    Exactly(Vec<T>),
    /// These; others stay.
    AtLeast(Vec<T>),
}

impl<T> Children<T> {
    /// The rows that the draft names.
    #[must_use]
    pub const fn named(&self) -> &[T] {
        match self {
            Self::AsTheyAre => &[],
            Self::Exactly(rows) | Self::AtLeast(rows) => rows.as_slice(),
        }
    }

    /// What the rows of a thing's parts are.
    pub(crate) fn from_rows(rows: Vec<<T::Part as EntityTrait>::Model>) -> Self
    where
        T: Child,
    {
        Self::Exactly(rows.into_iter().map(T::from_row).collect())
    }

    pub(crate) fn wanted<M>(&self, row: impl Fn(&T) -> M) -> Option<Wanted<M>> {
        let are_all = match self {
            Self::AsTheyAre => return None,
            Self::Exactly(_) => true,
            Self::AtLeast(_) => false,
        };
        Some(Wanted { rows: self.named().iter().map(row).collect(), are_all })
    }

    pub(crate) fn check(&self, problems: &mut Problems, check: impl Fn(&T, &mut Problems)) {
        self.named().iter().for_each(|row| check(row, problems));
    }
}

pub(super) type Rows<E> = HashMap<Uuid, Vec<<E as EntityTrait>::Model>>;

/// The parts of things as they are.
pub(crate) async fn parts_before<D: Draft>(
    connection: &impl ConnectionTrait,
    wholes: &[Uuid],
) -> Result<<D::Parts as PartTables<D>>::Before> {
    D::Parts::read(connection, wholes).await
}

/// Takes the parts of a thing out of those of several.
pub(crate) fn parts_of<M>(parts: &mut HashMap<Uuid, Vec<M>>, whole: impl Into<Uuid>) -> Vec<M> {
    parts.remove(&whole.into()).unwrap_or_default()
}

/// All tables of parts of one kind of thing.
pub(crate) trait PartTables<D: Draft>: Send + Sync {
    /// The parts as they are.
    type Before: Send + Sync;

    /// Reads the parts of some things, one select a table.
    fn read(
        connection: &impl ConnectionTrait,
        wholes: &[Uuid],
    ) -> impl Future<Output = Result<Self::Before>> + Send;
    /// Whether a draft wants other parts.
    fn differ(draft: &D, row: &RowOf<D>, before: &Self::Before) -> bool;
    /// Writes the parts of drafts that want other ones.
    fn write(
        write: &Write,
        drafts: &[(D, RowOf<D>)],
        before: &Self::Before,
    ) -> impl Future<Output = Result<()>> + Send;
    /// The tables, each with its column that names the thing.
    fn tables() -> Vec<(&'static str, &'static str)>;
    /// The parts of states of the past, to be put into the tables of what things were.
    fn inserts_then(states: &[State]) -> Result<Vec<InsertStatement>>;
    /// The parts as they are, for the history.
    fn tell(before: &Self::Before, whole: Uuid) -> Result<Map<String, Value>>;
    /// The parts as a draft wants them, for the history.
    fn tell_wanted(draft: &D, row: &RowOf<D>, before: &Self::Before) -> Result<Map<String, Value>>;
}

macro_rules! part_tables {
    ($($name:ident $at:tt),*) => {
        impl<D: Draft, $($name: Part<D>),*> PartTables<D> for ($($name,)*) {
            type Before = ($(Rows<$name>,)*);

            async fn read(_connection: &impl ConnectionTrait, _wholes: &[Uuid]) -> Result<Self::Before> {
                Ok(($(read::<D, $name>(_connection, _wholes).await?,)*))
            }

            fn differ(_draft: &D, _row: &RowOf<D>, _before: &Self::Before) -> bool {
                false $(|| changed::<D, $name>(_draft, _row, &_before.$at).is_some())*
            }

            async fn write(_write: &Write, _drafts: &[(D, RowOf<D>)], _before: &Self::Before) -> Result<()> {
                $(write_table::<D, $name>(_write, _drafts, &_before.$at).await?;)*
                Ok(())
            }

            fn tables() -> Vec<(&'static str, &'static str)> {
                vec![$(($name::default().table_name(), $name::WHOLE.as_str())),*]
            }

            fn inserts_then(_states: &[State]) -> Result<Vec<InsertStatement>> {
                let mut _statements = Vec::new();
                $(_statements.extend(insert_then::<$name>(of_states::<D, $name>(_states)?));)*
                Ok(_statements)
            }

            fn tell(_before: &Self::Before, _whole: Uuid) -> Result<Map<String, Value>> {
                let mut _parts = Map::new();
                $(if let Some(rows) = _before.$at.get(&_whole) {
                    _parts.insert($name::NAME.to_owned(), serde_json::to_value(rows).map_err(Error::internal)?);
                })*
                Ok(_parts)
            }

            fn tell_wanted(_draft: &D, _row: &RowOf<D>, _before: &Self::Before) -> Result<Map<String, Value>> {
                let mut _parts = <Self as PartTables<D>>::tell(_before, D::id_of(_row))?;
                $(if let Some(rows) = changed::<D, $name>(_draft, _row, &_before.$at) {
                    _parts.insert($name::NAME.to_owned(), serde_json::to_value(rows).map_err(Error::internal)?);
                })*
                Ok(_parts)
            }
        }
    };
}

part_tables!();
part_tables!(A 0);
part_tables!(A 0, B 1);
part_tables!(A 0, B 1, C 2, E 3);
part_tables!(A 0, B 1, C 2, E 3, F 4, G 5, H 6);

pub(super) async fn read<D: Draft, E: Part<D>>(
    connection: &impl ConnectionTrait,
    wholes: &[Uuid],
) -> Result<Rows<E>> {
    let mut parts: Rows<E> = HashMap::new();
    if wholes.is_empty() {
        return Ok(parts);
    }
    let backend = connection.get_database_backend();
    let rows = scope::for_writing::<E>()
        .filter(scope::among(backend, E::WHOLE, wholes.iter().copied()))
        .all(connection)
        .await?;
    for row in rows {
        parts.entry(E::whole(&row)).or_default().push(row);
    }
    Ok(parts)
}

/// The parts of one table that states have.
fn of_states<D: Draft, E: Part<D>>(states: &[State]) -> Result<Vec<E::Model>> {
    let lists = states.iter().filter_map(|state| state.get(E::NAME));
    let mut rows = Vec::new();
    for list in lists {
        let list: Vec<E::Model> = serde_json::from_value(list.clone()).map_err(Error::internal)?;
        rows.extend(list);
    }
    Ok(rows)
}

/// The parts as they should be, if they are others.
fn changed<D: Draft, E: Part<D>>(
    draft: &D,
    row: &RowOf<D>,
    before: &Rows<E>,
) -> Option<Vec<E::Model>> {
    E::wanted(draft, row).and_then(|wanted| differing::<D, E>(wanted, D::id_of(row), before))
}

pub(super) fn differing<D: Draft, E: Part<D>>(
    wanted: Wanted<E::Model>,
    whole: Uuid,
    before: &Rows<E>,
) -> Option<Vec<E::Model>> {
    let there = before.get(&whole).map_or(&[][..], Vec::as_slice);
    let mut rows = wanted.rows;
    if !wanted.are_all {
        let kept: Vec<_> = there
            .iter()
            .filter(|old| !rows.iter().any(|new| E::replaces(new, old)))
            .cloned()
            .collect();
        rows.extend(kept);
    }
    let are_the_same = rows.len() == there.len() && rows.iter().all(|row| there.contains(row));
    (!are_the_same).then_some(rows)
}

async fn write_table<D: Draft, E: Part<D>>(
    write: &Write,
    drafts: &[(D, RowOf<D>)],
    before: &Rows<E>,
) -> Result<()> {
    let changed = drafts
        .iter()
        .filter_map(|(draft, row)| Some((D::id_of(row), changed::<D, E>(draft, row, before)?)))
        .collect();
    replace::<D, E>(write, changed, before).await
}

/// Puts other parts in the place of those that are there.
pub(super) async fn replace<D: Draft, E: Part<D>>(
    write: &Write,
    changed: Vec<(Uuid, Vec<E::Model>)>,
    before: &Rows<E>,
) -> Result<()> {
    let outdated = changed.iter().map(|(whole, _)| *whole);
    let outdated = outdated.filter(|whole| before.contains_key(whole)).collect();
    let of_whole =
        |(whole, rows): (Uuid, Vec<E::Model>)| rows.into_iter().map(move |row| (whole, row));
    let rows = changed.into_iter().flat_map(of_whole).collect();
    write.replace::<E>(outdated, rows).await
}

/// Parts that only name another thing.
macro_rules! link_parts {
    ($($table:ident of $draft:ty: $whole:ident, $other:ident, $name:literal, $list:expr;)*) => {$(
        impl $crate::record::Part<$draft> for entity::$table::Entity {
            const NAME: &'static str = $name;

            fn whole(row: &entity::$table::Model) -> uuid::Uuid {
                row.$whole.into()
            }

            fn wanted(
                draft: &$draft,
                row: &$crate::record::RowOf<$draft>,
            ) -> Option<$crate::record::Wanted<entity::$table::Model>> {
                let list: fn(&$draft) -> Vec<_> = $list;
                $crate::record::Wanted::exactly(
                    list(draft).into_iter().map(|other| entity::$table::Model { $whole: row.id, $other: other }),
                )
            }

            fn replaces(new: &entity::$table::Model, old: &entity::$table::Model) -> bool {
                new == old
            }
        }
    )*};
}
pub(crate) use link_parts;

/// The table of what things were.
pub(crate) fn then(table: &str) -> String {
    format!("then_{table}")
}

/// The rows of things as they were, to be put into the table of what things were.
#[expect(clippy::disallowed_methods, reason = "it fills a temporary table, which nobody else sees")]
pub(crate) fn insert_then<E>(rows: Vec<E::Model>) -> Option<InsertStatement>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    if rows.is_empty() {
        return None;
    }
    let mut insert = E::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model));
    let mut statement = QueryTrait::query(&mut insert).take();
    statement.into_table(then(E::default().table_name()));
    Some(statement)
}
