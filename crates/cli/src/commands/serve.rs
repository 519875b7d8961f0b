//! `commonground serve`.

use std::fs;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use api::Operations;
use api::server::{self, Bounds};
use clap::Args;
use ipnet::IpNet;
use service::access::token::{self, NewToken};
use service::access::{AllowedNetworks, Reach, ScopeName};
use service::evidence::duplicates;
use service::young_people::returns;
use service::{RequestContext, Space, Tasks};
use tokio::net::TcpListener;

use super::client_limits::ClientLimits;
use super::{demo, sentence};
use crate::config::Config;
use crate::{database, telemetry};

/// How often it is looked for returns whose loading was broken off.
const UNFINISHED: Duration = Duration::from_secs(3_600);

/// The centre whose first token is printed with the demonstration network.
const FIRST_CENTRE: &str = "foundations";

/// Serve the graph
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  commonground serve --demo\n  commonground serve --listen 0.0.0.0:8080 --database-url postgres://user:password@localhost/commonground"
)]
pub(crate) struct Serve {
    /// Where to listen; port 0 takes a free one
    #[arg(
        long,
        env = "COMMONGROUND_LISTEN",
        default_value = "127.0.0.1:8080",
        value_name = "ADDRESS",
        value_parser = address
    )]
    listen: SocketAddr,

    /// Load the demonstration network; a second start changes nothing
    #[arg(long)]
    demo: bool,

    /// The origins whose pages may ask, such as `https://example.org`
    #[arg(
        long,
        env = "COMMONGROUND_CORS_ORIGINS",
        value_delimiter = ',',
        value_name = "ORIGINS",
        value_parser = origin
    )]
    cors_origins: Vec<axum::http::HeaderValue>,

    /// The proxies that are believed about who sends a request, as addresses or networks
    #[arg(
        long,
        env = "COMMONGROUND_TRUSTED_PROXIES",
        value_delimiter = ',',
        value_name = "NETWORKS",
        value_parser = network
    )]
    trusted_proxies: Vec<IpNet>,

    #[command(flatten)]
    limits: ClientLimits,

    /// How many connections may be open at once
    #[arg(
        long,
        env = "COMMONGROUND_CONNECTIONS",
        default_value_t = 10_000,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    connections: u32,

    /// How many of them one address may have; trusted proxies may have all
    #[arg(
        long,
        env = "COMMONGROUND_CONNECTIONS_PER_ADDRESS",
        default_value_t = 2_000,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    connections_per_address: u32,

    /// A list of the only operations that may be run, as Apollo's or Relay's tools write it
    #[arg(long, env = "COMMONGROUND_OPERATIONS", value_name = "FILE")]
    operations: Option<PathBuf>,

    /// How long one operation may take
    #[arg(long, env = "COMMONGROUND_TIMEOUT", default_value = "30s", value_name = "DURATION", value_parser = timeout)]
    timeout: Duration,

    /// How many WebSockets and event streams may be open at once; a quarter of them with one token, or
    /// without any
    #[arg(
        long,
        env = "COMMONGROUND_STREAMS",
        default_value_t = 4096,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u32).range(1..=1_000_000)
    )]
    streams: u32,
}

/// Returns an origin as browsers send it: scheme, host and port, and nothing after them.
fn origin(text: &str) -> Result<axum::http::HeaderValue, String> {
    let is_origin = url::Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text
    });
    let value = is_origin.then(|| text.parse().ok()).flatten();
    value.ok_or_else(|| {
        "write each origin as browsers send it, as in https://example.org or http://localhost:3000"
            .to_owned()
    })
}

/// Returns an address to listen on: a number or a name, with a port.
fn address(text: &str) -> Result<SocketAddr, String> {
    let found = text.to_socket_addrs().ok().and_then(|mut all| all.next());
    found.ok_or_else(|| "write an address and a port, as in 127.0.0.1:8080".to_owned())
}

/// Returns how long an operation may take: something, but not for ever.
fn timeout(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(time) if (Duration::from_millis(100)..=Duration::from_secs(600)).contains(&time) => {
            Ok(time)
        }
        Ok(_) => Err("it must lie between 100ms and 10m".to_owned()),
        Err(_) => Err("write it with a unit, as in 30s".to_owned()),
    }
}

/// Returns a network, or a single address.
fn network(text: &str) -> Result<IpNet, String> {
    let network = text.parse().map(|network: IpNet| network.trunc());
    network.or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| {
        "write each as an address or a network, as in 192.0.2.7 or 10.0.0.0/8".to_owned()
    })
}

/// Reads the list of the only operations that may be run.
fn operations(file: &Path) -> Result<Operations> {
    let file_name = file.display();
    let text = fs::read_to_string(file)
        .with_context(|| format!("The list of operations, {file_name}, cannot be read"))?;
    Operations::parse(&text).map_err(|refusal| {
        anyhow::anyhow!("The list of operations, {file_name}, cannot be used. {refusal}")
    })
}

impl Serve {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode> {
        let metrics = telemetry::count()?;
        let operations = self.operations.as_deref().map(operations).transpose()?;
        if self.demo {
            // Not bound by the time of one operation.
            let space = database::open(config).await?;
            demo::load(&space).await?;
            space.close().await;
        }
        let space = database::open_within(config, self.timeout).await?;
        space.keyring().ensure(space.store()).await.map_err(|refusal| sentence(&refusal))?;
        let listener = TcpListener::bind(self.listen).await.with_context(|| {
            format!(
                "Cannot listen on {}; is something else there? Choose another with --listen",
                self.listen
            )
        })?;
        let address = listener.local_addr()?;
        // Whoever reads the address may tell the server to stop from then on.
        let stop = told_to_stop()?;
        greet(&space, address, self.demo).await?;

        let mut tasks = Tasks::start(&space);
        tasks.add("unfinished returns", &space, give_up_unfinished);
        tasks.add("places of returns", &space, returns::keep_in_place);
        tasks.add("duplicates", &space, look_for_duplicates);
        let trusted_proxies = api::TrustedProxies::from(self.trusted_proxies);
        let bounds = Bounds {
            connections: self.connections as usize,
            connections_of_each: self.connections_per_address as usize,
            trusted_proxies: trusted_proxies.clone(),
            ..Bounds::default()
        };
        let settings = api::Settings {
            cors_origins: self.cors_origins,
            trusted_proxies,
            token_rates: self.limits.of_tokens(),
            anonymous_rates: self.limits.of_addresses(),
            operations,
            timeout: self.timeout,
            concurrency: config.database_connections as usize,
            streams: api::StreamBounds {
                most: self.streams as usize,
                ..api::StreamBounds::default()
            },
            metrics,
            ..api::Settings::default()
        };
        let router = api::router(Arc::clone(&space), settings);
        server::serve(listener, router, bounds, stop).await;
        tasks.stop().await;
        space.close().await;
        tracing::info!("stopped");
        Ok(ExitCode::SUCCESS)
    }
}

/// Gives up returns whose loading was broken off with a server, now and from time to time.
async fn give_up_unfinished(space: Arc<Space>) {
    loop {
        match returns::abandon_unfinished(&RequestContext::of_operator(&space)).await {
            Ok(0) => {}
            Ok(returns) => {
                tracing::warn!(returns, "abandoned returns whose loading was interrupted")
            }
            Err(refusal) => tracing::error!(%refusal, "could not look for unfinished returns"),
        }
        tokio::time::sleep(UNFINISHED).await;
    }
}

/// Looks for what may be the same among publications that are there from before such was looked for.
async fn look_for_duplicates(space: Arc<Space>) {
    match duplicates::complete(&space).await {
        Ok(0) => {}
        Ok(publications) => tracing::info!(publications, "checked for possible duplicates"),
        Err(refusal) => tracing::error!(%refusal, "could not check for possible duplicates"),
    }
}

async fn greet(space: &Arc<Space>, address: SocketAddr, demo: bool) -> Result<()> {
    telemetry::answer(&format!("GraphiQL   http://{address}/graphiql"))?;
    telemetry::answer(&format!("GraphQL    http://{address}/graphql"))?;
    let is_first_start = token::is_first(space).await.map_err(|refusal| sentence(&refusal))?;
    if !is_first_start {
        return Ok(());
    }
    if !demo {
        telemetry::answer(
            "No token   import a bundle with centres, then `commonground token issue --help`",
        )?;
        return Ok(());
    }
    let new = NewToken {
        name: "first administrator".to_owned(),
        centre: FIRST_CENTRE.to_owned(),
        scopes: ScopeName::ALL
            .iter()
            .copied()
            .filter(|scope| scope.reach() != Reach::Persons)
            .collect(),
        expires_at: None,
        networks: AllowedNetworks::default(),
    };
    let first = token::issue_first(&RequestContext::of_operator(space), new).await;
    if let Some(token) = first.map_err(|refusal| sentence(&refusal))? {
        telemetry::answer(&format!("Token      {}", token.reveal()))?;
        telemetry::answer(
            "           shown this once, for 30 days; more with `commonground token issue --help`",
        )?;
    }
    Ok(())
}

/// Completes on Ctrl-C, and on Unix on SIGTERM; listens for them from the call on.
///
/// # Errors
/// When the system gives no signals.
#[cfg(unix)]
fn told_to_stop() -> Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
        tracing::info!("shutting down: waiting for open requests to finish");
    })
}

/// Completes on Ctrl-C.
#[cfg(not(unix))]
fn told_to_stop() -> Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        tracing::info!("shutting down: waiting for open requests to finish");
    })
}
