//! The line to a client: whole messages in both directions, within their time.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncReadExt;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};

use super::close::Close;

/// How long a client may take to answer that the socket is closed.
const PARTING: Duration = Duration::from_secs(2);

/// The line to a client.
pub(super) struct Line {
    socket: WebSocketStream<TokioIo<Upgraded>>,
    unread: Duration,
    is_broken: bool,
}

/// What came over the line.
pub(super) enum Heard {
    /// A message.
    Text(String),
    /// A sign of life.
    Life,
    /// Something that the subprotocol does not know.
    Nonsense(&'static str),
    /// That the client has closed the socket, or is gone.
    End,
}

/// That nobody reads any more.
pub(super) struct Gone;

impl Line {
    pub(super) const fn new(socket: WebSocketStream<TokioIo<Upgraded>>, unread: Duration) -> Self {
        Self { socket, unread, is_broken: false }
    }

    /// The next that comes. Given up, it loses nothing.
    pub(super) async fn hear(&mut self) -> Heard {
        match self.socket.next().await {
            Some(Ok(Message::Text(text))) => Heard::Text(text.as_str().to_owned()),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Heard::Life,
            Some(Ok(Message::Binary(_))) => Heard::Nonsense("it is binary"),
            Some(Ok(Message::Close(_))) | None => {
                // The answer to a close is on its way once nothing more comes.
                let _ = tokio::time::timeout(PARTING, self.socket.next()).await;
                Heard::End
            }
            Some(Err(Error::Capacity(_))) => {
                self.is_broken = true;
                Heard::Nonsense("it is too large")
            }
            Some(Err(Error::Utf8(_))) => {
                self.is_broken = true;
                Heard::Nonsense("it is not UTF-8")
            }
            Some(Err(Error::Protocol(_))) => {
                self.is_broken = true;
                Heard::Nonsense("it is no WebSocket frame")
            }
            Some(Err(_)) => Heard::End,
        }
    }

    /// Sends a message.
    ///
    /// # Errors
    /// When it is not taken for too long.
    pub(super) async fn say(&mut self, text: String) -> Result<(), Gone> {
        self.send(Message::text(text)).await
    }

    /// Asks for a sign of life, which clients answer by themselves.
    ///
    /// # Errors
    /// When it is not taken for too long.
    pub(super) async fn ask_for_life(&mut self) -> Result<(), Gone> {
        self.send(Message::Ping(Bytes::new())).await
    }

    /// Closes the socket, and waits a moment for the client to know.
    pub(super) async fn close(mut self, close: Close) {
        tracing::debug!(code = close.code, reason = close.reason, "a socket is closed");
        let frame = CloseFrame { code: close.code.into(), reason: close.reason.into() };
        let parting = async {
            if self.socket.close(Some(frame)).await.is_err() {
                return;
            }
            if self.is_broken {
                self.read_away().await;
            }
            while let Some(Ok(_)) = self.socket.next().await {}
        };
        let _ = tokio::time::timeout(PARTING, parting).await;
    }

    /// Reads what can't be understood any more: a connection that is closed with something unread is
    /// reset, and what was last sent is lost with it.
    async fn read_away(&mut self) {
        let mut unread = [0; 4096];
        let connection = self.socket.get_mut();
        while matches!(connection.read(&mut unread).await, Ok(1..)) {}
    }

    async fn send(&mut self, message: Message) -> Result<(), Gone> {
        match tokio::time::timeout(self.unread, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }
}
