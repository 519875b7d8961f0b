//! `commonground import ssda903` and `commonground import cin-census`.

use std::sync::Arc;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use service::durable::NewFile;
use service::entity::{ReturnKind, ReturnState, loaded_return, return_problem};
use service::page::PageRequest;
use service::young_people::returns::{self, NewReturn, report, rules};
use service::{RequestContext, Space};

use super::report::begin;
use crate::commands::sentence;
use crate::config::Config;
use crate::{database, telemetry};

/// How many problems are printed; `--report` writes the others as well.
const SHOWN: usize = 100;

/// Which SSDA903 return, and from where.
#[derive(Args, Debug)]
pub(crate) struct ImportSsda903 {
    /// The GSS code of the authority that made it, such as E09000007
    #[arg(long, value_name = "CODE")]
    authority: String,
    /// The year on whose 31 March the collection ended
    #[arg(long)]
    year: i32,
    /// The CSV files, or a folder of them: the header and the episodes or care leavers at least; or one XML file
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Let it come into use though most rows of a table were refused, or most children of the return in use are not in
    /// it
    #[arg(long)]
    accept_losses: bool,
    /// Write the problems to this file as CSV: severity, file, line, column, rule, reason, remedy, nearest, rows
    ///
    /// It is written anew in any case, with its header alone when nothing is wrong, and has at most the
    /// first 10,000 problems. Why a whole return is refused stands in it last.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// Which census, and from where.
#[derive(Args, Debug)]
pub(crate) struct ImportCinCensus {
    /// The XML file
    file: PathBuf,
    /// The GSS code of the authority, if it is not the one that the census names
    #[arg(long, value_name = "CODE")]
    authority: Option<String>,
    /// The year on whose 31 March the collection ended, if it is not the one that the census names
    #[arg(long)]
    year: Option<i32>,
    /// Let it come into use though most rows of a table were refused, or most children of the return in use are not in
    /// it
    #[arg(long)]
    accept_losses: bool,
    /// Write the problems to this file as CSV: severity, file, line, column, rule, reason, remedy, nearest, rows
    ///
    /// It is written anew in any case, with its header alone when nothing is wrong, and has at most the
    /// first 10,000 problems. Why a whole return is refused stands in it last.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

impl ImportSsda903 {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode> {
        let new = NewReturn {
            kind: ReturnKind::Ssda903,
            authority: Some(self.authority),
            year: Some(self.year),
            accept_losses: self.accept_losses,
        };
        load(config, new, &self.files, self.report.as_deref()).await
    }
}

impl ImportCinCensus {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode> {
        let new = NewReturn {
            kind: ReturnKind::CinCensus,
            authority: self.authority,
            year: self.year,
            accept_losses: self.accept_losses,
        };
        load(config, new, &[self.file], self.report.as_deref()).await
    }
}

async fn load(
    config: &Config,
    new: NewReturn,
    files: &[PathBuf],
    report: Option<&Path>,
) -> Result<ExitCode> {
    let mut told = Report::begin(report, files)?;
    let loaded = load_files(config, new, files, &mut told).await;
    if let Err(refusal) = &loaded {
        told.refused(refusal)?;
    }
    told.finish()?;
    loaded
}

async fn load_files(
    config: &Config,
    new: NewReturn,
    files: &[PathBuf],
    report: &mut Report,
) -> Result<ExitCode> {
    let files = returns::files::open(files).context("The files of the return cannot be opened")?;
    let space = database::open(config).await?;
    let loaded = returns::load(&RequestContext::of_operator(&space), new, files).await;
    let row = match &loaded {
        Ok(row) => Some(row),
        Err(refusal) => refusal.abandoned.as_deref(),
    };
    if let Some(row) = row {
        tell(&space, row, report).await?;
    }
    space.close().await;
    match loaded {
        Ok(row) if row.refused == 0 => Ok(ExitCode::SUCCESS),
        Ok(_) => Ok(ExitCode::from(2)),
        Err(refusal) => Err(sentence(&refusal.error)),
    }
}

/// Prints the problems of a return, and what became of its rows.
async fn tell(
    space: &Arc<Space>,
    loaded: &loaded_return::Model,
    report: &mut Report,
) -> Result<()> {
    let mut request = PageRequest::first(service::page::LARGEST_SIZE);
    loop {
        let page = returns::problems(&RequestContext::of_operator(space), loaded.id, &request)
            .await
            .map_err(|refusal| sentence(&refusal))?;
        for (_, problem) in &page.items {
            report.tell(problem)?;
        }
        match page.items.last() {
            Some((cursor, _)) if page.has_next => request.after = Some(cursor.clone()),
            _ => break,
        }
    }
    report.tell_hidden()?;
    let became = match loaded.state {
        ReturnState::Abandoned => "nothing of them is kept".to_owned(),
        _ => format!("{} kept, {} checked and forgotten", loaded.kept, loaded.checked),
    };
    telemetry::answer(&format!(
        "{:>9} children; {} rows read, {became}, {} refused, {} in doubt",
        loaded.children, loaded.read, loaded.refused, loaded.doubtful
    ))?;
    Ok(())
}

/// The report on a return: printed, and written to a file if there is to be one.
struct Report {
    rows: Option<csv::Writer<NewFile>>,
    told: usize,
}

impl Report {
    fn begin(file: Option<&Path>, inputs: &[PathBuf]) -> Result<Self> {
        let rows = match file {
            None => None,
            Some(file) => {
                let mut rows = csv::Writer::from_writer(begin(file, inputs)?);
                rows.write_record(report::COLUMNS)?;
                Some(rows)
            }
        };
        Ok(Self { rows, told: 0 })
    }

    fn tell(&mut self, problem: &return_problem::Model) -> Result<()> {
        if self.told < SHOWN {
            telemetry::answer(&line(problem))?;
        }
        self.told += 1;
        if let Some(rows) = &mut self.rows {
            rows.write_record(report::cells(problem))?;
        }
        Ok(())
    }

    /// Says how many problems were not printed.
    fn tell_hidden(&self) -> Result<()> {
        let hidden = self.told.saturating_sub(SHOWN);
        if hidden > 0 {
            let where_ = match self.rows {
                Some(_) => "the report has them",
                None => "--report FILE writes them",
            };
            telemetry::answer(&format!("and {hidden} more problems; {where_}"))?;
        }
        Ok(())
    }

    /// Writes why the whole return was refused.
    fn refused(&mut self, refusal: &anyhow::Error) -> Result<()> {
        if let Some(rows) = &mut self.rows {
            rows.write_record(["refused", "", "", "", "", &format!("{refusal:#}"), "", "", ""])?;
        }
        Ok(())
    }

    fn finish(self) -> Result<()> {
        if let Some(rows) = self.rows {
            let file = rows.into_inner().map_err(|failure| failure.into_error())?;
            file.finish()?;
        }
        Ok(())
    }
}

fn line(problem: &return_problem::Model) -> String {
    let column = problem.column_name.as_deref();
    let column = column.map_or_else(String::new, |column| format!(", {column}"));
    let place = match problem.rows {
        1 => format!("line {}", problem.line),
        rows => format!("{rows} rows, the first in line {}", problem.line),
    };
    let nearest = problem.nearest.as_deref();
    let nearest = nearest.map_or_else(String::new, |nearest| format!(" Is it {nearest}?"));
    let rule = rules::find(&problem.rule);
    format!(
        "{}: {}, {place}{column}: {} {}{nearest} ({})",
        report::severity(problem),
        problem.file,
        rule.map_or("", |rule| rule.reason),
        rule.map_or("", |rule| rule.remedy),
        problem.rule
    )
}
