//! What each client may ask for: budgets, what is told of them, and who is counted as whom.

use std::net::SocketAddr;
use std::sync::Arc;

use api::{Rates, Settings, TrustedProxies};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderValue, Request, Response, header};
use serde_json::{Value, json};
use service::access::ScopeName;
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::client::Client;
use tests::support::databases::DatabaseKind;

const ASKS: &str = "{ centres(first: 10) { nodes { slug } } }";

/// What an answer tells besides its data.
struct Told {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Told {
    fn code(&self) -> Option<&str> {
        self.body.pointer("/errors/0/extensions/code")?.as_str()
    }

    fn cost(&self, field: &str) -> u64 {
        self.body["extensions"]["cost"][field].as_u64().unwrap()
    }

    fn retry_after(&self) -> Option<u64> {
        let value = self.headers.get(header::RETRY_AFTER)?;
        value.to_str().unwrap().parse().ok()
    }
}

async fn app() -> TestApp {
    TestApp::start(DatabaseKind::Sqlite).await
}

fn rates(requests_per_second: u32, points_per_hour: u32) -> Rates {
    Rates { requests_per_second, points_per_hour }
}

fn router(app: &TestApp, settings: Settings) -> axum::Router {
    api::router(Arc::clone(&app.space), settings)
}

/// Somebody without a token, of a server that counts such.
fn nobody(app: &TestApp, rates: Rates) -> Client {
    let settings = Settings { anonymous_rates: rates, ..Settings::default() };
    Client::new(router(app, settings), None)
}

fn request(body: &Value) -> Request<Body> {
    Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/graphql-response+json")
        .body(Body::from(body.to_string()))
        .unwrap()
}

async fn told(response: Response<Body>) -> Told {
    let (head, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Told {
        status: head.status.as_u16(),
        headers: head.headers,
        body: serde_json::from_slice(&bytes).unwrap(),
    }
}

async fn send(client: &Client, body: Value) -> Told {
    told(client.send(request(&body)).await).await
}

async fn ask(client: &Client, query: &str) -> Told {
    send(client, json!({ "query": query })).await
}

async fn ask_from(client: &Client, address: &str, forwarded: &str) -> Told {
    let mut request = request(&json!({ "query": ASKS }));
    let peer: SocketAddr = address.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    let value = HeaderValue::try_from(forwarded).unwrap();
    request.headers_mut().insert("x-forwarded-for", value);
    told(client.send(request).await).await
}

#[tokio::test]
async fn a_quota_that_is_used_up_is_refused_with_how_long_to_wait() {
    let app = app().await;
    let client = nobody(&app, rates(0, 50));
    let first = ask(&client, ASKS).await;
    assert_eq!((first.status, first.code()), (200, None), "{}", first.body);
    assert_eq!(first.cost("requested") + first.cost("remaining"), 50);
    ask(&client, ASKS).await;
    let refused = ask(&client, ASKS).await;
    assert_eq!((refused.status, refused.code()), (429, Some("QUOTA_EXHAUSTED")));
    let wait = refused.retry_after().unwrap();
    assert!((1..=3_600).contains(&wait), "{wait}");
    let extensions = &refused.body["errors"][0]["extensions"];
    assert_eq!(extensions["retryAfter"], wait);
    assert_eq!(refused.cost("requested"), first.cost("requested"));
    assert!(refused.body.get("data").is_none());
}

#[tokio::test]
async fn a_burst_is_refused_however_cheap_or_broken_its_requests_are() {
    let app = app().await;
    for body in [json!({ "query": "{ __typename }" }), json!({ "query": "{" }), json!(7)] {
        // Four seconds' worth come at once; the rest would take a second each.
        let client = nobody(&app, rates(1, 0));
        for _ in 0..4 {
            assert_ne!(send(&client, body.clone()).await.status, 429);
        }
        let refused = send(&client, body.clone()).await;
        assert_eq!((refused.status, refused.code()), (429, Some("TOO_MANY_REQUESTS")));
        assert_eq!(refused.retry_after(), Some(1));
    }
}

#[tokio::test]
async fn an_operation_that_no_quota_affords_is_not_told_to_wait() {
    let app = app().await;
    let refused = ask(&nobody(&app, rates(0, 10)), ASKS).await;
    assert_eq!((refused.status, refused.code()), (400, Some("COST_ABOVE_QUOTA")));
    assert_eq!(refused.retry_after(), None);
}

#[tokio::test]
async fn each_operation_of_a_batch_is_charged() {
    let app = app().await;
    let client = nobody(&app, rates(0, 50));
    let answer = send(&client, json!(vec![json!({ "query": ASKS }); 3])).await;
    let codes: Vec<_> = answer.body.as_array().unwrap().iter().collect();
    let refused =
        codes.iter().filter(|one| one["errors"][0]["extensions"]["code"] == "QUOTA_EXHAUSTED");
    assert_eq!(refused.count(), 1, "{}", answer.body);
}

#[tokio::test]
async fn each_token_has_a_budget_of_its_own_and_so_have_those_without() {
    let app = app().await;
    let settings = Settings {
        token_rates: rates(0, 30),
        anonymous_rates: rates(0, 30),
        ..Settings::default()
    };
    let router = router(&app, settings);
    let (alpha, _) = app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    let (beta, _) = app.token(BETA, &[ScopeName::EvidenceRead]).await;
    for token in [None, Some(alpha), Some(beta)] {
        let client = Client::new(router.clone(), token);
        assert_eq!(ask(&client, ASKS).await.code(), None);
        assert_eq!(ask(&client, ASKS).await.code(), Some("QUOTA_EXHAUSTED"));
    }
}

#[tokio::test]
async fn guessing_at_tokens_is_counted_against_the_address_and_never_against_a_token() {
    let app = app().await;
    let settings = Settings { anonymous_rates: rates(1, 0), ..Settings::default() };
    let router = router(&app, settings);
    let guesser = Client::new(router.clone(), Some("nonsense".to_owned()));
    for _ in 0..4 {
        assert_eq!(ask(&guesser, ASKS).await.code(), Some("TOKEN_INVALID"));
    }
    assert_eq!(ask(&guesser, ASKS).await.code(), Some("TOO_MANY_REQUESTS"));
    let (token, _) = app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    let holder = Client::new(router, Some(token));
    assert_eq!(ask(&holder, ASKS).await.code(), None);
}

#[tokio::test]
async fn each_address_is_counted_for_itself_as_a_trusted_proxy_tells_it() {
    let app = app().await;
    let settings = Settings {
        anonymous_rates: rates(0, 30),
        trusted_proxies: TrustedProxies::from(vec!["10.0.0.0/8".parse().unwrap()]),
        ..Settings::default()
    };
    let client = Client::new(router(&app, settings), None);
    for forwarded in ["198.51.100.1", "192.0.2.66, 198.51.100.2"] {
        let first = ask_from(&client, "10.0.0.1:4711", forwarded).await;
        assert_eq!(first.code(), None, "{forwarded}");
        let second = ask_from(&client, "10.0.0.1:4711", forwarded).await;
        assert_eq!(second.code(), Some("QUOTA_EXHAUSTED"), "{forwarded}");
    }
    // What a client says of itself gives it no second budget.
    let direct = ask_from(&client, "203.0.113.7:4711", "192.0.2.1").await;
    assert_eq!(direct.code(), None);
    let again = ask_from(&client, "203.0.113.7:4711", "192.0.2.2").await;
    assert_eq!(again.code(), Some("QUOTA_EXHAUSTED"));
}

#[tokio::test]
async fn the_graph_the_extension_and_the_header_tell_the_same_budget() {
    let app = app().await;
    let client = nobody(&app, rates(100, 1_000));
    let query = "{ viewer { rateLimit { cost limit remaining resetAt } } }";
    let answer = ask(&client, query).await;
    let graph = &answer.body["data"]["viewer"]["rateLimit"];
    assert_eq!(graph["limit"], 1_000);
    assert_eq!(graph["cost"], answer.cost("requested"));
    assert_eq!(graph["remaining"], answer.cost("remaining"));
    assert_eq!(answer.cost("limit"), 1_000);
    let reset = |text: &Value| chrono::DateTime::parse_from_rfc3339(text.as_str().unwrap());
    let told = reset(&answer.body["extensions"]["cost"]["resetAt"]).unwrap();
    let in_graph = reset(&graph["resetAt"]).unwrap();
    assert!((told - in_graph).abs() <= chrono::TimeDelta::milliseconds(1));

    assert_eq!(answer.headers["ratelimit-policy"], "\"burst\";q=400;w=4, \"quota\";q=1000;w=3600");
    let remaining = answer.cost("remaining");
    let limit = answer.headers["ratelimit"].to_str().unwrap();
    assert!(limit.contains(&format!("\"quota\";r={remaining};t=")), "{limit}");
}

#[tokio::test]
async fn where_nothing_is_counted_each_operation_has_a_budget_of_its_own() {
    let app = app().await;
    let client = nobody(&app, rates(0, 0));
    for _ in 0..3 {
        let answer = ask(&client, "{ viewer { rateLimit { limit } } }").await;
        assert_eq!(answer.cost("limit") - answer.cost("requested"), answer.cost("remaining"));
        assert_eq!(answer.body["data"]["viewer"]["rateLimit"]["limit"], answer.cost("limit"));
        assert!(!answer.headers.contains_key("ratelimit"));
    }
}

#[tokio::test]
async fn a_dry_run_tells_the_price_and_neither_runs_nor_charges() {
    let app = app().await;
    let client = nobody(&app, rates(0, 50));
    let statements = app
        .statements_of(async {
            for _ in 0..10 {
                let dry = json!({ "query": ASKS, "extensions": { "costOnly": true } });
                let answer = send(&client, dry).await;
                assert_eq!((answer.status, answer.code()), (200, None));
                assert_eq!(answer.body["data"], Value::Null);
                assert_eq!((answer.cost("requested"), answer.cost("remaining")), (21, 50));
            }
        })
        .await;
    assert_eq!(statements, 0);
    assert_eq!(ask(&client, ASKS).await.cost("requested"), 21);
}

#[tokio::test]
async fn a_dry_run_of_a_mutation_changes_nothing() {
    let app = app().await;
    let administrator = app.administrator(ALPHA).await;
    let mutation = r#"mutation { issueAccessToken(input: {name: "x", centre: "alpha-centre", scopes: ["evidence:read"]}) { token } }"#;
    let dry = json!({ "query": mutation, "extensions": { "costOnly": true } });
    let answer = send(&administrator, dry).await;
    assert_eq!((answer.code(), &answer.body["data"]), (None, &Value::Null));
    let listed = ask(&administrator, "{ accessTokens { totalCount } }").await;
    let count = listed.body.pointer("/data/accessTokens/totalCount");
    assert_eq!(count, Some(&json!(1)), "its own");
}

#[tokio::test]
async fn a_dry_run_with_a_refused_token_is_refused() {
    let app = app().await;
    let dry = json!({ "query": ASKS, "extensions": { "costOnly": true } });
    let answer = send(&app.with_token("nonsense"), dry).await;
    assert_eq!((answer.status, answer.code()), (401, Some("TOKEN_INVALID")));
}
