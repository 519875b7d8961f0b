//! The GraphQL endpoint: from a request with a bearer token to an answer for its viewer.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::Response as Answer;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures::stream::BoxStream;
use service::access::token;
use service::{Code, Error, Result, Space, Viewer};
use tokio::sync::{Semaphore, SemaphorePermit};
use tower_http::request_id::RequestId;

use crate::document::Cost;
use crate::error;
use crate::graph::Graph;
use crate::loading::Asker;
use crate::protocol::{Execute, Outcome, Protocol, Subscribe, Wish};
use crate::streams::{self, Streams};

/// How long an operation waits for its turn.
const WAIT: Duration = Duration::from_secs(10);

/// What the endpoint needs.
pub(crate) struct Endpoint {
    pub(crate) space: Arc<Space>,
    pub(crate) graph: Graph,
    /// The same graph for subscriptions: it answers each event as a request of its own.
    pub(crate) streamed_graph: Graph,
    pub(crate) protocol: Protocol,
    pub(crate) timeout: Duration,
    /// How many operations may be carried out at once: more would only wait for the database, and
    /// hold memory while they do.
    pub(crate) places: Semaphore,
    pub(crate) streams: Streams,
    /// The origins of pages, besides its own, that may open sockets.
    pub(crate) origins: Vec<HeaderValue>,
}

impl Endpoint {
    /// Waits for a place among the operations that may be carried out at once.
    ///
    /// # Errors
    /// `UNAVAILABLE` when none has become free for [`WAIT`].
    pub(crate) async fn place(&self) -> Result<SemaphorePermit<'_>> {
        match tokio::time::timeout(WAIT, self.places.acquire()).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(Error::new(
                Code::Unavailable,
                "The server is busy; try again in a moment.",
            )),
        }
    }
}

/// Answers one HTTP request to the graph.
pub(crate) async fn handle(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    if streams::is_socket_wanted(&request) {
        return streams::open_socket(&endpoint, request);
    }
    let viewer = viewer(&endpoint.space, request.headers()).await;
    let executor = Executor::new(Arc::clone(&endpoint), viewer, request_id(&request));
    match Wish::of(&request) {
        Some(wish) => streams::answer_with_events(executor, wish, request).await,
        None => endpoint.protocol.handle(request, &executor).await,
    }
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
        (Some(value), None) => holder(space, value.to_str().unwrap_or_default()).await,
        (Some(_), Some(_)) => Err(Error::new(
            Code::TokenInvalid,
            "The Authorization header was sent more than once.",
        )),
    }
}

/// The holder of the token in an `Authorization` header, or in what stands for one.
pub(crate) async fn holder(space: &Space, authorization: &str) -> Result<Viewer> {
    let token = authorization
        .split_once(' ')
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

/// Carries out operations for one viewer.
pub(crate) struct Executor {
    endpoint: Arc<Endpoint>,
    viewer: Result<Viewer>,
    request_id: String,
}

impl Executor {
    pub(crate) fn new(endpoint: Arc<Endpoint>, viewer: Result<Viewer>, request_id: String) -> Self {
        Self {
            endpoint,
            viewer: viewer.map(|viewer| viewer.in_request(request_id.clone())),
            request_id,
        }
    }

    pub(crate) const fn endpoint(&self) -> &Arc<Endpoint> {
        &self.endpoint
    }

    /// For whom; the refusal of their token if it is refused.
    pub(crate) const fn viewer(&self) -> &Result<Viewer> {
        &self.viewer
    }

    pub(crate) fn request_id(&self) -> &str {
        &self.request_id
    }
}

impl Execute for Executor {
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

impl Subscribe for Executor {
    async fn subscribe(
        &self,
        request: async_graphql::Request,
        _cost: Cost,
    ) -> Result<BoxStream<'static, Outcome>, Box<Answer>> {
        let viewer = self.viewer.clone();
        let viewer = viewer.map_err(|refusal| error::refused(&refusal, &self.request_id))?;
        Ok(streams::subscription(
            Arc::clone(&self.endpoint),
            viewer,
            self.request_id.clone(),
            request,
        ))
    }
}

impl Executor {
    async fn answer(&self, request: async_graphql::Request, cost: Cost) -> Result<Answer> {
        let viewer = self.viewer.clone()?;
        let _place = self.endpoint.place().await?;
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
