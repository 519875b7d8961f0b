//! Fills an empty space with evidence: one thread makes rows while the database takes in those made before.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::sync::mpsc;

use crate::copy::Postgres;
use crate::evidence::Evidence;
use crate::network::Log;
use crate::rows::{Batch, Encoder, Table};
use crate::sqlite::Sqlite;
use crate::table::{self, grouped};

/// Studies a transaction. Memory holds four such batches at most, however many studies there are in all.
const BATCH: u64 = 1000;

/// Fill a migrated, empty space with evidence.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The space: `postgres://…`, or `sqlite://PATH`.
    #[arg(long)]
    database_url: String,
    /// How many studies; each comes with about 28 rows.
    #[arg(long, default_value_t = 200_000)]
    studies: u64,
    /// Another seed makes other evidence of the same shape.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// A database that can be filled.
pub(crate) trait Space {
    /// The form in which it takes rows.
    type Encoder: Encoder;

    /// Returns the secondary indexes: the name of each, and the statement that creates it.
    async fn indexes(&mut self) -> Result<Vec<(String, String)>>;
    /// Asks for one number.
    async fn number(&mut self, sql: &'static str) -> Result<i64>;
    /// Runs a statement.
    async fn execute(&mut self, sql: String) -> Result<()>;
    /// Writes the rows of a batch, all or none.
    async fn write(&mut self, tables: Vec<Table<Self::Encoder>>) -> Result<()>;
    /// Brings the planner's statistics up to date and writes what is still to be written.
    async fn settle(&mut self) -> Result<()>;
    /// Returns how much room it takes.
    async fn bytes(&mut self) -> Result<i64>;
}

/// Fills the space and prints how fast that went.
pub(crate) async fn run(options: &Options) -> Result<()> {
    let url = &options.database_url;
    if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        fill(&mut Postgres::open(url).await?, options).await
    } else if url.starts_with("sqlite:") {
        fill(&mut Sqlite::open(url).await?, options).await
    } else {
        bail!("--database-url must begin with postgres:// or sqlite://");
    }
}

async fn fill<S: Space>(space: &mut S, options: &Options) -> Result<()> {
    let there = space
        .number("SELECT count(*) FROM study")
        .await
        .context("there is no table of studies: run `commonground migrate` first")?;
    ensure!(there == 0, "the space holds {there} studies already: give an empty one");
    let head = space.number("SELECT coalesce(max(sequence), 0) FROM change_head").await?;

    // Kept up row by row, the indexes would take most of the time; made at the end, they are sorted once.
    let indexes = space.indexes().await?;
    for (name, _) in &indexes {
        space.execute(format!(r#"DROP INDEX "{name}""#)).await?;
    }

    let (batches, mut made) = mpsc::channel(2);
    let (studies, seed) = (options.studies, options.seed);
    let maker = std::thread::spawn(move || make::<S::Encoder>(seed, studies, head, &batches));

    let started = Instant::now();
    let mut progress = Progress::new(studies);
    let mut counts: Vec<(&'static str, u64)> = Vec::new();
    while let Some(Made { batch, done, head }) = made.recv().await {
        let tables = batch.into_tables();
        for table in &tables {
            match counts.iter_mut().find(|(name, _)| *name == table.name) {
                Some((_, count)) => *count += table.count,
                None => counts.push((table.name, table.count)),
            }
        }
        space.write(tables).await?;
        let sql = format!(
            "INSERT INTO change_head (id, sequence) VALUES (1, {head}) \
             ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence"
        );
        space.execute(sql).await?;
        progress.report(done, counts.iter().map(|(_, count)| count).sum());
    }
    ensure!(maker.join().is_ok(), "the thread that makes the rows has panicked");
    let rows: u64 = counts.iter().map(|(_, count)| count).sum();
    let filling = started.elapsed();

    println!("Making {} indexes …", indexes.len());
    for (_, create) in indexes {
        space.execute(create).await?;
    }
    let indexed = started.elapsed();
    println!("Bringing the statistics up to date …");
    space.settle().await?;

    for (name, count) in counts {
        println!("{name:<22}{:>14}", grouped(count));
    }
    println!(
        "{} rows in {:.1} s, {} rows a second; with indexes {:.1} s, with statistics {:.1} s; {:.0} MB",
        grouped(rows),
        filling.as_secs_f64(),
        grouped(table::rate(rows, filling) as u64),
        indexed.as_secs_f64(),
        started.elapsed().as_secs_f64(),
        space.bytes().await? as f64 / 1e6,
    );
    Ok(())
}

/// A batch, the number of studies made up to its end, and the last number of its changes.
struct Made<E> {
    batch: Batch<E>,
    done: u64,
    head: i64,
}

fn make<E: Encoder>(seed: u64, studies: u64, head: i64, to: &mpsc::Sender<Made<E>>) {
    let mut log = Log { sequence: head };
    let mut batch = Batch::default();
    let evidence = Evidence::new(seed, &mut batch, &mut log);
    for number in 1..=studies {
        evidence.add(number, &mut batch, &mut log);
        if number % BATCH == 0 || number == studies {
            let made = Made { batch: std::mem::take(&mut batch), done: number, head: log.sequence };
            if to.blocking_send(made).is_err() {
                return; // The writer gave up, and says why.
            }
        }
    }
}

/// Says every two seconds how far it has come.
struct Progress {
    studies: u64,
    last: Instant,
    rows_before: u64,
}

impl Progress {
    fn new(studies: u64) -> Self {
        Self { studies, last: Instant::now(), rows_before: 0 }
    }

    fn report(&mut self, done: u64, rows: u64) {
        let since = self.last.elapsed();
        if since < Duration::from_secs(2) {
            return;
        }
        println!(
            "{:>9} of {} studies, {:>11} rows, {:>8} rows a second",
            grouped(done),
            grouped(self.studies),
            grouped(rows),
            grouped(table::rate(rows - self.rows_before, since) as u64),
        );
        self.last = Instant::now();
        self.rows_before = rows;
    }
}

#[cfg(test)]
mod tests {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};

    use chrono::{DateTime, NaiveDate, Utc};
    use uuid::Uuid;

    use super::*;

    /// Takes rows as text.
    #[derive(Default)]
    struct Text(String);

    impl Encoder for Text {
        fn row(&mut self, _: usize) {
            self.0.push('\n');
        }
        fn null(&mut self) {
            self.text("-");
        }
        fn text(&mut self, value: &str) {
            self.0.push_str(value);
            self.0.push('|');
        }
        fn json(&mut self, value: &str) {
            self.text(value);
        }
        fn uuid(&mut self, value: Uuid) {
            self.text(&value.to_string());
        }
        fn integer(&mut self, value: i32) {
            self.text(&value.to_string());
        }
        fn big_integer(&mut self, value: i64) {
            self.text(&value.to_string());
        }
        fn double(&mut self, value: f64) {
            self.text(&value.to_string());
        }
        fn date(&mut self, value: NaiveDate) {
            self.text(&value.to_string());
        }
        fn time(&mut self, value: DateTime<Utc>) {
            self.text(&value.to_rfc3339());
        }
    }

    fn made(seed: u64, studies: u64) -> Vec<Table<Text>> {
        let (to, mut from) = mpsc::channel(10);
        make(seed, studies, 0, &to);
        from.blocking_recv().unwrap().batch.into_tables()
    }

    fn hash(tables: &[Table<Text>]) -> u64 {
        let mut hasher = DefaultHasher::new();
        for table in tables {
            (table.name, &table.rows.0).hash(&mut hasher);
        }
        hasher.finish()
    }

    #[test]
    fn the_same_seed_makes_the_same_space() {
        assert_eq!(hash(&made(1, 50)), hash(&made(1, 50)));
        assert_ne!(hash(&made(1, 50)), hash(&made(2, 50)));
    }

    #[test]
    fn a_study_is_the_same_however_many_follow_it() {
        let first = |tables: &[Table<Text>]| {
            let studies = tables.iter().find(|table| table.name == "study").unwrap();
            studies.rows.0.lines().nth(1).unwrap().to_owned()
        };
        assert_eq!(first(&made(1, 1)), first(&made(1, 40)));
    }

    #[test]
    fn a_space_has_the_shape_of_real_evidence() {
        let tables = made(1, 1000);
        let a_study = |name| {
            let table = tables.iter().find(|table| table.name == name).unwrap();
            table.count as f64 / 1000.0
        };
        assert!((2.8..3.2).contains(&a_study("publication_author")));
        assert!((3.7..4.3).contains(&a_study("finding")));
        assert!((0.9..1.1).contains(&a_study("rating")));
        assert!((1.0..2.0).contains(&(a_study("rating_score") / a_study("rating"))));
        assert!((a_study("publication") - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn changes_are_numbered_without_a_gap() {
        let tables = made(1, 20);
        let changes = tables.iter().find(|table| table.name == "change").unwrap();
        let numbers = changes
            .rows
            .0
            .lines()
            .skip(1)
            .map(|row| row.split('|').next().unwrap().parse::<u64>().unwrap());
        assert!(numbers.eq(1..=changes.count));
    }
}
