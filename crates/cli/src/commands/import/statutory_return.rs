//! `commonground import ssda903` and `commonground import cin-census`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use service::durable::NewFile;
use service::entity::{ReturnKind, loaded_return, return_problem};
use service::page::PageRequest;
use service::young_people::returns::{self, NewReturn, rules};
use service::{Space, Viewer};

use super::bundle::unwritable;
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
    /// The CSV files: the header and the episodes or care leavers at least
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Write the problems to this file as CSV: severity, file, line, column, rule, reason, remedy
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
    /// Write the problems to this file as CSV: severity, file, line, column, rule, reason, remedy
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

impl ImportSsda903 {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode> {
        let new = NewReturn {
            kind: ReturnKind::Ssda903,
            authority: Some(self.authority),
            year: Some(self.year),
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
    let files = returns::files::open(files).context("The files of the return cannot be opened")?;
    let space = database::open(config).await?;
    let viewer = Viewer::operator();
    let loaded = returns::load(&space, &viewer, new, files)
        .await
        .map_err(|refusal| sentence(&refusal))?;
    print(&space, &loaded, report).await?;
    space.close().await;
    Ok(match loaded.refused {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(2),
    })
}

async fn print(space: &Space, loaded: &loaded_return::Model, report: Option<&Path>) -> Result<()> {
    let mut rows = match report {
        None => None,
        Some(file) => {
            let file = NewFile::begin(file).with_context(|| unwritable(file))?;
            let mut rows = csv::Writer::from_writer(file);
            rows.write_record([
                "severity", "file", "line", "column", "rule", "reason", "remedy",
            ])?;
            Some(rows)
        }
    };
    let mut request = PageRequest::first(service::page::LARGEST_SIZE);
    let mut shown = 0;
    loop {
        let page = returns::problems(space, &Viewer::operator(), loaded.id, &request)
            .await
            .map_err(|refusal| sentence(&refusal))?;
        for (_, problem) in &page.items {
            if shown < SHOWN {
                telemetry::answer(&line(problem))?;
            }
            shown += 1;
            if let Some(rows) = &mut rows {
                rows.write_record(cells(problem))?;
            }
        }
        match page.items.last() {
            Some((cursor, _)) if page.has_next => request.after = Some(cursor.clone()),
            _ => break,
        }
    }
    if let Some(rows) = rows {
        let file = rows.into_inner().map_err(|failure| failure.into_error())?;
        file.finish()?;
    }
    if shown > SHOWN {
        telemetry::answer(&format!(
            "and {} more problems; --report FILE writes them",
            shown - SHOWN
        ))?;
    }
    telemetry::answer(&format!(
        "{:>9} children; {} rows read, {} kept, {} checked and forgotten, {} refused, {} in doubt",
        loaded.children, loaded.read, loaded.kept, loaded.checked, loaded.refused, loaded.doubtful
    ))?;
    Ok(())
}

fn cells(problem: &return_problem::Model) -> [String; 7] {
    let rule = rules::find(&problem.rule);
    [
        severity(problem).to_owned(),
        problem.file.clone(),
        problem.line.to_string(),
        problem.column_name.clone().unwrap_or_default(),
        problem.rule.clone(),
        rule.map_or("", |rule| rule.reason).to_owned(),
        rule.map_or("", |rule| rule.remedy).to_owned(),
    ]
}

const fn severity(problem: &return_problem::Model) -> &'static str {
    match problem.is_refusal {
        true => "refused",
        false => "doubtful",
    }
}

fn line(problem: &return_problem::Model) -> String {
    let column = problem.column_name.as_deref();
    let column = column.map_or_else(String::new, |column| format!(", {column}"));
    let rule = rules::find(&problem.rule);
    format!(
        "{}: {}, line {}{column}: {} {} ({})",
        severity(problem),
        problem.file,
        problem.line,
        rule.map_or("", |rule| rule.reason),
        rule.map_or("", |rule| rule.remedy),
        problem.rule
    )
}
