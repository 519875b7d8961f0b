//! Server-sent events: the distinct connections mode of `graphql-sse`, one operation a response.
//!
//! What goes wrong with the operation is told in a `next` event, as a browser shows its page nothing of
//! a response that is no stream of events; then comes `complete`.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Response as Answered;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::response::Response;
use futures::{StreamExt, stream};
use graphql_http::{EventStream, Parameters};
use serde::Serialize;
use service::{Code, Error};
use tokio::sync::mpsc::{self, Sender};

use super::{Lifeline, Place};
use crate::caller::Caller;
use crate::error;

/// Tells proxies of the nginx family to pass each event on at once.
const NO_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Answers a request with a stream of events, or with one answer if the client would rather have that
/// where it is enough.
pub(crate) async fn answer(caller: Caller, accepted: EventStream, request: Request) -> Response {
    let endpoint = Arc::clone(caller.endpoint());
    let lifeline = Lifeline::of(&request);
    let (head, body) = request.into_parts();
    let parameters = match endpoint.protocol.read_one(&head, body).await {
        Ok(parameters) => parameters,
        Err(fault) => return fault,
    };
    if let Some(media) = accepted.single_answer()
        && !endpoint.protocol.is_subscription(&parameters)
    {
        let protocol = &endpoint.protocol;
        let request_id = caller.request_id();
        return protocol.answer(parameters, &head.method, &caller, request_id, media).await;
    }
    let (sender, mut receiver) = mpsc::channel(1);
    let telling = Telling { unread: endpoint.streams.bounds.unread, sender };
    let place = endpoint.streams.place("sse");
    let may_mutate = head.method == Method::POST;
    lifeline.clone().spawn(async move {
        tell(caller, parameters, may_mutate, &lifeline, place, telling).await;
    });
    let events = stream::poll_fn(move |cx| receiver.poll_recv(cx));
    let body = Body::from_stream(events.map(Ok::<Bytes, Infallible>));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    headers.insert(NO_BUFFERING, HeaderValue::from_static("no"));
    response
}

/// Tells what comes of an operation, until it ends or its viewer must leave.
async fn tell(
    caller: Caller,
    parameters: Parameters,
    may_mutate: bool,
    lifeline: &Lifeline,
    place: Option<Place>,
    telling: Telling,
) {
    let endpoint = Arc::clone(caller.endpoint());
    let request_id = caller.request_id().to_owned();
    if place.is_none() {
        return telling.refuse(&full(), &request_id).await;
    }
    let mut presence = match caller.known_viewer() {
        None => None,
        Some(viewer) => {
            let most = endpoint.streams.most_of_one();
            match endpoint.space.register(viewer, most).await {
                Ok(presence) => Some(presence),
                Err(refusal) => return telling.refuse(&refusal, &request_id).await,
            }
        }
    };
    let operation = async {
        let running = endpoint.protocol.begin(parameters, may_mutate, &caller, &request_id);
        let mut running = running.await;
        while let Some(answer) = running.next().await {
            telling.next(&answer).await?;
        }
        telling.complete().await
    };
    let must_leave = async {
        match &mut presence {
            Some(presence) => presence.ended().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        refusal = must_leave => telling.refuse(&refusal, &request_id).await,
        () = lifeline.stops() => telling.refuse(&stopping(), &request_id).await,
        () = telling.sender.closed() => {}
        _ = operation => {}
        () = telling.signs_of_life(endpoint.streams.bounds.sign_of_life) => {}
    }
}

/// That nobody reads any more.
struct Gone;

/// Where events are told to.
struct Telling {
    sender: Sender<Bytes>,
    unread: Duration,
}

impl Telling {
    async fn next(&self, answer: &impl Serialize) -> Result<(), Gone> {
        let json = serde_json::to_string(answer).map_err(|error| {
            tracing::error!(%error, "an answer could not be written as JSON");
            Gone
        })?;
        self.send(format!("event: next\ndata: {json}\n\n")).await
    }

    async fn complete(&self) -> Result<(), Gone> {
        self.send("event: complete\ndata: \n\n".to_owned()).await
    }

    /// Tells an error of the whole operation, and that it is over.
    async fn refuse(&self, refusal: &Error, request_id: &str) {
        let Answered { errors, .. } = error::told(refusal, request_id);
        let refused = Refused { errors: &errors };
        if self.next(&refused).await.is_ok() {
            let _ = self.complete().await;
        }
    }

    /// Sends a comment now and then, so that whoever is between leaves the connection open and a client
    /// that is gone is noticed.
    async fn signs_of_life(&self, every: Duration) {
        loop {
            // When the place is taken there is something to read already.
            let _ = self.sender.try_send(Bytes::from_static(b":\n\n"));
            tokio::time::sleep(every).await;
        }
    }

    async fn send(&self, event: String) -> Result<(), Gone> {
        match tokio::time::timeout(self.unread, self.sender.send(event.into())).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }
}

#[derive(Serialize)]
struct Refused<'e> {
    errors: &'e [async_graphql::ServerError],
}

fn full() -> Error {
    Error::new(
        Code::TooManyStreams,
        "This server has as many streams open as it may have; try again in a moment.",
    )
}

fn stopping() -> Error {
    Error::new(
        Code::Unavailable,
        "The server stops. Open the stream again, from the last cursor that you have.",
    )
}
