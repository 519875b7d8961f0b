//! The protocol as a client meets it, over a toy schema.

use async_graphql::{EmptySubscription, ErrorExtensions, Object, Schema, ServerError};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, HeaderValue, Request, header},
    routing::any,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;

struct Query;

#[Object]
impl Query {
    async fn hello(
        &self,
        #[graphql(default_with = "\"world\".to_owned()")] name: String,
    ) -> String {
        format!("hello {name}")
    }

    async fn late(&self) -> &str {
        tokio::task::yield_now().await;
        "late"
    }

    async fn twice(&self, n: i32) -> i32 {
        n * 2
    }

    async fn day(&self, at: chrono::DateTime<chrono::Utc>) -> String {
        at.date_naive().to_string()
    }

    async fn broken(&self) -> async_graphql::Result<Option<i32>> {
        Err("the password of the database is wrong".into())
    }

    async fn forbidden(&self) -> async_graphql::Result<Option<i32>> {
        Err(async_graphql::Error::new("not for you").extend_with(|_, e| e.set("code", "FORBIDDEN")))
    }

    async fn fatal(&self) -> async_graphql::Result<i32> {
        Err(async_graphql::Error::new("gone").extend_with(|_, e| e.set("code", "GONE")))
    }
}

struct Mutation;

#[Object]
impl Mutation {
    async fn bump(&self) -> i32 {
        1
    }
}

type Toy = Schema<Query, Mutation, EmptySubscription>;

/// Executes the toy schema; refuses the operation name "Exhausted" as a rate limit would, and more
/// than ten requests at once.
struct Executor(Toy);

impl Execute for Executor {
    fn arrived(&self, requests: usize) -> Result<(), Box<async_graphql::Response>> {
        match requests {
            ..=10 => Ok(()),
            _ => Err(Box::new(exhausted())),
        }
    }

    async fn execute(&self, operation: Operation) -> async_graphql::Response {
        let request = operation.request;
        if request.operation_name.as_deref() == Some("Exhausted") {
            return exhausted();
        }
        self.0.execute(request).await
    }

    fn price(&self, cost: Cost) -> async_graphql::Response {
        let cost = async_graphql::Value::from(cost.complexity);
        async_graphql::Response::default().extension("cost", cost)
    }

    fn status(&self, code: &str) -> Option<StatusCode> {
        (code == "RATE_LIMITED").then_some(StatusCode::TOO_MANY_REQUESTS)
    }
}

fn exhausted() -> async_graphql::Response {
    let mut error = ServerError::new("wait a little", None);
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("code", "RATE_LIMITED");
    async_graphql::Response::from_errors(vec![error])
}

/// A received response.
struct Received {
    status: u16,
    headers: HeaderMap,
    body: Value,
    text: String,
}

impl Received {
    fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or("none")
    }

    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn send(mut protocol: Protocol, mut request: Request<Body>) -> Received {
    request.extensions_mut().insert(RequestId::new(HeaderValue::from_static("request-7")));
    let schema = Schema::new(Query, Mutation, EmptySubscription);
    protocol.types = Arc::new(Types::from_sdl(&schema.sdl(), &schema.sdl()).unwrap());
    let executor = Arc::new(Executor(schema));
    let handler = move |request: Request<Body>| async move {
        protocol.handle(request, executor.as_ref()).await
    };
    let router = Router::new().route("/graphql", any(handler));
    let response = router.oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    Received {
        status: head.status.as_u16(),
        headers: head.headers,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        text: String::from_utf8(body.to_vec()).unwrap(),
    }
}

fn request(
    method: &str,
    uri: &str,
    headers: &[(header::HeaderName, &str)],
    body: &str,
) -> Request<Body> {
    let builder = Request::builder().method(method).uri(uri);
    headers
        .iter()
        .fold(builder, |builder, (name, value)| builder.header(name, *value))
        .body(Body::from(body.to_owned()))
        .unwrap()
}

const NEW: &str = "application/graphql-response+json";
const OLD: &str = "application/json";

async fn post_as(accept: &str, body: Value) -> Received {
    let headers = [(header::CONTENT_TYPE, OLD), (header::ACCEPT, accept)];
    send(Protocol::default(), request("POST", "/graphql", &headers, &body.to_string())).await
}

async fn post(body: Value) -> Received {
    post_as(NEW, body).await
}

async fn get(parameters: &str) -> Received {
    let uri = format!("/graphql?{parameters}");
    let headers = [(header::ACCEPT, NEW)];
    send(Protocol::default(), request("GET", &uri, &headers, "")).await
}

#[tokio::test]
async fn a_query_is_answered_in_the_type_that_the_client_accepts() {
    let query = json!({"query": "query($n: Int!) { hello twice(n: $n) }", "variables": {"n": 4}});
    for accept in [NEW, OLD] {
        let received = post_as(accept, query.clone()).await;
        assert_eq!(received.status, 200);
        assert_eq!(received.header(header::CONTENT_TYPE), format!("{accept}; charset=utf-8"));
        assert_eq!(received.header(header::VARY), "accept");
        assert_eq!(received.text, r#"{"data":{"hello":"hello world","twice":8}}"#);
    }
}

#[tokio::test]
async fn the_keys_of_the_data_stand_as_they_were_asked_for() {
    let received = post(json!({"query": "{ z: late a: hello m: twice(n: 1) }"})).await;
    assert_eq!(received.text, r#"{"data":{"z":"late","a":"hello world","m":2}}"#);
}

#[tokio::test]
async fn a_document_that_cannot_run_is_400_and_for_legacy_clients_200_without_data() {
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ unknown }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ hello @unknown }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ ...F } fragment F on Query { ...F }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { hello } query B { hello }", "OPERATION_RESOLUTION_FAILURE"),
        ("subscription { a }", "SUBSCRIPTION_NOT_SUPPORTED"),
        ("query($n: Int!) { twice(n: $n) }", "BAD_USER_INPUT"),
        ("{ twice(n: \"x\") }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ twice }", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        for (accept, status) in [(NEW, 400), (OLD, 200)] {
            let received = post_as(accept, json!({ "query": query })).await;
            assert_eq!(received.status, status, "{query}");
            assert_eq!(received.code(), code, "{query}");
            assert!(received.body.get("data").is_none(), "{query}");
        }
    }
}

#[tokio::test]
async fn a_chain_of_fragments_that_doubles_never_reaches_the_library() {
    let mut query = String::from("{ ...F0 } fragment F25 on Query { hello }");
    for n in 0..25 {
        let next = n + 1;
        query += &format!(" fragment F{n} on Query {{ ...F{next} ...F{next} }}");
    }
    let received = post(json!({ "query": query })).await;
    assert_eq!((received.status, received.code()), (400, "TOO_MANY_FIELDS"));
}

#[tokio::test]
async fn a_failed_field_leaves_the_rest_and_the_status() {
    let received = post(json!({"query": "{ hello forbidden }"})).await;
    assert_eq!(received.status, 200);
    assert_eq!(received.code(), "FORBIDDEN");
    assert_eq!(received.body["data"], json!({"hello": "hello world", "forbidden": null}));
    assert_eq!(received.body["errors"][0]["path"], json!(["forbidden"]));
}

#[tokio::test]
async fn an_error_that_takes_all_data_with_it_leaves_null() {
    let received = post(json!({"query": "{ hello fatal }"})).await;
    assert_eq!(received.status, 200);
    assert_eq!(received.code(), "GONE");
    assert_eq!(received.body.get("data"), Some(&Value::Null));
}

#[tokio::test]
async fn a_failure_of_ours_is_hidden_behind_the_request_id() {
    let received = post(json!({"query": "{ broken }"})).await;
    assert_eq!(received.code(), "INTERNAL_SERVER_ERROR");
    assert!(received.text.contains("request-7"), "{}", received.text);
    assert!(!received.text.contains("password"));
}

#[tokio::test]
async fn a_value_that_a_scalar_refuses_is_the_clients_to_mend() {
    for (query, variables) in [
        ("{ day(at: \"yesterday\") }", json!({})),
        ("query($at: DateTime!) { day(at: $at) }", json!({"at": "yesterday"})),
        ("query($at: DateTime!) { day(at: $at) }", json!({"at": 7})),
    ] {
        let received = post(json!({"query": query, "variables": variables})).await;
        assert!(
            matches!(received.code(), "BAD_USER_INPUT" | "GRAPHQL_VALIDATION_FAILED"),
            "{}",
            received.text
        );
        assert!(!received.text.contains("request-7"), "{}", received.text);
    }
}

#[tokio::test]
async fn a_refusal_of_the_whole_request_has_the_status_that_the_executor_says() {
    for accept in [NEW, OLD] {
        let body = json!({"query": "query Exhausted { hello }", "operationName": "Exhausted"});
        let received = post_as(accept, body).await;
        assert_eq!((received.status, received.code()), (429, "RATE_LIMITED"));
        assert!(received.body.get("data").is_none());
    }
}

#[tokio::test]
async fn requests_that_are_too_many_are_refused_before_they_are_looked_at() {
    let protocol = Protocol { batch: 20, ..Protocol::default() };
    let body = json!(vec![json!({"query": "{"}); 11]).to_string();
    let headers = [(header::CONTENT_TYPE, OLD)];
    let received = send(protocol, request("POST", "/graphql", &headers, &body)).await;
    assert_eq!((received.status, received.code()), (429, "RATE_LIMITED"));
}

#[tokio::test]
async fn when_only_the_cost_is_asked_for_nothing_runs() {
    let dry = |query: &str| json!({"query": query, "extensions": {"costOnly": true}});
    for query in ["{ hello fatal }", "mutation { bump fatal: hello }"] {
        let received = post(dry(query)).await;
        assert_eq!(received.status, 200);
        assert_eq!(received.body, json!({"data": null, "extensions": {"cost": 2}}));
    }
    assert_eq!(post(dry("{ hello")).await.code(), "GRAPHQL_PARSE_FAILED");
    let wet = json!({"query": "{ hello }", "extensions": {"costOnly": false}});
    assert_eq!(post(wet).await.body["data"]["hello"], "hello world");
}

#[tokio::test]
async fn a_get_runs_a_query() {
    let received = get("query=query+A(%24n%3AInt!)%7Btwice(n%3A%24n)%7D+query+B%7Bhello%7D&operationName=A&variables=%7B%22n%22%3A3%7D").await;
    assert_eq!(received.text, r#"{"data":{"twice":6}}"#);
    assert_eq!(get("query=%7Bhello%7D&operationName=").await.status, 200);
}

#[tokio::test]
async fn a_get_never_runs_a_mutation() {
    let received = get("query=mutation%7Bbump%7D").await;
    assert_eq!((received.status, received.code()), (405, "METHOD_NOT_ALLOWED"));
    assert_eq!(received.header(header::ALLOW), "POST");
    assert!(received.body.get("data").is_none());
    let chosen = get("query=query+A%7Bhello%7D+mutation+B%7Bbump%7D&operationName=B").await;
    assert_eq!(chosen.status, 405);
    let other = get("query=query+A%7Bhello%7D+mutation+B%7Bbump%7D&operationName=A").await;
    assert_eq!(other.status, 200);
}

#[tokio::test]
async fn a_malformed_url_is_400() {
    for parameters in ["", "query=%7Bhello%7D&variables=7", "query=%7Bhello%7D&query=%7Bhello%7D"] {
        let received = get(parameters).await;
        assert_eq!((received.status, received.code()), (400, "BAD_REQUEST"), "{parameters}");
    }
}

#[tokio::test]
async fn a_head_is_a_get_without_the_body() {
    let received =
        send(Protocol::default(), request("HEAD", "/graphql?query=%7Bhello%7D", &[], "")).await;
    assert_eq!((received.status, received.text.as_str()), (200, ""));
    assert_eq!(received.header(header::CONTENT_LENGTH), "32");
}

#[tokio::test]
async fn other_methods_are_not_allowed() {
    for method in ["PUT", "DELETE", "PATCH"] {
        let received = send(Protocol::default(), request(method, "/graphql", &[], "")).await;
        assert_eq!((received.status, received.code()), (405, "METHOD_NOT_ALLOWED"));
        assert_eq!(received.header(header::ALLOW), "GET, HEAD, POST, OPTIONS");
    }
}

#[tokio::test]
async fn json_under_another_name_is_not_executed() {
    let body = json!({"query": "mutation { bump }"}).to_string();
    for content_type in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
    {
        let headers = [(header::CONTENT_TYPE, content_type)];
        let received =
            send(Protocol::default(), request("POST", "/graphql", &headers, &body)).await;
        assert_eq!((received.status, received.code()), (415, "UNSUPPORTED_MEDIA_TYPE"));
    }
    let received = send(Protocol::default(), request("POST", "/graphql", &[], &body)).await;
    assert_eq!(received.status, 415);
}

#[tokio::test]
async fn a_client_that_accepts_neither_type_gets_406() {
    let received = post_as("text/html", json!({"query": "{ hello }"})).await;
    assert_eq!((received.status, received.code()), (406, "NOT_ACCEPTABLE"));
    assert_eq!(received.header(header::CONTENT_TYPE), "application/json; charset=utf-8");
}

#[tokio::test]
async fn a_malformed_body_is_400_in_both_types() {
    for body in [
        json!({"qeury": "{ hello }"}),
        json!({"query": 7}),
        json!({"query": "{ hello }", "variables": [7]}),
        json!([]),
        json!(7),
    ] {
        for accept in [NEW, OLD] {
            let received = post_as(accept, body.clone()).await;
            assert_eq!((received.status, received.code()), (400, "BAD_REQUEST"), "{body}");
            assert!(received.body.get("data").is_none());
        }
    }
}

#[tokio::test]
async fn a_body_that_is_not_utf8_is_400() {
    let mut broken = request("POST", "/graphql", &[(header::CONTENT_TYPE, OLD)], "");
    *broken.body_mut() = Body::from(b"{\"query\": \"{ hello(name: \\\"\xff\\\") }\"}".to_vec());
    let received = send(Protocol::default(), broken).await;
    assert_eq!((received.status, received.code()), (400, "BAD_REQUEST"));
}

#[tokio::test]
async fn a_body_over_the_limit_is_413() {
    let protocol = Protocol { body_bytes: 100, ..Protocol::default() };
    let body = json!({"query": "{ hello }", "padding": "x".repeat(100)}).to_string();
    let received =
        send(protocol, request("POST", "/graphql", &[(header::CONTENT_TYPE, OLD)], &body)).await;
    assert_eq!((received.status, received.code()), (413, "BODY_TOO_LARGE"));
}

#[tokio::test]
async fn a_batch_is_answered_in_its_order_each_for_itself() {
    let received = post(json!([
        {"query": "{ hello }"},
        {"query": "{ unknown }"},
        {"invalid": "request"},
        {"query": "mutation { bump }"},
    ]))
    .await;
    assert_eq!(received.status, 200);
    assert_eq!(received.body[0], json!({"data": {"hello": "hello world"}}));
    assert_eq!(received.body[1]["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(received.body[2]["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    assert_eq!(received.body[3], json!({"data": {"bump": 1}}));
}

#[tokio::test]
async fn a_batch_is_bounded_in_number_and_in_its_whole_cost() {
    let received = post(json!(vec![json!({"query": "{ hello }"}); 11])).await;
    assert_eq!((received.status, received.code()), (400, "BATCH_TOO_LARGE"));
    let costly = json!({"query": "{ __schema { queryType { name } } }"});
    let mut protocol = Protocol::default();
    protocol.limits.complexity = 2_500;
    let headers = [(header::CONTENT_TYPE, OLD)];
    for (count, status) in [(2, 200), (3, 400)] {
        let body = json!(vec![costly.clone(); count]).to_string();
        let received = send(protocol.clone(), request("POST", "/graphql", &headers, &body)).await;
        assert_eq!(received.status, status, "{}", received.text);
    }
}
