//! Each code with which a socket is closed.

use std::time::Duration;

use api::StreamBounds;
use axum::http::header;
use chrono::TimeDelta;
use serde_json::json;
use service::access::ScopeName;
use tests::support::app::{ALPHA, TestApp};
use tests::support::databases::DatabaseKind;
use tests::support::streams::{SUBPROTOCOL, Socket, StreamServer};
use tokio_tungstenite::tungstenite::Message;

use super::{CHANGES, NAME};

async fn app() -> TestApp {
    TestApp::start(DatabaseKind::Sqlite).await
}

#[tokio::test]
async fn what_is_no_message_of_the_protocol_closes_with_4400() {
    let app = app().await;
    let server = StreamServer::start(&app.space).await;
    for message in [
        Message::text("no JSON"),
        Message::text(r#"{"type": "start", "id": "1", "payload": {"query": "{ __typename }"}}"#),
        Message::text(r#"{"type": "connection_ack"}"#),
        Message::text(r#"{"type": "subscribe", "payload": {"query": "{ __typename }"}}"#),
        Message::text(r#"{"type": "subscribe", "id": "1", "payload": {"variables": {}}}"#),
        Message::text(r#"{"id": "1"}"#),
        Message::binary(r#"{"type": "ping"}"#),
    ] {
        let mut known = server.join(None).await;
        known.send(message.clone()).await;
        let (code, reason) = known.closed().await;
        assert_eq!(code, 4400, "{message:?}: {reason}");
        assert!(reason.starts_with("Invalid message: "), "{reason}");

        let mut unknown = server.open().await;
        unknown.send(message.clone()).await;
        assert_eq!(unknown.closed().await.0, 4400, "{message:?}");
    }
}

#[tokio::test]
async fn a_message_that_is_too_large_closes_with_4400_and_the_client_hears_it() {
    let app = app().await;
    let server = StreamServer::start(&app.space).await;
    let mut socket = server.join(None).await;
    let long = "x".repeat(3 * 1024 * 1024);
    socket.say(json!({ "type": "ping", "payload": { "long": long } })).await;
    assert_eq!(socket.closed().await, (4400, "Invalid message: it is too large".to_owned()));
}

#[tokio::test]
async fn an_operation_before_the_acknowledgement_closes_with_4401() {
    let app = app().await;
    let server = StreamServer::start(&app.space).await;
    let mut socket = server.open().await;
    socket.subscribe("1", NAME, json!({})).await;
    assert_eq!(socket.closed().await, (4401, "Unauthorized".to_owned()));
}

#[tokio::test]
async fn a_token_that_is_refused_closes_with_4403_and_the_code_of_the_refusal() {
    let app = app().await;
    let server = StreamServer::start(&app.space).await;
    let (revoked, id) = app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    app.revoke(id).await;
    let (expired, _) = app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    app.clock.advance(TimeDelta::days(31));
    for (payload, code) in [
        (json!({ "authorization": format!("Bearer {revoked}") }), "TOKEN_REVOKED"),
        (json!({ "token": expired }), "TOKEN_EXPIRED"),
        (json!({ "token": "nonsense" }), "TOKEN_INVALID"),
        (json!({ "authorization": expired }), "TOKEN_INVALID"),
        (json!({ "authorization": 7 }), "TOKEN_INVALID"),
        (json!({ "authorization": "Bearer x", "token": "x" }), "TOKEN_INVALID"),
    ] {
        let mut socket = server.open().await;
        socket.say(json!({ "type": "connection_init", "payload": payload })).await;
        let (number, reason) = socket.closed().await;
        assert_eq!(number, 4403, "{reason}");
        assert!(reason.starts_with(&format!("{code}: ")), "{code}, not {reason}");
    }
    let bearer = format!("Bearer {expired}");
    let headers =
        [(header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL), (header::AUTHORIZATION, bearer.as_str())];
    let mut socket = Socket::try_open(server.server.address(), &headers).await.unwrap();
    socket.say(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.closed().await.0, 4403, "a token in the header counts as well");
}

#[tokio::test]
async fn another_subprotocol_or_none_closes_with_4406() {
    let app = app().await;
    let server = StreamServer::start(&app.space).await;
    for subprotocol in ["graphql-ws", "", "graphql-ws, soap"] {
        let mut socket = Socket::open(server.server.address(), subprotocol).await;
        assert_eq!(socket.closed().await.0, 4406, "{subprotocol}");
    }
    let mut socket =
        Socket::open(server.server.address(), "graphql-ws, graphql-transport-ws").await;
    socket.introduce(None).await;
}

#[tokio::test]
async fn who_does_not_introduce_themselves_in_time_is_closed_with_4408() {
    let app = app().await;
    let bounds = StreamBounds { init: Duration::from_millis(50), ..StreamBounds::default() };
    let server = StreamServer::start_with(&app.space, bounds).await;
    let mut socket = server.open().await;
    socket.say(json!({ "type": "ping" })).await;
    let expected = (4408, "Connection initialisation timeout".to_owned());
    assert_eq!(socket.closed().await, expected);
}

#[tokio::test]
async fn an_id_that_is_in_use_closes_with_4409() {
    let app = app().await;
    let server = StreamServer::start(&app.space).await;
    let mut socket = server.join(None).await;
    socket.subscribe("same", CHANGES, json!({})).await;
    socket.subscribe("same", NAME, json!({})).await;
    let expected = (4409, "Subscriber for same already exists".to_owned());
    assert_eq!(socket.closed().await, expected);
}

#[tokio::test]
async fn a_second_introduction_closes_with_4429() {
    let app = app().await;
    let server = StreamServer::start(&app.space).await;
    let mut socket = server.join(None).await;
    socket.say(json!({ "type": "connection_init" })).await;
    let expected = (4429, "Too many initialisation requests".to_owned());
    assert_eq!(socket.closed().await, expected);
}

#[tokio::test]
async fn a_failure_of_ours_closes_with_4500_and_tells_nothing_of_it() {
    let app = app().await;
    let server = StreamServer::start(&app.space).await;
    let (token, _) = app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    let rename = "ALTER TABLE access_token RENAME TO lost";
    app.execute(rename).await;
    let mut socket = server.open().await;
    socket.say(json!({ "type": "connection_init", "payload": { "token": token } })).await;
    assert_eq!(socket.closed().await, (4500, "Internal server error".to_owned()));
}

#[tokio::test]
async fn a_server_that_stops_closes_with_1001_and_is_gone_when_all_know() {
    let app = app().await;
    let mut server = StreamServer::start(&app.space).await;
    let mut known = server.join(None).await;
    known.subscribe("1", CHANGES, json!({})).await;
    let mut unknown = server.open().await;
    server.server.tell_to_stop();
    assert_eq!(known.closed().await, (1001, "The server stops".to_owned()));
    assert_eq!(unknown.closed().await.0, 1001);
    known.is_over().await;
    assert!(server.server.try_connect().await.is_none());
}

#[tokio::test]
async fn more_sockets_than_one_may_have_close_with_1013_and_more_than_all_may_are_refused() {
    let app = app().await;
    let bounds = StreamBounds { most: 3, ..StreamBounds::default() };
    let server = StreamServer::start_with(&app.space, bounds).await;
    let first = server.join(None).await;
    let mut second = server.open().await;
    second.say(json!({ "type": "connection_init" })).await;
    let (code, reason) = second.closed().await;
    assert_eq!(code, 1013);
    assert!(reason.starts_with("TOO_MANY_STREAMS: "), "{reason}");
    second.is_over().await;

    let (token, _) = app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    let other = server.join(Some(&token)).await;
    let (another, _) = app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    let last = server.join(Some(&another)).await;
    let headers = [(header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL)];
    let refused = Socket::try_open(server.server.address(), &headers).await;
    assert_eq!(refused.err(), Some(429));
    drop((first, other, last));
}

#[tokio::test]
async fn a_page_of_another_origin_may_not_open_a_socket() {
    let app = app().await;
    let server = StreamServer::start(&app.space).await;
    let address = server.server.address();
    let open = async |origin: &str| {
        let headers = [(header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL), (header::ORIGIN, origin)];
        Socket::try_open(address, &headers).await.err()
    };
    assert_eq!(open("https://evil.example").await, Some(403));
    assert_eq!(open("null").await, Some(403));
    assert_eq!(open(&format!("http://{address}")).await, None);
}

#[tokio::test]
async fn a_socket_whose_client_gives_no_sign_of_life_is_dropped() {
    let app = app().await;
    let bounds = StreamBounds {
        most: 1,
        sign_of_life: Duration::from_millis(50),
        ..StreamBounds::default()
    };
    let server = StreamServer::start_with(&app.space, bounds).await;
    // It is not polled, so it answers nothing.
    let _silent = server.join(None).await;
    let headers = [(header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL)];
    // Its place is the only one, and becomes free.
    while Socket::try_open(server.server.address(), &headers).await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
