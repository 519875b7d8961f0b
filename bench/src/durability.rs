//! Measures what it costs that the embedded database syncs at each commit: SQLite alone, and the program's mutations.

use std::path::Path;
use std::str::FromStr as _;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use hdrhistogram::Histogram;
use sea_orm::sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous,
};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _};
use serde_json::json;
use url::Url;

use crate::http::{Connection, Target};

/// A row is about as wide as one of the log of changes.
const CREATE: &str = "CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT NOT NULL)";
const INSERT: &str = "INSERT INTO row (text) VALUES (?)";
const WIDTH: usize = 200;

const CONTRIBUTE: &str = "mutation ($title: String!) { contributeStudy(input: \
    {title: $title, design: RANDOMISED, status: IN_DELIVERY, visibility: CENTRE}) { study { id } } }";

/// Measure what syncing at each commit costs the embedded database.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// A directory on the disk to measure; a temporary file is made in it.
    #[arg(long, default_value = ".")]
    directory: std::path::PathBuf,
    /// How many rows a commit has, one after another.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 500, 5000])]
    rows: Vec<u32>,
    /// How many commits are measured of each kind.
    #[arg(long, default_value_t = 200)]
    commits: u32,
    /// A server on the same disk whose mutations are measured, too.
    #[arg(long, requires = "token")]
    url: Option<Url>,
    /// A token that may contribute there.
    #[arg(long)]
    token: Option<String>,
}

/// Measures and prints the table.
pub(crate) async fn run(options: &Options) -> Result<()> {
    ensure!(options.commits > 0, "--commits must be above 0");
    println!(
        "{:<24} {:>11} {:>11} {:>11} {:>11} {:>7}",
        "a commit of", "NORMAL p50", "p99 ms", "FULL p50", "p99 ms", "ratio"
    );
    for rows in &options.rows {
        let [normal, full] = commits(options, *rows).await?;
        let ratio = ms(full.value_at_quantile(0.5)) / ms(normal.value_at_quantile(0.5));
        println!(
            "{:<24} {} {} {ratio:>7.2}",
            format!("{rows} rows"),
            quantiles(&normal),
            quantiles(&full)
        );
    }
    if let Some(url) = &options.url {
        let taken = mutations(options, url).await?;
        println!("{:<24} {:>23} {}", "contributeStudy", "", quantiles(&taken));
    }
    Ok(())
}

/// Commits in turn without and with a sync, so that what else the machine does meets both alike.
async fn commits(options: &Options, rows: u32) -> Result<[Histogram<u64>; 2]> {
    let modes = [SqliteSynchronous::Normal, SqliteSynchronous::Full];
    let files =
        ["durability-normal.db", "durability-full.db"].map(|name| options.directory.join(name));
    let mut taken = [histogram()?, histogram()?];
    let mut connections = Vec::new();
    for (mode, file) in modes.into_iter().zip(&files) {
        remove(file);
        connections.push(open(file, mode).await?);
    }
    let text = "x".repeat(WIDTH);
    for _ in 0..options.commits {
        for (connection, taken) in connections.iter_mut().zip(&mut taken) {
            let mut transaction = connection.begin().await?;
            for _ in 0..rows {
                sqlx::query(INSERT).bind(&text).execute(&mut *transaction).await?;
            }
            let begun = Instant::now();
            transaction.commit().await?;
            taken.saturating_record(begun.elapsed().as_micros() as u64);
        }
    }
    for (connection, file) in connections.into_iter().zip(&files) {
        connection.close().await?;
        remove(file);
    }
    Ok(taken)
}

async fn open(file: &Path, mode: SqliteSynchronous) -> Result<SqliteConnection> {
    let path = file.to_str().context("--directory is no text")?;
    let mut connection = SqliteConnectOptions::from_str(&format!("sqlite://{path}"))?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(mode)
        .connect()
        .await?;
    sqlx::query(CREATE).execute(&mut connection).await?;
    Ok(connection)
}

/// Removes a database with its write-ahead log; what isn't there needs no removing.
fn remove(file: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{ending}", file.display()));
    }
}

async fn mutations(options: &Options, url: &Url) -> Result<Histogram<u64>> {
    let target = Target::new(url, options.token.as_deref())?;
    let mut connection = Connection::open(&target).await?;
    let mut taken = histogram()?;
    let run = std::process::id();
    let mut request = Vec::new();
    for number in 0..options.commits {
        let variables = json!({ "title": format!("Durability {run}, study {number}") });
        let body = json!({ "query": CONTRIBUTE, "variables": variables }).to_string();
        target.render(&[&body], &mut request);
        let begun = Instant::now();
        let answer = connection.exchange(&request).await?;
        taken.saturating_record(begun.elapsed().as_micros() as u64);
        let told = String::from_utf8_lossy(answer.body);
        ensure!(!told.contains("\"errors\""), "the server answered: {told}");
    }
    Ok(taken)
}

fn histogram() -> Result<Histogram<u64>> {
    Ok(Histogram::new_with_max(60_000_000, 3)?)
}

fn ms(micros: u64) -> f64 {
    micros as f64 / 1000.0
}

fn quantiles(taken: &Histogram<u64>) -> String {
    let [p50, p99] = [0.5, 0.99].map(|part| ms(taken.value_at_quantile(part)));
    format!("{p50:>11.3} {p99:>11.3}")
}
