//! The change feed in the graph.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Subscription};
use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt};
use service::entity::{ChangeKind, ChangeOperation, change};
use service::page::PageRequest;
use service::{Result, feed};
use uuid::Uuid;

use super::connection::{Edge, Listed, UncountedConnection};
use super::enum_value::{EnumValue, any_of};
use super::global_id::{self, NodeKind, global_id, part_id};
use super::network::Centre;
use super::node::Node;
use super::{Follower, loaders};
use crate::loading::Loaders;

/// One write to one thing.
#[derive(Clone)]
pub(crate) struct Change(change::Model);

impl Change {
    /// Returns the change of a thing whose place in the log stands in a global id.
    pub(crate) async fn find(
        loaders: &Arc<Loaders>,
        of: Uuid,
        part: &[u8],
    ) -> Result<Option<Self>> {
        let place = i64::from_be_bytes(global_id::fixed(part)?);
        let found = loaders.change(place).await?;
        let of_this = found.filter(|row| row.subject_id == of);
        Ok(of_this.map(|row| Self((*row).clone())))
    }
}

/// One change of one thing, or of what it depends on. Read the thing itself through `subject`: what it is now, not what it
/// was.
#[Object]
impl Change {
    /// The change's global id. Its place in the log is the cursor of its edge.
    pub(crate) async fn id(&self) -> ID {
        let place = self.0.sequence.to_be_bytes();
        part_id(NodeKind::Change, self.0.subject_id, &place)
    }

    /// What happened. What you saw before and may see no more, as its visibility was lowered, is `WITHDRAWN` for you:
    /// take it out of your copy.
    async fn operation(&self, ctx: &Context<'_>) -> Result<EnumValue<ChangeOperation>> {
        // Only what hides a thing is shown to those who don't see it.
        let is_hidden = self.0.hidden_from.is_some() && subject_of(&self.0, ctx).await?.is_none();
        Ok(EnumValue(if is_hidden { ChangeOperation::Withdrawn } else { self.0.operation }))
    }

    /// The global id of the thing, also if you may see it no more.
    async fn subject_id(&self) -> Option<ID> {
        let kind = NodeKind::of_change(self.0.kind)?;
        Some(global_id(kind, self.0.subject_id))
    }

    /// What kind of thing changed.
    async fn kind(&self) -> EnumValue<ChangeKind> {
        EnumValue(self.0.kind)
    }

    /// The thing's version after the change.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// The thing as it is now; null if you may see it no more.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        subject_of(&self.0, ctx).await
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// The centre that made it; null when the operator of the space did.
    async fn by(&self, ctx: &Context<'_>) -> Option<Centre> {
        self.0.centre_id.and_then(|id| Centre::find(loaders(ctx), id))
    }
}

async fn subject_of(change: &change::Model, ctx: &Context<'_>) -> Result<Option<Node>> {
    match NodeKind::of_change(change.kind) {
        Some(kind) => Node::find(loaders(ctx), kind, change.subject_id).await,
        None => Ok(None),
    }
}

impl Listed for Change {
    const CONNECTION: &'static str = "ChangeConnection";
    const EDGE: &'static str = "ChangeEdge";
    const PAGE: &'static str = "A page of changes, in order. It has no total: the log has no end. Keep the last cursor and give it as `after` the\nnext time.";
}

pub(crate) type ChangeConnection = UncountedConnection<Change>;

#[derive(Default)]
pub(super) struct FeedQuery;

#[Object]
impl FeedQuery {
    /// What has changed since a cursor, in order: read until there is no next page, keep the last
    /// cursor, and ask again. Nothing that you may see is missed.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The cursor of the last change that you know; from the beginning when nothing is said."
        )]
        after: Option<String>,
        #[graphql(
            desc = "Only changes of these kinds of thing; of all when nothing is said, of none when the list is empty."
        )]
        kinds: Option<Vec<EnumValue<ChangeKind>>>,
        #[graphql(desc = "How many from the beginning, at most 100.")] first: Option<i32>,
        #[graphql(desc = "How many from the end, at most 100: the newest.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<ChangeConnection> {
        let loaders = loaders(ctx);
        let request = PageRequest::try_new(first, after, last, before)?;
        let page = feed::list(&loaders.context, &any_of(kinds), &request).await?;
        Ok(page.map(Change).into())
    }
}

#[derive(Default)]
pub(super) struct FeedSubscription;

#[Subscription]
impl FeedSubscription {
    /// Every change the viewer may see, in order, from just after the given cursor; with no cursor, from
    /// now. Keep the last cursor: with it a stream that broke goes on where it was, and nothing is missed.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The cursor of the last change that you know, from here or from the query; from now when nothing is said."
        )]
        after: Option<String>,
        #[graphql(
            desc = "Only changes of these kinds of thing; of all when nothing is said, of none when the list is empty."
        )]
        kinds: Option<Vec<EnumValue<ChangeKind>>>,
    ) -> Result<impl Stream<Item = Result<Edge<Change>>>> {
        let Follower { space, viewer } = ctx.data_unchecked();
        let (space, viewer) = (Arc::clone(space), viewer.clone());
        let changes = feed::follow(space, viewer, any_of(kinds), after.as_deref()).await?;
        Ok(changes.map(|change| {
            let (cursor, row) = change?;
            Ok(Edge { cursor, node: Change(row) })
        }))
    }
}
