//! The names of things that rows refer to.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::{
    centre, collaboration, evidence_standard, feedback, finding, local_authority, partner, person,
    programme, publication, rating, standard_dimension, standard_level, standard_version, study,
    term,
};
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Select};
use uuid::Uuid;

use crate::Viewer;
use crate::access::scope;
use crate::error::Result;
use crate::interchange::bundle::cell::Item;
use crate::store::ReadTransaction;

/// How many names are kept before the book is begun anew.
const KEPT: usize = 100_000;

/// A book of names. What the viewer may not see has none.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Whether things are named by their ids in place of their names: then there is nothing to learn.
    are_ids: bool,
    known: HashMap<Uuid, String>,
    looked_for: HashSet<Uuid>,
    /// Each version, as standard and version.
    pub(super) versions: HashMap<Uuid, [String; 2]>,
    /// Each level, as standard, version, dimension and level.
    pub(super) levels: HashMap<Uuid, [String; 4]>,
}

/// The kinds of thing that have a name of their own.
#[derive(Clone, Copy, Debug)]
pub(super) enum Named {
    Centre,
    Person,
    LocalAuthority,
    Partner,
    Programme,
    Term,
    Standard,
    Collaboration,
    Publication,
    Study,
    Finding,
    Rating,
    Feedback,
}

#[derive(FromQueryResult)]
struct Name {
    id: Uuid,
    name: String,
}

impl Names {
    /// Ids in the place of names.
    pub(super) fn ids() -> Self {
        Self { are_ids: true, ..Self::default() }
    }

    /// The name of a thing.
    pub(super) fn of(&self, id: impl Into<Uuid>) -> Option<Item> {
        let id = id.into();
        match self.are_ids {
            true => Some(Item::Id(id)),
            false => self.known.get(&id).cloned().map(Item::Text),
        }
    }

    pub(super) fn all(&self, ids: impl IntoIterator<Item = impl Into<Uuid>>) -> Vec<Item> {
        ids.into_iter().filter_map(|id| self.of(id)).collect()
    }

    /// Forgets what it knows if that is much: to be asked before a page, not within one.
    pub(super) fn turn_the_page(&mut self) -> bool {
        let is_long = self.looked_for.len() > KEPT;
        if is_long {
            self.known.clear();
            self.looked_for.clear();
        }
        is_long
    }

    /// Learns the names of some things.
    pub(super) async fn learn(
        &mut self,
        (connection, viewer, now): (&ReadTransaction, &Viewer, DateTime<Utc>),
        named: Named,
        ids: Vec<Uuid>,
    ) -> Result<()> {
        let new: Vec<Uuid> =
            ids.into_iter().filter(|id| !self.are_ids && self.looked_for.insert(*id)).collect();
        if new.is_empty() {
            return Ok(());
        }
        macro_rules! names {
            ($start:ident $table:ident $id:ident $name:ident $(, $viewer:ident, $now:ident)?) => {
                look_up(
                    connection,
                    scope::$start::<$table::Entity>($($viewer, $now)?),
                    $table::Column::$id,
                    $table::Column::$name,
                    new,
                )
                .await?
            };
        }
        let found = match named {
            Named::Centre => names!(network centre Id Slug),
            Named::Person => names!(network person Id Slug),
            Named::LocalAuthority => names!(network local_authority Id GssCode),
            Named::Partner => names!(network partner Id Slug),
            Named::Programme => names!(network programme Id Slug),
            Named::Term => names!(network term Id Slug),
            Named::Standard => names!(network evidence_standard Id Slug),
            Named::Collaboration => names!(shared collaboration Id Slug, viewer, now),
            Named::Publication => names!(shared publication Id Slug, viewer, now),
            Named::Study => names!(shared study Id Slug, viewer, now),
            Named::Finding => names!(shared finding Id Reference, viewer, now),
            Named::Rating => names!(shared rating Id Reference, viewer, now),
            Named::Feedback => names!(shared feedback Id Reference, viewer, now),
        };
        self.known.extend(found.into_iter().map(|found| (found.id, found.name)));
        Ok(())
    }

    /// Learns the scales of all standards.
    pub(super) async fn learn_scales(&mut self, connection: &ReadTransaction) -> Result<()> {
        let standards: HashMap<_, _> = scope::network::<evidence_standard::Entity>()
            .all(connection)
            .await?
            .into_iter()
            .map(|standard| (standard.id, standard.slug))
            .collect();
        for version in scope::network::<standard_version::Entity>().all(connection).await? {
            if let Some(standard) = standards.get(&version.standard_id) {
                self.versions.insert(version.id.into(), [standard.clone(), version.code]);
            }
        }
        let dimensions: HashMap<_, _> = scope::network::<standard_dimension::Entity>()
            .all(connection)
            .await?
            .into_iter()
            .map(|dimension| (dimension.id, dimension))
            .collect();
        for level in scope::network::<standard_level::Entity>().all(connection).await? {
            let dimension = dimensions.get(&level.dimension_id);
            let version =
                dimension.and_then(|dimension| self.versions.get(&dimension.version_id.into()));
            if let (Some(dimension), Some([standard, version])) = (dimension, version) {
                let names = [standard.clone(), version.clone(), dimension.code.clone(), level.code];
                self.levels.insert(level.id.into(), names);
            }
        }
        Ok(())
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
