//! Programmes and partners.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use macros::paged;
use service::Result;
use service::entity::{PartnerId, ProgrammeId, partner};
use service::evidence::parents::StudiesOf;
use service::network::directory;
use service::page::PageRequest;

use super::Centre;
use crate::graph::connection::{Connection, Listed};
use crate::graph::date::{ApproximateDate, approximate};
use crate::graph::evidence::{StudyConnection, StudyFilterInput, StudyOrder, studies_of};
use crate::graph::global_id::{NodeKind, global_id};
use crate::graph::loaders;
use crate::graph::shared::Withdrawal;
use crate::loading::Loaders;

/// A programme that groups studies under one name.
#[derive(Clone)]
pub(crate) struct Programme(pub(crate) Arc<directory::Programme>);

impl Programme {
    pub(crate) fn find(loaders: &Loaders, id: ProgrammeId) -> Option<Self> {
        loaders.directory.programmes.by_id(id).cloned().map(Self)
    }
}

/// A programme that groups studies under one name: a whole-system programme, say, or one of practice
/// partners.
#[paged]
#[Object]
impl Programme {
    /// The programme's global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(NodeKind::Programme, self.0.row.id)
    }

    /// Its name in filters, bundles and addresses.
    async fn slug(&self) -> &str {
        &self.0.row.slug
    }

    /// That it was withdrawn, when and why; null while it stands.
    async fn withdrawal(&self, ctx: &Context<'_>) -> Result<Option<Withdrawal>> {
        let row = &self.0.row;
        let reason = row.withdrawal_reason.as_ref();
        let by = row.superseded_by.map(Into::into);
        Withdrawal::of(loaders(ctx), NodeKind::Programme, row.withdrawn_at, reason, by).await
    }

    /// Counts up from 1 with each revision; give it as `expectedVersion` to revise.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32> {
        loaders(ctx).version(self.0.row.id).await
    }

    /// Its title.
    async fn title(&self) -> &str {
        &self.0.row.title
    }

    /// What it is.
    async fn summary(&self) -> Option<&str> {
        self.0.row.summary.as_deref()
    }

    /// The centre that leads it.
    async fn lead_centre(&self, ctx: &Context<'_>) -> Result<Centre> {
        Centre::of(loaders(ctx), self.0.row.lead_centre)
    }

    /// When it began, as precisely as is known.
    async fn started(&self) -> Option<ApproximateDate> {
        approximate(self.0.row.started.as_ref())
    }

    /// When it ended.
    async fn ended(&self) -> Option<ApproximateDate> {
        approximate(self.0.row.ended.as_ref())
    }

    /// Its page on the web.
    async fn homepage(&self) -> Option<&str> {
        self.0.row.homepage.as_deref()
    }

    /// How much it has by its own account, where not everything is named.
    async fn stated(&self) -> StatedNumbers {
        StatedNumbers {
            studies: self.0.row.studies_stated,
            partners: self.0.row.partners_stated,
            local_authorities: self.0.row.local_authorities_stated,
        }
    }

    /// The organisations that take part, as far as they are named.
    async fn partners(&self, ctx: &Context<'_>) -> Vec<Partner> {
        self.0.partners.iter().filter_map(|id| Partner::find(loaders(ctx), *id)).collect()
    }

    /// Its studies.
    async fn studies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which studies; the programme is added.")] filter: Option<
            StudyFilterInput,
        >,
        #[graphql(desc = "How they are sorted: the latest begun first, when nothing is said.")]
        order_by: Option<StudyOrder>,
        request: PageRequest,
    ) -> Result<StudyConnection> {
        let of = StudiesOf::Programme;
        studies_of(loaders(ctx), of, self.0.row.id, filter, order_by, request).await
    }
}

/// How much a programme has by its own account, where not everything is named.
#[derive(SimpleObject)]
struct StatedNumbers {
    /// How many studies, at least; null when it does not say.
    studies: Option<i32>,
    /// How many partners, at least; null when it does not say.
    partners: Option<i32>,
    /// In how many local authorities it works, at least; null when it does not say.
    local_authorities: Option<i32>,
}

impl Listed for Programme {
    const CONNECTION: &'static str = "ProgrammeConnection";
    const EDGE: &'static str = "ProgrammeEdge";
    const PAGE: &'static str = "A page of programmes, by slug.";
}

pub(crate) type ProgrammeConnection = Connection<Programme>;

/// An organisation that takes part in programmes or studies.
#[derive(Clone)]
pub(crate) struct Partner(pub(crate) Arc<partner::Model>);

impl Partner {
    pub(crate) fn find(loaders: &Loaders, id: PartnerId) -> Option<Self> {
        loaders.directory.partners.by_id(id).cloned().map(Self)
    }
}

/// An organisation that takes part in programmes or studies.
#[Object]
impl Partner {
    /// The partner's global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(NodeKind::Partner, self.0.id)
    }

    /// Its name in bundles and addresses.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// That it was withdrawn, when and why; null while it stands.
    async fn withdrawal(&self, ctx: &Context<'_>) -> Result<Option<Withdrawal>> {
        let row = &self.0;
        let reason = row.withdrawal_reason.as_ref();
        let by = row.superseded_by.map(Into::into);
        Withdrawal::of(loaders(ctx), NodeKind::Partner, row.withdrawn_at, reason, by).await
    }

    /// Counts up from 1 with each revision; give it as `expectedVersion` to revise.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32> {
        loaders(ctx).version(self.0.id).await
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What kind of organisation it is.
    async fn kind(&self) -> Option<&str> {
        self.0.kind.as_deref()
    }

    /// Its website.
    async fn homepage(&self) -> Option<&str> {
        self.0.homepage.as_deref()
    }
}

impl Listed for Partner {
    const CONNECTION: &'static str = "PartnerConnection";
    const EDGE: &'static str = "PartnerEdge";
    const PAGE: &'static str = "A page of partners, by slug.";
}

pub(crate) type PartnerConnection = Connection<Partner>;
