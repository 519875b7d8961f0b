//! What can be changed about access.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::TimeDelta;
use service::access::AllowedNetworks;
use service::access::token::{self, NewToken, Revocation};
use service::{Error, Result};

use super::super::date::Moment;
use super::super::loaders;
use super::super::number::Int;
use super::token::AccessToken;

/// A token to be issued.
#[derive(InputObject)]
struct IssueAccessTokenInput {
    /// What it is for, such as `nightly copy`.
    name: String,
    /// The slug of the centre whose token it is.
    centre: String,
    /// What it allows, such as `evidence:read`. It can grant nothing that your own token lacks.
    scopes: Vec<String>,
    /// Until when it is accepted: 30 days from now when nothing is said, 366 days at most unless the space
    /// is told otherwise.
    expires_at: Option<Moment>,
    /// The networks from which it is accepted, as `192.0.2.0/24`, `2001:db8::/32` or a single address.
    /// When nothing is said: from where your own token is. An empty list is refused.
    networks: Option<Vec<String>>,
    /// A text of your own that names this request, such as a UUID: sent again with the same input, it is
    /// answered with the same token, for a day, and none is issued twice.
    idempotency_key: Option<String>,
}

/// A token that was issued.
#[derive(SimpleObject)]
struct IssueAccessTokenPayload {
    /// The token. It is shown this once: keep it safe.
    token: String,
    /// Its record. If its state is `PENDING_APPROVAL`, a second administrator must approve it first.
    access_token: AccessToken,
}

/// A token to be approved.
#[derive(InputObject)]
struct ApproveAccessTokenInput {
    /// The global id of its record.
    id: ID,
}

/// A token that was approved.
#[derive(SimpleObject)]
struct ApproveAccessTokenPayload {
    /// Its record.
    access_token: AccessToken,
}

/// A token whose place a new one is to take.
#[derive(InputObject)]
struct RotateAccessTokenInput {
    /// The global id of its record.
    id: ID,
    /// For how many minutes it works on beside the new one: 1,440 (a day) when nothing is said, 43,200 at
    /// most.
    overlap_minutes: Option<i32>,
    /// Until when the new one is accepted: as long as the old one was when it was new, when nothing is said.
    expires_at: Option<Moment>,
}

/// A new token in the place of another.
#[derive(SimpleObject)]
struct RotateAccessTokenPayload {
    /// The new token. It is shown this once: keep it safe.
    token: String,
    /// Its record. If its state is `PENDING_APPROVAL`, a second administrator must approve it first.
    access_token: AccessToken,
    /// The record of the old one, with its new end.
    replaced: AccessToken,
}

/// A token to be revoked.
#[derive(InputObject)]
struct RevokeAccessTokenInput {
    /// The global id of its record.
    id: ID,
    /// Why; whoever uses the token is told.
    reason: String,
    /// Also those that it issued, and those that they issued: for a token that was stolen.
    #[graphql(default)]
    including_issued: bool,
}

/// A token that was revoked.
#[derive(SimpleObject)]
struct RevokeAccessTokenPayload {
    /// Its record.
    access_token: AccessToken,
    /// The records of the others that were revoked with it.
    issued: Vec<AccessToken>,
}

/// The tokens of a centre, to be revoked in an emergency.
#[derive(InputObject)]
struct RevokeAccessTokensInput {
    /// The slug of the centre.
    centre: String,
    /// Why; whoever uses one of the tokens is told.
    reason: String,
    /// Also the token that you ask with.
    #[graphql(default)]
    including_own: bool,
}

/// The tokens of a centre that were revoked.
#[derive(SimpleObject)]
struct RevokeAccessTokensPayload {
    /// How many.
    revoked: Int<usize>,
    /// Their records.
    access_tokens: Vec<AccessToken>,
}

/// What can be changed about access.
#[derive(Default)]
pub(crate) struct AccessMutation;

#[Object]
impl AccessMutation {
    /// Issues an access token of a centre. It needs `tokens:manage` for your own centre, or
    /// `tokens:manage-all`, and every scope that it is to grant.
    async fn issue_access_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token to be issued.")] input: IssueAccessTokenInput,
    ) -> Result<IssueAccessTokenPayload> {
        let loaders = loaders(ctx);
        if input.networks.as_ref().is_some_and(Vec::is_empty) {
            return Err(Error::bad_input(
                "networks",
                "A token that is accepted from nowhere is of no use. Name a network, or leave the field out.",
            ));
        }
        let new = NewToken {
            name: input.name,
            centre: input.centre,
            scopes: super::scopes(&input.scopes)?,
            expires_at: input.expires_at.map(|at| at.0),
            networks: AllowedNetworks::try_new(&input.networks.unwrap_or_default())?,
        };
        let key = input.idempotency_key.as_deref();
        let (token, row) = token::issue(&loaders.context, new, key).await?;
        Ok(IssueAccessTokenPayload {
            token: token.reveal().to_owned(),
            access_token: AccessToken::new(row),
        })
    }

    /// Approves an access token that reaches rows about single young people. It needs `tokens:manage` for
    /// your own centre, or `tokens:manage-all`, and a token that doesn't descend from the same first token.
    async fn approve_access_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token to be approved.")] input: ApproveAccessTokenInput,
    ) -> Result<ApproveAccessTokenPayload> {
        let loaders = loaders(ctx);
        let id = super::token_id("id", &input.id)?;
        let row = token::approve(&loaders.context, id, None).await?;
        Ok(ApproveAccessTokenPayload { access_token: AccessToken::new(row) })
    }

    /// Puts a new access token in the place of another, which works on for a while. It needs what issuing
    /// and revoking it need.
    async fn rotate_access_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token whose place a new one is to take.")]
        input: RotateAccessTokenInput,
    ) -> Result<RotateAccessTokenPayload> {
        let loaders = loaders(ctx);
        let id = super::token_id("id", &input.id)?;
        let overlap = input
            .overlap_minutes
            .map_or(token::DEFAULT_OVERLAP, |minutes| TimeDelta::minutes(i64::from(minutes)));
        let expires_at = input.expires_at.map(|at| at.0);
        let rotation = token::rotate(&loaders.context, id, overlap, expires_at).await?;
        Ok(RotateAccessTokenPayload {
            token: rotation.token.reveal().to_owned(),
            access_token: AccessToken::new(rotation.record),
            replaced: AccessToken::new(rotation.replaced),
        })
    }

    /// Revokes an access token: the next request with it is refused, and its open streams end.
    async fn revoke_access_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token to be revoked.")] input: RevokeAccessTokenInput,
    ) -> Result<RevokeAccessTokenPayload> {
        let loaders = loaders(ctx);
        let id = super::token_id("id", &input.id)?;
        let revocation =
            Revocation { reason: input.reason, including_issued: input.including_issued };
        let (row, issued) = token::revoke(&loaders.context, id, revocation).await?;
        Ok(RevokeAccessTokenPayload {
            access_token: AccessToken::new(row),
            issued: issued.into_iter().map(AccessToken::new).collect(),
        })
    }

    /// Revokes all access tokens of a centre that are still accepted, in an emergency.
    async fn revoke_access_tokens(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tokens to be revoked.")] input: RevokeAccessTokensInput,
    ) -> Result<RevokeAccessTokensPayload> {
        let loaders = loaders(ctx);
        let centre = super::centre(loaders, "centre", &input.centre)?;
        let rows =
            token::revoke_all(&loaders.context, centre, &input.reason, input.including_own).await?;
        Ok(RevokeAccessTokensPayload {
            revoked: Int(rows.len()),
            access_tokens: rows.into_iter().map(AccessToken::new).collect(),
        })
    }
}
