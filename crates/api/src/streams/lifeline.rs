//! What ties a stream to the server that it was opened on.

use axum::extract::Request;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What ties streams to the server: it tells them that it stops, and waits for those that outlast their
/// connection's request. The server gives it with each request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lifeline {
    stop: CancellationToken,
    streams: TaskTracker,
}

impl Lifeline {
    /// That of the server that took the request; one that never stops for a request without a server.
    pub(crate) fn of(request: &Request) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or_default()
    }

    /// Runs a stream.
    pub(crate) fn spawn(&self, stream: impl Future<Output = ()> + Send + 'static) {
        self.streams.spawn(stream);
    }

    /// Completes when the server has been told to stop.
    pub(crate) async fn stops(&self) {
        self.stop.cancelled().await;
    }

    /// Tells all streams that the server stops.
    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }

    /// Completes when all streams have ended, once they were told.
    pub(crate) async fn ended(&self) {
        self.streams.close();
        self.streams.wait().await;
    }
}
