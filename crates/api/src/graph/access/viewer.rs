//! Who asks, and what they may spend.

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};
use service::viewer::Who;

use super::super::asker;
use super::super::network::Centre;
use crate::document::{Cost, Limits};

pub(super) struct Viewer;

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

    /// Until when the token is accepted; null without a token.
    async fn token_expires_at(&self, ctx: &Context<'_>) -> Option<DateTime<Utc>> {
        match asker(ctx).viewer.who() {
            Who::Token(grant) => Some(grant.expires_at),
            Who::Anonymous | Who::Operator => None,
        }
    }

    /// What this request costs, and how much it may.
    async fn rate_limit(&self, ctx: &Context<'_>) -> RateLimit {
        let cost = ctx.data_unchecked::<Cost>().complexity;
        let limit = ctx.data_unchecked::<Limits>().complexity;
        RateLimit {
            cost,
            limit,
            remaining: limit.saturating_sub(cost),
            reset_at: asker(ctx).space.store().source().now(),
        }
    }
}

/// What a request costs, computed from the query before it runs. Each request has a budget of its own.
#[derive(SimpleObject)]
struct RateLimit {
    /// What this request costs: about the number of fields that its answer can have.
    cost: u64,
    /// What a request may cost.
    limit: u64,
    /// What is left of it.
    remaining: u64,
    /// When the budget is whole again: at once, as each request has its own.
    reset_at: DateTime<Utc>,
}
