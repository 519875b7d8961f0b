//! Serves a router on a listener until it is told to stop, and then ends streams and lets open requests finish.

mod connections;

use std::io::Write as _;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::{Extension, Router};
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::peer::TrustedProxies;
use crate::streams::Lifeline;
use connections::Connections;

/// How long open requests may take to finish after the server was told to stop.
pub const DRAIN: Duration = Duration::from_secs(20);

/// What is said to a connection that is one too many.
const TOO_MANY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// The limits on clients' connections.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// How many connections may be open.
    pub connections: usize,
    /// How many one address may have open, or one network of 64 bits for IPv6.
    pub connections_of_each: usize,
    /// The proxies that may open as many as there are.
    pub trusted_proxies: TrustedProxies,
    /// How long a client may take to send the head of a request, counted from the end of the one
    /// before: so long a connection may be idle.
    pub head: Duration,
    /// How long a client may read nothing of an answer that waits for it.
    pub write: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: 10_000,
            connections_of_each: 2_000,
            trusted_proxies: TrustedProxies::default(),
            head: Duration::from_secs(10),
            write: Duration::from_secs(30),
        }
    }
}

/// Serves until `stop` completes; then takes no more connections, tells streams to end, lets open requests
/// finish for at most [`DRAIN`], and closes the sockets.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    stop: impl Future<Output = ()>,
) {
    let mut builder = Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.head)
        .max_headers(64)
        .max_buf_size(64 * 1024);
    let write = bounds.write;
    let open = Connections::new(bounds);
    let (connections, stopping) = (TaskTracker::new(), CancellationToken::new());
    let lifeline = Lifeline::default();
    let router = router.layer(Extension(lifeline.clone()));
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let Ok((socket, peer)) = accepted else {
            // Out of file descriptors, say: wait a moment rather than spin.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Some(counted) = open.open(peer.ip()) else {
            turn_away(socket);
            continue;
        };
        // Without it small answers wait for the client's acknowledgement.
        let _ = socket.set_nodelay(true);
        let service = router.clone().map_request(move |mut request: Request<_>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request
        });
        let service = TowerToHyperService::new(service);
        let mut socket = TimeoutStream::new(socket);
        // Counted only while something waits to be written, so that it doesn't end what only listens.
        socket.set_write_timeout(Some(write));
        let connection =
            builder.serve_connection(TokioIo::new(Box::pin(socket)), service).with_upgrades();
        let stopping = stopping.clone();
        connections.spawn(async move {
            let _counted = counted;
            let mut connection = std::pin::pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = stopping.cancelled_owned() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(broken) = ended {
                tracing::debug!(%broken, "a connection broke");
            }
        });
    }
    drop(listener);
    lifeline.stop();
    stopping.cancel();
    connections.close();
    let ended = async { tokio::join!(connections.wait(), lifeline.ended()) };
    if tokio::time::timeout(DRAIN, ended).await.is_err() {
        tracing::warn!(seconds = DRAIN.as_secs(), "some requests did not finish in time");
    }
}

/// Says why, as far as that takes no waiting, and closes the connection.
fn turn_away(socket: TcpStream) {
    metrics::counter!("commonground_connections_refused_total").increment(1);
    if let Ok(mut socket) = socket.into_std() {
        let _ = socket.write_all(TOO_MANY);
    }
}
