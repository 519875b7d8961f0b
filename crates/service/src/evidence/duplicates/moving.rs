//! Moving what leans on a joined publication to the one that was kept: the studies that it reports, the
//! findings and ratings that name it or took it into account. Each is a revision of what is moved.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    ChangeKind, PublicationId, considered_publication, finding, rating, study, study_publication,
};
use sea_orm::{ColumnTrait, Condition, QueryFilter};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::access::scope;
use crate::error::{Error, Result};
use crate::store::tables::{Logged, Parts};
use crate::store::{Revision, Subject, Write};

/// Moves everything.
pub(super) async fn to_the_kept(
    write: &mut Write,
    joined: PublicationId,
    kept: PublicationId,
) -> Result<()> {
    links::<study_publication::Entity>(write, joined, kept).await?;
    findings(write, joined, kept).await?;
    ratings(write, joined, kept).await?;
    links::<considered_publication::Entity>(write, joined, kept).await
}

async fn findings(write: &mut Write, joined: PublicationId, kept: PublicationId) -> Result<()> {
    let those = Condition::all().add(finding::Column::PublicationId.eq(joined));
    let rows = scope::locked::<finding::Entity>(write.backend(), those);
    let rows = rows.all(write.connection()).await?;
    let now = write.source().now();
    let moved = rows.into_iter().map(|row| {
        let after = finding::Model {
            publication_id: Some(kept),
            version: row.version + 1,
            updated_at: now,
            ..row.clone()
        };
        let version = Some(after.version);
        Revision::of(Subject::itself(ChangeKind::Finding, row.id), row, after).numbered(version)
    });
    write.revise::<finding::Entity>(&moved.collect::<Vec<_>>()).await
}

async fn ratings(write: &mut Write, joined: PublicationId, kept: PublicationId) -> Result<()> {
    let those = Condition::all().add(rating::Column::PublicationId.eq(joined));
    let rows = scope::locked::<rating::Entity>(write.backend(), those);
    let rows = rows.all(write.connection()).await?;
    let now = write.source().now();
    let moved = rows.into_iter().map(|row| {
        let publication_id = Some(kept);
        rated(rating::Model { publication_id, ..row.clone() }, row, now)
    });
    write.revise::<rating::Entity>(&moved.collect::<Vec<_>>()).await
}

fn rated(
    after: rating::Model,
    before: rating::Model,
    now: DateTime<Utc>,
) -> Revision<rating::Model> {
    let after = rating::Model { version: before.version + 1, updated_at: now, ..after };
    let version = Some(after.version);
    Revision::of(Subject::itself(ChangeKind::Rating, before.id), before, after).numbered(version)
}

/// A table in which things name publications.
trait Link: Parts {
    /// The things.
    type Whole: Logged;

    const ID: <Self::Whole as sea_orm::EntityTrait>::Column;
    const PUBLICATION: Self::Column;
    /// What the history of the things calls the list.
    const LIST: &'static str;

    fn link(whole: Uuid, publication: PublicationId) -> Self::Model;
    fn ends(link: &Self::Model) -> (Uuid, PublicationId);
    fn revised(row: RowOf<Self>, now: DateTime<Utc>) -> (Uuid, Revision<RowOf<Self>>);
}

type RowOf<L> = <<L as Link>::Whole as sea_orm::EntityTrait>::Model;

impl Link for study_publication::Entity {
    type Whole = study::Entity;

    const ID: study::Column = study::Column::Id;
    const PUBLICATION: study_publication::Column = study_publication::Column::PublicationId;
    const LIST: &'static str = "publications";

    fn link(whole: Uuid, publication_id: PublicationId) -> study_publication::Model {
        study_publication::Model { study_id: whole.into(), publication_id }
    }

    fn ends(link: &study_publication::Model) -> (Uuid, PublicationId) {
        (link.study_id.into(), link.publication_id)
    }

    fn revised(row: study::Model, now: DateTime<Utc>) -> (Uuid, Revision<study::Model>) {
        let after = study::Model { version: row.version + 1, updated_at: now, ..row.clone() };
        let (id, version) = (row.id, Some(after.version));
        let revision = Revision::of(Subject::itself(ChangeKind::Study, id), row, after);
        (id.into(), revision.numbered(version))
    }
}

impl Link for considered_publication::Entity {
    type Whole = rating::Entity;

    const ID: rating::Column = rating::Column::Id;
    const PUBLICATION: considered_publication::Column =
        considered_publication::Column::PublicationId;
    const LIST: &'static str = "considered_publications";

    fn link(whole: Uuid, publication_id: PublicationId) -> considered_publication::Model {
        considered_publication::Model { rating_id: whole.into(), publication_id }
    }

    fn ends(link: &considered_publication::Model) -> (Uuid, PublicationId) {
        (link.rating_id.into(), link.publication_id)
    }

    fn revised(row: rating::Model, now: DateTime<Utc>) -> (Uuid, Revision<rating::Model>) {
        (row.id.into(), rated(row.clone(), row, now))
    }
}

/// Lets things that name the joined publication in a list name the kept one.
async fn links<L: Link>(
    write: &mut Write,
    joined: PublicationId,
    kept: PublicationId,
) -> Result<()> {
    let naming =
        scope::for_writing::<L>().filter(L::PUBLICATION.eq(joined)).all(write.connection()).await?;
    if naming.is_empty() {
        return Ok(());
    }
    let backend = write.backend();
    let ids: Vec<Uuid> = naming.iter().map(|link| L::ends(link).0).collect();
    let those = Condition::all().add(scope::among(backend, L::ID, ids.iter().copied()));
    let rows = scope::locked::<L::Whole>(backend, those).all(write.connection()).await?;
    let mut lists: HashMap<Uuid, Vec<L::Model>> = HashMap::new();
    let all = scope::for_writing::<L>()
        .filter(scope::among(backend, L::WHOLE, ids.iter().copied()))
        .all(write.connection())
        .await?;
    for link in all {
        lists.entry(L::ends(&link).0).or_default().push(link);
    }

    let now = write.source().now();
    let mut revisions = Vec::with_capacity(rows.len());
    let mut moved = Vec::new();
    for row in rows {
        let (id, revision) = L::revised(row, now);
        let were = lists.remove(&id).unwrap_or_default();
        let others = were.iter().filter(|link| ![joined, kept].contains(&L::ends(link).1));
        let mut are: Vec<_> = others.cloned().collect();
        are.push(L::link(id, kept));
        revisions.push(revision.with_parts(listed::<L>(&were)?, listed::<L>(&are)?));
        moved.extend(are.into_iter().map(|link| (id, link)));
    }
    write.revise::<L::Whole>(&revisions).await?;
    write.replace::<L>(ids, moved).await
}

fn listed<L: Link>(links: &[L::Model]) -> Result<Map<String, Value>> {
    let links = serde_json::to_value(links).map_err(Error::internal)?;
    Ok(Map::from_iter([(L::LIST.to_owned(), links)]))
}
