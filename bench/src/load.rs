//! Puts load on a server: each query cold and hot, by so many connections of which each asks as soon as it is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use hdrhistogram::Histogram;
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::Url;

use crate::http::{Answer, Connection, Target};
use crate::queries::{self, Query};
use crate::sample::Samples;
use crate::server::{self, Process};
use crate::table::{self, Line, grouped};

/// One answer of so many is read as a whole.
const READ_ONE_OF: usize = 100;

/// How a sound answer begins.
const OPENING: &[u8] = br#"{"data":{"#;

/// How long a server may take to answer the last requests.
const PATIENCE: Duration = Duration::from_secs(30);

/// Put load on a running server and print how it bears it.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where the graph is.
    #[arg(long, default_value = "http://127.0.0.1:8080/graphql")]
    url: Url,
    /// How long each query is measured.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// How long each query is asked before it is measured.
    #[arg(long, default_value_t = 2)]
    warm_up: u64,
    /// How many connections ask at once.
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// An access token. Without one, the limits of anonymous viewers hold.
    #[arg(long)]
    token: Option<String>,
    /// The server's process, to read its memory and processor time.
    #[arg(long)]
    pid: Option<u32>,
    /// After how many studies the deep page begins.
    #[arg(long, default_value_t = 100_000)]
    depth: usize,
    /// How many different variables a cold run has at most.
    #[arg(long, default_value_t = 50_000)]
    samples: usize,
    /// Only these queries, by their number, such as 1,3.
    #[arg(long, value_delimiter = ',')]
    only: Vec<u8>,
}

/// Measures every query and prints the table.
pub(crate) async fn run(options: Options) -> Result<()> {
    ensure!(
        options.connections > 0 && options.seconds > 0 && options.samples > 0,
        "--connections, --seconds and --samples must be above 0"
    );
    let target = Target::new(&options.url, options.token.as_deref())?;
    let samples = Samples::collect(&target, options.depth, options.samples)
        .await
        .context("walking through the list")?;
    ensure!(!samples.centres.is_empty(), "the space has no centre");
    println!(
        "{} studies, {} centres, {} deep cursors to ask for; {} connections\n",
        grouped(samples.studies.len() as u64),
        samples.centres.len(),
        grouped(samples.deep.len() as u64),
        options.connections
    );
    let bench = Bench {
        target,
        connections: options.connections,
        seconds: Duration::from_secs(options.seconds),
        warm_up: Duration::from_secs(options.warm_up),
        server: options.pid.map(Process::new).transpose()?,
    };
    bench.say_what_is_missing().await?;
    println!("{}", table::header());
    for mut query in queries::all(&samples, options.depth) {
        if !options.only.is_empty() && !options.only.contains(&query.number) {
            continue;
        }
        if query.variables.len() > 1 {
            query = bench.line(query, "cold").await?;
            query.variables.truncate(1);
        }
        bench.line(query, "hot").await?;
    }
    Ok(())
}

struct Bench {
    target: Target,
    connections: usize,
    seconds: Duration,
    warm_up: Duration,
    server: Option<Process>,
}

/// What one connection, or all of them together, saw.
struct Seen {
    latencies: Histogram<u64>,
    bytes: u64,
}

impl Bench {
    async fn say_what_is_missing(&self) -> Result<()> {
        if server::statements(&self.target).await?.is_none() {
            println!("The server doesn't count its SQL statements: that column stays empty.");
        }
        match &self.server {
            None => println!("Without --pid the server's memory and processor time stay empty."),
            Some(server) if !server.forget_peak() => {
                println!(
                    "The kernel doesn't let me forget the peak of memory: it is since the server's start."
                );
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// Measures a query, prints its line and gives the query back.
    async fn line(&self, query: Query, temperature: &'static str) -> Result<Query> {
        let query = Arc::new(query);
        let next = Arc::new(AtomicUsize::new(0));
        self.ask(&query, &next, self.warm_up).await?;

        let own = Process::own();
        let statements_before = server::statements(&self.target).await?;
        let own_before = own.seconds()?;
        let mut server_before = 0.0;
        if let Some(server) = &self.server {
            server.forget_peak();
            server_before = server.seconds()?;
        }
        let started = Instant::now();
        let seen = self.ask(&query, &next, self.seconds).await?;
        let elapsed = started.elapsed();
        let server = match &self.server {
            Some(server) => Some(table::Server {
                peak_megabytes: server.peak_megabytes()?,
                cores: (server.seconds()? - server_before) / elapsed.as_secs_f64(),
            }),
            None => None,
        };
        let own_cores = (own.seconds()? - own_before) / elapsed.as_secs_f64();
        let statements_after = server::statements(&self.target).await?;

        let requests = seen.latencies.len();
        let quantile = |part| Duration::from_micros(seen.latencies.value_at_quantile(part));
        println!(
            "{}",
            Line {
                query: &query.name,
                temperature,
                requests,
                elapsed,
                distinct: query.variables.len(),
                p50: quantile(0.5),
                p99: quantile(0.99),
                bytes: seen.bytes,
                statements: statements_before
                    .zip(statements_after)
                    .map(|(before, after)| (after - before) / requests as f64),
                server,
                own_cores,
            }
        );
        Arc::into_inner(query).context("a connection still holds the query")
    }

    /// Asks for so long on all connections. No two ask for the same until all variables have had their turn.
    async fn ask(
        &self,
        query: &Arc<Query>,
        next: &Arc<AtomicUsize>,
        duration: Duration,
    ) -> Result<Seen> {
        let mut connections = Vec::with_capacity(self.connections);
        for _ in 0..self.connections {
            connections.push(Connection::open(&self.target).await?);
        }
        let until = Instant::now() + duration;
        let mut running = JoinSet::new();
        for connection in connections {
            let (query, next, target) = (query.clone(), next.clone(), self.target.clone());
            running
                .spawn(async move { keep_asking(connection, &target, &query, &next, until).await });
        }
        let mut all = Seen::new()?;
        let finished = timeout(duration + PATIENCE, async {
            while let Some(one) = running.join_next().await {
                let one = one??;
                all.latencies.add(one.latencies)?;
                all.bytes += one.bytes;
            }
            anyhow::Ok(())
        });
        finished
            .await
            .context("the server stopped answering")?
            .with_context(|| query.name.clone())?;
        Ok(all)
    }
}

impl Seen {
    fn new() -> Result<Self> {
        Ok(Self { latencies: Histogram::new_with_max(60_000_000, 3)?, bytes: 0 })
    }
}

async fn keep_asking(
    mut connection: Connection,
    target: &Target,
    query: &Query,
    next: &AtomicUsize,
    until: Instant,
) -> Result<Seen> {
    let mut seen = Seen::new()?;
    let mut request = Vec::new();
    let mut asked = Instant::now();
    while asked < until {
        let turn = next.fetch_add(1, Ordering::Relaxed);
        let variables = &query.variables[turn % query.variables.len()];
        target.render(&[&query.opening, variables, "}"], &mut request);
        let answer = connection.exchange(&request).await?;
        let answered = Instant::now();
        seen.latencies.saturating_record((answered - asked).as_micros() as u64);
        seen.bytes += answer.body.len() as u64;
        check(&answer, turn.is_multiple_of(READ_ONE_OF))
            .with_context(|| format!("asked with {variables}"))?;
        asked = answered;
    }
    Ok(seen)
}

/// Refuses an answer that isn't a full one. It looks at both ends, where a server writes `errors`; some answers are
/// read as a whole.
fn check(answer: &Answer<'_>, whole: bool) -> Result<()> {
    let sound = answer.status == 200
        && answer.body.starts_with(OPENING)
        && answer.body.ends_with(b"}}")
        && !first_field_is_null(answer.body)
        && (!whole || is_sound(answer.body));
    if !sound {
        let body = String::from_utf8_lossy(answer.body);
        let start: String = body.chars().take(2000).collect();
        bail!("the answer is not a sound one: status {}: {start}", answer.status);
    }
    Ok(())
}

/// Nulls are written `null`, and nothing else that a field can be begins so.
fn first_field_is_null(body: &[u8]) -> bool {
    let mut name_and_value = body[OPENING.len()..].split(|byte| *byte == b':');
    name_and_value.nth(1).is_some_and(|value| value.starts_with(b"null"))
}

/// Returns no errors, and something was found.
fn is_sound(body: &[u8]) -> bool {
    let Ok(Value::Object(body)) = serde_json::from_slice(body) else {
        return false;
    };
    let found = |root: &Value| match root {
        Value::Null => false,
        Value::Object(fields) => fields.get("nodes") != Some(&Value::Array(Vec::new())),
        _ => true,
    };
    !body.contains_key("errors")
        && body.get("data").and_then(Value::as_object).is_some_and(|data| data.values().all(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(status: u16, body: &str, whole: bool) -> bool {
        let body = body.as_bytes();
        check(&Answer { status, body }, whole).is_ok()
    }

    #[test]
    fn only_an_answer_without_errors_is_sound() {
        let good = r#"{"data":{"study":{"title":"A"}}}"#;
        assert!(sound(200, good, false) && sound(200, good, true));
        assert!(!sound(500, good, false));
        assert!(!sound(200, r#"{"data":null,"errors":[{}]}"#, false));
        assert!(!sound(200, r#"{"errors":[{}],"data":{"study":{}}}"#, false));
        assert!(!sound(200, r#"{"data":{"study":{}},"errors":[{}]}"#, false));
        assert!(!sound(200, r#"{"data":{"study":{}},"errors":[{}],"extensions":{}}"#, true));
    }

    #[test]
    fn an_answer_that_found_nothing_is_not_sound() {
        assert!(!sound(200, r#"{"data":{"study":null}}"#, false));
        assert!(!sound(200, r#"{"data":{"studies":{"nodes":[]}}}"#, true));
    }
}
