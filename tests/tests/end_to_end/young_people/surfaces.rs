//! What is sent and fetched beside the graph is counted, charged, waits for its turn and is stopped as the graph's
//! operations are.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use api::{Rates, Settings};
use axum::body::Bytes;
use axum::http::HeaderMap;
use entity::ReturnState;
use futures::channel::mpsc::{UnboundedSender, unbounded};
use tests::support::app::ALPHA;
use tests::support::on_both_databases;

use super::*;

const SCOPES: &[ScopeName] = &[ScopeName::YoungPeopleContribute, ScopeName::YoungPeopleStatistics];
const COUNTS: &str = "/young-people/statistics.csv?by=SEX&asAt=2024-03-31";
const REPORT: &str = "/young-people/returns/nothing/problems.csv";

/// A client of a server with settings of its own.
async fn of_server(app: &TestApp, settings: Settings) -> Client {
    let (token, _) = app.token(ALPHA, SCOPES).await;
    Client::new(api::router(Arc::clone(&app.space), settings), Some(token))
}

fn budgets(requests_per_second: u32, points_per_hour: u32) -> Settings {
    let rates = Rates { requests_per_second, points_per_hour };
    Settings { token_rates: rates, ..Settings::default() }
}

/// A request to each address.
fn requests() -> [Request<Body>; 3] {
    let get = |address| Request::get(address).body(Body::empty()).expect("a request");
    [get(COUNTS), get(REPORT), import(Body::from("--limit--\r\n"))]
}

fn import(body: Body) -> Request<Body> {
    Request::post(OVER_HTTP)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=limit")
        .body(body)
        .expect("a request")
}

/// The status, the headers and the code of what is refused.
async fn refusal(client: &Client, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
    let response = client.send(request).await;
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    // What is not refused is a table.
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let code = body.pointer("/errors/0/extensions/code").and_then(Value::as_str);
    (status, headers, code.unwrap_or_default().to_owned())
}

/// An import whose files are still to come.
fn open_import() -> (UnboundedSender<Result<Bytes, Infallible>>, Request<Body>) {
    let (sender, pieces) = unbounded();
    (sender, import(Body::from_stream(pieces)))
}

fn part(name: &str, content: &[u8]) -> Bytes {
    let mut part = format!(
        "--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
    )
    .into_bytes();
    part.extend(content);
    part.extend(b"\r\n");
    part.into()
}

#[on_both_databases]
async fn each_surface_says_how_long_to_wait_when_a_quota_is_used_up(app: TestApp) {
    for at in 0..3 {
        let client = of_server(&app, budgets(0, 1_500)).await;
        let [first, second] = [requests(), requests()].map(|all| all.into_iter().nth(at));
        let (status, _, code) = refusal(&client, first.expect("a request")).await;
        assert_ne!(code, "QUOTA_EXHAUSTED", "{status}");
        let (status, headers, code) = refusal(&client, second.expect("a request")).await;
        assert_eq!((status.as_u16(), code.as_str()), (429, "QUOTA_EXHAUSTED"));
        assert!(headers.contains_key(header::RETRY_AFTER) && headers.contains_key("ratelimit"));
    }
}

#[on_both_databases]
async fn each_surface_says_that_waiting_is_of_no_use_when_the_quota_is_too_small(app: TestApp) {
    let client = of_server(&app, budgets(0, 500)).await;
    for request in requests() {
        let (status, headers, code) = refusal(&client, request).await;
        assert_eq!((status.as_u16(), code.as_str()), (400, "COST_ABOVE_QUOTA"));
        assert!(!headers.contains_key(header::RETRY_AFTER));
    }
}

#[on_both_databases]
async fn each_surface_counts_requests_before_it_looks_at_them(app: TestApp) {
    for at in 0..3 {
        let client = of_server(&app, budgets(1, 0)).await;
        let mut refused = None;
        for _ in 0..5 {
            let request = requests().into_iter().nth(at).expect("a request");
            refused = Some(refusal(&client, request).await);
        }
        let (status, headers, code) = refused.expect("five answers");
        assert_eq!((status.as_u16(), code.as_str()), (429, "TOO_MANY_REQUESTS"));
        assert!(headers.contains_key(header::RETRY_AFTER));
    }
}

#[on_both_databases]
async fn an_import_whose_files_come_too_slowly_is_stopped_and_nothing_of_it_is_kept(app: TestApp) {
    with_authorities(&app).await;
    let settings = Settings { import_timeout: Duration::from_millis(300), ..Settings::default() };
    let client = of_server(&app, settings).await;
    let (sender, request) = open_import();
    for (name, content) in many(1, 60) {
        sender.unbounded_send(Ok(part(name, &content))).expect("somebody reads");
    }
    let (status, _, code) = refusal(&client, request).await;
    assert_eq!((status.as_u16(), code.as_str()), (503, "TIMED_OUT"));
    let given_up = async {
        while state(&app).await.is_none_or(|state| state == ReturnState::Loading) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), given_up).await.expect("it is given up");
    assert_ne!(state(&app).await, Some(ReturnState::Current));
    assert_eq!(standing_in(&app, SocialWorkPopulation::LookedAfter).await, 0);
}

#[on_both_databases]
async fn one_client_imports_one_return_at_a_time_and_may_ask_meanwhile(app: TestApp) {
    with_authorities(&app).await;
    let client = of_server(&app, Settings::default()).await;
    let (sender, first) = open_import();
    let mut first = Box::pin(client.send(first));
    let files = many(1, 60);
    let mut second = Box::pin(send(&client, OVER_HTTP, &files));
    // The first is let in, and waits for its files.
    assert!(futures::poll!(&mut first).is_pending());
    let answered = tokio::select! {
        _ = &mut first => unreachable!("its files have not come"),
        _ = &mut second => unreachable!("the first is not done"),
        answer = client.ask("{ viewer { tokenName } }") => answer,
    };
    assert_eq!(answered.code(), None, "{}", answered.body);
    sender.unbounded_send(Ok(Bytes::from_static(b"--limit--\r\n"))).expect("somebody reads");
    drop(sender);
    let (first, (status, body)) = tokio::join!(first, second);
    assert_eq!(first.status(), StatusCode::BAD_REQUEST);
    assert_eq!(status, StatusCode::OK, "{body}");
}

/// The state of the only return.
#[expect(
    clippy::disallowed_methods,
    reason = "a test looks at what is kept, not at what somebody sees"
)]
async fn state(app: &TestApp) -> Option<ReturnState> {
    let rows = loaded_return::Entity::find().all(app.space.store().connection()).await;
    rows.expect("returns").first().map(|row| row.state)
}
