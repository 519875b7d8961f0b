//! A server whose streams work, and clients of streams that say exactly what a test wants said.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use api::{Settings, StreamBounds};
use axum::http::{HeaderName, HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use service::{Space, Tasks};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::socket::Server;

/// The subprotocol that the server speaks.
pub const SUBPROTOCOL: &str = "graphql-transport-ws";
/// Guards against hanging; nothing takes as long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server on a real port that follows the change log.
#[derive(Debug)]
pub struct StreamServer {
    /// The server.
    pub server: Server,
    /// Stopped with it.
    _tasks: Tasks,
}

impl StreamServer {
    /// Starts one.
    pub async fn start(space: &Arc<Space>) -> Self {
        Self::start_with(space, StreamBounds::default()).await
    }

    /// Starts one with other bounds.
    pub async fn start_with(space: &Arc<Space>, streams: StreamBounds) -> Self {
        let settings = Settings { streams, ..Settings::default() };
        let mut head = space.tail().head();
        let tasks = Tasks::start(space);
        // From here on nothing is missed.
        head.changed().await.expect("the log is read");
        Self {
            server: Server::start(api::router(Arc::clone(space), settings)).await,
            _tasks: tasks,
        }
    }

    /// Opens a socket and says who one is.
    pub async fn join(&self, token: Option<&str>) -> Socket {
        let mut socket = Socket::open(self.server.address(), SUBPROTOCOL).await;
        socket.introduce(token).await;
        socket
    }

    /// Opens a socket and says nothing.
    pub async fn open(&self) -> Socket {
        Socket::open(self.server.address(), SUBPROTOCOL).await
    }

    /// Asks for a stream of events.
    pub async fn events(&self, token: Option<&str>, query: &str, variables: Value) -> Events {
        let url = format!("http://{}/graphql", self.server.address());
        let mut request = client()
            .post(url)
            .header(header::ACCEPT, "text/event-stream")
            .json(&json!({ "query": query, "variables": variables }));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        Events::of(request).await
    }
}

/// The cursor of a change by its number; 0 is before the first.
pub fn cursor_of(sequence: i64) -> String {
    URL_SAFE_NO_PAD.encode(json!(["change", false, [{ "n": sequence }]]).to_string())
}

/// The number of a change by its global id: where it stands in the log.
pub fn place_in_the_log(id: &str) -> i64 {
    let bytes = URL_SAFE_NO_PAD.decode(id).expect("a global id");
    let place = bytes.last_chunk().expect("a change's id");
    i64::from_be_bytes(*place)
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

/// A socket to a server.
#[derive(Debug)]
pub struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Opens one that speaks a subprotocol, or none if it is empty.
    pub async fn open(address: SocketAddr, subprotocol: &str) -> Self {
        let headers = match subprotocol {
            "" => Vec::new(),
            name => vec![(header::SEC_WEBSOCKET_PROTOCOL, name)],
        };
        Self::try_open(address, &headers).await.expect("the socket is opened")
    }

    /// Opens one with these headers.
    ///
    /// # Errors
    /// The status of the answer, if the server refuses.
    pub async fn try_open(
        address: SocketAddr,
        headers: &[(HeaderName, &str)],
    ) -> Result<Self, u16> {
        let mut request =
            format!("ws://{address}/graphql").into_client_request().expect("a request");
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).expect("a header");
            request.headers_mut().insert(name, value);
        }
        let stream = TcpStream::connect(address).await.expect("a connection");
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(other) => panic!("{other}"),
        }
    }

    /// Says who one is, and waits for the acknowledgement.
    pub async fn introduce(&mut self, token: Option<&str>) {
        let payload = token.map(|token| json!({ "authorization": format!("Bearer {token}") }));
        self.say(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(self.hear().await, json!({ "type": "connection_ack" }));
    }

    /// Begins an operation.
    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.say(json!({ "id": id, "type": "subscribe", "payload": payload })).await;
    }

    /// Sends a message.
    pub async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    /// Sends anything.
    pub async fn send(&mut self, message: Message) {
        // A server that closes meanwhile need not take it; what is heard next tells.
        let _ = self.0.send(message).await;
    }

    /// The next message.
    pub async fn hear(&mut self) -> Value {
        match self.next().await {
            Some(Message::Text(text)) => serde_json::from_str(&text).expect("JSON"),
            other => panic!("a message was expected, not {other:?}"),
        }
    }

    /// How the server closes the socket, whatever it says before.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.next().await {
                Some(Message::Close(Some(frame))) => {
                    return (frame.code.into(), frame.reason.as_str().to_owned());
                }
                Some(Message::Text(_)) => {}
                other => panic!("a close was expected, not {other:?}"),
            }
        }
    }

    /// Waits until nothing can come any more.
    pub async fn is_over(&mut self) {
        assert!(self.next().await.is_none(), "the socket is closed");
    }

    async fn next(&mut self) -> Option<Message> {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.0.next());
            match next.await.expect("the server says something") {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(message)) => return Some(message),
                Some(Err(_)) | None => return None,
            }
        }
    }
}

/// A stream of server-sent events.
#[derive(Debug)]
pub struct Events {
    response: reqwest::Response,
    text: String,
}

impl Events {
    /// The answer to a request.
    pub async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        Self { response, text: String::new() }
    }

    /// The head of the answer.
    pub fn head(&self) -> &reqwest::Response {
        &self.response
    }

    /// The next event, its name and its data; comments are passed over.
    pub async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
                if let (Some(name), Some(data)) = (field("event: "), field("data: ")) {
                    let data = serde_json::from_str(data).unwrap_or(Value::Null);
                    return Some((name.to_owned(), data));
                }
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk());
            let chunk = chunk.await.expect("the server says something");
            let chunk = chunk.expect("the connection holds")?;
            self.text.push_str(&String::from_utf8_lossy(&chunk));
        }
    }

    /// The data of the next event, which must be a result.
    pub async fn result(&mut self) -> Value {
        match self.next().await {
            Some((name, data)) if name == "next" => data,
            other => panic!("a result was expected, not {other:?}"),
        }
    }

    /// Waits for the end, which must have been announced.
    pub async fn is_complete(&mut self) {
        let last = self.next().await;
        assert_eq!(last, Some(("complete".to_owned(), Value::Null)));
        assert_eq!(self.next().await, None);
    }
}
