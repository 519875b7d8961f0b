//! What each client may ask for: so many requests at once, and so many points of cost an hour.
//!
//! [`Admission::count`] is asked when a request arrives, before anything of it is looked at;
//! [`Admission::charge`] when the cost of an operation is known, before it runs. Both are counted in
//! the memory of this process: several servers on one database give as many budgets.

mod budget;
mod client;
mod places;
mod rates;
mod refused;

#[cfg(test)]
mod tests;

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};

pub(crate) use budget::Level;
pub(crate) use client::{Client, network};
pub(crate) use places::{Place, Places};
pub use rates::Rates;
pub(crate) use refused::Refused;

use budget::{Budget, Short};
use rates::Budgets;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// The headers that tell a client of its budgets.
pub(crate) const HEADERS: [HeaderName; 2] = [POLICY, LIMIT];

/// Counts what clients ask for, and refuses what is too much.
pub(crate) struct Admission {
    tokens: Budgets,
    addresses: Budgets,
}

/// What an operation costs, and what is left to its client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spending {
    /// The cost of the operation.
    pub(crate) requested: u64,
    /// What the client may spend at most; none where nothing is counted.
    pub(crate) level: Option<Level>,
}

impl Admission {
    /// Counts for holders of tokens and for anonymous addresses.
    pub(crate) fn new(tokens: Rates, addresses: Rates) -> Self {
        Self { tokens: Budgets::new(tokens), addresses: Budgets::new(addresses) }
    }

    /// Counts requests that have arrived.
    ///
    /// # Errors
    /// `TOO_MANY_REQUESTS`.
    pub(crate) fn count(&self, client: &Client, requests: usize) -> Result<(), Refused> {
        let Some(burst) = &self.budgets(client).burst else {
            return Ok(());
        };
        // A batch alone is never too many: it takes all that there can be.
        match burst.take(client, (requests as u64).min(burst.capacity())) {
            Ok(_) => Ok(()),
            Err(Short::Now(wait)) => Err(Refused::burst(wait)),
            Err(Short::Ever) => Err(Refused::burst(burst.fills_in())),
        }
    }

    /// Takes the cost of an operation from the client's quota.
    ///
    /// # Errors
    /// `QUOTA_EXHAUSTED`, or `COST_ABOVE_QUOTA` if it can never be afforded; with what is left.
    pub(crate) fn charge(
        &self,
        client: &Client,
        cost: u64,
    ) -> Result<Spending, (Refused, Spending)> {
        let Some(quota) = &self.budgets(client).quota else {
            return Ok(self.price(client, cost));
        };
        let short = match quota.take(client, cost) {
            Ok(level) => {
                return Ok(Spending { requested: cost, level: Some(level) });
            }
            Err(short) => short,
        };
        let level = quota.level(client);
        let refused = match short {
            Short::Now(wait) => Refused::quota(wait, cost, level),
            Short::Ever => Refused::above_quota(cost, level),
        };
        let spending = Spending { requested: cost, level: Some(level) };
        Err((refused, spending))
    }

    /// What an operation would cost, without taking it.
    pub(crate) fn price(&self, client: &Client, cost: u64) -> Spending {
        let quota = self.budgets(client).quota.as_ref();
        Spending { requested: cost, level: quota.map(|quota| quota.level(client)) }
    }

    /// Writes a client's budgets as draft-ietf-httpapi-ratelimit-headers-10 has them.
    pub(crate) fn describe(&self, client: &Client, headers: &mut HeaderMap) {
        let budgets = self.budgets(client);
        let named = [("burst", &budgets.burst), ("quota", &budgets.quota)];
        let (mut policies, mut limits) = (Vec::new(), Vec::new());
        for (name, budget) in named {
            let Some(budget) = budget else { continue };
            let level = budget.level(client);
            let window = whole_seconds(budget.fills_in());
            policies.push(format!("\"{name}\";q={};w={window}", level.capacity));
            let reset = whole_seconds(level.full_in);
            limits.push(format!("\"{name}\";r={};t={reset}", level.remaining));
        }
        for (header, items) in [(POLICY, policies), (LIMIT, limits)] {
            if let (false, Ok(value)) = (items.is_empty(), HeaderValue::try_from(items.join(", ")))
            {
                headers.insert(header, value);
            }
        }
    }

    fn budgets(&self, client: &Client) -> &Budgets {
        match client {
            Client::Token(_) | Client::Identity(_) => &self.tokens,
            Client::Address(_) => &self.addresses,
        }
    }
}

/// Whole seconds, a part of one counting as one.
fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}
