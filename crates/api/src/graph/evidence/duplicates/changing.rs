//! Deciding about publications that may be the same.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use service::evidence::duplicates::{self, Join, NotTheSame};
use service::{Error, Result};
use uuid::Uuid;

use crate::graph::evidence::Publication;
use crate::graph::global_id::{self, NodeKind};
use crate::graph::loaders;

/// Two publications to be joined.
#[derive(InputObject)]
struct JoinPublicationsInput {
    /// The global id of the one that is kept. All who may see the other must be able to see it.
    keep: ID,
    /// The version of it that you looked at.
    expected_version_of_kept: i32,
    /// The global id of the one that is joined into it.
    join: ID,
    /// The version of it that you looked at.
    expected_version_of_joined: i32,
    /// Why they are the same.
    reason: String,
    /// Tries everything and changes nothing; the answer says how it would be.
    #[graphql(default)]
    dry_run: bool,
}

/// Two publications that were joined.
#[derive(SimpleObject)]
struct JoinPublicationsPayload {
    /// The one that was kept.
    publication: Publication,
    /// The one that was joined into it: withdrawn, and superseded by the one that was kept. Its id and
    /// DOI lead to that from now on.
    joined: Publication,
}

/// Two publications to be declared different.
#[derive(InputObject)]
struct DeclareDistinctInput {
    /// The global id of one.
    one: ID,
    /// The global id of the other.
    other: ID,
    /// Why they are different.
    reason: String,
}

/// Two publications that were declared different.
#[derive(SimpleObject)]
struct DeclareDistinctPayload {
    /// One.
    one: Publication,
    /// The other.
    other: Publication,
}

/// What can be decided about publications that may be the same.
#[derive(Default)]
pub(crate) struct DuplicatesMutation;

#[Object]
impl DuplicatesMutation {
    /// Joins two publications that are the same. What leaned on the one that is joined (studies, findings,
    /// ratings) leans on the one that is kept from then on, which is completed by what only the other said.
    /// It needs `evidence:review`; `evidence:write` is enough where your centre contributed both, or where
    /// it gives up its own for another's with the same DOI, which is then kept as it is.
    async fn join_publications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The two.")] input: JoinPublicationsInput,
    ) -> Result<JoinPublicationsPayload> {
        let loaders = loaders(ctx);
        let join = Join {
            keep: publication_id("keep", &input.keep)?,
            expected_version_of_kept: input.expected_version_of_kept,
            join: publication_id("join", &input.join)?,
            expected_version_of_joined: input.expected_version_of_joined,
            reason: input.reason,
            dry_run: input.dry_run,
        };
        let done = duplicates::join(&loaders.context, join).await?;
        Ok(JoinPublicationsPayload {
            publication: Publication(Arc::new(done.kept)),
            joined: Publication(Arc::new(done.joined)),
        })
    }

    /// Declares two publications different, so that they are no more proposed as the same. It needs
    /// `evidence:review`, or `evidence:write` where your centre contributed both.
    async fn declare_distinct(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The two.")] input: DeclareDistinctInput,
    ) -> Result<DeclareDistinctPayload> {
        let loaders = loaders(ctx);
        let claim = NotTheSame {
            one: publication_id("one", &input.one)?,
            other: publication_id("other", &input.other)?,
            reason: input.reason,
        };
        let (one, other) = duplicates::declare_distinct(&loaders.context, claim).await?;
        Ok(DeclareDistinctPayload {
            one: Publication(Arc::new(one)),
            other: Publication(Arc::new(other)),
        })
    }
}

fn publication_id(field: &'static str, id: &ID) -> Result<Uuid> {
    match global_id::parse(id)? {
        (NodeKind::Publication, id) => Ok(id),
        _ => Err(Error::bad_input(
            field,
            "This is not the id of a publication; take it from a publication's `id`.",
        )),
    }
}
