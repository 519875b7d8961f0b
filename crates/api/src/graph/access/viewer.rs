//! Who asks, and what they may spend.

use async_graphql::{Context, Object, Response, SimpleObject, value};
use chrono::{DateTime, SecondsFormat, Utc};
use service::viewer::Who;

use super::super::loaders;
use super::super::network::Centre;

pub(super) struct Viewer;

/// Who asks.
#[Object]
impl Viewer {
    /// The centre whose token was sent; null without a token.
    async fn centre(&self, ctx: &Context<'_>) -> Option<Centre> {
        let loaders = loaders(ctx);
        loaders.context.viewer().centre().and_then(|id| Centre::find(loaders, id))
    }

    /// What the token that was sent is for; null without a token.
    async fn token_name(&self, ctx: &Context<'_>) -> Option<String> {
        match loaders(ctx).context.viewer().who() {
            Who::Token(grant) => Some(grant.name.clone()),
            Who::Anonymous | Who::Operator => None,
        }
    }

    /// What the token allows.
    async fn scopes(&self, ctx: &Context<'_>) -> Vec<String> {
        match loaders(ctx).context.viewer().who() {
            Who::Token(grant) => grant.scopes.iter().map(ToString::to_string).collect(),
            Who::Anonymous | Who::Operator => Vec::new(),
        }
    }

    /// Until when the token is accepted; null without a token.
    async fn token_expires_at(&self, ctx: &Context<'_>) -> Option<DateTime<Utc>> {
        match loaders(ctx).context.viewer().who() {
            Who::Token(grant) => Some(grant.expires_at),
            Who::Anonymous | Who::Operator => None,
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
    pub(crate) cost: i32,
    /// The whole quota, which comes back steadily within an hour. Where the server counts no quota, what
    /// one operation may cost.
    pub(crate) limit: i32,
    /// What is left of it after this operation.
    pub(crate) remaining: i32,
    /// When the quota is whole again if nothing else is asked.
    pub(crate) reset_at: DateTime<Utc>,
}

impl RateLimit {
    /// Tells it in `extensions.cost` of an answer.
    pub(crate) fn told_in(self, answer: Response) -> Response {
        let cost = value!({
            "requested": self.cost,
            "remaining": self.remaining,
            "limit": self.limit,
            "resetAt": self.reset_at.to_rfc3339_opts(SecondsFormat::Millis, true),
        });
        answer.extension("cost", cost)
    }
}
