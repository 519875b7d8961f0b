//! The network's root fields.

use std::sync::Arc;

use async_graphql::{Context, Object};
use macros::paged;
use service::Result;
use service::entity::Vocabulary;
use service::network::directory;
use service::page::{Page, PageRequest};

use super::centre::{CentreConnection, CentreFilterInput};
use super::local_authority::{LocalAuthorityConnection, LocalAuthorityFilterInput};
use super::programme::ProgrammeConnection;
use super::standard::EvidenceStandardConnection;
use super::term::{
    InterventionConnection, OutcomeConnection, PopulationConnection, VocabularyFilterInput,
};
use super::{
    Centre, EvidenceStandard, Intervention, LocalAuthority, Outcome, Population, Programme,
};
use crate::graph::connection::Total;
use crate::graph::date::Moment;
use crate::graph::{loaders, loaders_as_of};
use crate::loading::Loaders;

#[derive(Default)]
pub(crate) struct NetworkQuery;

#[paged]
#[Object]
impl NetworkQuery {
    /// The centre with this slug, or null.
    async fn centre(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its slug.")] slug: String,
    ) -> Option<Centre> {
        loaders(ctx).directory.centres.by_key(&slug).cloned().map(Centre)
    }

    /// The local authority with this GSS code, or null.
    async fn local_authority(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its GSS code, such as `E08000035`.")] gss_code: String,
    ) -> Option<LocalAuthority> {
        loaders(ctx).directory.local_authorities.by_key(&gss_code).cloned().map(LocalAuthority)
    }

    /// The programme with this slug, or null.
    async fn programme(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its slug.")] slug: String,
    ) -> Option<Programme> {
        loaders(ctx).directory.programmes.by_key(&slug).cloned().map(Programme)
    }

    /// The intervention with this slug, or null.
    async fn intervention(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its slug.")] slug: String,
        #[graphql(
            name = "asOf",
            desc = "A moment: the answer is as the space stood then, to you as you are now. Terms and centres are as they are now."
        )]
        as_of: Option<Moment>,
    ) -> Result<Option<Intervention>> {
        let loaders = loaders_as_of(ctx, as_of).await?;
        let interventions = &loaders.directory.interventions;
        Ok(interventions.by_key(&slug).cloned().map(Intervention))
    }

    /// The outcome with this slug, or null.
    async fn outcome(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its slug.")] slug: String,
    ) -> Option<Outcome> {
        loaders(ctx).directory.outcomes.by_key(&slug).cloned().map(Outcome)
    }

    /// The population with this slug, or null.
    async fn population(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its slug.")] slug: String,
    ) -> Option<Population> {
        loaders(ctx).directory.populations.by_key(&slug).cloned().map(Population)
    }

    /// The evidence standard with this slug, or null.
    async fn evidence_standard(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its slug.")] slug: String,
    ) -> Option<EvidenceStandard> {
        loaders(ctx).directory.standards.by_key(&slug).cloned().map(EvidenceStandard)
    }

    /// Centres, sorted by slug.
    async fn centres(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<CentreFilterInput>,
        request: PageRequest,
    ) -> Result<CentreConnection> {
        let loaders = loaders(ctx);
        let list = filter.unwrap_or_default().apply(loaders);
        let total = Total::known(list.len());
        Ok(CentreConnection::new(
            Page::of_sorted(&request, list, |thing| thing.0.row.slug.clone())?,
            total,
        ))
    }

    /// Local authorities, sorted by GSS code.
    async fn local_authorities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<LocalAuthorityFilterInput>,
        request: PageRequest,
    ) -> Result<LocalAuthorityConnection> {
        let loaders = loaders(ctx);
        let list = filter.unwrap_or_default().apply(loaders);
        let total = Total::known(list.len());
        Ok(LocalAuthorityConnection::new(
            Page::of_sorted(&request, list, |thing| thing.0.gss_code.clone())?,
            total,
        ))
    }

    /// Interventions, sorted by slug.
    async fn interventions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<VocabularyFilterInput>,
        request: PageRequest,
        #[graphql(
            name = "asOf",
            desc = "A moment: the answer is as the space stood then, to you as you are now. Terms and centres are as they are now."
        )]
        as_of: Option<Moment>,
    ) -> Result<InterventionConnection> {
        let loaders = loaders_as_of(ctx, as_of).await?;
        let list = terms(filter, loaders, Vocabulary::Intervention, Intervention)?;
        let total = Total::known(list.len());
        Ok(InterventionConnection::new(
            Page::of_sorted(&request, list, |thing| thing.0.row.slug.clone())?,
            total,
        ))
    }

    /// Outcomes, sorted by slug.
    async fn outcomes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<VocabularyFilterInput>,
        request: PageRequest,
    ) -> Result<OutcomeConnection> {
        let loaders = loaders(ctx);
        let list = terms(filter, loaders, Vocabulary::Outcome, Outcome)?;
        let total = Total::known(list.len());
        Ok(OutcomeConnection::new(
            Page::of_sorted(&request, list, |thing| thing.0.row.slug.clone())?,
            total,
        ))
    }

    /// Populations, sorted by slug.
    async fn populations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<VocabularyFilterInput>,
        request: PageRequest,
    ) -> Result<PopulationConnection> {
        let loaders = loaders(ctx);
        let list = terms(filter, loaders, Vocabulary::Population, Population)?;
        let total = Total::known(list.len());
        Ok(PopulationConnection::new(
            Page::of_sorted(&request, list, |thing| thing.0.row.slug.clone())?,
            total,
        ))
    }

    /// Programmes, sorted by slug.
    async fn programmes(
        &self,
        ctx: &Context<'_>,
        #[graphql(default, name = "includeWithdrawn", desc = "Also those that were withdrawn.")]
        include_withdrawn: bool,
        request: PageRequest,
    ) -> Result<ProgrammeConnection> {
        let list: Vec<_> = loaders(ctx)
            .directory
            .programmes
            .listed(include_withdrawn)
            .cloned()
            .map(Programme)
            .collect();
        let total = Total::known(list.len());
        Ok(ProgrammeConnection::new(
            Page::of_sorted(&request, list, |thing| thing.0.row.slug.clone())?,
            total,
        ))
    }

    /// Evidence standards, sorted by slug.
    async fn evidence_standards(
        &self,
        ctx: &Context<'_>,
        #[graphql(default, name = "includeWithdrawn", desc = "Also those that were withdrawn.")]
        include_withdrawn: bool,
        request: PageRequest,
    ) -> Result<EvidenceStandardConnection> {
        let standards = loaders(ctx).directory.standards.listed(include_withdrawn);
        let list: Vec<_> = standards.cloned().map(EvidenceStandard).collect();
        let total = Total::known(list.len());
        Ok(EvidenceStandardConnection::new(
            Page::of_sorted(&request, list, |thing| thing.0.row.slug.clone())?,
            total,
        ))
    }
}

fn terms<T>(
    filter: Option<VocabularyFilterInput>,
    loaders: &Loaders,
    vocabulary: Vocabulary,
    wrap: fn(Arc<directory::Term>) -> T,
) -> Result<Vec<T>> {
    Ok(filter.unwrap_or_default().apply(loaders, vocabulary)?.into_iter().map(wrap).collect())
}
