//! What every surface needs, made once for the server.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use graphql_http::Protocol;
use service::Space;

use crate::admission::{Admission, Places, Spending};
use crate::graph::{Graph, RateLimit, Validator, at_least};
use crate::peer::TrustedProxies;
use crate::streams::Streams;

/// What every surface needs.
pub(crate) struct Endpoint {
    pub(crate) space: Arc<Space>,
    pub(crate) graph: Graph,
    /// The same graph for subscriptions: it answers each event as a request of its own.
    pub(crate) streamed_graph: Graph,
    pub(crate) validator: Validator,
    pub(crate) protocol: Protocol,
    pub(crate) trusted_proxies: TrustedProxies,
    pub(crate) admission: Admission,
    pub(crate) timeout: Duration,
    pub(crate) import_timeout: Duration,
    /// How many operations may be carried out at once: more would only wait for the database, and
    /// hold memory while they do.
    pub(crate) places: Places,
    pub(crate) places_of_imports: Places,
    pub(crate) streams: Streams,
    /// The origins of pages, besides its own, that may open sockets.
    pub(crate) origins: Vec<HeaderValue>,
}

impl Endpoint {
    /// What an operation costs, as the client is told. Where no quota is counted, each operation has a
    /// budget of its own: what one may cost.
    pub(crate) fn rate_limit(&self, spending: Spending) -> RateLimit {
        let now = self.space.store().source().now();
        let cost = spending.requested;
        match spending.level {
            Some(level) => RateLimit {
                cost: at_least(cost),
                limit: at_least(level.capacity.into()),
                remaining: at_least(level.remaining.into()),
                reset_at: now + level.full_in,
            },
            None => {
                let limit = self.protocol.limits.complexity;
                RateLimit {
                    cost: at_least(cost),
                    limit: at_least(limit),
                    remaining: at_least(limit.saturating_sub(cost)),
                    reset_at: now,
                }
            }
        }
    }
}
