//! References: which things the names in a bundle stand for.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::{
    Vocabulary, centre, collaboration, evidence_standard, feedback, finding, local_authority,
    partner, person, programme, publication, rating, standard_dimension, standard_level,
    standard_version, study, term,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
    QuerySelect, Select,
};
use uuid::Uuid;

use super::columns::Target;
use super::patch::Item;
use crate::Viewer;
use crate::access::scope;
use crate::error::Result;

/// By what a row names a thing.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Key {
    /// By its id.
    Id(Uuid),
    /// By its name, within something if it is unique only there.
    Named {
        /// Within what.
        within: Option<Box<Self>>,
        /// Its name.
        name: String,
    },
}

impl Key {
    /// The key of what the last of these items names, each within the one before. An id needs nothing before it.
    pub(crate) fn of(items: impl IntoIterator<Item = Item>) -> Option<Self> {
        let mut key = None;
        for item in items {
            key = Some(match item {
                Item::Id(id) => Self::Id(id),
                named => Self::Named { within: key.map(Box::new), name: named.to_string() },
            });
        }
        key
    }
}

fn named(within: Option<Key>, name: String) -> Key {
    Key::Named { within: within.map(Box::new), name }
}

fn ids_among(keys: &HashSet<Key>) -> Vec<Uuid> {
    let ids = keys.iter().filter_map(|key| match key {
        Key::Id(id) => Some(*id),
        Key::Named { .. } => None,
    });
    ids.collect()
}

impl Default for Key {
    fn default() -> Self {
        named(None, String::new())
    }
}

/// What names stand for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known(HashMap<Target, HashMap<Key, Uuid>>);

impl Known {
    pub(crate) fn id(&self, target: Target, key: &Key) -> Option<Uuid> {
        self.0.get(&target)?.get(key).copied()
    }

    /// What stands for one of these things.
    pub(crate) fn only(mut self, things: &HashSet<Uuid>) -> Self {
        for found in self.0.values_mut() {
            found.retain(|_, id| things.contains(id));
        }
        self
    }

    /// Adds what is known elsewhere, where nothing is known here.
    pub(crate) fn complete(&mut self, other: Self) {
        for (target, found) in other.0 {
            let known = self.0.entry(target).or_default();
            for (key, id) in found {
                known.entry(key).or_insert(id);
            }
        }
    }

    fn add(&mut self, target: Target, found: impl IntoIterator<Item = (Key, Uuid)>) {
        self.0.entry(target).or_default().extend(found);
    }
}

/// Finds what a batch refers to, as far as the viewer may see it: one select a kind of thing.
pub(crate) async fn resolve(
    connection: &impl ConnectionTrait,
    viewer: &Viewer,
    now: DateTime<Utc>,
    wanted: impl IntoIterator<Item = (Target, Key)>,
) -> Result<Known> {
    let mut keys: HashMap<Target, HashSet<Key>> = HashMap::new();
    for (target, key) in wanted {
        want(target, key, &mut keys);
    }
    let mut search = Search { connection, keys, known: Known::default() };
    search.network().await?;
    search.shared(viewer, now).await?;
    search.scales().await?;
    search.within_shared(viewer, now).await?;
    Ok(search.known)
}

/// Notes a key, and the keys of what it is within.
fn want(target: Target, key: Key, keys: &mut HashMap<Target, HashSet<Key>>) {
    if let Key::Named { within: Some(whole), .. } = &key
        && let Some(of) = target.whole()
    {
        want(of, Key::clone(whole), keys);
    }
    keys.entry(target).or_default().insert(key);
}

struct Search<'c, C> {
    connection: &'c C,
    keys: HashMap<Target, HashSet<Key>>,
    known: Known,
}

#[derive(FromQueryResult)]
struct Found {
    name: String,
    id: Uuid,
}

#[derive(FromQueryResult)]
struct FoundWithin {
    whole: Uuid,
    name: String,
    id: Uuid,
}

impl<C: ConnectionTrait> Search<'_, C> {
    async fn network(&mut self) -> Result<()> {
        use Target::{
            Centre, Intervention, LocalAuthority, Outcome, Partner, Person, Population, Programme,
            Standard,
        };
        self.by_name(
            Centre,
            scope::network::<centre::Entity>(),
            centre::Column::Slug,
            centre::Column::Id,
        )
        .await?;
        self.by_name(
            Person,
            scope::network::<person::Entity>(),
            person::Column::Slug,
            person::Column::Id,
        )
        .await?;
        self.by_name(
            LocalAuthority,
            scope::network::<local_authority::Entity>(),
            local_authority::Column::GssCode,
            local_authority::Column::Id,
        )
        .await?;
        self.by_name(
            Partner,
            scope::network::<partner::Entity>(),
            partner::Column::Slug,
            partner::Column::Id,
        )
        .await?;
        self.by_name(
            Programme,
            scope::network::<programme::Entity>(),
            programme::Column::Slug,
            programme::Column::Id,
        )
        .await?;
        self.by_name(
            Standard,
            scope::network::<evidence_standard::Entity>(),
            evidence_standard::Column::Slug,
            evidence_standard::Column::Id,
        )
        .await?;
        for (target, vocabulary) in [
            (Intervention, Vocabulary::Intervention),
            (Outcome, Vocabulary::Outcome),
            (Population, Vocabulary::Population),
        ] {
            let terms =
                scope::network::<term::Entity>().filter(term::Column::Vocabulary.eq(vocabulary));
            self.by_name(target, terms, term::Column::Slug, term::Column::Id).await?;
        }
        Ok(())
    }

    async fn shared(&mut self, viewer: &Viewer, now: DateTime<Utc>) -> Result<()> {
        use Target::{Collaboration, Publication, Study};
        self.by_name(
            Collaboration,
            scope::shared::<collaboration::Entity>(viewer, now),
            collaboration::Column::Slug,
            collaboration::Column::Id,
        )
        .await?;
        self.by_name(
            Publication,
            scope::shared::<publication::Entity>(viewer, now),
            publication::Column::Slug,
            publication::Column::Id,
        )
        .await?;
        let studies = scope::shared::<study::Entity>(viewer, now);
        self.by_name(Study, studies, study::Column::Slug, study::Column::Id).await
    }

    async fn scales(&mut self) -> Result<()> {
        use Target::{Dimension, Level, Standard, Version};
        self.by_name_within(
            (Version, Standard),
            scope::network::<standard_version::Entity>(),
            [
                standard_version::Column::StandardId,
                standard_version::Column::Code,
                standard_version::Column::Id,
            ],
        )
        .await?;
        self.by_name_within(
            (Dimension, Version),
            scope::network::<standard_dimension::Entity>(),
            [
                standard_dimension::Column::VersionId,
                standard_dimension::Column::Code,
                standard_dimension::Column::Id,
            ],
        )
        .await?;
        self.by_name_within(
            (Level, Dimension),
            scope::network::<standard_level::Entity>(),
            [
                standard_level::Column::DimensionId,
                standard_level::Column::Code,
                standard_level::Column::Id,
            ],
        )
        .await
    }

    async fn within_shared(&mut self, viewer: &Viewer, now: DateTime<Utc>) -> Result<()> {
        use Target::{Centre, Feedback, Finding, Rating, Study};
        self.by_name_within(
            (Finding, Study),
            scope::shared::<finding::Entity>(viewer, now),
            [finding::Column::StudyId, finding::Column::Reference, finding::Column::Id],
        )
        .await?;
        self.by_name_within(
            (Rating, Centre),
            scope::shared::<rating::Entity>(viewer, now),
            [rating::Column::ContributedBy, rating::Column::Reference, rating::Column::Id],
        )
        .await?;
        self.by_name_within(
            (Feedback, Centre),
            scope::shared::<feedback::Entity>(viewer, now),
            [feedback::Column::ContributedBy, feedback::Column::Reference, feedback::Column::Id],
        )
        .await
    }

    async fn by_name<E: EntityTrait>(
        &mut self,
        target: Target,
        select: Select<E>,
        name: E::Column,
        id: E::Column,
    ) -> Result<()> {
        let Some(keys) = self.keys.remove(&target) else {
            return Ok(());
        };
        let backend = self.connection.get_database_backend();
        let ids = ids_among(&keys);
        let names = keys.into_iter().filter_map(|key| match key {
            Key::Named { name, .. } => Some(name),
            Key::Id(_) => None,
        });
        let names: Vec<String> = names.collect();
        let mut which = Condition::any().add(scope::among(backend, name, names));
        if !ids.is_empty() {
            which = which.add(scope::among(backend, id, ids));
        }
        let found: Vec<Found> = select
            .select_only()
            .column_as(name, "name")
            .column_as(id, "id")
            .filter(which)
            .into_model()
            .all(self.connection)
            .await?;
        let named = found
            .into_iter()
            .flat_map(|found| [(Key::Id(found.id), found.id), (named(None, found.name), found.id)]);
        self.known.add(target, named);
        Ok(())
    }

    async fn by_name_within<E: EntityTrait>(
        &mut self,
        (target, whole): (Target, Target),
        select: Select<E>,
        [whole_column, name, id]: [E::Column; 3],
    ) -> Result<()> {
        let Some(keys) = self.keys.remove(&target) else {
            return Ok(());
        };
        let ids = ids_among(&keys);
        if !ids.is_empty() {
            let backend = self.connection.get_database_backend();
            let found: Vec<Found> = select
                .clone()
                .select_only()
                .column_as(name, "name")
                .column_as(id, "id")
                .filter(scope::among(backend, id, ids))
                .into_model()
                .all(self.connection)
                .await?;
            let found = found.into_iter().map(|found| (Key::Id(found.id), found.id));
            self.known.add(target, found.collect::<Vec<_>>());
        }
        // A whole may be named in several ways.
        let mut wholes: HashMap<Uuid, HashSet<&Key>> = HashMap::new();
        let mut names = HashSet::new();
        for key in &keys {
            let Key::Named { within: Some(of), name } = key else {
                continue;
            };
            if let Some(id) = self.known.id(whole, of) {
                wholes.entry(id).or_default().insert(of);
                names.insert(name.clone());
            }
        }
        if wholes.is_empty() {
            return Ok(());
        }
        let backend = self.connection.get_database_backend();
        let found: Vec<FoundWithin> = select
            .select_only()
            .column_as(whole_column, "whole")
            .column_as(name, "name")
            .column_as(id, "id")
            .filter(
                Condition::all()
                    .add(scope::among(backend, whole_column, wholes.keys().copied()))
                    .add(scope::among(backend, name, names)),
            )
            .into_model()
            .all(self.connection)
            .await?;
        let found: Vec<_> = found
            .into_iter()
            .flat_map(|found| {
                let of = wholes.get(&found.whole).into_iter().flatten();
                let keys = of.map(|of| named(Some(Key::clone(of)), found.name.clone()));
                keys.map(|key| (key, found.id)).collect::<Vec<_>>()
            })
            .collect();
        self.known.add(target, found);
        Ok(())
    }
}
