//! The graph: one folder for each capability, with the same name as in the service.
//!
//! A resolver reads its arguments, calls one function of the service with the viewer, and wraps the
//! answer. Errors of the service become GraphQL errors at the edge, in `error`.

mod access;
mod collaboration;
mod connection;
mod date;
mod evidence;
mod feed;
mod global_id;
mod network;
mod node;
mod shared;
mod word;

pub(crate) use access::RateLimit;

use std::sync::Arc;

use async_graphql::{Context, EmptySubscription, MergedObject, Schema};

use crate::loading::Asker;

/// The schema, with nothing to answer from: each request brings its space and its viewer.
pub(crate) type Graph = Schema<Query, access::Mutation, EmptySubscription>;

/// The shared space of the What Works Centres: the centres, their evidence, and how they rate it.
#[derive(Default, MergedObject)]
pub(crate) struct Query(
    node::NodeQuery,
    access::AccessQuery,
    network::NetworkQuery,
    evidence::EvidenceQuery,
    collaboration::CollaborationQuery,
    feed::FeedQuery,
);

/// Builds the schema.
pub(crate) fn build() -> Graph {
    Schema::build(Query::default(), access::Mutation, EmptySubscription)
        .register_output_type::<shared::Shared>()
        .limit_recursive_depth(64)
        .finish()
}

/// Who asks.
pub(crate) fn asker<'a>(ctx: &Context<'a>) -> &'a Arc<Asker> {
    ctx.data_unchecked()
}
