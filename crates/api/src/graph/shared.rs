//! What every shared thing has, whoever contributed it.

use std::sync::Arc;

use async_graphql::{Context, ID, Interface, Object, SimpleObject};
use chrono::{DateTime, Utc};
use macros::paged;
use service::Result;
use service::entity::{CentreId, Visibility};
use service::page::{Page, PageRequest};
use uuid::Uuid;

use super::collaboration::Collaboration;
use super::connection::{Connection, Listed, Total};
use super::enum_value::EnumValue;
use super::evidence::{Finding, Publication, Rating, Study};
use super::feedback::Feedback;
use super::global_id::{NodeKind, global_id};
use super::history::Revision;
use super::loaders;
use super::network::Centre;
use super::node::Node;
use crate::loading::Loaders;

/// What every shared thing has, whoever contributed it.
#[derive(Clone, Interface)]
#[expect(clippy::duplicated_attributes, reason = "several fields have the same type")]
#[graphql(
    field(name = "id", ty = "ID", desc = "The thing's global id."),
    field(name = "contributed_by", ty = "Centre", desc = "The centre that contributed it."),
    field(name = "visibility", ty = "EnumValue<Visibility>", desc = "Who may see it."),
    field(
        name = "embargoed_until",
        ty = "Option<DateTime<Utc>>",
        desc = "Until then only the contributing centre sees it, whatever its visibility."
    ),
    field(name = "version", ty = "i32", desc = "Counts up from 1 with each revision."),
    field(name = "created_at", ty = "DateTime<Utc>", desc = "When it was contributed."),
    field(name = "updated_at", ty = "DateTime<Utc>", desc = "When it was last revised."),
    field(
        name = "withdrawal",
        ty = "Option<Withdrawal>",
        desc = "That it was withdrawn, when and why; null while it stands."
    ),
    field(
        name = "history",
        ty = "RevisionConnection",
        desc = "Its revisions, from the oldest.",
        arg(
            name = "first",
            ty = "Option<i32>",
            desc = "How many from the beginning, at most 100."
        ),
        arg(name = "after", ty = "Option<String>", desc = "Only what comes after this cursor."),
        arg(name = "last", ty = "Option<i32>", desc = "How many from the end, at most 100."),
        arg(name = "before", ty = "Option<String>", desc = "Only what comes before this cursor.")
    )
)]
pub(crate) enum Shared {
    Collaboration(Collaboration),
    Study(Study),
    Publication(Publication),
    Finding(Finding),
    Rating(Rating),
    Feedback(Feedback),
}

/// That a thing was withdrawn: it stays reachable by id, and leaves the lists.
#[derive(Clone, SimpleObject)]
pub(crate) struct Withdrawal {
    /// When it was withdrawn.
    at: DateTime<Utc>,
    /// Why.
    reason: String,
    /// What took its place, when something did and you may see it.
    superseded_by: Option<Node>,
}

impl Withdrawal {
    /// Returns the withdrawal of a thing of a kind, if it was withdrawn.
    pub(crate) async fn of(
        loaders: &Arc<Loaders>,
        kind: NodeKind,
        at: Option<DateTime<Utc>>,
        reason: Option<&String>,
        superseded_by: Option<Uuid>,
    ) -> Result<Option<Self>> {
        let Some(at) = at else {
            return Ok(None);
        };
        let superseded_by = match superseded_by {
            Some(id) => Node::find(loaders, kind, id).await?,
            None => None,
        };
        Ok(Some(Self { at, reason: reason.cloned().unwrap_or_default(), superseded_by }))
    }
}

impl Listed for Revision {
    const CONNECTION: &'static str = "RevisionConnection";
    const EDGE: &'static str = "RevisionEdge";
    const PAGE: &'static str = "A page of a thing's revisions, from the oldest.";
}

pub(crate) type RevisionConnection = Connection<Revision>;

/// The fields that the shared kinds have in common, as their rows have them.
pub(crate) struct Common {
    pub(crate) kind: NodeKind,
    pub(crate) id: Uuid,
    pub(crate) contributed_by: CentreId,
    pub(crate) visibility: Visibility,
    pub(crate) embargoed_until: Option<DateTime<Utc>>,
    pub(crate) version: i32,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
    pub(crate) withdrawn_at: Option<DateTime<Utc>>,
    pub(crate) withdrawal_reason: Option<String>,
    pub(crate) superseded_by: Option<Uuid>,
}

/// What every shared thing has.
#[paged]
#[Object]
impl Common {
    /// The thing's global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(self.kind, self.id)
    }

    /// The centre that contributed it.
    pub(crate) async fn contributed_by(&self, ctx: &Context<'_>) -> Result<Centre> {
        Centre::of(loaders(ctx), self.contributed_by)
    }

    /// Who may see it.
    pub(crate) async fn visibility(&self) -> EnumValue<Visibility> {
        EnumValue(self.visibility)
    }

    /// Until then only the contributing centre sees it, whatever its visibility.
    pub(crate) async fn embargoed_until(&self) -> Option<DateTime<Utc>> {
        self.embargoed_until
    }

    /// Counts up from 1 with each revision.
    pub(crate) async fn version(&self) -> i32 {
        self.version
    }

    /// When it was contributed.
    pub(crate) async fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    /// When it was last revised.
    pub(crate) async fn updated_at(&self) -> DateTime<Utc> {
        self.updated_at
    }

    /// That it was withdrawn, when and why; null while it stands.
    pub(crate) async fn withdrawal(&self, ctx: &Context<'_>) -> Result<Option<Withdrawal>> {
        let reason = self.withdrawal_reason.as_ref();
        let by = self.superseded_by;
        Withdrawal::of(loaders(ctx), self.kind, self.withdrawn_at, reason, by).await
    }

    /// Its revisions, from the oldest.
    pub(crate) async fn history(
        &self,
        ctx: &Context<'_>,
        request: PageRequest,
    ) -> Result<RevisionConnection> {
        let all = match self.kind.changes() {
            Some(changes) => loaders(ctx).history(changes, self.id).await?,
            None => Arc::default(),
        };
        let page = Page::of_sorted(&request, (*all).clone(), |revision| revision.sequence)?;
        let of = (self.kind, self.id);
        let page = page.map(|row| Revision { row, of });
        Ok(RevisionConnection::new(page, Total::known(all.len())))
    }
}

/// A kind of shared thing: its fields, for the interface.
pub(crate) trait SharedThing: Sync {
    fn common(&self) -> Common;

    async fn id(&self, ctx: &Context<'_>) -> async_graphql::Result<ID> {
        self.common().id(ctx).await
    }

    async fn contributed_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Centre> {
        Ok(self.common().contributed_by(ctx).await?)
    }

    async fn visibility(&self, ctx: &Context<'_>) -> async_graphql::Result<EnumValue<Visibility>> {
        self.common().visibility(ctx).await
    }

    async fn embargoed_until(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<DateTime<Utc>>> {
        self.common().embargoed_until(ctx).await
    }

    async fn version(&self, ctx: &Context<'_>) -> async_graphql::Result<i32> {
        self.common().version(ctx).await
    }

    async fn created_at(&self, ctx: &Context<'_>) -> async_graphql::Result<DateTime<Utc>> {
        self.common().created_at(ctx).await
    }

    async fn updated_at(&self, ctx: &Context<'_>) -> async_graphql::Result<DateTime<Utc>> {
        self.common().updated_at(ctx).await
    }

    async fn withdrawal(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Withdrawal>> {
        Ok(self.common().withdrawal(ctx).await?)
    }

    async fn history(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> async_graphql::Result<RevisionConnection> {
        Ok(self.common().history(ctx, first, after, last, before).await?)
    }
}

/// Takes the columns that all shared kinds have.
macro_rules! shared_thing {
    ($thing:ident) => {
        impl $crate::graph::shared::SharedThing for $thing {
            fn common(&self) -> $crate::graph::shared::Common {
                let row = &self.0;
                $crate::graph::shared::Common {
                    kind: $crate::graph::global_id::NodeKind::$thing,
                    id: row.id.into(),
                    contributed_by: row.contributed_by,
                    visibility: row.visibility,
                    embargoed_until: row.embargoed_until,
                    version: row.version,
                    created_at: row.created_at,
                    updated_at: row.updated_at,
                    withdrawn_at: row.withdrawn_at,
                    withdrawal_reason: row.withdrawal_reason.clone(),
                    superseded_by: row.superseded_by.map(Into::into),
                }
            }
        }
    };
}

pub(crate) use shared_thing;
