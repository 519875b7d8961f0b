//! Documents that are asked for by their hash, and the list of the only ones.

use std::sync::Arc;

use api::{Operations, Settings};
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};
use tests::support::app::TestApp;
use tests::support::client::Client;
use tests::support::databases::DatabaseKind;

const NEW: &str = "application/graphql-response+json";
const OLD: &str = "application/json";

const QUERY: &str = "{__typename}";
const HASH_OF_QUERY: &str = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38";
const MUTATION: &str = "mutation{__typename}";
const HASH_OF_MUTATION: &str = "8381739c98af5c2efeb0ad7daa79712b40611c2ba297a5ef17e380ac90fb2154";
const BROKEN: &str = "{";
const HASH_OF_BROKEN: &str = "021fb596db81e6d02bf3d2586ee3981fe519f275c0ac9ca76bbcf2ebb4097d96";

async fn app() -> TestApp {
    TestApp::start(DatabaseKind::Sqlite).await
}

fn persisted(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

/// The status, the code of the first error, and the body.
async fn send(client: &Client, request: Request<Body>) -> (u16, Option<String>, Value) {
    let response = client.send(request).await;
    let status = response.status().as_u16();
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let body: Value = serde_json::from_slice(&bytes).unwrap();
    let code = body.pointer("/errors/0/extensions/code").and_then(Value::as_str);
    (status, code.map(str::to_owned), body)
}

async fn post(client: &Client, accept: &str, body: Value) -> (u16, Option<String>, Value) {
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, accept)
        .body(Body::from(body.to_string()))
        .unwrap();
    send(client, request).await
}

async fn code(client: &Client, body: Value) -> Option<String> {
    post(client, NEW, body).await.1
}

async fn get(client: &Client, parameters: &str) -> (u16, Option<String>, Value) {
    let request = Request::get(format!("/graphql?{parameters}"))
        .header(header::ACCEPT, NEW)
        .body(Body::empty())
        .unwrap();
    send(client, request).await
}

fn in_url(hash: &str) -> String {
    format!(
        "extensions=%7B%22persistedQuery%22%3A%7B%22version%22%3A1%2C%22sha256Hash%22%3A%22{hash}%22%7D%7D"
    )
}

#[tokio::test]
async fn a_hash_that_is_not_known_makes_the_client_send_the_document_once() {
    let app = app().await;
    let client = app.nobody();
    let by_hash = json!({ "extensions": persisted(HASH_OF_QUERY) });
    for (accept, expected) in [(OLD, 200), (NEW, 404)] {
        let (status, code, body) = post(&client, accept, by_hash.clone()).await;
        assert_eq!((status, code.as_deref()), (expected, Some("PERSISTED_QUERY_NOT_FOUND")));
        assert_eq!(body["errors"][0]["message"], "PersistedQueryNotFound");
        assert!(body.get("data").is_none());
    }
    let both = json!({ "query": QUERY, "extensions": persisted(HASH_OF_QUERY) });
    assert_eq!(code(&client, both).await, None);
    let (_, code, body) = post(&client, NEW, by_hash).await;
    assert_eq!((code, &body["data"]["__typename"]), (None, &json!("Query")));
    let by_id = json!({ "documentId": format!("sha256:{HASH_OF_QUERY}") });
    assert_eq!(post(&client, NEW, by_id).await.1, None);
    let (status, code, _) = get(&client, &in_url(HASH_OF_QUERY)).await;
    assert_eq!((status, code), (200, None));
    let (status, code, _) = get(&client, &format!("documentId=sha256:{HASH_OF_QUERY}")).await;
    assert_eq!((status, code), (200, None));
}

#[tokio::test]
async fn a_document_under_the_hash_of_another_is_refused_and_not_kept() {
    let app = app().await;
    let client = app.nobody();
    let wrong = json!({ "query": "{viewer{scopes}}", "extensions": persisted(HASH_OF_QUERY) });
    let (status, code, _) = post(&client, NEW, wrong).await;
    assert_eq!((status, code.as_deref()), (400, Some("BAD_REQUEST")));
    let (_, code, _) = get(&client, &in_url(HASH_OF_QUERY)).await;
    assert_eq!(code.as_deref(), Some("PERSISTED_QUERY_NOT_FOUND"));
}

#[tokio::test]
async fn a_document_that_cannot_run_is_not_kept() {
    let app = app().await;
    let client = app.nobody();
    let broken = json!({ "query": BROKEN, "extensions": persisted(HASH_OF_BROKEN) });
    assert_eq!(code(&client, broken).await.as_deref(), Some("GRAPHQL_PARSE_FAILED"));
    let again = json!({ "extensions": persisted(HASH_OF_BROKEN) });
    assert_eq!(code(&client, again).await.as_deref(), Some("PERSISTED_QUERY_NOT_FOUND"));
}

#[tokio::test]
async fn a_get_never_runs_a_mutation_by_its_hash() {
    let app = app().await;
    let client = app.nobody();
    let both = json!({ "query": MUTATION, "extensions": persisted(HASH_OF_MUTATION) });
    assert_eq!(code(&client, both).await, None);
    let by_hash = json!({ "extensions": persisted(HASH_OF_MUTATION) });
    assert_eq!(code(&client, by_hash).await, None, "it is kept");
    for parameters in [in_url(HASH_OF_MUTATION), format!("documentId=sha256:{HASH_OF_MUTATION}")] {
        let (status, code, body) = get(&client, &parameters).await;
        assert_eq!((status, code.as_deref()), (405, Some("METHOD_NOT_ALLOWED")));
        assert!(body.get("data").is_none());
    }
}

#[tokio::test]
async fn with_a_list_only_its_operations_run_by_hash_or_id_or_in_full() {
    let app = app().await;
    let list = json!({
        "format": "apollo-persisted-query-manifest", "version": 1,
        "operations": [{ "id": "types", "name": "Types", "type": "query", "body": QUERY }],
    });
    let settings = Settings {
        operations: Some(Operations::parse(&list.to_string()).unwrap()),
        ..Settings::default()
    };
    let client = Client::new(api::router(Arc::clone(&app.space), settings), None);
    for allowed in [
        json!({ "query": QUERY }),
        json!({ "documentId": "types" }),
        json!({ "documentId": format!("sha256:{HASH_OF_QUERY}") }),
        json!({ "extensions": persisted(HASH_OF_QUERY) }),
        json!({ "extensions": persisted("types") }),
        json!({ "query": QUERY, "extensions": persisted(HASH_OF_QUERY) }),
    ] {
        let (_, code, body) = post(&client, NEW, allowed.clone()).await;
        assert_eq!((code, &body["data"]["__typename"]), (None, &json!("Query")), "{allowed}");
    }
    for refused in [
        json!({ "query": "{ __typename }" }),
        json!({ "query": "{ viewer { scopes } }" }),
        json!({ "query": "{ viewer { scopes } }", "documentId": "types" }),
        json!({ "documentId": "others" }),
        json!({ "query": MUTATION, "extensions": persisted(HASH_OF_MUTATION) }),
        json!({ "extensions": persisted(HASH_OF_MUTATION) }),
    ] {
        let (status, code, body) = post(&client, NEW, refused.clone()).await;
        assert_eq!((status, code.as_deref()), (403, Some("OPERATION_NOT_ALLOWED")), "{refused}");
        assert!(body.get("data").is_none());
    }
}
