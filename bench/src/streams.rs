//! Opens many sockets, ends their tokens, and measures how long it takes until all of them are closed.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use url::Url;

use crate::http::{Connection, Target};
use crate::server::Process;

const SUBPROTOCOL: &str = "graphql-transport-ws";
const FOLLOW: &str = "subscription { changes { cursor node { kind } } }";
/// How long everything together may take after the tokens were revoked.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long the server is left alone before its memory is read.
const REST: Duration = Duration::from_secs(2);

/// Open sockets on one server or several on the same database, revoke their tokens on the first, and print
/// how long it takes until all are closed.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where the graph is; several servers are separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "http://127.0.0.1:8080/graphql")]
    urls: Vec<Url>,
    /// An access token that may manage the tokens of its centre.
    #[arg(long)]
    token: String,
    /// The slug of a centre, of which all other tokens are revoked.
    #[arg(long)]
    centre: String,
    /// How many sockets are opened, over all servers.
    #[arg(long, default_value_t = 1_000)]
    sockets: usize,
    /// How many tokens they have.
    #[arg(long, default_value_t = 1)]
    tokens: usize,
    /// The servers' processes, in the order of their addresses, to read their memory.
    #[arg(long, value_delimiter = ',')]
    pids: Vec<u32>,
}

/// Measures once and prints the figures.
pub(crate) async fn run(options: Options) -> Result<()> {
    ensure!(
        options.sockets > 0 && options.tokens > 0 && !options.urls.is_empty(),
        "--urls, --sockets and --tokens must not be nothing"
    );
    let administrator = Administrator::new(&options)?;
    let mut tokens = Vec::with_capacity(options.tokens);
    for _ in 0..options.tokens {
        tokens.push(administrator.issue().await?);
    }
    let servers: Vec<Process> =
        options.pids.iter().map(|pid| Process::new(*pid)).collect::<Result<_>>()?;
    let before = memory(&servers)?;
    let began = Instant::now();
    let mut waiting = JoinSet::new();
    for number in 0..options.sockets {
        let server = number % options.urls.len();
        let token = &tokens[number / options.urls.len() % tokens.len()];
        let socket = open(&options.urls[server], token).await?;
        waiting.spawn(async move { (server, closed(socket).await) });
    }
    println!(
        "{} sockets of {} tokens on {} servers, opened in {:.1} s",
        options.sockets,
        options.tokens,
        options.urls.len(),
        began.elapsed().as_secs_f64()
    );
    tokio::time::sleep(REST).await;
    for (server, (before, after)) in before.iter().zip(memory(&servers)?).enumerate() {
        let each = (after - before) * 1e3 / (options.sockets / options.urls.len()) as f64;
        println!("server {server}: {after:.0} MB, {each:.1} kB a socket");
    }

    let revoked = Instant::now();
    administrator.revoke_all().await?;
    println!("revoked in {:.0} ms", milliseconds(revoked.elapsed()));
    let mut times = vec![Vec::new(); options.urls.len()];
    let all = async {
        while let Some(ended) = waiting.join_next().await {
            let (server, at) = ended?;
            times[server].push(at?.duration_since(revoked));
        }
        Ok::<_, anyhow::Error>(())
    };
    tokio::time::timeout(PATIENCE, all)
        .await
        .context("some sockets were still open after a minute")??;
    for (server, mut times) in times.into_iter().enumerate() {
        times.sort();
        println!(
            "server {server}: {} closed with 4403, the first after {:.0} ms, half after {:.0} ms, the last after {:.0} ms",
            times.len(),
            milliseconds(times[0]),
            milliseconds(times[times.len() / 2]),
            milliseconds(times[times.len() - 1])
        );
    }
    Ok(())
}

fn memory(servers: &[Process]) -> Result<Vec<f64>> {
    servers.iter().map(Process::megabytes).collect()
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Opens a socket that follows the changes.
async fn open(url: &Url, token: &str) -> Result<WebSocketStream<TcpStream>> {
    let name = url.host_str().context("--urls names no host")?;
    let port = url.port_or_known_default().unwrap_or(80);
    let mut request = format!("ws://{name}:{port}{}", url.path()).into_client_request()?;
    let subprotocol = HeaderValue::from_static(SUBPROTOCOL);
    request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, subprotocol);
    let stream = TcpStream::connect((name, port)).await?;
    let config = WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(4096);
    let opened = tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await;
    let (mut socket, _) = opened.context("the handshake")?;
    let init = json!({ "type": "connection_init", "payload": { "token": token } });
    socket.send(Message::text(init.to_string())).await?;
    match socket.next().await {
        Some(Ok(Message::Text(text))) if text.contains("connection_ack") => {}
        other => bail!("no acknowledgement but {other:?}"),
    }
    let follow = json!({ "id": "1", "type": "subscribe", "payload": { "query": FOLLOW } });
    socket.send(Message::text(follow.to_string())).await?;
    Ok(socket)
}

/// Returns when the server closes the socket, which it must do for the token's sake.
async fn closed(mut socket: WebSocketStream<TcpStream>) -> Result<Instant> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Close(Some(frame)))) if u16::from(frame.code) == 4403 => {
                return Ok(Instant::now());
            }
            Some(Ok(Message::Text(_) | Message::Ping(_))) => {}
            Some(Err(Error::Io(broken))) => bail!("a socket broke: {broken}"),
            other => bail!("a socket was not closed with 4403 but {other:?}"),
        }
    }
}

/// Whoever issues and revokes, on the first server.
struct Administrator {
    target: Target,
    centre: String,
}

impl Administrator {
    fn new(options: &Options) -> Result<Self> {
        Ok(Self {
            target: Target::new(&options.urls[0], Some(&options.token))?,
            centre: options.centre.clone(),
        })
    }

    async fn issue(&self) -> Result<String> {
        let query = "mutation ($centre: String!) { issueAccessToken(input: {name: \"bench\", centre: $centre, scopes: [\"evidence:read\"]}) { token } }";
        let issued = self.ask(query).await?;
        let token = issued.pointer("/data/issueAccessToken/token");
        let token = token.and_then(Value::as_str);
        Ok(token.context("no token was issued")?.to_owned())
    }

    async fn revoke_all(&self) -> Result<()> {
        let query = "mutation ($centre: String!) { revokeAccessTokens(input: {centre: $centre, reason: \"bench\"}) { __typename } }";
        self.ask(query).await.map(|_| ())
    }

    async fn ask(&self, query: &str) -> Result<Value> {
        let body = json!({ "query": query, "variables": { "centre": self.centre } }).to_string();
        let mut request = Vec::new();
        self.target.render(&[&body], &mut request);
        // The server closes connections that are silent while sockets are opened.
        let mut connection = Connection::open(&self.target).await?;
        let answer = connection.exchange(&request).await?;
        let answer: Value = serde_json::from_slice(answer.body)?;
        ensure!(answer.get("errors").is_none(), "refused: {answer}");
        Ok(answer)
    }
}
