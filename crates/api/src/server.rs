//! Serves a router on a listener until it is told to stop, and then ends streams and lets open requests finish.

use std::time::Duration;

use axum::{Extension, Router};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;

use crate::streams::Lifeline;

/// How long a client may take to send the head of a request.
const HEAD: Duration = Duration::from_secs(10);
/// How long open requests may take to finish after the server was told to stop.
pub const DRAIN: Duration = Duration::from_secs(20);

/// Serves until `stop` completes; then takes no more connections, tells streams to end, lets open requests
/// finish for at most [`DRAIN`], and closes the sockets.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_headers(64)
        .max_buf_size(64 * 1024);
    let connections = GracefulShutdown::new();
    let lifeline = Lifeline::default();
    let router = router.layer(Extension(lifeline.clone()));
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let Ok((socket, _)) = accepted else {
            // Out of file descriptors, say: wait a moment rather than spin.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        // Without it small answers wait for the client's acknowledgement.
        let _ = socket.set_nodelay(true);
        let service = TowerToHyperService::new(router.clone());
        let connection = builder
            .serve_connection_with_upgrades(TokioIo::new(socket), service)
            .into_owned();
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            if let Err(broken) = connection.await {
                tracing::debug!(%broken, "a connection broke");
            }
        });
    }
    drop(listener);
    lifeline.stop();
    let ended = async { tokio::join!(connections.shutdown(), lifeline.ended()) };
    if tokio::time::timeout(DRAIN, ended).await.is_err() {
        tracing::warn!(
            seconds = DRAIN.as_secs(),
            "some requests did not finish in time"
        );
    }
}
