//! Ratings.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject, Union};
use macros::paged;
use service::entity::{EvidenceStrength, RatedKind, rating};
use service::page::PageRequest;
use service::{Error, Result};
use uuid::Uuid;

use super::publication::{Publication, PublicationConnection};
use super::reliance::{ReliedUpon, wrap_relied};
use super::study::{Study, StudyConnection};
use crate::graph::connection::{Connection, Listed, Total, wrapped};
use crate::graph::date::Date;
use crate::graph::enum_value::EnumValue;
use crate::graph::loaders;
use crate::graph::network::VocabularyTerm;
use crate::graph::network::{
    EvidenceStandard, Intervention, Outcome, StandardDimension, StandardLevel, StandardVersion,
};
use crate::graph::shared::{Common, SharedThing, shared_thing};

/// A rating.
#[derive(Clone)]
pub(crate) struct Rating(pub(crate) Arc<rating::Model>);

shared_thing!(Rating);

/// What can be rated.
#[derive(Union)]
enum Rated {
    /// A study.
    Study(Study),
    /// A publication.
    Publication(Publication),
    /// An intervention.
    Intervention(Intervention),
}

/// What a centre holds of a study, a publication or an intervention, on one version of a standard.
#[paged]
#[Object]
impl Rating {
    #[graphql(flatten)]
    async fn shared_fields(&self) -> Common {
        self.common()
    }

    /// The centre's own reference for it.
    async fn reference(&self) -> &str {
        &self.0.reference
    }

    /// The standard.
    async fn standard(&self, ctx: &Context<'_>) -> Result<EvidenceStandard> {
        Ok(self.bound_to(ctx)?.0)
    }

    /// The version of the standard that it is bound to.
    async fn version_of_standard(&self, ctx: &Context<'_>) -> Result<StandardVersion> {
        Ok(self.bound_to(ctx)?.1)
    }

    /// What is rated.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Rated> {
        let loaders = loaders(ctx);
        let row = &self.0;
        let subject = if let Some(id) = row.study_id {
            loaders.study(id).await?.map(|study| Rated::Study(Study(study)))
        } else if let Some(id) = row.publication_id {
            loaders
                .publication(id)
                .await?
                .map(|publication| Rated::Publication(Publication(publication)))
        } else {
            row.intervention_id
                .and_then(|id| Intervention::find(loaders, id))
                .map(Rated::Intervention)
        };
        subject.ok_or_else(|| Error::not_found("rated thing"))
    }

    /// The levels that it gives, by dimension.
    async fn scores(&self, ctx: &Context<'_>) -> Result<Vec<RatingScore>> {
        let loaders = loaders(ctx);
        let levels = loaders.rating_scores(self.0.id).await?.unwrap_or_default();
        let mut scores: Vec<_> =
            levels.iter().filter_map(|id| StandardLevel::find(loaders, *id)).collect();
        scores.sort_by_key(|(dimension, _)| dimension.0.row.position);
        Ok(scores.into_iter().map(|(dimension, level)| RatingScore { dimension, level }).collect())
    }

    /// The weakest published reading among its levels; null when none of them has one. It lets
    /// standards be filtered together and is not a score.
    async fn strength(&self) -> Option<EnumValue<EvidenceStrength>> {
        self.0.strength.map(EnumValue)
    }

    /// Why it was rated so.
    async fn rationale(&self) -> Option<&str> {
        self.0.rationale.as_deref()
    }

    /// When it was rated.
    async fn rated_on(&self) -> Option<Date> {
        self.0.rated_on.map(Date)
    }

    /// The outcome that it speaks of; null when it speaks of none in particular.
    async fn outcome(&self, ctx: &Context<'_>) -> Option<Outcome> {
        self.0.outcome_id.and_then(|id| Outcome::find(loaders(ctx), id))
    }

    /// The studies that it took into account, withdrawn or not, in the order of their contribution; none
    /// also when they are not recorded.
    async fn considered_studies(
        &self,
        ctx: &Context<'_>,
        request: PageRequest,
    ) -> Result<StudyConnection> {
        let id = self.0.id;
        let page = loaders(ctx).considered_studies(id, request).await?;
        let total = Total::of(move |loaders| async move {
            let count = loaders.count_considered_studies(id).await?;
            Ok(count.unwrap_or_default())
        });
        Ok(StudyConnection::new(wrapped(&page, Study), total))
    }

    /// The publications that it took into account, withdrawn or not, in the order of their contribution; none
    /// also when they are not recorded.
    async fn considered_publications(
        &self,
        ctx: &Context<'_>,
        request: PageRequest,
    ) -> Result<PublicationConnection> {
        let id = self.0.id;
        let page = loaders(ctx).considered_publications(id, request).await?;
        let total = Total::of(move |loaders| async move {
            let count = loaders.count_considered_publications(id).await?;
            Ok(count.unwrap_or_default())
        });
        Ok(PublicationConnection::new(wrapped(&page, Publication), total))
    }

    /// What it leans on and was withdrawn or superseded: what it rates, or what it took into account, as far as you may see it.
    async fn relies_on_withdrawn(&self, ctx: &Context<'_>) -> Result<Vec<ReliedUpon>> {
        Ok(wrap_relied(loaders(ctx).relied_on_by_rating(self.0.id).await?))
    }
}

impl Rating {
    fn bound_to(&self, ctx: &Context<'_>) -> Result<(EvidenceStandard, StandardVersion)> {
        StandardVersion::find(loaders(ctx), self.0.version_id).ok_or_else(|| {
            Error::internal(std::io::Error::other("the standard's version is not in the directory"))
        })
    }
}

/// The level that a rating gives on one dimension.
#[derive(SimpleObject)]
struct RatingScore {
    /// The dimension.
    dimension: StandardDimension,
    /// The level on it.
    level: StandardLevel,
}

impl Listed for Rating {
    const CONNECTION: &'static str = "RatingConnection";
    const EDGE: &'static str = "RatingEdge";
    const PAGE: &'static str = "A page of ratings, newest first.";
}

pub(crate) type RatingConnection = Connection<Rating>;

/// Returns a page of the ratings of a study, a publication or an intervention.
pub(crate) async fn ratings_of(
    ctx: &Context<'_>,
    of: RatedKind,
    id: impl Into<Uuid>,
    request: PageRequest,
) -> Result<RatingConnection> {
    let (loaders, id) = (loaders(ctx), id.into());
    let page = match of {
        RatedKind::Study => loaders.study_ratings(id, request).await?,
        RatedKind::Publication => loaders.publication_ratings(id, request).await?,
        RatedKind::Intervention => loaders.intervention_ratings(id, request).await?,
    };
    let total = Total::of(move |loaders| async move {
        let count = match of {
            RatedKind::Study => loaders.study_rating_count(id).await?,
            RatedKind::Publication => loaders.publication_rating_count(id).await?,
            RatedKind::Intervention => loaders.intervention_rating_count(id).await?,
        };
        Ok(count.unwrap_or_default())
    });
    Ok(RatingConnection::new(wrapped(&page, Rating), total))
}
