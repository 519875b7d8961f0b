//! `commonground import`.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use service::interchange::bundle::{Bundle, Limits, Options, Progress, Report, import};
use service::{Space, Viewer};

use super::sentence;
use crate::config::Config;
use crate::{database, telemetry};

/// How many problems are printed; the report counts the others.
const SHOWN: usize = 100;

/// Import evidence
#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// Import a bundle: a folder, or a .zip of one, of CSV and NDJSON files (docs/bundle.md)
    ///
    /// Every refused row is printed with file, line, column, reason and remedy; the good rows are
    /// written. A second time changes nothing. The exit code is 2 when rows were refused.
    #[command(
        after_help = "Examples:\n  commonground import bundle my-bundle/\n  commonground import bundle my-bundle.zip --strict"
    )]
    Bundle {
        /// The folder or .zip
        path: PathBuf,
        /// Write nothing at all if any row is wrong
        #[arg(long)]
        strict: bool,
    },
}

impl Import {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode> {
        let Self::Bundle { path, strict } = self;
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
        let report = load(
            &space,
            &path,
            Options {
                strict,
                progress: Box::new(progress),
            },
        )
        .await?;
        bar.finish_and_clear();
        print(&report, strict)?;
        space.close().await;
        Ok(match (report.is_interrupted, report.problem_count) {
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
pub(super) async fn load(space: &Space, path: &Path, options: Options<'_>) -> Result<Report> {
    let bundle = Bundle::open(path, Limits::default()).map_err(|refusal| sentence(&refusal))?;
    import(space.store(), &Viewer::operator(), bundle, options)
        .await
        .map_err(|refusal| sentence(&refusal))
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

fn print(report: &Report, strict: bool) -> Result<()> {
    for warning in &report.warnings {
        telemetry::answer(&format!("warning: {warning}"))?;
    }
    for problem in report.problems.iter().take(SHOWN) {
        telemetry::answer(&format!("refused: {problem}"))?;
    }
    let hidden = report.problem_count.saturating_sub(SHOWN as u64);
    if hidden > 0 {
        telemetry::answer(&format!("and {hidden} more"))?;
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
