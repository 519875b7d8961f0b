//! What clients may do with their connections, and how a server ends them.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use api::server::Bounds;
use axum::body::{Body, Bytes};
use axum::routing::get;
use serde_json::json;
use tests::support::app::TestApp;
use tests::support::databases::DatabaseKind;
use tests::support::socket::Server;
use tokio::sync::Notify;

/// How long something that must happen is waited for: only a failure takes so long.
const PATIENCE: Duration = Duration::from_secs(60);

async fn patiently<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.expect(what)
}

async fn app() -> TestApp {
    TestApp::start(DatabaseKind::Sqlite).await
}

/// A router with a request that goes on until a test lets it end.
fn waiting_router(entered: &Arc<Notify>, release: &Arc<Notify>) -> axum::Router {
    let (entered, release) = (Arc::clone(entered), Arc::clone(release));
    let wait = move || async move {
        entered.notify_one();
        release.notified().await;
        "done"
    };
    axum::Router::new().route("/", get(|| async { "at once" })).route("/wait", get(wait))
}

const REQUEST: &str = "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

#[tokio::test]
async fn a_server_told_to_stop_finishes_what_is_open_and_takes_nothing_more() {
    let (entered, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let mut server = Server::start(waiting_router(&entered, &release)).await;
    let mut idle = server.connect().await;
    idle.send(REQUEST).await;
    assert!(idle.answer().await.ends_with("at once"));
    let mut open = server.connect().await;
    open.send("GET /wait HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    patiently("the request", entered.notified()).await;

    server.tell_to_stop();
    assert_eq!(patiently("the idle connection's end", idle.rest()).await, "");
    patiently("the listener's end", async {
        while server.try_connect().await.is_some() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    release.notify_one();
    let answer = patiently("the answer", open.rest()).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"), "{answer}");
    patiently("the server's end", server.stopped()).await;
}

#[tokio::test]
async fn a_client_that_never_ends_the_head_of_its_request_is_cut_off() {
    let nothing = Arc::new(Notify::new());
    let bounds = Bounds { head: Duration::from_millis(200), ..Bounds::default() };
    let server = Server::start_within(waiting_router(&nothing, &nothing), bounds).await;
    let mut slow = server.connect().await;
    slow.send("GET / HTTP/1.1\r\nhost: local").await;
    let answer = patiently("the end of the connection", slow.rest()).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");

    let mut quick = server.connect().await;
    quick.send(REQUEST).await;
    assert!(quick.answer().await.starts_with("HTTP/1.1 200"), "others are served");
}

#[tokio::test]
async fn a_head_of_endless_headers_is_refused() {
    let app = app().await;
    let server = Server::start(app.router()).await;
    let mut connection = server.connect().await;
    let headers: String = (0..100).map(|number| format!("x-{number}: 1\r\n")).collect();
    connection.send(&format!("GET / HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n")).await;
    let answer = patiently("the answer", connection.rest()).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn one_connection_serves_one_request_after_another() {
    let app = app().await;
    let server = Server::start(app.router()).await;
    let mut connection = server.connect().await;
    let body = json!({ "query": "{ __typename }" }).to_string();
    for _ in 0..3 {
        let length = body.len();
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}"
        );
        connection.send(&format!("{head}\r\n\r\n{body}")).await;
        let answer = patiently("the answer", connection.answer()).await;
        assert!(answer.contains(r#"{"data":{"__typename":"Query"},"#), "{answer}");
    }
}

#[tokio::test]
async fn a_connection_that_nobody_uses_is_closed() {
    let nothing = Arc::new(Notify::new());
    let bounds = Bounds { head: Duration::from_millis(200), ..Bounds::default() };
    let server = Server::start_within(waiting_router(&nothing, &nothing), bounds).await;
    let mut idle = server.connect().await;
    idle.send(REQUEST).await;
    assert!(idle.answer().await.ends_with("at once"));
    patiently("the end of the connection", idle.rest()).await;
}

/// Says when it is dropped.
struct Dropped(Arc<Notify>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_is_cut_off() {
    let gone = Arc::new(Notify::new());
    let tell = Arc::clone(&gone);
    let endless = move || async move {
        let dropped = Dropped(tell);
        Body::from_stream(futures::stream::repeat_with(move || {
            let _ = &dropped;
            Ok::<_, Infallible>(Bytes::from_static(&[b'x'; 64 * 1024]))
        }))
    };
    let router = axum::Router::new().route("/", get(endless));
    let bounds = Bounds { write: Duration::from_millis(200), ..Bounds::default() };
    let server = Server::start_within(router, bounds).await;
    let mut greedy = server.connect().await;
    greedy.send(REQUEST).await;
    patiently("the end of the answer", gone.notified()).await;
}

#[tokio::test]
async fn a_client_that_only_waits_is_not_cut_off() {
    let (entered, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let bounds = Bounds { write: Duration::from_millis(1), ..Bounds::default() };
    let server = Server::start_within(waiting_router(&entered, &release), bounds).await;
    let mut patient = server.connect().await;
    patient.send("GET /wait HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    patiently("the request", entered.notified()).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    release.notify_one();
    assert!(patiently("the answer", patient.answer()).await.ends_with("done"));
}

#[tokio::test]
async fn a_connection_that_is_one_too_many_is_told_so_until_another_ends() {
    let nothing = Arc::new(Notify::new());
    let bounds = Bounds { connections_of_each: 2, ..Bounds::default() };
    let server = Server::start_within(waiting_router(&nothing, &nothing), bounds).await;
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut connection = server.connect().await;
        connection.send(REQUEST).await;
        assert!(connection.answer().await.ends_with("at once"));
        open.push(connection);
    }
    let mut refused = server.connect().await;
    let answer = patiently("the refusal", refused.rest()).await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");

    open.pop();
    patiently("room for another", async {
        loop {
            let mut next = server.connect().await;
            next.send(&REQUEST.replacen("host", "connection: close\r\nhost", 1)).await;
            if next.rest().await.starts_with("HTTP/1.1 200") {
                break;
            }
        }
    })
    .await;
}
