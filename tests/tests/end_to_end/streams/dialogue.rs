//! The dialogue on a socket, message by message.

use axum::http::header;
use serde_json::{Value, json};
use service::access::ScopeName;
use tests::support::app::{ALPHA, TestApp};
use tests::support::builders::Sharing;
use tests::support::databases::DatabaseKind;
use tests::support::on_both_databases;
use tests::support::streams::{SUBPROTOCOL, Socket, StreamServer};

use super::{CHANGES, NAME, code, last_cursor, slug};

const WHO: &str = "{ viewer { centre { slug } } }";

async fn app() -> TestApp {
    TestApp::start(DatabaseKind::Sqlite).await
}

async fn centre_of(socket: &mut Socket) -> Value {
    socket.subscribe("who", WHO, json!({})).await;
    let answer = socket.hear().await;
    assert_eq!(socket.hear().await, json!({ "type": "complete", "id": "who" }));
    answer.pointer("/payload/data/viewer/centre/slug").cloned().unwrap_or(Value::Null)
}

#[on_both_databases]
async fn a_query_over_a_socket_has_one_result_and_is_complete(app: TestApp) {
    let server = StreamServer::start(&app.space).await;
    let mut socket = server.join(None).await;
    socket
        .subscribe("1", "query ($s: String!) { centre(slug: $s) { slug } }", json!({ "s": ALPHA }))
        .await;
    let next = socket.hear().await;
    assert_eq!((&next["type"], &next["id"]), (&json!("next"), &json!("1")));
    assert_eq!(next["payload"]["data"], json!({ "centre": { "slug": ALPHA } }));
    assert_eq!(next["payload"]["extensions"]["cost"]["requested"], 2);
    assert_eq!(socket.hear().await, json!({ "type": "complete", "id": "1" }));
}

#[on_both_databases]
async fn a_mutation_over_a_socket_is_carried_out_for_whoever_opened_it(app: TestApp) {
    let server = StreamServer::start(&app.space).await;
    let scopes = [ScopeName::EvidenceRead, ScopeName::TokensManage];
    let (token, _) = app.token(ALPHA, &scopes).await;
    let issue = r#"mutation { issueAccessToken(input: {name: "by socket", centre: "alpha-centre", scopes: ["evidence:read"]})
        { accessToken { name } } }"#;
    let mut nobody = server.join(None).await;
    nobody.subscribe("1", issue, json!({})).await;
    assert_eq!(code(&nobody.hear().await), Some("UNAUTHENTICATED"));
    let mut socket = server.join(Some(&token)).await;
    socket.subscribe("1", issue, json!({})).await;
    let issued = socket.hear().await;
    let name = issued.pointer("/payload/data/issueAccessToken/accessToken/name");
    assert_eq!(name, Some(&json!("by socket")), "{issued}");
}

#[tokio::test]
async fn who_asks_is_told_in_the_first_message_or_in_the_handshake() {
    let app = app().await;
    let server = StreamServer::start(&app.space).await;
    let (token, _) = app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    let bearer = format!("Bearer {token}");
    for payload in [
        json!({ "authorization": bearer }),
        json!({ "Authorization": bearer }),
        json!({ "token": token }),
    ] {
        let mut socket = server.open().await;
        socket.say(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.hear().await, json!({ "type": "connection_ack" }));
        assert_eq!(centre_of(&mut socket).await, ALPHA);
    }
    let headers =
        [(header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL), (header::AUTHORIZATION, bearer.as_str())];
    let mut socket = Socket::try_open(server.server.address(), &headers).await.unwrap();
    socket.introduce(None).await;
    assert_eq!(centre_of(&mut socket).await, ALPHA);
    assert_eq!(centre_of(&mut server.join(None).await).await, Value::Null);
}

#[tokio::test]
async fn a_ping_is_answered_with_its_payload_before_and_after_the_acknowledgement() {
    let app = app().await;
    let server = StreamServer::start(&app.space).await;
    let mut socket = server.open().await;
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.hear().await, json!({ "type": "pong" }));
    socket.introduce(None).await;
    socket.say(json!({ "type": "pong" })).await;
    socket.say(json!({ "type": "ping", "payload": { "at": 7 } })).await;
    assert_eq!(socket.hear().await, json!({ "type": "pong", "payload": { "at": 7 } }));
}

#[tokio::test]
async fn what_is_wrong_with_a_document_is_an_error_and_nothing_follows_it() {
    let app = app().await;
    let server = StreamServer::start(&app.space).await;
    let mut socket = server.join(None).await;
    let deep = format!("{}__typename{}", "{ a ".repeat(40), "}".repeat(40));
    for (query, expected) in [
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ nothing", "GRAPHQL_PARSE_FAILED"),
        (deep.as_str(), "TOO_DEEP"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "subscription { changes { cursor } more: changes { cursor } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("subscription { changes(kinds: [NOTHING]) { cursor } }", "GRAPHQL_VALIDATION_FAILED"),
        (r#"subscription { changes(after: "x") { cursor } }"#, "INVALID_CURSOR"),
        ("query A { __typename } query B { __typename }", "OPERATION_RESOLUTION_FAILURE"),
    ] {
        socket.subscribe("1", query, json!({})).await;
        let refused = socket.hear().await;
        assert_eq!(refused["type"], "error", "{refused}");
        assert_eq!((&refused["id"], code(&refused)), (&json!("1"), Some(expected)), "{refused}");
    }
    // Each was the last message of its operation, or this would be another.
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.hear().await, json!({ "type": "pong" }));
}

#[tokio::test]
async fn an_error_of_a_field_is_a_result() {
    let app = app().await;
    let server = StreamServer::start(&app.space).await;
    let mut socket = server.join(None).await;
    socket.subscribe("1", r#"{ __typename node(id: "x") { id } }"#, json!({})).await;
    let answer = socket.hear().await;
    assert_eq!(
        (&answer["type"], code(&answer)),
        (&json!("next"), Some("BAD_USER_INPUT")),
        "{answer}"
    );
    assert_eq!(answer["payload"]["data"], json!({ "__typename": "Query", "node": null }));
    assert_eq!(socket.hear().await["type"], "complete");
}

#[on_both_databases]
async fn a_subscription_that_the_client_completes_is_silent_and_its_id_is_free(app: TestApp) {
    let server = StreamServer::start(&app.space).await;
    let mut socket = server.join(None).await;
    let from = json!({ "after": last_cursor(&app).await, "kinds": ["STUDY"] });
    socket.subscribe("1", CHANGES, from).await;
    app.create_study("first", &Sharing::public(ALPHA)).await;
    assert_eq!(slug(&socket.hear().await), Some("first"));

    socket.say(json!({ "type": "complete", "id": "1" })).await;
    socket.say(json!({ "type": "complete", "id": "never was" })).await;
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.hear().await, json!({ "type": "pong" }), "it is not echoed");
    app.create_study("unheard", &Sharing::public(ALPHA)).await;
    let from = json!({ "after": last_cursor(&app).await, "kinds": ["STUDY"] });
    socket.subscribe("1", CHANGES, from).await;
    app.create_study("second", &Sharing::public(ALPHA)).await;
    let next = socket.hear().await;
    assert_eq!((&next["id"], slug(&next)), (&json!("1"), Some("second")));
}

#[on_both_databases]
async fn operations_of_a_socket_go_on_beside_each_other(app: TestApp) {
    let server = StreamServer::start(&app.space).await;
    let mut socket = server.join(None).await;
    let after = last_cursor(&app).await;
    for (id, kind) in [("studies", "STUDY"), ("centres", "CENTRE")] {
        socket.subscribe(id, CHANGES, json!({ "after": after, "kinds": [kind] })).await;
    }
    app.create_centre("gamma-centre").await;
    assert_eq!(socket.hear().await["id"], "centres");
    app.create_study("one", &Sharing::public(ALPHA)).await;
    assert_eq!(socket.hear().await["id"], "studies");
}

#[tokio::test]
async fn one_operation_too_many_is_an_error_and_the_others_go_on() {
    let app = app().await;
    let bounds = api::StreamBounds { operations: 2, ..api::StreamBounds::default() };
    let server = StreamServer::start_with(&app.space, bounds).await;
    let mut socket = server.join(None).await;
    for id in ["1", "2", "3"] {
        socket.subscribe(id, CHANGES, json!({})).await;
    }
    let refused = socket.hear().await;
    assert_eq!((&refused["id"], code(&refused)), (&json!("3"), Some("TOO_MANY_STREAMS")));
    socket.say(json!({ "type": "complete", "id": "1" })).await;
    socket.subscribe("3", NAME, json!({})).await;
    assert_eq!(socket.hear().await["payload"]["data"], json!({ "__typename": "Query" }));
}
