//! Server-sent events, as `graphql-sse` has them in its mode of distinct connections.

use axum::http::header;
use serde_json::json;
use tests::support::app::{ALPHA, TestApp};
use tests::support::builders::Sharing;
use tests::support::databases::DatabaseKind;
use tests::support::on_both_databases;
use tests::support::streams::{Events, StreamServer};

use super::{CHANGES, NAME, code, cursor, last_cursor, slug};

const EVENTS: &str = "text/event-stream";
/// What some clients send with everything.
const ANY: &str = "application/graphql-response+json, application/json, text/event-stream";

async fn app() -> TestApp {
    TestApp::start(DatabaseKind::Sqlite).await
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn url(server: &StreamServer) -> String {
    format!("http://{}/graphql", server.server.address())
}

#[on_both_databases]
async fn changes_come_as_events_and_go_on_from_a_cursor(app: TestApp) {
    let server = StreamServer::start(&app.space).await;
    let from = json!({ "after": last_cursor(&app).await, "kinds": ["STUDY"] });
    let mut events = server.events(None, CHANGES, from).await;
    assert_eq!(events.head().headers()[header::CONTENT_TYPE], "text/event-stream; charset=utf-8");
    app.create_study("one", &Sharing::public(ALPHA)).await;
    let first = events.result().await;
    assert_eq!(slug(&first), Some("one"));
    drop(events);
    app.create_study("two", &Sharing::public(ALPHA)).await;
    let from = json!({ "after": cursor(&first), "kinds": ["STUDY"] });
    assert_eq!(slug(&server.events(None, CHANGES, from).await.result().await), Some("two"));
}

#[tokio::test]
async fn a_query_is_one_event_and_complete() {
    let app = app().await;
    let server = StreamServer::start(&app.space).await;
    let mut events = server.events(None, NAME, json!({})).await;
    let result = events.result().await;
    assert_eq!(result["data"], json!({ "__typename": "Query" }));
    assert_eq!(result["extensions"]["cost"]["requested"], 1);
    events.is_complete().await;
}

#[tokio::test]
async fn what_is_wrong_is_an_event_with_its_code_and_complete() {
    let app = app().await;
    let server = StreamServer::start(&app.space).await;
    for (token, query, expected) in [
        (None, "{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        (None, "subscription { changes", "GRAPHQL_PARSE_FAILED"),
        (None, r#"subscription { changes(after: "x") { cursor } }"#, "INVALID_CURSOR"),
        (Some("nonsense"), NAME, "TOKEN_INVALID"),
        (Some("nonsense"), CHANGES, "TOKEN_INVALID"),
    ] {
        let mut events = server.events(token, query, json!({})).await;
        assert_eq!(events.head().status(), 200);
        let refused = events.result().await;
        assert_eq!((code(&refused), refused.get("data")), (Some(expected), None), "{refused}");
        events.is_complete().await;
    }
}

#[tokio::test]
async fn by_get_queries_and_subscriptions_run_and_mutations_do_not() {
    let app = app().await;
    let server = StreamServer::start(&app.space).await;
    let get = async |query: &str| {
        let url = reqwest::Url::parse_with_params(&url(&server), [("query", query)]).unwrap();
        let request = client().get(url);
        Events::of(request.header(header::ACCEPT, EVENTS)).await
    };
    assert_eq!(get(NAME).await.result().await["data"]["__typename"], "Query");
    let mutation = "mutation { revokeAccessTokens(input: {centre: \"alpha-centre\", reason: \"x\"}) { revoked } }";
    assert_eq!(code(&get(mutation).await.result().await), Some("METHOD_NOT_ALLOWED"));
    let after = last_cursor(&app).await;
    let subscription = format!(
        "subscription {{ changes(after: {after}, kinds: [STUDY]) {{ node {{ subject {{ ... on Study {{ slug }} }} }} }} }}"
    );
    let mut events = get(&subscription).await;
    app.create_study("one", &Sharing::public(ALPHA)).await;
    assert_eq!(slug(&events.result().await), Some("one"));
}

#[tokio::test]
async fn who_takes_both_gets_events_for_a_subscription_and_json_for_the_rest() {
    let app = app().await;
    let server = StreamServer::start(&app.space).await;
    let post = async |query: &str| {
        let request = client().post(url(&server)).header(header::ACCEPT, ANY);
        request.json(&json!({ "query": query })).send().await.unwrap()
    };
    let kind = |answer: &reqwest::Response| {
        answer.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned()
    };
    assert!(kind(&post(NAME).await).starts_with("application/graphql-response+json"));
    assert!(kind(&post("{ nothing }").await).starts_with("application/graphql-response+json"));
    assert!(kind(&post("subscription { changes { cursor } }").await).starts_with(EVENTS));
}

#[tokio::test]
async fn what_is_no_request_at_all_is_refused_by_its_status() {
    let app = app().await;
    let server = StreamServer::start(&app.space).await;
    let post = async |kind: &str, body: &str| {
        let request = client().post(url(&server)).header(header::ACCEPT, EVENTS);
        let request = request.header(header::CONTENT_TYPE, kind).body(body.to_owned());
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(post("text/plain", r#"{"query": "{ __typename }"}"#).await, 415);
    assert_eq!(post("application/json", "{").await, 400);
    assert_eq!(post("application/json", r#"[{"query": "{ __typename }"}]"#).await, 400);
}

#[tokio::test]
async fn without_a_stream_a_subscription_is_refused_with_a_word_on_where_to_go() {
    let app = app().await;
    let refused = app.nobody().ask("subscription { changes { cursor } }").await;
    assert_eq!(refused.code(), Some("SUBSCRIPTION_NOT_SUPPORTED"));
    assert!(refused.body["errors"][0]["message"].as_str().unwrap().contains("text/event-stream"));
}

#[tokio::test]
async fn a_server_that_stops_tells_its_event_streams_and_completes_them() {
    let app = app().await;
    let mut server = StreamServer::start(&app.space).await;
    let mut events = server.events(None, CHANGES, json!({})).await;
    server.server.tell_to_stop();
    assert_eq!(code(&events.result().await), Some("UNAVAILABLE"));
    events.is_complete().await;
}

#[tokio::test]
async fn an_event_stream_that_nobody_reads_any_more_leaves_its_place() {
    let app = app().await;
    let bounds = api::StreamBounds {
        most: 1,
        sign_of_life: std::time::Duration::from_millis(50),
        ..api::StreamBounds::default()
    };
    let server = StreamServer::start_with(&app.space, bounds).await;
    let open = server.events(None, CHANGES, json!({})).await;
    let refused = server.events(None, NAME, json!({})).await.result().await;
    assert_eq!(code(&refused), Some("TOO_MANY_STREAMS"));
    drop(open);
    while code(&server.events(None, NAME, json!({})).await.result().await).is_some() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
