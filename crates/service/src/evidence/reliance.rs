//! What leans on evidence that was withdrawn or superseded: findings, ratings and studies.
//!
//! A finding leans on its study and on the publication that reports it, a study on its publications, a
//! rating on what it rates and on what it took into account. One step, no chain: what a study leans on
//! is the study's to tell.

use std::collections::HashMap;
use std::sync::Arc;

use entity::{
    Reliance, considered_publication, considered_study, finding, publication, rating, study,
    study_publication,
};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QueryTrait,
};
use uuid::Uuid;

use crate::access::scope::{self, SharedEntity};
use crate::error::Result;
use crate::listing;
use crate::request::RequestContext;
use crate::shared::Identified;

/// Evidence that was withdrawn or superseded, and how something leans on it.
#[derive(Clone, Debug, PartialEq)]
pub struct ReliedUpon {
    /// How it leans on it.
    pub how: Reliance,
    /// What was withdrawn or superseded: it says when, why, and what took its place.
    pub what: EvidenceRow,
}

/// A piece of evidence.
#[derive(Clone, Debug, PartialEq)]
pub enum EvidenceRow {
    Study(Arc<study::Model>),
    Publication(Arc<publication::Model>),
}

/// The evidence that several things lean on, by the thing that leans.
pub type ByThing = HashMap<Uuid, Vec<ReliedUpon>>;

/// Returns what these studies lean on that no longer stands, as far as the viewer may see it.
pub async fn of_studies(context: &RequestContext, studies: &[Uuid]) -> Result<ByThing> {
    use study_publication::Column::{PublicationId, StudyId};

    let mut relied = Search::new(context, studies);
    relied
        .find::<publication::Entity, study_publication::Entity>(
            Reliance::ReportedBy,
            PublicationId,
            StudyId,
        )
        .await?;
    Ok(relied.found)
}

/// Returns what these findings lean on that no longer stands, as far as the viewer may see it.
pub async fn of_findings(context: &RequestContext, findings: &[Uuid]) -> Result<ByThing> {
    use finding::Column::{Id, PublicationId, StudyId};

    let mut relied = Search::new(context, findings);
    relied.find::<study::Entity, finding::Entity>(Reliance::ResultOf, StudyId, Id).await?;
    relied
        .find::<publication::Entity, finding::Entity>(Reliance::ReportedBy, PublicationId, Id)
        .await?;
    Ok(relied.found)
}

/// Returns what these ratings lean on that no longer stands, as far as the viewer may see it.
pub async fn of_ratings(context: &RequestContext, ratings: &[Uuid]) -> Result<ByThing> {
    use rating::Column::{Id, PublicationId, StudyId};

    let mut relied = Search::new(context, ratings);
    relied.find::<study::Entity, rating::Entity>(Reliance::Rates, StudyId, Id).await?;
    relied.find::<publication::Entity, rating::Entity>(Reliance::Rates, PublicationId, Id).await?;
    relied
        .find::<study::Entity, considered_study::Entity>(
            Reliance::Considered,
            considered_study::Column::StudyId,
            considered_study::Column::RatingId,
        )
        .await?;
    relied
        .find::<publication::Entity, considered_publication::Entity>(
            Reliance::Considered,
            considered_publication::Column::PublicationId,
            considered_publication::Column::RatingId,
        )
        .await?;
    Ok(relied.found)
}

/// A kind of evidence that others lean on.
trait Evidence: SharedEntity<Model: Identified> {
    const SUPERSEDED_BY: Self::Column;

    fn piece(row: Self::Model) -> EvidenceRow;
}

impl Evidence for study::Entity {
    const SUPERSEDED_BY: Self::Column = study::Column::SupersededBy;

    fn piece(row: study::Model) -> EvidenceRow {
        EvidenceRow::Study(Arc::new(row))
    }
}

impl Evidence for publication::Entity {
    const SUPERSEDED_BY: Self::Column = publication::Column::SupersededBy;

    fn piece(row: publication::Model) -> EvidenceRow {
        EvidenceRow::Publication(Arc::new(row))
    }
}

impl EvidenceRow {
    fn id(&self) -> Uuid {
        match self {
            Self::Study(row) => row.uuid(),
            Self::Publication(row) => row.uuid(),
        }
    }
}

const LEANING_ID: &str = "leaning_id";

struct Search<'s> {
    context: &'s RequestContext,
    leaning: &'s [Uuid],
    found: ByThing,
}

impl<'s> Search<'s> {
    fn new(context: &'s RequestContext, leaning: &'s [Uuid]) -> Self {
        Self { context, leaning, found: ByThing::new() }
    }

    /// Finds evidence by a table that links it to what leans on it. What was found before is not
    /// repeated: the closest way to lean comes first.
    async fn find<E: Evidence, L: EntityTrait + Default>(
        &mut self,
        how: Reliance,
        evidence: L::Column,
        leaning: L::Column,
    ) -> Result<()> {
        let store = self.context.store();
        let fallen = scope::shared::<E>(self.context.viewer(), self.context.now()).filter(
            Condition::any().add(E::WITHDRAWN_AT.is_not_null()).add(E::SUPERSEDED_BY.is_not_null()),
        );
        let among = scope::among(store.backend(), leaning, self.leaning.iter().copied());
        let mut select = listing::joined(fallen, E::ID, L::default(), evidence)
            .filter(among)
            .order_by_asc(E::ID)
            .into_query();
        select.expr_as(Expr::col(leaning.as_column_ref()), LEANING_ID);
        for row in store.connection().query_all(&select).await? {
            let leaning: Uuid = row.try_get("", LEANING_ID)?;
            let what = E::piece(E::Model::from_query_result(&row, "")?);
            let found = self.found.entry(leaning).or_default();
            if found.iter().all(|before| before.what.id() != what.id()) {
                found.push(ReliedUpon { how, what });
            }
        }
        Ok(())
    }
}
