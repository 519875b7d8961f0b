//! Who sent a request, and what every surface does before its work: the caller is authenticated, counted, charged,
//! waits for a place and is answered in time.
//!
//! [`Caller`] is an extractor. A surface whose request is one piece of work answers with [`Caller::answer`]; the graph,
//! whose requests may be several operations and whose operations may last, takes the steps by themselves.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Response as Answer;
use axum::extract::FromRequestParts;
use axum::http::Extensions;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use service::{Code, Error, Result, Space, Viewer};
use tower_http::request_id::RequestId;

use crate::admission::{Client, Place, Places};
use crate::endpoint::Endpoint;
use crate::graph::RateLimit;
use crate::{authentication, error};

/// How long an operation waits for its turn.
const TURN_OF_OPERATION: Duration = Duration::from_secs(10);
/// How long an import waits for its turn: the one before it may be long.
const TURN_OF_IMPORT: Duration = Duration::from_secs(600);

/// What is carried out for a caller.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Work {
    /// Something that is asked or changed, and answered at once.
    Operation,
    /// The answer to one event of a subscription.
    Event,
    /// A return whose files are read as they come.
    Import,
}

impl Work {
    /// Where it waits for its turn. Imports have places of their own, so that they keep nobody from asking.
    const fn places(self, endpoint: &Endpoint) -> (&Places, Duration) {
        match self {
            Self::Operation | Self::Event => (&endpoint.places, TURN_OF_OPERATION),
            Self::Import => (&endpoint.places_of_imports, TURN_OF_IMPORT),
        }
    }

    /// How long it may take, and what is said when it takes longer.
    const fn limit(self, endpoint: &Endpoint) -> (Duration, &'static str) {
        match self {
            Self::Operation => (
                endpoint.timeout,
                "The request took too long and was stopped; ask for less at once.",
            ),
            Self::Event => (
                endpoint.timeout,
                "Answering a change took too long and was stopped; ask for less of each.",
            ),
            Self::Import => (
                endpoint.import_timeout,
                "The return took too long; see whether it came into use before you send it again.",
            ),
        }
    }
}

/// Who sent a request, and on whose budgets it counts.
#[derive(Clone)]
pub(crate) struct Caller {
    endpoint: Arc<Endpoint>,
    viewer: Result<Viewer>,
    client: Client,
    request_id: String,
}

impl FromRequestParts<Arc<Endpoint>> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        endpoint: &Arc<Endpoint>,
    ) -> Result<Self, Infallible> {
        let address = endpoint.trusted_proxies.client(&parts.extensions, &parts.headers);
        let viewer = authentication::of_headers(&endpoint.space, &parts.headers, address).await;
        let request_id = request_id(&parts.extensions);
        Ok(Self::new(Arc::clone(endpoint), viewer, address, request_id))
    }
}

/// The id that the router gave the request.
pub(crate) fn request_id(extensions: &Extensions) -> String {
    let id = extensions.get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    id.unwrap_or("unknown").to_owned()
}

impl Caller {
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

    pub(crate) fn space(&self) -> &Arc<Space> {
        &self.endpoint.space
    }

    pub(crate) fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Who asks.
    ///
    /// # Errors
    /// The refusal of their token.
    pub(crate) fn viewer(&self) -> Result<Viewer, Box<Answer>> {
        self.viewer.clone().map_err(|refusal| self.refused(&refusal))
    }

    /// Who asks, unless their token is refused.
    pub(crate) fn known_viewer(&self) -> Option<&Viewer> {
        self.viewer.as_ref().ok()
    }

    /// Counts requests that have arrived, before anything of them is looked at.
    ///
    /// # Errors
    /// The answer to a client that sends too many.
    pub(crate) fn count(&self, requests: usize) -> Result<(), Box<Answer>> {
        let counted = self.endpoint.admission.count(&self.client, requests);
        counted.map_err(|refused| Box::new(refused.into_response()))
    }

    /// Takes a cost from the client's quota.
    ///
    /// # Errors
    /// The answer to a client that can't afford it.
    pub(crate) fn charge(&self, cost: u64) -> Result<RateLimit, Box<Answer>> {
        match self.endpoint.admission.charge(&self.client, cost) {
            Ok(spending) => Ok(self.endpoint.rate_limit(spending)),
            Err((refused, spending)) => {
                let limit = self.endpoint.rate_limit(spending);
                Err(Box::new(limit.told_in(refused.into_response())))
            }
        }
    }

    /// What a cost would leave of the client's quota, without taking it.
    pub(crate) fn quote(&self, cost: u64) -> RateLimit {
        self.endpoint.rate_limit(self.endpoint.admission.price(&self.client, cost))
    }

    /// Carries out what has been charged: for its viewer, in its turn and in its time.
    ///
    /// # Errors
    /// The answer to a refused token, to a client of whom too many wait or that has waited too long, to what took too
    /// long; and what the task gives.
    pub(crate) async fn perform<T, F>(
        &self,
        work: Work,
        cost: u64,
        task: impl FnOnce(Viewer) -> F + Send,
    ) -> Result<T, Box<Answer>>
    where
        F: Future<Output = Result<T, Box<Answer>>> + Send,
    {
        let viewer = self.viewer()?;
        let (limit, too_long) = work.limit(&self.endpoint);
        let performed = async {
            let _place = self.place(work, cost).await?;
            task(viewer).await
        };
        tokio::time::timeout(limit, performed)
            .await
            .unwrap_or_else(|_| Err(self.refused(&Error::new(Code::TimedOut, too_long))))
    }

    /// Answers a request that is one piece of work. What the service refuses is noted for the audit.
    pub(crate) async fn answer<T, F>(
        &self,
        work: Work,
        cost: u64,
        task: impl FnOnce(Viewer) -> F + Send,
    ) -> Response
    where
        T: IntoResponse,
        F: Future<Output = Result<T>> + Send,
    {
        let answered = async {
            self.count(1)?;
            self.viewer()?;
            self.charge(cost)?;
            let task = |viewer: Viewer| async move {
                let done = task(viewer.clone()).await;
                done.map_err(|refusal| self.refused_to(&viewer, &refusal))
            };
            self.perform(work, cost, task).await
        };
        let mut response = match answered.await {
            Ok(told) => told.into_response(),
            Err(refused) => error::respond(*refused, None),
        };
        self.describe(&mut response);
        response
    }

    /// Tells the client of its budgets in headers.
    pub(crate) fn describe(&self, response: &mut Response) {
        self.endpoint.admission.describe(&self.client, response.headers_mut());
    }

    /// The answer to what is refused as a whole.
    pub(crate) fn refused(&self, refusal: &Error) -> Box<Answer> {
        Box::new(error::refused(refusal, &self.request_id))
    }

    /// The same for what the service refused to its viewer: noted for the audit.
    pub(crate) fn refused_to(&self, viewer: &Viewer, refusal: &Error) -> Box<Answer> {
        let now = self.space().store().source().now();
        self.space().journal().refused(viewer, refusal, now);
        self.refused(refusal)
    }

    /// Gives the errors of an answer of the graph their codes, and notes what was refused.
    pub(crate) fn translate(&self, viewer: &Viewer, answer: &mut Answer) {
        error::translate(answer, self.space(), viewer, &self.request_id);
    }

    async fn place(&self, work: Work, cost: u64) -> Result<Place<'_>, Box<Answer>> {
        let (places, patience) = work.places(&self.endpoint);
        match tokio::time::timeout(patience, places.enter(self.client, cost)).await {
            Ok(Ok(Some(place))) => Ok(place),
            Ok(Err(refused)) => Err(Box::new(refused.into_response())),
            Ok(Ok(None)) | Err(_) => {
                let message = "The server is busy; try again in a moment.";
                Err(self.refused(&Error::new(Code::Unavailable, message)))
            }
        }
    }
}
