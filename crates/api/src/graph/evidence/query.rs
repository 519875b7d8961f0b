//! The evidence's root fields.

use std::sync::Arc;

use async_graphql::{Context, Object};
use macros::paged;
use service::page::PageRequest;
use service::{Result, evidence};

use super::filters::{
    FindingFilterInput, PublicationFilterInput, PublicationOrder, StudyFilterInput, StudyOrder,
};
use super::finding::{FindingConnection, list_findings};
use super::publication::{Publication, PublicationConnection};
use super::study::{Study, StudyConnection, list_studies};
use crate::graph::connection::Total;
use crate::graph::date::Moment;
use crate::graph::loaders_as_of;

#[derive(Default)]
pub(crate) struct EvidenceQuery;

#[paged]
#[Object]
impl EvidenceQuery {
    /// The study with this slug, or null when there is none that you may see.
    async fn study(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its slug.")] slug: String,
        #[graphql(
            name = "asOf",
            desc = "A moment: the answer is as the space stood then, to you as you are now. Terms and centres are as they are now."
        )]
        as_of: Option<Moment>,
    ) -> Result<Option<Study>> {
        let loaders = loaders_as_of(ctx, as_of).await?;
        let row = evidence::study::get(&loaders.context, &slug).await?;
        Ok(row.map(|row| Study(Arc::new(row))))
    }

    /// The studies that you may see.
    async fn studies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<StudyFilterInput>,
        #[graphql(desc = "How they are sorted: the latest begun first, when nothing is said.")]
        order_by: Option<StudyOrder>,
        request: PageRequest,
        #[graphql(
            name = "asOf",
            desc = "A moment: the answer is as the space stood then, to you as you are now. Terms and centres are as they are now."
        )]
        as_of: Option<Moment>,
    ) -> Result<StudyConnection> {
        let loaders = loaders_as_of(ctx, as_of).await?;
        list_studies(loaders, filter.unwrap_or_default(), order_by, request).await
    }

    /// The publication with this DOI, or null when there is none that you may see.
    async fn publication(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Its DOI, in any spelling: `10.1002/cl2.1152`, `https://doi.org/10.1002/cl2.1152`, `DOI: 10.1002%2FCL2.1152`. What was added to it, as `?utm_source=…`, `#abstract` or a full stop, is left out."
        )]
        doi: String,
        #[graphql(
            name = "asOf",
            desc = "A moment: the answer is as the space stood then, to you as you are now. Terms and centres are as they are now."
        )]
        as_of: Option<Moment>,
    ) -> Result<Option<Publication>> {
        let loaders = loaders_as_of(ctx, as_of).await?;
        let row = evidence::publication::get_by_doi(&loaders.context, &doi).await?;
        Ok(row.map(|row| Publication(Arc::new(row))))
    }

    /// The publications that you may see.
    async fn publications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<PublicationFilterInput>,
        #[graphql(desc = "How they are sorted: the newest first, when nothing is said.")]
        order_by: Option<PublicationOrder>,
        request: PageRequest,
        #[graphql(
            name = "asOf",
            desc = "A moment: the answer is as the space stood then, to you as you are now. Terms and centres are as they are now."
        )]
        as_of: Option<Moment>,
    ) -> Result<PublicationConnection> {
        let loaders = loaders_as_of(ctx, as_of).await?;
        let filter =
            Arc::new(evidence::publication::PublicationFilter::from(filter.unwrap_or_default()));
        let order = order_by.map(Into::into).unwrap_or_default();
        let page = evidence::publication::list(&loaders.context, &filter, order, &request).await?;
        let total = Total::of(move |loaders| {
            let filter = Arc::clone(&filter);
            async move { evidence::publication::count(&loaders.context, &filter).await }
        });
        Ok(PublicationConnection::new(page.map(|row| Publication(Arc::new(row))), total))
    }

    /// The findings that you may see, in the order of their contribution.
    async fn findings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.")] filter: Option<FindingFilterInput>,
        request: PageRequest,
        #[graphql(
            name = "asOf",
            desc = "A moment: the answer is as the space stood then, to you as you are now. Terms and centres are as they are now."
        )]
        as_of: Option<Moment>,
    ) -> Result<FindingConnection> {
        let loaders = loaders_as_of(ctx, as_of).await?;
        list_findings(loaders, filter.unwrap_or_default(), request).await
    }
}
