//! The GraphQL endpoint: from a request with a bearer token to an answer for its viewer.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::Response as Answer;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use service::access::token;
use service::{Code, Error, Result, Space, Viewer};
use tokio::sync::Semaphore;
use tower_http::request_id::RequestId;

use crate::document::Cost;
use crate::error;
use crate::graph::Graph;
use crate::loading::Asker;
use crate::protocol::{Execute, Protocol};

/// How long an operation waits for its turn.
const WAIT: Duration = Duration::from_secs(10);

/// What the endpoint needs.
pub(crate) struct Endpoint {
    pub(crate) space: Arc<Space>,
    pub(crate) graph: Graph,
    pub(crate) protocol: Protocol,
    pub(crate) timeout: Duration,
    /// How many operations may be carried out at once: more would only wait for the database, and
    /// hold memory while they do.
    pub(crate) places: Semaphore,
}

/// Answers one HTTP request to the graph.
pub(crate) async fn handle(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    let request_id = request_id(&request);
    let viewer = viewer(&endpoint.space, request.headers()).await;
    let viewer = viewer.map(|viewer| viewer.in_request(request_id.clone()));
    let executor = Executor {
        endpoint: &endpoint,
        viewer,
        request_id,
    };
    endpoint.protocol.handle(request, &executor).await
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
                Some(token) => Ok(Viewer::holder(
                    token::authenticate(space, token, None).await?,
                )),
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
    request_id: String,
}

impl Execute for Executor<'_> {
    async fn execute(&self, request: async_graphql::Request, cost: Cost) -> Answer {
        match tokio::time::timeout(self.endpoint.timeout, self.answer(request, cost)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(refusal)) => error::refused(&refusal, &self.request_id),
            Err(_) => {
                let message = "The request took too long and was stopped; ask for less at once.";
                error::refused(&Error::new(Code::TimedOut, message), &self.request_id)
            }
        }
    }

    fn status(&self, code: &str) -> Option<StatusCode> {
        let code = Code::ALL.iter().find(|known| known.as_str() == code)?;
        StatusCode::from_u16(code.status()).ok()
    }
}

impl Executor<'_> {
    async fn answer(&self, request: async_graphql::Request, cost: Cost) -> Result<Answer> {
        let viewer = self.viewer.clone()?;
        let place = tokio::time::timeout(WAIT, self.endpoint.places.acquire()).await;
        let Ok(Ok(_place)) = place else {
            return Err(Error::new(
                Code::Unavailable,
                "The server is busy; try again in a moment.",
            ));
        };
        let asker = Asker::new(Arc::clone(&self.endpoint.space), viewer).await?;
        let request = request
            .data(Arc::clone(&asker))
            .data(cost)
            .data(self.endpoint.protocol.limits.clone());
        let mut answer = self.endpoint.graph.execute(request).await;
        error::translate(&mut answer, &asker.space, &asker.viewer, &self.request_id);
        Ok(answer)
    }
}
