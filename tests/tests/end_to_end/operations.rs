//! What whoever runs a server relies on: health, keys, ids of requests, and headers.

use std::sync::Arc;
use std::time::Duration;

use api::Settings;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use serde_json::Value;
use service::access::ScopeName;
use tests::support::app::{ALPHA, TestApp};
use tests::support::client::Client;
use tests::support::databases::DatabaseKind;
use tests::support::on_both_databases;

async fn app() -> TestApp {
    TestApp::start(DatabaseKind::Sqlite).await
}

async fn send(
    client: &Client,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> (StatusCode, HeaderMap, String) {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (head, body) = client.send(request.body(Body::empty()).unwrap()).await.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    (head.status, head.headers, String::from_utf8(bytes.to_vec()).unwrap())
}

const ASKS: &str = "/graphql?query=%7Bcentres%7Bnodes%7Bslug%7D%7D%7D";

#[on_both_databases]
async fn the_server_is_ready_while_its_database_answers_and_lives_even_when_not(app: TestApp) {
    let client = app.nobody();
    assert_eq!(send(&client, "GET", "/health/live", &[]).await.0, 200);
    assert_eq!(send(&client, "GET", "/health/ready", &[]).await.0, 200);

    let reader = app.reader(ALPHA).await;
    app.space.close().await;
    assert_eq!(send(&client, "GET", "/health/live", &[]).await.0, 200);
    let (status, headers, body) = send(&client, "GET", "/health/ready", &[]).await;
    assert_eq!(status, 503);
    assert!(headers.contains_key("x-request-id"));
    assert_no_internals(&body);

    for asker in [&client, &reader] {
        let answer = asker.ask("{ studies { nodes { id } } }").await;
        assert_eq!(answer.code(), Some("UNAVAILABLE"), "{}", answer.body);
        assert_no_internals(&answer.body.to_string());
    }
    let (status, _, body) = send(&client, "GET", "/.well-known/jwks.json", &[]).await;
    assert!(status == 503 || status == 200, "{status}");
    assert_no_internals(&body);
}

#[on_both_databases]
async fn the_published_keys_verify_the_tokens_and_tell_no_secret(app: TestApp) {
    let (token, _) = app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    let (status, _, body) = send(&app.nobody(), "GET", "/.well-known/jwks.json", &[]).await;
    assert_eq!(status, 200);
    let keys: Value = serde_json::from_str(&body).unwrap();
    let kid = jsonwebtoken::decode_header(&token).unwrap().kid.unwrap();
    let keys = keys["keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["kid"] == kid.as_str()).expect("the key of the token");

    let public = jsonwebtoken::DecodingKey::from_ed_components(key["x"].as_str().unwrap()).unwrap();
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
    rules.set_audience(&["commonground"]);
    // The test's clock is not the machine's.
    rules.validate_exp = false;
    let claims = jsonwebtoken::decode::<Value>(&token, &public, &rules).unwrap().claims;
    assert_eq!(claims["sub"], ALPHA);
    for key in keys {
        let members: Vec<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            members,
            ["alg", "crv", "kid", "kty", "use", "x"],
            "a key has its public part alone"
        );
    }
}

fn assert_no_internals(body: &str) {
    for internal in ["sqlx", "SELECT", "panicked", "pool", "Pool", "sqlite", "postgres"] {
        assert!(!body.contains(internal), "{body}");
    }
}

#[tokio::test]
async fn each_answer_carries_the_id_of_its_request() {
    let app = app().await;
    let mut ids = std::collections::BTreeSet::new();
    let paths = [
        "/",
        "/health/live",
        "/health/ready",
        "/metrics",
        "/.well-known/jwks.json",
        "/graphiql",
        ASKS,
        "/nothing",
    ];
    for path in paths {
        for method in ["GET", "DELETE"] {
            let (_, headers, _) = send(&app.nobody(), method, path, &[]).await;
            ids.insert(headers["x-request-id"].to_str().unwrap().to_owned());
        }
    }
    assert_eq!(ids.len(), paths.len() * 2, "each has its own");
}

#[tokio::test]
async fn an_id_that_fits_is_kept_and_another_is_replaced() {
    let app = app().await;
    let id_for = async |sent: &str| {
        let (_, headers, _) =
            send(&app.nobody(), "GET", "/health/live", &[("x-request-id", sent)]).await;
        headers["x-request-id"].to_str().unwrap().to_owned()
    };
    for fit in ["0199c0de-0000-7000-8000-000000000000", "trace_42"] {
        assert_eq!(id_for(fit).await, fit);
    }
    for unfit in
        ["short", "with blanks in it", "<script>alert(1)</script>", &"x".repeat(65), "line%0afeed"]
    {
        let id = id_for(unfit).await;
        assert_ne!(id, unfit);
        assert_eq!(id.len(), 36, "{id}");
    }
}

#[tokio::test]
async fn a_request_id_in_an_error_message_is_the_one_in_the_header() {
    let app = app().await;
    app.space.close().await;
    let (_, headers, body) =
        send(&app.nobody(), "GET", ASKS, &[("x-request-id", "trace-4711")]).await;
    assert_eq!(headers["x-request-id"], "trace-4711");
    assert!(body.contains("trace-4711"), "{body}");
}

#[tokio::test]
async fn each_answer_tells_the_browser_to_trust_nothing() {
    let app = app().await;
    for path in
        ["/", "/health/live", "/metrics", "/.well-known/jwks.json", "/graphiql", ASKS, "/nothing"]
    {
        let (_, headers, _) = send(&app.nobody(), "GET", path, &[]).await;
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
        assert_eq!(headers[header::REFERRER_POLICY], "no-referrer", "{path}");
        assert_eq!(headers[header::X_FRAME_OPTIONS], "DENY", "{path}");
        assert_eq!(headers["cross-origin-resource-policy"], "same-origin", "{path}");
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
    }
}

#[tokio::test]
async fn nobody_keeps_an_answer_of_the_graph_on_its_way() {
    let app = app().await;
    for path in [ASKS, "/graphql?query=%7B", "/graphql?query=%7BcentreS%7D", "/graphql"] {
        for method in ["GET", "POST", "DELETE"] {
            let (_, headers, _) = send(&app.nobody(), method, path, &[]).await;
            assert_eq!(headers[header::CACHE_CONTROL], "no-store", "{method} {path}");
        }
    }
}

const PAGE: &str = "https://analysis.example.org";

fn allowed_origin(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).map(|origin| origin.to_str().unwrap())
}

async fn preflight(client: &Client, origin: &str) -> HeaderMap {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,content-type"),
    ];
    send(client, "OPTIONS", "/graphql", &headers).await.1
}

#[tokio::test]
async fn no_page_of_another_site_may_read_answers_unless_it_was_named() {
    let app = app().await;
    let client = app.nobody();
    let (_, headers, _) = send(&client, "GET", ASKS, &[("origin", PAGE)]).await;
    assert_eq!(allowed_origin(&headers), None);
    assert_eq!(allowed_origin(&preflight(&client, PAGE).await), None);
}

#[tokio::test]
async fn a_page_of_a_site_that_was_named_may_read_answers_and_no_other() {
    let app = app().await;
    let settings =
        Settings { cors_origins: vec![HeaderValue::from_static(PAGE)], ..Settings::default() };
    let client = Client::new(api::router(Arc::clone(&app.space), settings), None);
    let (_, headers, _) = send(&client, "GET", ASKS, &[("origin", PAGE)]).await;
    assert_eq!(allowed_origin(&headers), Some(PAGE));
    assert_eq!(
        headers[header::ACCESS_CONTROL_EXPOSE_HEADERS],
        "ratelimit-policy,ratelimit,retry-after,x-request-id"
    );
    assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
    let asked = preflight(&client, PAGE).await;
    assert_eq!(allowed_origin(&asked), Some(PAGE));
    assert!(
        asked[header::ACCESS_CONTROL_ALLOW_HEADERS].to_str().unwrap().contains("authorization")
    );

    let other = "https://analysis.example.org.evil.example";
    assert_eq!(allowed_origin(&preflight(&client, other).await), None);
    assert_eq!(allowed_origin(&send(&client, "GET", ASKS, &[("origin", other)]).await.1), None);
}

#[tokio::test]
async fn what_was_counted_is_told_as_prometheus_reads_it() {
    let app = app().await;
    let settings =
        Settings { metrics: Arc::new(|| "things_total 7\n".to_owned()), ..Settings::default() };
    let client = Client::new(api::router(Arc::clone(&app.space), settings), None);
    let (status, headers, body) = send(&client, "GET", "/metrics", &[]).await;
    assert_eq!((status.as_u16(), body.as_str()), (200, "things_total 7\n"));
    assert!(
        headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/plain; version=0.0.4")
    );
}

#[tokio::test]
async fn an_operation_that_takes_too_long_is_stopped_with_a_code() {
    let app = app().await;
    let settings = Settings { timeout: Duration::ZERO, ..Settings::default() };
    let client = Client::new(api::router(Arc::clone(&app.space), settings), None);
    let answer = client.ask("{ studies { totalCount } }").await;
    assert_eq!((answer.status.as_u16(), answer.code()), (503, Some("TIMED_OUT")));
}
