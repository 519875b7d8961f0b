//! The log, and what is counted.

use std::io::{ErrorKind, IsTerminal, StdoutLock, Write};
use std::sync::Arc;

use anyhow::{Context, Result};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// Starts the log, on standard error.
///
/// # Errors
/// When the filter is malformed.
pub(crate) fn start(config: &Config) -> Result<()> {
    let filter = EnvFilter::try_new(&config.log).with_context(|| {
        format!(
            "The log filter `{}` is malformed; write it as `info` or `info,api=debug`",
            config.log
        )
    })?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let json = match config.log_format {
        LogFormat::Json => true,
        LogFormat::Human => false,
        LogFormat::Auto => !std::io::stderr().is_terminal(),
    };
    match json {
        true => log.json().flatten_event(true).init(),
        false => log.with_target(false).init(),
    }
    Ok(())
}

/// Starts counting and gives what renders the counts in Prometheus's text format.
///
/// # Errors
/// When something else counts already.
pub(crate) fn count() -> Result<Arc<dyn Fn() -> String + Send + Sync>> {
    const SECONDS: &[f64] =
        &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)?
        .install_recorder()?;
    metrics::describe_counter!(
        "commonground_sql_statements_total",
        "SQL statements sent to the database"
    );
    metrics::describe_counter!("commonground_requests_total", "HTTP requests by path and status");
    metrics::describe_histogram!("commonground_request_seconds", "How long HTTP requests took");
    let counted = metrics::counter!("commonground_sql_statements_total");
    counted.increment(0);
    Ok(Arc::new(move || {
        handle.run_upkeep();
        handle.render()
    }))
}

/// Says why a command could not be carried out.
pub(crate) fn complain(failure: &anyhow::Error) {
    let reasons: Vec<String> = failure.chain().map(ToString::to_string).collect();
    // Nothing is left to tell if standard error is closed.
    let _ = writeln!(std::io::stderr(), "commonground: {}", reasons.join(": "));
}

/// Writes a line to standard output, which is for answers only.
///
/// # Errors
/// When standard output can't be written.
pub(crate) fn answer(line: &str) -> Result<()> {
    writeln!(Answers::new(), "{line}").context("Standard output can't be written")
}

/// Standard output. Whoever reads it may have enough, as `head` has after ten lines: what comes after is nobody's, and
/// no failure of the command.
pub(crate) struct Answers {
    output: StdoutLock<'static>,
    is_enough: bool,
}

impl Answers {
    pub(crate) fn new() -> Self {
        Self { output: std::io::stdout().lock(), is_enough: false }
    }

    /// Returns whether nobody reads any more.
    pub(crate) const fn are_enough(&self) -> bool {
        self.is_enough
    }

    fn unless_enough<T>(&mut self, done: std::io::Result<T>, enough: T) -> std::io::Result<T> {
        match done {
            Err(failure) if failure.kind() == ErrorKind::BrokenPipe => {
                self.is_enough = true;
                Ok(enough)
            }
            done => done,
        }
    }
}

impl Write for Answers {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let done = self.output.write(bytes);
        self.unless_enough(done, bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let done = self.output.flush();
        self.unless_enough(done, ())
    }
}
