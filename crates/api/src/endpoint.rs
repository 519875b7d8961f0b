//! The GraphQL endpoint: from a request with a bearer token to an answer for its viewer.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Response as Answer, value};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use chrono::SecondsFormat;
use futures::stream::BoxStream;
use graphql_http::{Cost, EventStream, Execute, Operation, Outcome, Protocol, Subscribe};
use service::access::token;
use service::{Code, Error, Result, Space, Viewer};
use tower_http::request_id::RequestId;

use crate::admission::{Admission, Client, Place, Places, Spending};
use crate::error;
use crate::graph::{Graph, RateLimit, Validator, at_least};
use crate::loading::{Asker, Askers};
use crate::peer::TrustedProxies;
use crate::streams::{self, Streams};

/// How long an operation waits for its turn.
const WAIT: Duration = Duration::from_secs(10);

/// What the endpoint needs.
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
    /// How many operations may be carried out at once: more would only wait for the database, and
    /// hold memory while they do.
    pub(crate) places: Places,
    pub(crate) streams: Streams,
    /// The origins of pages, besides its own, that may open sockets.
    pub(crate) origins: Vec<HeaderValue>,
}

impl Endpoint {
    /// Takes the cost of an operation from its client's quota.
    ///
    /// # Errors
    /// The answer to a client that can't afford it.
    pub(crate) fn charge(&self, client: &Client, cost: u64) -> Result<RateLimit, Box<Answer>> {
        match self.admission.charge(client, cost) {
            Ok(spending) => Ok(self.shown(spending)),
            Err((refused, spending)) => {
                let answer = refused.into_response();
                Err(Box::new(with_cost(answer, self.shown(spending))))
            }
        }
    }

    /// Waits for a place among the operations that may be carried out at once.
    ///
    /// # Errors
    /// The answer to a client of whom too many wait, and to one that has waited for [`WAIT`].
    pub(crate) async fn place(
        &self,
        client: Client,
        cost: u64,
        request_id: &str,
    ) -> Result<Place<'_>, Box<Answer>> {
        match tokio::time::timeout(WAIT, self.places.enter(client, cost)).await {
            Ok(Ok(Some(place))) => Ok(place),
            Ok(Err(refused)) => Err(Box::new(refused.into_response())),
            Ok(Ok(None)) | Err(_) => {
                let message = "The server is busy; try again in a moment.";
                let refusal = Error::new(Code::Unavailable, message);
                Err(Box::new(error::refused(&refusal, request_id)))
            }
        }
    }

    /// What an operation costs, as the client is told. Where no quota is counted, each operation has a
    /// budget of its own: what one may cost.
    fn shown(&self, spending: Spending) -> RateLimit {
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

/// Answers one HTTP request to the graph.
pub(crate) async fn handle(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    if streams::is_socket_wanted(&request) {
        return streams::open_socket(&endpoint, request);
    }
    let address = address(&endpoint, &request);
    let viewer = viewer(&endpoint.space, request.headers(), address).await;
    let executor = Executor::new(Arc::clone(&endpoint), viewer, address, request_id(&request));
    let client = executor.client;
    let mut response = match EventStream::of(&request) {
        Some(accepted) => streams::answer_with_events(executor, accepted, request).await,
        None => endpoint.protocol.handle(request, &executor).await,
    };
    endpoint.admission.describe(&client, response.headers_mut());
    response
}

/// The address of whoever sent a request.
pub(crate) fn address(endpoint: &Endpoint, request: &Request) -> Option<IpAddr> {
    endpoint.trusted_proxies.client(request.extensions(), request.headers())
}

/// The id that the router gave the request.
pub(crate) fn request_id(request: &Request) -> String {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    id.unwrap_or("unknown").to_owned()
}

/// Who asks, by the bearer token.
pub(crate) async fn viewer(
    space: &Space,
    headers: &HeaderMap,
    from: Option<IpAddr>,
) -> Result<Viewer> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    match (sent.next(), sent.next()) {
        (None, _) => Ok(Viewer::anonymous()),
        (Some(value), None) => holder(space, value.to_str().unwrap_or_default(), from).await,
        (Some(_), Some(_)) => {
            Err(Error::new(Code::TokenInvalid, "The Authorization header was sent more than once."))
        }
    }
}

/// The holder of the token in an `Authorization` header, or in what stands for one, sent from an address.
pub(crate) async fn holder(
    space: &Space,
    authorization: &str,
    from: Option<IpAddr>,
) -> Result<Viewer> {
    let token = authorization
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    match token {
        Some(token) => Ok(Viewer::holder(token::authenticate(space, token, from).await?)),
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
    client: Client,
    request_id: String,
}

impl Executor {
    pub(crate) fn new(
        endpoint: Arc<Endpoint>,
        viewer: Result<Viewer>,
        address: Option<IpAddr>,
        request_id: String,
    ) -> Self {
        Self {
            // Whoever guesses at tokens spends an address's budgets like anybody without one.
            client: Client::of(viewer.as_ref().ok(), address),
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

    async fn answer(&self, operation: Operation, spending: RateLimit) -> Answer {
        let viewer = match &self.viewer {
            Ok(viewer) => viewer.clone(),
            Err(refusal) => return error::refused(refusal, &self.request_id),
        };
        let (client, cost) = (self.client, spending.cost.unsigned_abs().into());
        let _place = match self.endpoint.place(client, cost, &self.request_id).await {
            Ok(place) => place,
            Err(refused) => return *refused,
        };
        let asker = match Asker::new(Arc::clone(&self.endpoint.space), viewer).await {
            Ok(asker) => asker,
            Err(refusal) => return error::refused(&refusal, &self.request_id),
        };
        let request = match self.validated(operation).await {
            Ok(request) => request,
            Err(refused) => return *refused,
        };
        let request = request.data(Askers::new(Arc::clone(&asker))).data(spending);
        let mut answer = self.endpoint.graph.execute(request).await;
        error::translate(&mut answer, &asker.space, &asker.viewer, &self.request_id);
        answer
    }

    /// The request of an operation, once the document that it was made of is known to be valid.
    ///
    /// # Errors
    /// The answer to a document that isn't.
    async fn validated(&self, operation: Operation) -> Result<async_graphql::Request, Box<Answer>> {
        let Operation { request, written, .. } = operation;
        if let Some(written) = written {
            self.endpoint.validator.validate(written, &request).await?;
        }
        Ok(request)
    }
}

impl Execute for Executor {
    fn arrived(&self, requests: usize) -> Result<(), Box<Answer>> {
        self.endpoint
            .admission
            .count(&self.client, requests)
            .map_err(|refused| Box::new(refused.into_response()))
    }

    async fn execute(&self, operation: Operation) -> Answer {
        let cost = operation.cost.complexity;
        let spending = match self.endpoint.charge(&self.client, cost) {
            Ok(spending) => spending,
            Err(refused) => return *refused,
        };
        let answering = self.answer(operation, spending);
        let answer = match tokio::time::timeout(self.endpoint.timeout, answering).await {
            Ok(answer) => answer,
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
        with_cost(Answer::default(), self.endpoint.shown(spending))
    }

    fn status(&self, code: &str) -> Option<StatusCode> {
        let of_service = Code::ALL.iter().find(|known| known.as_str() == code);
        match of_service {
            Some(code) => StatusCode::from_u16(code.status()).ok(),
            // What is wrong with a document is told in the status only where the media type has it so.
            None => graphql_http::Code::ALL
                .iter()
                .find(|known| known.as_str() == code)
                .map(|code| code.status())
                .filter(|status| *status != StatusCode::BAD_REQUEST),
        }
    }
}

impl Subscribe for Executor {
    async fn subscribe(
        &self,
        operation: Operation,
    ) -> Result<BoxStream<'static, Outcome>, Box<Answer>> {
        let cost = operation.cost.complexity;
        let viewer = self.viewer.clone();
        let viewer = viewer.map_err(|refusal| error::refused(&refusal, &self.request_id))?;
        let follower = streams::Follower {
            endpoint: Arc::clone(&self.endpoint),
            viewer,
            client: self.client,
            cost,
            request_id: self.request_id.clone(),
        };
        let request = self.validated(operation).await?;
        Ok(streams::subscription(follower, request))
    }
}

/// Tells in `extensions.cost` what an operation costs and what is left.
pub(crate) fn with_cost(answer: Answer, spending: RateLimit) -> Answer {
    let reset_at = spending.reset_at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let cost = value!({
        "requested": spending.cost,
        "remaining": spending.remaining,
        "limit": spending.limit,
        "resetAt": reset_at,
    });
    answer.extension("cost", cost)
}
