//! Loads synthetic returns of many authorities and years, and asks for counts over all of them.

mod children;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, ensure};
use chrono::NaiveDate;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use service::access::MasterKey;
use service::clock::Source;
use service::entity::{ReturnKind, StatisticsDimension};
use service::young_people::returns::{self, CollectionYear, NewReturn, ReturnFile};
use service::young_people::statistics::{self, Question, Where};
use service::{RequestContext, Space, store};

use self::children::{Lines, Place, census, episodes, header, leavers, unaccompanied};

/// Loads synthetic returns into a migrated space that has local authorities, and times counts over all of them.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The space: `postgres://…`, or `sqlite://PATH`.
    #[arg(long, required_unless_present = "write")]
    database_url: Option<String>,
    /// Writes the files of the returns into this folder, and loads nothing.
    #[arg(long)]
    write: Option<PathBuf>,
    /// Of how many English authorities.
    #[arg(long, default_value_t = 153)]
    authorities: usize,
    /// The GSS codes of the authorities, in place of a number of them.
    #[arg(long, value_delimiter = ',')]
    codes: Vec<String>,
    /// How many children each has over all the years.
    #[arg(long, default_value_t = 2_614)]
    children: u64,
    /// How many episodes of being looked after each of its looked-after children has in a year.
    #[arg(long, default_value_t = 6)]
    episodes: u64,
    /// The first collection year.
    #[arg(long, default_value_t = 2017)]
    first_year: i32,
    /// How many years.
    #[arg(long, default_value_t = 10)]
    years: i32,
    /// Of how many authorities returns are loaded at once.
    #[arg(long, default_value_t = 1)]
    at_once: usize,
    /// Loads nothing, and only times counts over what is there.
    #[arg(long)]
    count_only: bool,
    /// Another seed makes other children.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// How often each count is asked for.
const TIMES: usize = 7;

pub(crate) async fn run(options: Options) -> Result<()> {
    if let Some(folder) = &options.write {
        return write(&options, folder);
    }
    let url = options.database_url.as_deref().context("--database-url is missing")?;
    let connection = store::connect(url, 4, |_| {}).await?;
    let source = Source::default();
    let key = MasterKey::generate(&source);
    let space = Arc::new(Space::new(connection, source, key));
    if !options.count_only {
        load_all(&space, &options).await?;
    }
    count(&space, &options).await
}

async fn load_all(space: &Arc<Space>, options: &Options) -> Result<()> {
    let directory = space.directory().await?;
    let english = directory.local_authorities.all().iter();
    let codes: Vec<String> = match options.codes.is_empty() {
        false => options.codes.clone(),
        true => english
            .filter(|row| row.dfe_number.is_some())
            .map(|row| row.gss_code.clone())
            .take(options.authorities)
            .collect(),
    };
    ensure!(!codes.is_empty(), "the space has no authorities: import some first");
    let (mut rows, mut children) = (0, 0);
    let began = Instant::now();
    println!(
        "returns of {} authorities and {} years, {} MB at the start",
        codes.len(),
        options.years,
        memory()?
    );
    for year in options.first_year..options.first_year + options.years {
        let of_year = Instant::now();
        let mut of_year_rows = 0;
        let day = CollectionYear::try_new(year)?.last_day();
        let numbered = codes.iter().enumerate();
        let then = numbered.filter(|(_, code)| directory.maker_of_return(code, day).is_ok());
        let of_authorities = then.map(|(number, code)| async move {
            let place =
                Place::new(options.seed, number as u64, options.children, options.episodes, year);
            let mut loaded = Vec::new();
            for kind in [ReturnKind::Ssda903, ReturnKind::CinCensus] {
                let new = NewReturn {
                    kind,
                    authority: Some(code.clone()),
                    year: Some(year),
                    accept_losses: false,
                };
                let of = RequestContext::of_operator(space);
                loaded.push(returns::load(&of, new, files(place, kind)).await?);
            }
            anyhow::Ok(loaded)
        });
        let mut loading = stream::iter(of_authorities).buffer_unordered(options.at_once);
        while let Some(loaded) = loading.try_next().await? {
            for loaded in loaded {
                ensure!(loaded.refused == 0, "{} rows were refused", loaded.refused);
                of_year_rows += loaded.read;
                children += loaded.children;
            }
        }
        rows += of_year_rows;
        let seconds = of_year.elapsed().as_secs_f64();
        println!(
            "{year}: {of_year_rows:>9} rows, {:>7.0} a second, {} MB",
            of_year_rows as f64 / seconds,
            memory()?
        );
    }
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "all:  {rows:>9} rows of {children} children's years, {:>7.0} a second",
        rows as f64 / seconds
    );
    Ok(())
}

fn files(place: Place, kind: ReturnKind) -> returns::ReturnFiles {
    let file = |name: &str, content: Lines| ReturnFile {
        name: name.to_owned(),
        content: Box::new(std::io::BufReader::with_capacity(1 << 16, content)),
    };
    let files = match kind {
        ReturnKind::Ssda903 => vec![
            file("header.csv", header(place)),
            file("episodes.csv", episodes(place)),
            file("oc3.csv", leavers(place)),
            file("uasc.csv", unaccompanied(place)),
        ],
        ReturnKind::CinCensus => vec![file("census.xml", census(place))],
    };
    Box::new(files.into_iter().map(Ok))
}

/// Times counting one number, and tables of one, two and three dimensions, over everything.
async fn count(space: &Arc<Space>, options: &Options) -> Result<()> {
    use StatisticsDimension::{AgeBand, EthnicGroup, LegalStatus, LocalAuthority, Population, Sex};

    let day = NaiveDate::from_ymd_opt(options.first_year + options.years - 1, 3, 31);
    let as_at = day.ok_or_else(|| anyhow!("no such year"))?;
    let tables: [&[StatisticsDimension]; 6] = [
        &[],
        &[Population],
        &[AgeBand, Sex, EthnicGroup],
        &[LocalAuthority, Population, Sex],
        &[LocalAuthority, AgeBand, LegalStatus],
        &[LocalAuthority, AgeBand, Sex, EthnicGroup],
    ];
    println!("{:<52} {:>7} {:>9} {:>9}", "by", "cells", "median ms", "slowest");
    for by in tables {
        let question =
            Question { by: by.to_vec(), filter: Where::default(), as_at, share_of: Vec::new() };
        let mut times: Vec<Duration> = Vec::new();
        let mut cells = 0;
        for _ in 0..TIMES {
            let began = Instant::now();
            let table = statistics::table(&RequestContext::of_operator(space), &question).await?;
            times.push(began.elapsed());
            cells = table.cells.len();
        }
        times.sort();
        let milliseconds = |at: usize| times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e3);
        let names: Vec<_> = by.iter().map(|dimension| dimension.as_str()).collect();
        println!(
            "{:<52} {cells:>7} {:>9.0} {:>9.0}",
            names.join(", "),
            milliseconds(TIMES / 2),
            milliseconds(TIMES - 1)
        );
    }
    Ok(())
}

/// Writes the files of the returns, for a demonstration.
fn write(options: &Options, folder: &Path) -> Result<()> {
    for (number, code) in options.codes.iter().enumerate() {
        for year in options.first_year..options.first_year + options.years {
            let place =
                Place::new(options.seed, number as u64, options.children, options.episodes, year);
            let folder = folder.join(format!("{code}-{year}"));
            std::fs::create_dir_all(&folder)?;
            for kind in [ReturnKind::Ssda903, ReturnKind::CinCensus] {
                for file in files(place, kind) {
                    let mut file = file?;
                    let mut into = std::fs::File::create(folder.join(&file.name))?;
                    std::io::copy(&mut file.content, &mut into)?;
                    into.flush()?;
                }
            }
        }
    }
    Ok(())
}

/// Returns the memory that this process has in use, in megabytes.
fn memory() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    Ok(kilobytes.unwrap_or_default() / 1024)
}
