//! Why a client must wait.

use std::time::Duration;

use async_graphql::{Response, ServerError};
use axum::http::{HeaderValue, header};
use graphql_http::{Code, Refusal};

use super::{Level, whole_seconds};

/// A refusal for want of a budget.
#[derive(Debug)]
pub(crate) struct Refused {
    refusal: Refusal,
    /// In whole seconds; none if waiting is of no use.
    retry_after: Option<u64>,
}

impl Refused {
    /// Too many requests at once.
    pub(super) fn burst(wait: Duration) -> Self {
        let seconds = at_least_one(wait);
        Self::with(
            Code::TooManyRequests,
            format!(
                "Too many requests at once; try again in {seconds} s, and send fewer a second."
            ),
            Some(seconds),
        )
    }

    /// Too many operations that wait for their turn.
    pub(super) fn crowd(waiting: usize) -> Self {
        Self::with(
            Code::TooManyRequests,
            format!(
                "{waiting} of your operations wait for their turn already; try again when some are answered."
            ),
            Some(1),
        )
    }

    /// The quota is used up for now.
    pub(super) fn quota(wait: Duration, cost: u64, level: Level) -> Self {
        let (seconds, left) = (at_least_one(wait), level.remaining);
        Self::with(
            Code::QuotaExhausted,
            format!(
                "The operation costs {cost}, and {left} points are left of your quota; try again in {seconds} s, or ask for less."
            ),
            Some(seconds),
        )
    }

    /// The quota can never hold so much.
    pub(super) fn above_quota(cost: u64, level: Level) -> Self {
        let most = level.capacity;
        Self::with(
            Code::CostAboveQuota,
            format!(
                "The operation costs {cost}, and your whole quota is {most} points; ask for less at once."
            ),
            None,
        )
    }

    fn with(code: Code, message: String, retry_after: Option<u64>) -> Self {
        Self { refusal: Refusal::new(code, message), retry_after }
    }

    /// The answer: the error tells in `extensions.retryAfter` what the header of that name does, for
    /// those who see no headers.
    pub(crate) fn into_response(self) -> Response {
        let code = self.refusal.code.as_str();
        metrics::counter!("commonground_refusals_total", "code" => code).increment(1);
        let mut error = ServerError::from(self.refusal);
        if let Some(seconds) = self.retry_after {
            let extensions = error.extensions.get_or_insert_default();
            extensions.set("retryAfter", seconds);
        }
        let mut response = Response::from_errors(vec![error]);
        if let Some(seconds) = self.retry_after {
            let value = HeaderValue::from(seconds);
            response.http_headers.insert(header::RETRY_AFTER, value);
        }
        response
    }
}

fn at_least_one(wait: Duration) -> u64 {
    whole_seconds(wait).max(1)
}
