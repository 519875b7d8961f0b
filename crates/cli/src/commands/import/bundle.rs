//! `commonground import bundle`.

use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use service::durable::NewFile;
use service::interchange::bundle::{Bundle, Limits, Options, Progress, Report, import};
use service::young_people::returns;
use service::{Space, Viewer};

use super::report;
use crate::commands::sentence;
use crate::config::Config;
use crate::{database, telemetry};

/// How many problems are printed; `--report` writes the others as well.
const SHOWN: usize = 100;

/// What to import, and how.
#[derive(Args, Debug)]
pub(crate) struct ImportBundle {
    /// The folder or .zip
    path: PathBuf,
    /// Write nothing at all if any row is wrong
    #[arg(long)]
    strict: bool,
    /// Write the problems to this file as CSV: file, line, column, code, reason, remedy
    ///
    /// It is written anew, with its header alone when nothing is wrong, and has at most the
    /// first 10,000 problems.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Write the report for spreadsheets: they know by a mark that it is UTF-8
    #[arg(long, requires = "report")]
    excel: bool,
}

impl ImportBundle {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode> {
        let Self { path, strict, report: file, excel } = self;
        // A long import should not end with a report that cannot be written.
        let begin = |file| report::begin(file, std::slice::from_ref(&path));
        let begun = file.as_deref().map(begin).transpose()?;
        let space = database::open(config).await?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                stopped.store(true, Ordering::Relaxed);
            }
        });
        let bar = bar();
        let progress = |progress: &Progress| {
            show(&bar, progress);
            match stop.load(Ordering::Relaxed) {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        };
        let told = load(&space, &path, Options { strict, progress: Box::new(progress) }).await?;
        bar.finish_and_clear();
        print(&told, strict, file.as_deref())?;
        if let (Some(begun), Some(file)) = (begun, &file) {
            write(&told, begun, excel).with_context(|| report::unwritable(file))?;
        }
        space.close().await;
        Ok(match (told.is_interrupted, told.problem_count) {
            (true, _) => ExitCode::from(130),
            (false, 0) => ExitCode::SUCCESS,
            (false, _) => ExitCode::from(2),
        })
    }
}

/// Imports the bundle at a path as whoever runs the space.
///
/// # Errors
/// When the bundle can't be opened or the database can't be written.
pub(in crate::commands) async fn load(
    space: &Space,
    path: &Path,
    options: Options<'_>,
) -> Result<Report> {
    let bundle = Bundle::open(path, Limits::default()).map_err(|refusal| sentence(&refusal))?;
    let report = import(space.store(), &Viewer::operator(), bundle, options)
        .await
        .map_err(|refusal| sentence(&refusal))?;
    // A register of authorities that was revised may tell whose returns some are.
    let moved = returns::relocate(space).await;
    match moved.map_err(|refusal| sentence(&refusal))? {
        0 => {}
        returns => tracing::warn!(
            returns,
            "moved returns to the authorities that there were in their years"
        ),
    }
    Ok(report)
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg:24} {bar:30} {bytes}/{total_bytes} {eta}")
    {
        bar.set_style(style);
    }
    bar
}

fn show(bar: &ProgressBar, progress: &Progress) {
    bar.set_message(progress.file.clone());
    bar.set_length(progress.of_bytes);
    bar.set_position(progress.bytes);
}

/// Writes the problems that the report keeps, one a row.
fn write(report: &Report, mut file: NewFile, for_spreadsheet: bool) -> Result<()> {
    if for_spreadsheet {
        file.write_all("\u{feff}".as_bytes())?;
    }
    let mut rows = csv::Writer::from_writer(file);
    rows.write_record(["file", "line", "column", "code", "reason", "remedy"])?;
    for problem in &report.problems {
        rows.write_record([
            problem.file.as_str(),
            &problem.line.to_string(),
            problem.column.as_deref().unwrap_or_default(),
            problem.fault.as_str(),
            &problem.reason,
            &problem.remedy,
        ])?;
    }
    let file = rows.into_inner().map_err(|failure| failure.into_error())?;
    Ok(file.finish()?)
}

fn print(report: &Report, strict: bool, file: Option<&Path>) -> Result<()> {
    for warning in &report.warnings {
        telemetry::answer(&format!("warning: {warning}"))?;
    }
    for problem in report.problems.iter().take(SHOWN) {
        telemetry::answer(&format!("refused: {problem}"))?;
    }
    let hidden = report.problem_count.saturating_sub(SHOWN as u64);
    if hidden > 0 {
        let kept = report.problems.len();
        let which = if report.problem_count > kept as u64 {
            format!("the first {kept} of all")
        } else {
            "them".to_owned()
        };
        let whither = match file {
            Some(file) => format!("{} has {which}", file.display()),
            None => format!("--report FILE writes {which}"),
        };
        telemetry::answer(&format!("and {hidden} more problems; {whither}"))?;
    }
    let total = report.total();
    telemetry::answer(&format!(
        "{:>9} read, {} created, {} updated, {} unchanged, {} refused",
        total.read, total.created, total.updated, total.unchanged, total.refused
    ))?;
    if report.is_interrupted {
        let kept = if report.is_written {
            "what was imported stays; run it again to complete it"
        } else {
            "nothing was written"
        };
        telemetry::answer(&format!("interrupted: {kept}"))?;
    } else if strict && !report.is_written {
        telemetry::answer(
            "nothing was written, because of --strict: mend the rows and import again",
        )?;
    }
    Ok(())
}
