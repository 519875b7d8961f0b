//! Access in the graph: who asks, and the tokens of centres.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use service::access::UnknownScope;
use service::access::token::{self, NewToken};
use service::entity::access_token;
use service::viewer::Who;
use service::{Error, Result};

use super::asker;
use super::global_id::{self, NodeKind, global_id};
use super::network::Centre;

#[derive(Default)]
pub(super) struct AccessQuery;

#[Object]
impl AccessQuery {
    /// Who you are to the space: the centre and scopes of your token.
    async fn viewer(&self) -> Viewer {
        Viewer
    }
}

struct Viewer;

/// Who asks.
#[Object]
impl Viewer {
    /// The centre whose token was sent; null without a token.
    async fn centre(&self, ctx: &Context<'_>) -> Option<Centre> {
        let asker = asker(ctx);
        asker.viewer.centre().and_then(|id| Centre::find(asker, id))
    }

    /// What the token that was sent is for; null without a token.
    async fn token_name(&self, ctx: &Context<'_>) -> Option<String> {
        match asker(ctx).viewer.who() {
            Who::Token(grant) => Some(grant.name.clone()),
            Who::Anonymous | Who::Operator => None,
        }
    }

    /// What the token allows.
    async fn scopes(&self, ctx: &Context<'_>) -> Vec<String> {
        match asker(ctx).viewer.who() {
            Who::Token(grant) => grant.scopes.iter().map(ToString::to_string).collect(),
            Who::Anonymous | Who::Operator => Vec::new(),
        }
    }

    /// What this operation costs, and what is left of your quota after it.
    async fn rate_limit(&self, ctx: &Context<'_>) -> RateLimit {
        *ctx.data_unchecked::<RateLimit>()
    }
}

/// What an operation costs, computed before it runs, and the quota that it is taken from: that of the
/// token, or of the address without one.
#[derive(Clone, Copy, SimpleObject)]
pub(crate) struct RateLimit {
    /// What this operation costs: about the number of fields that its answer can have.
    pub(crate) cost: u64,
    /// The whole quota, which comes back steadily within an hour. Where the server counts no quota, what
    /// one operation may cost.
    pub(crate) limit: u64,
    /// What is left of it after this operation.
    pub(crate) remaining: u64,
    /// When the quota is whole again if nothing else is asked.
    pub(crate) reset_at: DateTime<Utc>,
}

/// The record of an access token. The token itself is shown once, when it is issued, and kept nowhere.
#[derive(Clone)]
struct AccessToken(Arc<access_token::Model>);

/// The record of an access token. The token itself is shown once, when it is issued, and kept nowhere.
#[Object]
impl AccessToken {
    /// The record's global id.
    async fn id(&self) -> ID {
        global_id(NodeKind::AccessToken, self.0.id)
    }

    /// What the token is for.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The centre whose token it is.
    async fn centre(&self, ctx: &Context<'_>) -> Result<Centre> {
        Centre::of(asker(ctx), self.0.centre_id)
    }

    /// What it allows.
    async fn scopes(&self) -> Vec<&str> {
        let list = self.0.scopes.as_array();
        list.into_iter()
            .flatten()
            .filter_map(|scope| scope.as_str())
            .collect()
    }

    /// The token with which it was issued, if you may see it; null when the operator of the space did.
    async fn issued_by(&self, ctx: &Context<'_>) -> Result<Option<AccessToken>> {
        let asker = asker(ctx);
        let Some(id) = self.0.issued_by else {
            return Ok(None);
        };
        Ok(token::get(&asker.space, &asker.viewer, id.into())
            .await?
            .map(|row| AccessToken(Arc::new(row))))
    }

    /// When it was issued.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Until when it is accepted.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }

    /// When it was last used, as far as is recorded.
    async fn last_used_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_used_at
    }

    /// When it was revoked.
    async fn revoked_at(&self) -> Option<DateTime<Utc>> {
        self.0.revoked_at
    }

    /// Why it was revoked.
    async fn revocation_reason(&self) -> Option<&str> {
        self.0.revocation_reason.as_deref()
    }
}

/// A token to be issued.
#[derive(InputObject)]
struct IssueAccessTokenInput {
    /// What it is for, such as `nightly copy`.
    name: String,
    /// The slug of the centre whose token it is.
    centre: String,
    /// What it allows, such as `evidence:read`. It can grant nothing that your own token lacks.
    scopes: Vec<String>,
    /// Until when it is accepted: 30 days from now when nothing is said, 366 days at most.
    expires_at: Option<DateTime<Utc>>,
}

/// A token that was issued.
#[derive(SimpleObject)]
struct IssueAccessTokenPayload {
    /// The token. It is shown this once: keep it safe.
    token: String,
    /// Its record.
    access_token: AccessToken,
}

/// A token to be revoked.
#[derive(InputObject)]
struct RevokeAccessTokenInput {
    /// The global id of its record.
    id: ID,
    /// Why; whoever uses the token is told.
    reason: String,
}

/// A token that was revoked.
#[derive(SimpleObject)]
struct RevokeAccessTokenPayload {
    /// Its record.
    access_token: AccessToken,
}

/// What can be changed through the graph.
pub(crate) struct Mutation;

/// What can be changed through the graph.
#[Object]
impl Mutation {
    /// Issues an access token of a centre. It needs `tokens:manage` for your own centre, or
    /// `tokens:manage-all`, and every scope that it is to grant.
    async fn issue_access_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token to be issued.")] input: IssueAccessTokenInput,
    ) -> Result<IssueAccessTokenPayload> {
        let asker = asker(ctx);
        let scope = |scope: &String| {
            scope
                .parse()
                .map_err(|unknown: UnknownScope| Error::bad_input("scopes", format!("{unknown}.")))
        };
        let new = NewToken {
            name: input.name,
            centre: input.centre,
            scopes: input.scopes.iter().map(scope).collect::<Result<_>>()?,
            expires_at: input.expires_at,
        };
        let (token, row) = token::issue(&asker.space, &asker.viewer, new).await?;
        let access_token = AccessToken(Arc::new(row));
        Ok(IssueAccessTokenPayload {
            token: token.reveal().to_owned(),
            access_token,
        })
    }

    /// Revokes an access token: the next request with it is refused.
    async fn revoke_access_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token to be revoked.")] input: RevokeAccessTokenInput,
    ) -> Result<RevokeAccessTokenPayload> {
        let asker = asker(ctx);
        let id = match global_id::parse(&input.id)? {
            (NodeKind::AccessToken, id) => id,
            _ => return Err(Error::bad_input("id", "The id must be an access token's.")),
        };
        let row = token::revoke(&asker.space, &asker.viewer, id.into(), &input.reason).await?;
        Ok(RevokeAccessTokenPayload {
            access_token: AccessToken(Arc::new(row)),
        })
    }
}
