//! The GraphQL endpoint: from a request with a bearer token to an answer for its viewer.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Response as Answer, value};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use chrono::SecondsFormat;
use service::access::token;
use service::{Code, Error, Result, Space, Viewer};
use tower_http::request_id::RequestId;

use crate::admission::{Admission, Client, Places, Spending};
use crate::document::Cost;
use crate::error;
use crate::graph::{Graph, RateLimit};
use crate::loading::Asker;
use crate::peer::TrustedProxies;
use crate::protocol::{self, Execute, Protocol};

/// How long an operation waits for its turn.
const WAIT: Duration = Duration::from_secs(10);

/// What the endpoint needs.
pub(crate) struct Endpoint {
    pub(crate) space: Arc<Space>,
    pub(crate) graph: Graph,
    pub(crate) protocol: Protocol,
    pub(crate) trusted_proxies: TrustedProxies,
    pub(crate) admission: Admission,
    pub(crate) timeout: Duration,
    /// How many operations may be carried out at once: more would only wait for the database, and
    /// hold memory while they do.
    pub(crate) places: Places,
}

/// Answers one HTTP request to the graph.
pub(crate) async fn handle(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    let request_id = request_id(&request);
    let address = endpoint
        .trusted_proxies
        .client(request.extensions(), request.headers());
    let viewer = viewer(&endpoint.space, request.headers()).await;
    let viewer = viewer.map(|viewer| viewer.in_request(request_id.clone()));
    let client = Client::of(viewer.as_ref().ok(), address);
    let executor = Executor {
        endpoint: &endpoint,
        viewer,
        client,
        request_id,
    };
    let mut response = endpoint.protocol.handle(request, &executor).await;
    endpoint.admission.describe(&client, response.headers_mut());
    response
}

/// The id that the router gave the request.
pub(crate) fn request_id(request: &Request) -> String {
    let id = request
        .extensions()
        .get::<RequestId>()
        .and_then(|id| id.header_value().to_str().ok());
    id.unwrap_or("unknown").to_owned()
}

/// Who asks, by the bearer token.
async fn viewer(space: &Space, headers: &HeaderMap) -> Result<Viewer> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    match (sent.next(), sent.next()) {
        (None, _) => Ok(Viewer::anonymous()),
        (Some(value), None) => {
            let token = value
                .to_str()
                .ok()
                .and_then(|value| value.split_once(' '))
                .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
                .map(|(_, token)| token.trim());
            match token {
                Some(token) => Ok(Viewer::holder(token::authenticate(space, token).await?)),
                None => Err(Error::new(
                    Code::TokenInvalid,
                    "The Authorization header must be `Bearer` and an access token.",
                )),
            }
        }
        (Some(_), Some(_)) => Err(Error::new(
            Code::TokenInvalid,
            "The Authorization header was sent more than once.",
        )),
    }
}

/// Carries out operations for one viewer.
struct Executor<'e> {
    endpoint: &'e Endpoint,
    viewer: Result<Viewer>,
    client: Client,
    request_id: String,
}

impl Execute for Executor<'_> {
    fn arrived(&self, requests: usize) -> Result<(), Box<Answer>> {
        self.endpoint
            .admission
            .count(&self.client, requests)
            .map_err(|refused| Box::new(refused.into_response()))
    }

    async fn execute(&self, request: async_graphql::Request, cost: Cost) -> Answer {
        // Whoever guesses at tokens spends an address's quota like anybody without one.
        let charged = self
            .endpoint
            .admission
            .charge(&self.client, cost.complexity);
        let spending = match charged {
            Ok(spending) => self.shown(spending),
            Err((refused, spending)) => {
                return with_cost(refused.into_response(), self.shown(spending));
            }
        };
        let timeout = self.endpoint.timeout;
        let answer = match tokio::time::timeout(timeout, self.answer(request, spending)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(refusal)) => error::refused(&refusal, &self.request_id),
            Err(_) => {
                let message = "The request took too long and was stopped; ask for less at once.";
                error::refused(&Error::new(Code::TimedOut, message), &self.request_id)
            }
        };
        with_cost(answer, spending)
    }

    fn price(&self, cost: Cost) -> Answer {
        if let Err(refusal) = &self.viewer {
            return error::refused(refusal, &self.request_id);
        }
        let spending = self.endpoint.admission.price(&self.client, cost.complexity);
        with_cost(Answer::default(), self.shown(spending))
    }

    fn status(&self, code: &str) -> Option<StatusCode> {
        let of_service = Code::ALL.iter().find(|known| known.as_str() == code);
        match of_service {
            Some(code) => StatusCode::from_u16(code.status()).ok(),
            // What is wrong with a document is told in the status only where the media type has it so.
            None => protocol::Code::ALL
                .iter()
                .find(|known| known.as_str() == code)
                .map(|code| code.status())
                .filter(|status| *status != StatusCode::BAD_REQUEST),
        }
    }
}

impl Executor<'_> {
    async fn answer(&self, request: async_graphql::Request, spending: RateLimit) -> Result<Answer> {
        let viewer = self.viewer.clone()?;
        let place =
            tokio::time::timeout(WAIT, self.endpoint.places.enter(self.client, spending.cost))
                .await;
        let _place = match place {
            Ok(Ok(Some(place))) => place,
            Ok(Err(refused)) => return Ok(refused.into_response()),
            Ok(Ok(None)) | Err(_) => {
                return Err(Error::new(
                    Code::Unavailable,
                    "The server is busy; try again in a moment.",
                ));
            }
        };
        let asker = Asker::new(Arc::clone(&self.endpoint.space), viewer).await?;
        let request = request.data(asker).data(spending);
        let mut answer = self.endpoint.graph.execute(request).await;
        error::translate(&mut answer, &self.request_id);
        Ok(answer)
    }

    /// What an operation costs, as the client is told. Where no quota is counted, each operation has a
    /// budget of its own: what one may cost.
    fn shown(&self, spending: Spending) -> RateLimit {
        let now = self.endpoint.space.store().source().now();
        let cost = spending.requested;
        match spending.level {
            Some(level) => RateLimit {
                cost,
                limit: level.capacity.into(),
                remaining: level.remaining.into(),
                reset_at: now + level.full_in,
            },
            None => {
                let limit = self.endpoint.protocol.limits.complexity;
                RateLimit {
                    cost,
                    limit,
                    remaining: limit.saturating_sub(cost),
                    reset_at: now,
                }
            }
        }
    }
}

/// Tells in `extensions.cost` what an operation costs and what is left.
fn with_cost(answer: Answer, spending: RateLimit) -> Answer {
    let reset_at = spending
        .reset_at
        .to_rfc3339_opts(SecondsFormat::Millis, true);
    let cost = value!({
        "requested": spending.cost,
        "remaining": spending.remaining,
        "limit": spending.limit,
        "resetAt": reset_at,
    });
    answer.extension("cost", cost)
}
