//! Findings.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use service::entity::{EffectMeasure, RiskOfBias, TermId, Vocabulary, finding};
use service::evidence::finding::FindingFilter;
use service::evidence::parents::FindingLists;
use service::page::PageRequest;
use service::{Error, Result, evidence};

use super::filters::FindingFilterInput;
use super::publication::Publication;
use super::reliance::{ReliedUpon, wrap_relied};
use super::study::Study;
use crate::graph::connection::{Connection, Listed, Total, wrapped};
use crate::graph::enum_value::EnumValue;
use crate::graph::loaders;
use crate::graph::network::VocabularyTerm;
use crate::graph::network::{Intervention, Outcome, Population};
use crate::graph::shared::{Common, SharedThing, shared_thing};
use crate::loading::Loaders;

/// A finding.
#[derive(Clone)]
pub(crate) struct Finding(pub(crate) Arc<finding::Model>);

shared_thing!(Finding);

/// One result of a study: the effect of an intervention on an outcome in a population.
#[Object]
impl Finding {
    #[graphql(flatten)]
    async fn shared_fields(&self) -> Common {
        self.common()
    }

    /// Its own reference within the study.
    async fn reference(&self) -> &str {
        &self.0.reference
    }

    /// The study.
    async fn study(&self, ctx: &Context<'_>) -> Result<Study> {
        let study = loaders(ctx).study(self.0.study_id).await?;
        study.map(Study).ok_or_else(|| Error::not_found("study"))
    }

    /// The document that reports it.
    async fn publication(&self, ctx: &Context<'_>) -> Result<Option<Publication>> {
        match self.0.publication_id {
            None => Ok(None),
            Some(id) => Ok(loaders(ctx).standing_publication(id).await?.map(Publication)),
        }
    }

    /// What was done; null when the source does not say.
    async fn intervention(&self, ctx: &Context<'_>) -> Option<Intervention> {
        self.0.intervention_id.and_then(|id| Intervention::find(loaders(ctx), id))
    }

    /// With what it was compared.
    async fn comparator(&self) -> Option<&str> {
        self.0.comparator.as_deref()
    }

    /// What was measured.
    async fn outcome(&self, ctx: &Context<'_>) -> Result<Outcome> {
        Outcome::find(loaders(ctx), self.0.outcome_id).ok_or_else(|| {
            Error::internal(std::io::Error::other("the outcome is not in the directory"))
        })
    }

    /// How the outcome was measured, such as the name of the test or the register.
    async fn outcome_detail(&self) -> Option<&str> {
        self.0.outcome_detail.as_deref()
    }

    /// In whom it was measured; null when the source does not say.
    async fn population(&self, ctx: &Context<'_>) -> Option<Population> {
        self.0.population_id.and_then(|id| Population::find(loaders(ctx), id))
    }

    /// The scale of the estimate.
    async fn measure(&self) -> EnumValue<EffectMeasure> {
        EnumValue(self.0.measure)
    }

    /// The estimate, on the scale of the measure; ratios as natural logarithms. Above 0, the
    /// intervention group has more of the outcome, which is not always the better.
    async fn estimate(&self) -> f64 {
        self.0.estimate
    }

    /// The standard error of the estimate, on the same scale.
    async fn standard_error(&self) -> Option<f64> {
        self.0.standard_error
    }

    /// The confidence interval, on the same scale.
    async fn confidence_interval(&self) -> Option<ConfidenceInterval> {
        let row = &self.0;
        Some(ConfidenceInterval {
            level: row.interval_level?,
            lower: row.interval_lower?,
            upper: row.interval_upper?,
        })
    }

    /// How many took part; null when the source gives no number.
    async fn participants(&self) -> Option<Participants> {
        let row = &self.0;
        let known = [
            row.participants_intervention,
            row.participants_comparison,
            row.participants_total,
            row.clusters,
        ]
        .iter()
        .any(Option::is_some);
        known.then_some(Participants {
            intervention: row.participants_intervention,
            comparison: row.participants_comparison,
            total: row.participants_total,
            clusters: row.clusters,
        })
    }

    /// When it was measured.
    async fn time_point(&self) -> Option<&str> {
        self.0.time_point.as_deref()
    }

    /// For which part of the participants it holds; null for all.
    async fn subgroup(&self) -> Option<&str> {
        self.0.subgroup.as_deref()
    }

    /// The assessed risk that it is biased.
    async fn risk_of_bias(&self) -> Option<EnumValue<RiskOfBias>> {
        self.0.risk_of_bias.map(EnumValue)
    }

    /// What it leans on and was withdrawn or superseded: its study, or the publication that reports it, as far as you may see it.
    async fn relies_on_withdrawn(&self, ctx: &Context<'_>) -> Result<Vec<ReliedUpon>> {
        Ok(wrap_relied(loaders(ctx).relied_on_by_finding(self.0.id).await?))
    }
}

impl Listed for Finding {
    const CONNECTION: &'static str = "FindingConnection";
    const EDGE: &'static str = "FindingEdge";
    const PAGE: &'static str = "A page of findings.";
}

pub(crate) type FindingConnection = Connection<Finding>;

/// Returns a page of the findings that the viewer may see.
pub(super) async fn list_findings(
    loaders: &Arc<Loaders>,
    filter: FindingFilterInput,
    request: PageRequest,
) -> Result<FindingConnection> {
    let filter = Arc::new(FindingFilter::try_from(filter)?);
    let page = evidence::finding::list(&loaders.context, &filter, &request).await?;
    let total = Total::of(move |loaders| {
        let filter = Arc::clone(&filter);
        async move { evidence::finding::count(&loaders.context, &filter).await }
    });
    Ok(FindingConnection::new(page.map(|row| Finding(Arc::new(row))), total))
}

/// Returns a page of the findings on a term, read together with those on its siblings.
pub(crate) async fn findings_on(
    loaders: &Arc<Loaders>,
    on: Vocabulary,
    term: TermId,
    filter: Option<FindingFilterInput>,
    request: PageRequest,
) -> Result<FindingConnection> {
    let filter = filter.unwrap_or_default().or_narrower().try_into()?;
    let lists = Arc::new(FindingLists { on, filter });
    let page = loaders.findings_on(term.into(), Arc::clone(&lists), request).await?;
    let total = Total::of(move |loaders| {
        let lists = Arc::clone(&lists);
        async move { loaders.count_findings_on(term.into(), lists).await }
    });
    Ok(FindingConnection::new(wrapped(&page, Finding), total))
}

/// The range in which the effect lies with some confidence.
#[derive(SimpleObject)]
struct ConfidenceInterval {
    /// How much confidence, such as 0.95.
    level: f64,
    /// The lower limit, on the scale of the estimate.
    lower: f64,
    /// The upper limit, on the scale of the estimate.
    upper: f64,
}

/// How many took part.
#[derive(SimpleObject)]
struct Participants {
    /// In the intervention group.
    intervention: Option<i32>,
    /// In the comparison group.
    comparison: Option<i32>,
    /// In all.
    total: Option<i32>,
    /// Clusters, such as schools, in all.
    clusters: Option<i32>,
}
