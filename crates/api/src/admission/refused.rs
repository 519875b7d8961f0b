//! Why a client must wait.

use std::time::Duration;

use async_graphql::{Response, ServerError};
use axum::http::{HeaderValue, header};

use super::{Spending, whole_seconds};
use crate::document::Refusal;
use crate::protocol::Code;

/// A refusal for want of a budget.
#[derive(Debug)]
pub(crate) struct Refused {
    refusal: Refusal,
    /// In whole seconds; none if waiting is of no use.
    retry_after: Option<u64>,
    /// What was asked for and what is left, when it is about the quota.
    pub(crate) spending: Option<Spending>,
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
    pub(super) fn quota(wait: Duration, spending: Spending) -> Self {
        let seconds = at_least_one(wait);
        let left = spending.level.map_or(0, |level| level.remaining);
        let message = format!(
            "The operation costs {}, and {left} points are left of your quota; try again in {seconds} s, or ask for less.",
            spending.requested
        );
        Self {
            spending: Some(spending),
            ..Self::with(Code::QuotaExhausted, message, Some(seconds))
        }
    }

    /// The quota can never hold so much.
    pub(super) fn above_quota(spending: Spending) -> Self {
        let most = spending.level.map_or(0, |level| level.capacity);
        let message = format!(
            "The operation costs {}, and your whole quota is {most} points; ask for less at once.",
            spending.requested
        );
        Self {
            spending: Some(spending),
            ..Self::with(Code::CostAboveQuota, message, None)
        }
    }

    fn with(code: Code, message: String, retry_after: Option<u64>) -> Self {
        Self {
            refusal: Refusal::new(code, message),
            retry_after,
            spending: None,
        }
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
