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

use super::format::Target;
use crate::Viewer;
use crate::access::scope;
use crate::error::Result;

/// Stands before the id of a thing in place of its name, which no name begins with.
pub(super) const BY_ID: char = '#';

/// A reference to a thing by its id.
pub(super) fn by_id(id: Uuid) -> String {
    format!("{BY_ID}{id}")
}

fn ids_among(names: &HashSet<String>) -> Vec<Uuid> {
    let ids = names.iter().filter_map(|name| name.strip_prefix(BY_ID));
    ids.filter_map(|id| id.parse().ok()).collect()
}

/// Stands between the parts of a key; no text of a bundle that is a key may hold it.
const MARK: char = '\u{1f}';

/// The key of a thing whose name is unique only within others.
pub(super) fn key_within<'t>(within: impl Iterator<Item = &'t str>, name: &str) -> String {
    let mut key = String::new();
    for part in within {
        key.push_str(part);
        key.push(MARK);
    }
    key.push_str(name);
    key
}

/// What names stand for.
#[derive(Clone, Debug, Default)]
pub(super) struct Known(HashMap<Target, HashMap<String, Uuid>>);

impl Known {
    pub(super) fn id(&self, target: Target, key: &str) -> Option<Uuid> {
        self.0.get(&target)?.get(key).copied()
    }

    /// Adds what is known elsewhere, where nothing is known here.
    pub(super) fn complete(&mut self, other: Self) {
        for (target, found) in other.0 {
            let known = self.0.entry(target).or_default();
            for (key, id) in found {
                known.entry(key).or_insert(id);
            }
        }
    }

    /// Lets a name stand for something, whatever it is.
    pub(super) fn assume(&mut self, target: Target, key: String) {
        self.add(target, [(key, Uuid::nil())]);
    }

    fn add(&mut self, target: Target, found: impl IntoIterator<Item = (String, Uuid)>) {
        self.0.entry(target).or_default().extend(found);
    }
}

/// Finds what a batch refers to, as far as the viewer may see it: one select a kind of thing.
pub(super) async fn resolve(
    connection: &impl ConnectionTrait,
    viewer: &Viewer,
    now: DateTime<Utc>,
    wanted: impl IntoIterator<Item = (Target, String)>,
) -> Result<Known> {
    let mut names: HashMap<Target, HashSet<String>> = HashMap::new();
    for (target, key) in wanted {
        // What is unique within something needs that too.
        if let Some((whole, _)) = key.rsplit_once(MARK) {
            name_wholes(target, whole, &mut names);
        }
        names.entry(target).or_default().insert(key);
    }
    let mut search = Search {
        connection,
        names,
        known: Known::default(),
    };
    search.network().await?;
    search.shared(viewer, now).await?;
    search.scales().await?;
    search.within_shared(viewer, now).await?;
    Ok(search.known)
}

fn name_wholes(target: Target, whole: &str, names: &mut HashMap<Target, HashSet<String>>) {
    let next = match target {
        Target::Level => Target::Dimension,
        Target::Dimension => Target::Version,
        Target::Version => Target::Standard,
        Target::Finding => Target::Study,
        Target::Rating | Target::Feedback => Target::Centre,
        _ => return,
    };
    if let Some((rest, _)) = whole.rsplit_once(MARK) {
        name_wholes(next, rest, names);
    }
    names.entry(next).or_default().insert(whole.to_owned());
}

struct Search<'c, C> {
    connection: &'c C,
    names: HashMap<Target, HashSet<String>>,
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
            self.by_name(target, terms, term::Column::Slug, term::Column::Id)
                .await?;
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
        self.by_name(Study, studies, study::Column::Slug, study::Column::Id)
            .await
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
            [
                finding::Column::StudyId,
                finding::Column::Reference,
                finding::Column::Id,
            ],
        )
        .await?;
        self.by_name_within(
            (Rating, Centre),
            scope::shared::<rating::Entity>(viewer, now),
            [
                rating::Column::ContributedBy,
                rating::Column::Reference,
                rating::Column::Id,
            ],
        )
        .await?;
        self.by_name_within(
            (Feedback, Centre),
            scope::shared::<feedback::Entity>(viewer, now),
            [
                feedback::Column::ContributedBy,
                feedback::Column::Reference,
                feedback::Column::Id,
            ],
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
        let Some(names) = self.names.remove(&target) else {
            return Ok(());
        };
        let backend = self.connection.get_database_backend();
        let ids = ids_among(&names);
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
            .flat_map(|found| [(by_id(found.id), found.id), (found.name, found.id)]);
        self.known.add(target, named);
        Ok(())
    }

    async fn by_name_within<E: EntityTrait>(
        &mut self,
        (target, whole): (Target, Target),
        select: Select<E>,
        [whole_column, name, id]: [E::Column; 3],
    ) -> Result<()> {
        let Some(keys) = self.names.remove(&target) else {
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
            let found = found.into_iter().map(|found| (by_id(found.id), found.id));
            self.known.add(target, found.collect::<Vec<_>>());
        }
        let mut wholes: HashMap<Uuid, &str> = HashMap::new();
        let mut names = HashSet::new();
        for key in &keys {
            let Some((of, own)) = key.rsplit_once(MARK) else {
                continue;
            };
            if let Some(id) = self.known.id(whole, of) {
                wholes.insert(id, of);
                names.insert(own.to_owned());
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
            .filter_map(|found| {
                let of = wholes.get(&found.whole)?;
                Some((key_within(std::iter::once(*of), &found.name), found.id))
            })
            .collect();
        self.known.add(target, found);
        Ok(())
    }
}
