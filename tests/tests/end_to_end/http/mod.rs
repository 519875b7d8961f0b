//! GraphQL over HTTP with the real schema: the same requests through the router and over a socket.

mod cases;

use axum::body::Body;
use axum::http::{Request, Response, header};
use serde_json::{Value, json};
use service::access::token::{self, TokenFilter};
use tests::support::app::{ALPHA, TestApp};
use tests::support::databases::DatabaseKind;
use tests::support::socket::Server;

use cases::{
    Case, DRAFT, JSON, MUTATION_BY_GET, ask, documents, pages_of_pages, post, request, transport,
    viewer,
};

/// What is never for a client to read.
const INTERNALS: [&str; 5] = ["sqlx", "SELECT", "panicked", "src/", "DbErr"];

/// Compares an answer with its case, and looks for what every answer has and none may have.
fn check(case: &Case, answer: &Response<String>) {
    let (name, body) = (&case.name, answer.body());
    assert_eq!(answer.status().as_u16(), case.status, "{name}: {body}");
    let content_type = answer.headers()[header::CONTENT_TYPE].to_str().unwrap();
    assert_eq!(content_type, format!("{}; charset=utf-8", case.media), "{name}");
    assert!(answer.headers().contains_key("x-request-id"), "{name}");
    for internal in INTERNALS {
        assert!(!body.contains(internal), "{name}: {body}");
    }
    let body: Value = serde_json::from_str(body).unwrap();
    let code = body.pointer("/errors/0/extensions/code").and_then(Value::as_str);
    assert_eq!(code, case.code, "{name}: {body}");
    assert_eq!(
        body.get("data").is_some(),
        case.code.is_none(),
        "{name}: data stands where something ran"
    );
    let message = body.pointer("/errors/0/message").and_then(Value::as_str);
    assert_ne!(message, Some(""), "{name}");
}

async fn through(app: &TestApp, request: Request<String>) -> Response<String> {
    let (head, body) = app.nobody().send(request.map(Body::from)).await.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Response::from_parts(head, String::from_utf8(bytes.to_vec()).unwrap())
}

async fn app() -> TestApp {
    TestApp::start(DatabaseKind::Sqlite).await
}

#[tokio::test]
async fn each_request_is_answered_with_its_status_code_and_media_type() {
    let app = app().await;
    for case in transport().into_iter().chain(documents()) {
        let answer = through(&app, case.request.clone()).await;
        check(&case, &answer);
    }
}

#[tokio::test]
async fn over_a_socket_each_request_is_answered_in_the_same_way() {
    let app = app().await;
    let server = Server::start(app.router()).await;
    for case in transport().into_iter().chain(documents()) {
        let answer = server.send(case.request.clone()).await;
        check(&case, &answer);
    }
}

#[tokio::test]
async fn a_method_that_is_not_offered_is_told_which_are() {
    let app = app().await;
    let allowed = async |request| {
        through(&app, request).await.headers()[header::ALLOW].to_str().unwrap().to_owned()
    };
    assert_eq!(
        allowed(request("PUT", "/graphql", &[JSON], viewer())).await,
        "GET, HEAD, POST, OPTIONS"
    );
    assert_eq!(allowed(request("GET", MUTATION_BY_GET, &[], "")).await, "POST");
}

#[tokio::test]
async fn a_batch_of_ten_is_answered_in_its_order() {
    let app = app().await;
    let queries: Vec<_> =
        (0..10).map(|number| json!({ "query": format!("{{ a{number}: __typename }}") })).collect();
    let answer = through(&app, post(&[JSON, DRAFT], json!(queries).to_string())).await;
    assert_eq!(answer.status(), 200);
    let answers: Vec<Value> = serde_json::from_str(answer.body()).unwrap();
    let expected: Vec<_> = (0..10).map(|number| json!({ format!("a{number}"): "Query" })).collect();
    let found: Vec<_> = answers.iter().map(|answer| answer["data"].clone()).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_batch_costs_the_sum_of_its_requests() {
    let app = app().await;
    let one = json!({ "query": "{ studies(first: 100) { nodes { findings(first: 90) { nodes { id } } } } }" });
    let answer = async |size: usize| {
        let answer = through(&app, post(&[JSON], json!(vec![&one; size]).to_string())).await;
        serde_json::from_str::<Value>(answer.body()).unwrap()
    };
    assert!(answer(2).await.is_array());
    assert_eq!(answer(10).await["errors"][0]["extensions"]["code"], "TOO_COMPLEX");
}

#[tokio::test]
async fn in_a_batch_each_answer_tells_its_own_error() {
    let app = app().await;
    let queries = json!([{ "query": "{ nothing }" }, { "query": "{ __typename }" }]).to_string();
    let answer = through(&app, post(&[JSON], queries)).await;
    let answers: Value = serde_json::from_str(answer.body()).unwrap();
    assert_eq!(answers[0]["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(answers[1]["data"], json!({ "__typename": "Query" }));
}

#[tokio::test]
async fn a_page_of_another_site_cannot_make_a_browser_issue_a_token() {
    let app = app().await;
    let administrator = app.administrator(ALPHA).await;
    let tokens =
        async || token::all(&app.as_operator(), &TokenFilter::default()).await.unwrap().len();
    let issue = ask(
        r#"mutation { issueAccessToken(input: {name: "x", centre: "alpha-centre", scopes: ["evidence:read"]}) { token } }"#,
    );
    // What a form or a simple fetch can send without asking the browser's permission first.
    for content_type in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
    {
        let request = post(&[("content-type", content_type)], issue.clone());
        let answer = administrator.send(request.map(Body::from)).await;
        assert_eq!(answer.status(), 415, "{content_type}");
    }
    assert_eq!(tokens().await, 1, "the administrator's own");
    administrator.send(post(&[JSON], issue).map(Body::from)).await;
    assert_eq!(tokens().await, 2, "the same as JSON is carried out");
}

#[tokio::test]
async fn what_a_query_costs_grows_with_its_pages_and_is_told() {
    let app = app().await;
    let cost = async |page: &str| {
        let query = format!(
            "{{ viewer {{ rateLimit {{ cost }} }} studies{page} {{ nodes {{ id slug }} }} }}"
        );
        app.nobody().ask(&query).await.at("/viewer/rateLimit/cost").as_u64().unwrap()
    };
    let (one, twenty, hundred) =
        (cost("(first: 1)").await, cost("").await, cost("(last: 100)").await);
    assert!(one < twenty && twenty < hundred, "{one}, {twenty}, {hundred}");

    let refused = app.nobody().ask(&pages_of_pages("first: 100")).await;
    let message = refused.body["errors"][0]["message"].as_str().unwrap();
    let told = message
        .split(|letter: char| !letter.is_ascii_digit())
        .find_map(|number| number.parse::<u64>().ok());
    assert!(told.unwrap() >= 1_000_000, "the message tells the cost: {message}");

    let by_variable = "query ($n: Int) { studies(first: $n) { nodes { findings(first: $n) { nodes { publication { studies(first: $n) { nodes { id } } } } } } } }";
    let refused = app.nobody().ask_with(by_variable, json!({ "n": 100 })).await;
    assert_eq!(refused.code(), Some("TOO_COMPLEX"), "a variable counts as what it is");
    assert_eq!(app.nobody().ask_with(by_variable, json!({ "n": 2 })).await.code(), None);
}

#[tokio::test]
async fn the_introspection_of_graphiql_and_of_generators_passes() {
    let app = app().await;
    let answer = app.nobody().ask(include_str!("introspection.graphql")).await;
    let types = answer.at("/__schema/types").as_array().unwrap();
    assert!(types.iter().any(|kind| kind["name"] == "Study"));
}
