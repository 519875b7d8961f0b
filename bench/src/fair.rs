//! Measures what one client's flood does to another: a cheap query of B, alone and while A sends all that it can.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use hdrhistogram::Histogram;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use url::Url;

use crate::http::{Connection, Target};
use crate::table::grouped;

/// How long A floods before B is measured.
const WARM_UP: Duration = Duration::from_secs(2);

const CHEAP: &str = "{ studies(first: 10) { nodes { slug title } } }";

/// About 40,000 points, near the most that one operation may cost.
const HEAVY: &str = "{ studies(first: 100) { nodes { title findings(first: 50) { nodes { \
    estimate standardError study { title } outcome { name } } } } } }";

/// Measure a cheap query of one token while another floods.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where the graph is.
    #[arg(long, default_value = "http://127.0.0.1:8080/graphql")]
    url: Url,
    /// The token of the one who floods.
    #[arg(long)]
    flooding: String,
    /// The token of the one who is measured.
    #[arg(long)]
    measured: String,
    /// How many connections flood.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// How long each run is measured.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// How many milliseconds lie between two of the measured queries.
    #[arg(long, default_value_t = 50)]
    pause: u64,
}

/// Measures B alone, beside A's flood, and alone again, and prints the table.
pub(crate) async fn run(options: Options) -> Result<()> {
    ensure!(
        options.connections > 0 && options.seconds > 0 && options.pause > 0,
        "--connections, --seconds and --pause must be above 0"
    );
    println!(
        "{:<12} {:>8} {:>8} {:>8} {:>9} {:>11} {:>11}",
        "B's query", "p50 ms", "p99 ms", "max ms", "answers", "A answered", "A refused"
    );
    measure(&options, "alone", None).await?;
    let flood = Arc::new(Flood::default());
    let running = start(&options, &flood)?;
    tokio::time::sleep(WARM_UP).await;
    measure(&options, "beside A", Some(&flood)).await?;
    flood.is_over.store(true, Ordering::Relaxed);
    for ended in running.join_all().await {
        ended.context("while flooding")?;
    }
    measure(&options, "alone again", None).await
}

/// What the flood has met with.
#[derive(Default)]
struct Flood {
    is_over: AtomicBool,
    answered: AtomicU64,
    refused: AtomicU64,
}

impl Flood {
    fn counts(&self) -> (u64, u64) {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (of(&self.answered), of(&self.refused))
    }
}

fn start(options: &Options, flood: &Arc<Flood>) -> Result<JoinSet<Result<()>>> {
    let target = Target::new(&options.url, Some(&options.flooding))?;
    let mut running = JoinSet::new();
    for _ in 0..options.connections {
        let (target, flood) = (target.clone(), Arc::clone(flood));
        running.spawn(async move { keep_flooding(&target, &flood).await });
    }
    Ok(running)
}

async fn keep_flooding(target: &Target, flood: &Flood) -> Result<()> {
    let mut connection = Connection::open(target).await?;
    let mut request = Vec::new();
    target.render(&[&json!({ "query": HEAVY }).to_string()], &mut request);
    while !flood.is_over.load(Ordering::Relaxed) {
        match connection.exchange(&request).await?.status {
            200 => flood.answered.fetch_add(1, Ordering::Relaxed),
            // As told: too many at once, the quota used up, or no place in time.
            429 | 503 => flood.refused.fetch_add(1, Ordering::Relaxed),
            other => bail!("the flood met the status {other}"),
        };
    }
    Ok(())
}

/// Asks at fixed times, so that a stall is felt by all queries that fall into it.
async fn measure(options: &Options, run: &str, flood: Option<&Flood>) -> Result<()> {
    let target = Target::new(&options.url, Some(&options.measured))?;
    let mut connection = Connection::open(&target).await?;
    let mut request = Vec::new();
    target.render(&[&json!({ "query": CHEAP }).to_string()], &mut request);
    let mut latencies = Histogram::<u64>::new_with_max(60_000_000, 3)?;
    let before = flood.map(Flood::counts).unwrap_or_default();
    let mut clock = interval(Duration::from_millis(options.pause));
    clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let until = Instant::now() + Duration::from_secs(options.seconds);
    while Instant::now() < until {
        let due = clock.tick().await;
        let answer = connection.exchange(&request).await?;
        if answer.status != 200 {
            bail!(
                "the measured query met the status {}: {}",
                answer.status,
                String::from_utf8_lossy(answer.body)
            );
        }
        latencies.saturating_record(due.elapsed().as_micros() as u64);
    }
    let after = flood.map(Flood::counts).unwrap_or_default();
    let quantile = |part| latencies.value_at_quantile(part) as f64 / 1_000.0;
    println!(
        "{run:<12} {:>8.2} {:>8.2} {:>8.2} {:>9} {:>11} {:>11}",
        quantile(0.5),
        quantile(0.99),
        quantile(1.0),
        grouped(latencies.len()),
        grouped(after.0 - before.0),
        grouped(after.1 - before.1),
    );
    Ok(())
}
