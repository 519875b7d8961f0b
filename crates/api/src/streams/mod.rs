//! Answers that come over time: over WebSockets by `graphql-transport-ws`, and as server-sent events by
//! `graphql-sse`.
//!
//! A stream lasts longer than a request. It ends when its client ends it, when the token that opened it
//! ends (see `service::access::presence`), when the server stops (see [`Lifeline`]), or when nobody
//! reads it. Each operation runs in a task of its own and gives its answers into a channel of a few
//! places, so that a slow reader holds up its own operation and no memory grows.

mod each_event;
mod events;
mod lifeline;
mod origin;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub(crate) use each_event::{EachEvent, Follower, subscription};
pub(crate) use events::answer as answer_with_events;
pub(crate) use lifeline::Lifeline;
pub(crate) use socket::{is_wanted as is_socket_wanted, open as open_socket};

/// The bounds of streams.
#[derive(Clone, Debug)]
pub struct StreamBounds {
    /// How many sockets and event streams may be open at once; a quarter of them with one token, or
    /// without any.
    pub most: usize,
    /// How many operations may be under way on one socket.
    pub operations: usize,
    /// How long a client may take from opening a socket to saying who it is.
    pub init: Duration,
    /// How often a sign of life is sent. A socket from which nothing came between two of them is dead.
    pub sign_of_life: Duration,
    /// How long a client may leave what was sent to it unread.
    pub unread: Duration,
}

impl Default for StreamBounds {
    fn default() -> Self {
        Self {
            most: 4_096,
            operations: 64,
            init: Duration::from_secs(10),
            sign_of_life: Duration::from_secs(15),
            unread: Duration::from_secs(10),
        }
    }
}

/// What streams need besides the endpoint.
pub(crate) struct Streams {
    pub(crate) bounds: StreamBounds,
    places: Arc<Semaphore>,
}

impl Streams {
    pub(crate) fn new(bounds: StreamBounds) -> Self {
        Self { places: Arc::new(Semaphore::new(bounds.most)), bounds }
    }

    /// How many streams one token may have.
    fn most_of_one(&self) -> usize {
        self.bounds.most.div_ceil(4)
    }

    /// A place for one more stream, which it keeps until it ends; none when they are all taken.
    fn place(&self, protocol: &'static str) -> Option<Place> {
        let permit = Arc::clone(&self.places).try_acquire_owned().ok()?;
        metrics::gauge!(OPEN, "protocol" => protocol).increment(1);
        Some(Place { protocol, _permit: permit })
    }
}

/// How many streams are open, by protocol.
const OPEN: &str = "commonground_streams_open";

/// The place of one stream among those that may be open.
struct Place {
    protocol: &'static str,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        metrics::gauge!(OPEN, "protocol" => self.protocol).decrement(1);
    }
}
