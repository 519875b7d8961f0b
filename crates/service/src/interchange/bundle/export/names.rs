//! The names of things that rows refer to.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::{
    DimensionId, RatedKind, Visibility, centre, collaboration, evidence_standard, feedback,
    finding, local_authority, partner, person, programme, publication, rating, standard_dimension,
    standard_level, standard_version, study, term,
};
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Select};
use uuid::Uuid;

use crate::Viewer;
use crate::access::scope;
use crate::error::Result;
use crate::record::columns::{Column, SHARING, Table, Target, Value};
use crate::record::patch::{Item, Patch};
use crate::store::ReadTransaction;

/// How many names are kept before the book is begun anew.
const KEPT: usize = 100_000;

/// A book of names. What the viewer may not see has none.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: HashMap<Uuid, String>,
    /// Levels, with the keys of their dimensions.
    scores: HashMap<Uuid, Item>,
    looked_for: HashSet<(Uuid, bool)>,
}

#[derive(FromQueryResult)]
struct Name {
    id: Uuid,
    name: String,
}

/// For whom names are looked up.
type Reader<'r> = (&'r ReadTransaction, &'r Viewer, DateTime<Utc>);

impl Names {
    /// Forgets what it knows if that is much: to be asked before a page, not within one.
    pub(super) fn turn_the_page(&mut self) {
        if self.looked_for.len() > KEPT {
            *self = Self::default();
        }
    }

    /// Learns the names of all that rows refer to.
    pub(super) async fn learn<'p>(
        &mut self,
        reader: Reader<'_>,
        table: &Table,
        rows: impl IntoIterator<Item = &'p Patch>,
    ) -> Result<()> {
        let mut wanted: HashMap<Target, Vec<Uuid>> = HashMap::new();
        let mut scores = Vec::new();
        for row in rows {
            for column in table.columns() {
                let ids = row.items(column.name).iter().filter_map(Item::id);
                match target(*column, row) {
                    _ if matches!(column.value, Value::Scores) => scores.extend(ids),
                    Some(target) => wanted.entry(target).or_default().extend(ids),
                    None => {}
                }
            }
        }
        for (target, mut ids) in wanted {
            ids.retain(|id| self.looked_for.insert((*id, false)));
            if !ids.is_empty() {
                let found = look_up_of(reader, target, ids).await?;
                self.known.extend(found.into_iter().map(|found| (found.id, found.name)));
            }
        }
        scores.retain(|id| self.looked_for.insert((*id, true)));
        if !scores.is_empty() {
            self.learn_scores(reader.0, scores).await?;
        }
        Ok(())
    }

    async fn learn_scores(
        &mut self,
        connection: &ReadTransaction,
        levels: Vec<Uuid>,
    ) -> Result<()> {
        let backend = connection.get_database_backend();
        let levels = scope::network::<standard_level::Entity>()
            .filter(scope::among(backend, standard_level::Column::Id, levels))
            .all(connection)
            .await?;
        let dimensions: HashSet<Uuid> =
            levels.iter().map(|level| level.dimension_id.into()).collect();
        let dimensions = scope::network::<standard_dimension::Entity>()
            .filter(scope::among(backend, standard_dimension::Column::Id, dimensions))
            .all(connection)
            .await?;
        let dimensions: HashMap<DimensionId, String> =
            dimensions.into_iter().map(|dimension| (dimension.id, dimension.code)).collect();
        for level in levels {
            if let Some(dimension) = dimensions.get(&level.dimension_id).cloned() {
                self.scores.insert(level.id.into(), Item::Score { dimension, level: level.code });
            }
        }
        Ok(())
    }

    /// Puts names in the place of ids, and sorts lists whose order means nothing. A row of which something that must be
    /// there has no name is none.
    pub(super) fn apply(&self, table: &Table, row: &mut Patch) -> bool {
        let mut is_whole = true;
        row.rewrite(|name, items| {
            let Some(column) = table.column(name) else { return };
            let is_filled = !items.is_empty();
            items.retain_mut(|item| self.name(column, item));
            if !matches!(column.value, Value::Texts) {
                items.sort_by_cached_key(Item::to_string);
            }
            is_whole &= !(column.is_required && is_filled && items.is_empty());
        });
        // Whoever contributes a thing sees it, though perhaps not whom it is shared with.
        let visibility = SHARING.visibility;
        if row.item(visibility.name()) == Item::Word(Visibility::Collaboration.as_str())
            && !row.has(SHARING.shared_with.name())
            && table.of != Some(Target::Collaboration)
        {
            row.set_column(visibility.column, vec![Item::Word(Visibility::Centre.as_str())]);
        }
        is_whole
    }

    fn name(&self, column: Column, item: &mut Item) -> bool {
        let Some(id) = item.id() else { return true };
        let name = match column.value {
            Value::Scores => self.scores.get(&id).cloned(),
            _ => self.known.get(&id).cloned().map(Item::Text),
        };
        match name {
            Some(name) => {
                *item = name;
                true
            }
            None => false,
        }
    }
}

/// What a column of a row refers to, if to anything.
fn target(column: Column, row: &Patch) -> Option<Target> {
    match column.value {
        Value::One(target) | Value::Many(target) | Value::Within(target, _) => Some(target),
        Value::Subject => {
            let kind: RatedKind = row.item("subject_kind").to_string().parse().ok()?;
            Some(kind.into())
        }
        _ => None,
    }
}

async fn look_up_of(
    (connection, viewer, now): Reader<'_>,
    target: Target,
    ids: Vec<Uuid>,
) -> Result<Vec<Name>> {
    macro_rules! names {
        ($start:ident $table:ident $name:ident $(, $viewer:ident, $now:ident)?) => {
            look_up(
                connection,
                scope::$start::<$table::Entity>($($viewer, $now)?),
                $table::Column::Id,
                $table::Column::$name,
                ids,
            )
            .await
        };
    }
    match target {
        Target::Centre => names!(network centre Slug),
        Target::Person => names!(network person Slug),
        Target::LocalAuthority => names!(network local_authority GssCode),
        Target::Partner => names!(network partner Slug),
        Target::Programme => names!(network programme Slug),
        Target::Intervention | Target::Outcome | Target::Population => names!(network term Slug),
        Target::Standard => names!(network evidence_standard Slug),
        Target::Version => names!(network standard_version Code),
        Target::Dimension => names!(network standard_dimension Code),
        Target::Level => names!(network standard_level Code),
        Target::Collaboration => names!(shared collaboration Slug, viewer, now),
        Target::Publication => names!(shared publication Slug, viewer, now),
        Target::Study => names!(shared study Slug, viewer, now),
        Target::Finding => names!(shared finding Reference, viewer, now),
        Target::Rating => names!(shared rating Reference, viewer, now),
        Target::Feedback => names!(shared feedback Reference, viewer, now),
    }
}

async fn look_up<E: EntityTrait>(
    connection: &ReadTransaction,
    select: Select<E>,
    id: E::Column,
    name: E::Column,
    ids: Vec<Uuid>,
) -> Result<Vec<Name>> {
    let backend = connection.get_database_backend();
    let mut names = Vec::with_capacity(ids.len());
    for some in ids.chunks(1_000) {
        let found: Vec<Name> = select
            .clone()
            .select_only()
            .column_as(id, "id")
            .column_as(name, "name")
            .filter(scope::among(backend, id, some.iter().copied()))
            .into_model()
            .all(connection)
            .await?;
        names.extend(found);
    }
    Ok(names)
}
