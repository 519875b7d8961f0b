//! A server on a real socket of this machine, and connections to it that say exactly what a test wants said.

use std::net::SocketAddr;

use api::server::Bounds;
use axum::http::{Request, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A server in this process, on a free port.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

impl Server {
    /// Serves a router as the binary does.
    pub async fn start(router: axum::Router) -> Self {
        Self::start_within(router, Bounds::default()).await
    }

    /// Serves a router within other bounds.
    pub async fn start_within(router: axum::Router, bounds: Bounds) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (stop, told) = oneshot::channel();
        let serving = tokio::spawn(api::server::serve(listener, router, bounds, async move {
            // A test that drops the server stops it too.
            let _ = told.await;
        }));
        Self { address, stop: Some(stop), serving }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends a request through a client that keeps no connection.
    pub async fn send(&self, request: Request<String>) -> Response<String> {
        let (mut head, body) = request.into_parts();
        let url = format!("http://{}{}", self.address, head.uri);
        head.uri = url.parse().expect("an address");
        let request =
            reqwest::Request::try_from(Request::from_parts(head, body)).expect("a request");
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build();
        let answer = client.expect("a client").execute(request).await.expect("an answer");
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut response = Response::new(answer.text().await.expect("a text"));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }

    /// Opens a connection.
    pub async fn connect(&self) -> Connection {
        self.try_connect().await.expect("a connection")
    }

    /// Opens a connection, if the server still takes any.
    pub async fn try_connect(&self) -> Option<Connection> {
        TcpStream::connect(self.address).await.ok().map(Connection)
    }

    /// Tells the server to stop, as SIGTERM does; open requests may finish.
    pub fn tell_to_stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).expect("the server runs");
        }
    }

    /// Completes when the server has stopped.
    pub async fn stopped(self) {
        self.serving.await.expect("no panic");
    }
}

/// A connection, without any help of a client.
#[derive(Debug)]
pub struct Connection(TcpStream);

impl Connection {
    /// Sends a text as it is.
    pub async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.expect("the server takes it");
    }

    /// One answer, head and body, which must say how long it is.
    pub async fn answer(&mut self) -> String {
        let mut text = Vec::new();
        while !is_whole(&text) {
            let length = self.0.read_buf(&mut text).await.expect("the server answers");
            assert!(
                length > 0,
                "closed in the middle of an answer: {}",
                String::from_utf8_lossy(&text)
            );
        }
        String::from_utf8(text).expect("a text")
    }

    /// What comes until the server closes the connection.
    pub async fn rest(&mut self) -> String {
        let mut text = Vec::new();
        // A server that closes at once, with something unread, resets the connection: closed is closed.
        let _ = self.0.read_to_end(&mut text).await;
        String::from_utf8_lossy(&text).into_owned()
    }
}

fn is_whole(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    length.is_some_and(|length| body.len() >= length)
}
