//! WebSockets that speak `graphql-transport-ws`: the handshake. What follows it is in [`dialogue`].

mod close;
mod dialogue;
mod init;
mod line;
mod message;
mod operation;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use graphql_http::{Code, Refusal};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::{Lifeline, origin};
use crate::admission::Client;
use crate::caller::request_id;
use crate::endpoint::Endpoint;

use close::Close;
use dialogue::Dialogue;
use line::Line;

/// The subprotocol.
const SUBPROTOCOL: &str = "graphql-transport-ws";
/// The only version of the WebSocket protocol.
const VERSION: &str = "13";
/// How much is read and written at once: most sockets are silent most of the time, and there are many.
const BUFFER: usize = 4 * 1024;

/// Whether a request asks for a socket.
pub(crate) fn is_wanted(request: &Request) -> bool {
    let headers = request.headers();
    *request.method() == Method::GET
        && names(headers, &header::CONNECTION, "upgrade")
        && names(headers, &header::UPGRADE, "websocket")
}

/// Answers a request for a socket: accepts it, and lets the dialogue begin when the connection is free
/// for it.
pub(crate) fn open(endpoint: &Arc<Endpoint>, mut request: Request) -> Response {
    let key = match accepted_key(endpoint, request.headers()) {
        Ok(key) => key,
        Err(refusal) => return refused(refusal),
    };
    let Some(place) = endpoint.streams.place("websocket") else {
        return refused(Refusal::new(
            Code::TooManyStreams,
            "This server has as many streams open as it may have; try again in a moment.",
        ));
    };
    // Opening one is a request of its address, so that guessing at tokens is slow here too.
    let address = endpoint.trusted_proxies.client(request.extensions(), request.headers());
    if let Err(refused) = endpoint.admission.count(&Client::of(None, address), 1) {
        return graphql_http::refused_with(refused.into_response());
    }
    let subprotocol = chosen_subprotocol(request.headers());
    let is_spoken = subprotocol.as_ref().is_some_and(|name| name == SUBPROTOCOL);
    let authorization = request.headers().get_all(header::AUTHORIZATION);
    let dialogue = Dialogue {
        endpoint: Arc::clone(endpoint),
        authorization: authorization.iter().cloned().collect(),
        address,
        request_id: request_id(request.extensions()),
        lifeline: Lifeline::of(&request),
    };
    let upgrade = hyper::upgrade::on(&mut request);
    let config = WebSocketConfig::default()
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .max_message_size(Some(endpoint.protocol.body_bytes))
        .max_frame_size(Some(endpoint.protocol.body_bytes));
    let unread = endpoint.streams.bounds.unread;
    dialogue.lifeline.clone().spawn(async move {
        let _place = place;
        let connection = match upgrade.await {
            Ok(connection) => TokioIo::new(connection),
            Err(broken) => {
                tracing::debug!(%broken, "a socket was not opened");
                return;
            }
        };
        let socket = WebSocketStream::from_raw_socket(connection, Role::Server, Some(config));
        let line = Line::new(socket.await, unread);
        if is_spoken {
            dialogue.hold(line).await;
        } else {
            line.close(Close::subprotocol_not_acceptable()).await;
        }
    });
    switched(key, subprotocol)
}

/// The answer to the key of a handshake that is in order.
///
/// # Errors
/// `ORIGIN_NOT_ALLOWED`, `BAD_REQUEST`.
fn accepted_key(endpoint: &Endpoint, headers: &HeaderMap) -> Result<HeaderValue, Refusal> {
    if !origin::is_allowed(headers, &endpoint.origins) {
        return Err(Refusal::new(
            Code::OriginNotAllowed,
            "Pages of this origin may not open sockets here; the server's operator can allow it.",
        ));
    }
    let malformed = |message: &str| Err(Refusal::new(Code::BadRequest, message));
    if headers.get(header::SEC_WEBSOCKET_VERSION) != Some(&HeaderValue::from_static(VERSION)) {
        return malformed("The version of the WebSocket protocol must be 13.");
    }
    let Some(key) = headers.get(header::SEC_WEBSOCKET_KEY) else {
        return malformed("The handshake has no `Sec-WebSocket-Key`.");
    };
    HeaderValue::try_from(derive_accept_key(key.as_bytes()))
        .or_else(|_| malformed("The `Sec-WebSocket-Key` is malformed."))
}

/// Ours if the client speaks it. Else the first that it speaks, so that it understands why the socket is
/// closed again: a client that gets none of its own breaks the handshake off.
fn chosen_subprotocol(headers: &HeaderMap) -> Option<HeaderValue> {
    let offered: Vec<&str> = tokens(headers, &header::SEC_WEBSOCKET_PROTOCOL).collect();
    let ours = offered.iter().find(|name| **name == SUBPROTOCOL);
    let chosen = ours.or_else(|| offered.first())?;
    HeaderValue::from_str(chosen).ok()
}

fn switched(key: HeaderValue, subprotocol: Option<HeaderValue>) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, key);
    if let Some(subprotocol) = subprotocol {
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, subprotocol);
    }
    response
}

fn refused(refusal: Refusal) -> Response {
    let mut response = graphql_http::refused(refusal);
    response.headers_mut().insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static(VERSION));
    response
}

fn names(headers: &HeaderMap, name: &HeaderName, value: &str) -> bool {
    tokens(headers, name).any(|token| token.eq_ignore_ascii_case(value))
}

fn tokens<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
}
