//! Engagements.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use service::Result;
use service::entity::{EngagementKind, engagement};

use super::{Centre, LocalAuthority};
use crate::graph::connection::{Connection, Listed};
use crate::graph::date::{ApproximateDate, approximate};
use crate::graph::enum_value::EnumValue;
use crate::graph::global_id::{NodeKind, global_id};
use crate::graph::loaders;
use crate::graph::shared::Withdrawal;

/// A centre's visit to, or work with, a local authority.
#[derive(Clone)]
pub(crate) struct Engagement(pub(crate) Arc<engagement::Model>);

/// A centre's visit to, or work with, a local authority.
#[Object]
impl Engagement {
    /// The engagement's global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(NodeKind::Engagement, self.0.id)
    }

    /// The centre's own reference for it.
    async fn reference(&self) -> &str {
        &self.0.reference
    }

    /// That it was withdrawn, when and why; null while it stands.
    async fn withdrawal(&self, ctx: &Context<'_>) -> Result<Option<Withdrawal>> {
        let row = &self.0;
        let reason = row.withdrawal_reason.as_ref();
        let by = None;
        Withdrawal::of(loaders(ctx), NodeKind::Engagement, row.withdrawn_at, reason, by).await
    }

    /// Counts up from 1 with each revision; give it as `expectedVersion` to revise.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32> {
        loaders(ctx).version(self.0.id).await
    }

    /// The centre.
    async fn centre(&self, ctx: &Context<'_>) -> Option<Centre> {
        Centre::find(loaders(ctx), self.0.centre_id)
    }

    /// The local authority.
    async fn local_authority(&self, ctx: &Context<'_>) -> Option<LocalAuthority> {
        LocalAuthority::find(loaders(ctx), self.0.local_authority_id)
    }

    /// What was done.
    async fn kind(&self) -> EnumValue<EngagementKind> {
        EnumValue(self.0.kind)
    }

    /// What it was about.
    async fn summary(&self) -> Option<&str> {
        self.0.summary.as_deref()
    }

    /// When it began, as precisely as is known.
    async fn started(&self) -> Option<ApproximateDate> {
        approximate(self.0.started.as_ref())
    }

    /// When it ended.
    async fn ended(&self) -> Option<ApproximateDate> {
        approximate(self.0.ended.as_ref())
    }
}

impl Listed for Engagement {
    const CONNECTION: &'static str = "EngagementConnection";
    const EDGE: &'static str = "EngagementEdge";
    const PAGE: &'static str = "A page of engagements.";
}

pub(crate) type EngagementConnection = Connection<Engagement>;
