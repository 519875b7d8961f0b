//! The graph: one folder for each capability, with the same name as in the service.
//!
//! A resolver reads its arguments, calls one function of the service with the viewer, and wraps the
//! answer. Errors of the service become GraphQL errors at the edge, in `error`.

mod access;
mod collaboration;
mod connection;
mod date;
pub(crate) mod entry;
mod enum_value;
mod evidence;
mod feed;
mod feedback;
mod global_id;
mod history;
mod network;
mod node;
mod nullable;
mod number;
mod prices;
pub(crate) mod problem;
mod report_card;
mod shared;
mod validation;
mod young_people;

pub(crate) use access::RateLimit;
pub(crate) use number::at_least;
pub(crate) use prices::PRICES;
pub(crate) use validation::Validator;

use std::sync::{Arc, LazyLock};

use async_graphql::extensions::ExtensionFactory;
use async_graphql::{Context, ID, MergedObject, MergedSubscription, Schema, SchemaBuilder};
use chrono::{DateTime, Utc};
use service::entity::LoadedReturnId;
use service::{Error, Result, Space, Viewer};

use self::date::Moment;
use crate::loading::{Loaders, LoadersByField};

/// The schema, with nothing to answer from: each request brings its space and its viewer.
pub(crate) type Graph = Schema<Query, Mutation, Subscription>;

/// The shared space of the What Works Centres: the centres, their evidence, and how they rate it.
#[derive(Default, MergedObject)]
pub(crate) struct Query(
    node::NodeQuery,
    access::AccessQuery,
    network::NetworkQuery,
    evidence::EvidenceQuery,
    evidence::DuplicatesQuery,
    collaboration::CollaborationQuery,
    report_card::ReportCardQuery,
    young_people::YoungPeopleQuery,
    feed::FeedQuery,
);

/// What can be changed through the graph.
#[derive(Default, MergedObject)]
pub(crate) struct Mutation(
    access::AccessMutation,
    network::NetworkMutation,
    network::StandardMutation,
    network::WithdrawalMutation,
    evidence::EvidenceMutation,
    evidence::DuplicatesMutation,
    collaboration::CollaborationMutation,
    feedback::FeedbackMutation,
    young_people::YoungPeopleMutation,
);

/// What can be followed as it happens.
#[derive(Default, MergedSubscription)]
pub(crate) struct Subscription(feed::FeedSubscription, young_people::YoungPeopleSubscription);

/// Who follows something: a subscription has this in place of an [`Loaders`], which each event brings.
pub(crate) struct Follower {
    /// The space that is followed.
    pub(crate) space: Arc<Space>,
    /// Who follows.
    pub(crate) viewer: Viewer,
}

/// What a moment is, to clients.
const MOMENT: &str = "A moment as in RFC 3339, such as `2026-01-31T09:30:00.250Z`. Moments are kept and given in whole \
    milliseconds, as a JavaScript `Date` keeps them, so that one that is sent back means the same moment. An embargo \
    with more digits is rounded up, and so never ends earlier than said.";

/// Returns the schema. It has no state, so that it is built once.
pub(crate) fn build() -> Graph {
    static GRAPH: LazyLock<Graph> = LazyLock::new(|| builder().finish());
    GRAPH.clone()
}

/// Builds the schema with an extension. An extension costs each field of each answer a little.
pub(crate) fn build_with(extension: impl ExtensionFactory) -> Graph {
    builder().extension(extension).finish()
}

/// Returns the schema with the types that the resolvers have, before [`nullable`] says which may be null.
pub(crate) fn as_resolved() -> Graph {
    bare().finish()
}

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    bare().register_output_type::<nullable::Nullable>()
}

fn bare() -> SchemaBuilder<Query, Mutation, Subscription> {
    let (query, mutation) = (Query::default(), Mutation::default());
    Schema::build(query, mutation, Subscription::default())
        .register_output_type::<shared::Shared>()
        .override_output_type_description::<DateTime<Utc>>(MOMENT)
        .limit_recursive_depth(64)
}

/// Returns the loaders for a field that is being answered.
pub(crate) fn loaders<'a>(ctx: &Context<'a>) -> &'a Arc<Loaders> {
    ctx.data_unchecked::<LoadersByField>().at(ctx)
}

/// Returns the global id of a return.
pub(crate) fn return_id(id: LoadedReturnId) -> ID {
    global_id::global_id(global_id::NodeKind::Return, id)
}

/// Returns the return that a global id names.
///
/// # Errors
/// `BAD_USER_INPUT`; `NOT_FOUND` for the id of another kind of thing.
pub(crate) fn parsed_return_id(text: &str) -> Result<LoadedReturnId> {
    young_people::return_id(&ID::from(text))
}

/// How many fields of one request may ask of the past: each takes a connection to the database.
const MOST_OF_THE_PAST: usize = 4;

/// Returns the loaders below a root field, of the space as it is or as it stood at a moment.
async fn loaders_as_of<'a>(ctx: &Context<'a>, as_of: Option<Moment>) -> Result<&'a Arc<Loaders>> {
    if let Some(Moment(at)) = as_of {
        let by_field = ctx.data_unchecked::<LoadersByField>();
        if !by_field.admits_past(MOST_OF_THE_PAST) {
            return Err(Error::bad_input(
                "asOf",
                format!(
                    "At most {MOST_OF_THE_PAST} fields of a request may ask of the past; send several."
                ),
            ));
        }
        let now = loaders(ctx);
        let past = service::history::as_of(now.context.space(), at).await?;
        by_field.let_ask(ctx, now.of_the_past(&past));
    }
    Ok(loaders(ctx))
}

/// Begins anew for what is below a mutation: what was read before it may be true no more.
async fn after_a_write(ctx: &Context<'_>) -> Result<()> {
    let before = loaders(ctx);
    let after = Loaders::new(before.context.space(), before.context.viewer().clone()).await?;
    ctx.data_unchecked::<LoadersByField>().let_ask(ctx, after);
    Ok(())
}
