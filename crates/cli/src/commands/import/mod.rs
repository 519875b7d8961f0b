//! `commonground import`: a file for each kind of thing.

mod bundle;
mod report;
mod statutory_return;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

pub(in crate::commands) use bundle::load;

use crate::config::Config;

/// Import evidence, or a statutory return
#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// Import a bundle: a folder, or a .zip of one, of CSV and NDJSON files (docs/bundle.md)
    ///
    /// The good rows are written, the others refused. The first 100 problems are printed with file,
    /// line, column, reason and remedy; `--report` writes up to 10,000. A second time changes
    /// nothing. The exit code is 2 when rows were refused.
    #[command(
        after_help = "Examples:\n  commonground import bundle my-bundle/\n  commonground import bundle my-bundle.zip --strict\n  commonground import bundle my-bundle/ --report problems.csv"
    )]
    Bundle(bundle::ImportBundle),
    /// Load an SSDA903 return: its CSV files, each recognised by its header, or its XML (docs/young-people.md)
    ///
    /// It replaces the earlier return of the same authority and year, whole. Nothing that identifies a child is
    /// kept. The exit code is 2 when rows were refused, and 1 when the whole return was: then what was in use
    /// before stays, and the problems are printed and written to the report all the same.
    #[command(
        after_help = "Examples:\n  commonground import ssda903 --authority E09000007 --year 2024 header.csv episodes.csv oc3.csv\n  commonground import ssda903 --authority E09000007 --year 2024 return-2024/\n  commonground import ssda903 --authority E09000007 --year 2024 return.xml"
    )]
    Ssda903(statutory_return::ImportSsda903),
    /// Load a children in need census: its XML file (docs/young-people.md)
    ///
    /// It replaces the earlier census of the same authority and year, whole. Nothing that identifies a child is
    /// kept. The exit code is 2 when rows were refused, and 1 when the whole census was: then what was in use
    /// before stays, and the problems are printed and written to the report all the same.
    #[command(after_help = "Example:\n  commonground import cin-census census.xml")]
    CinCensus(statutory_return::ImportCinCensus),
}

impl Import {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode> {
        match self {
            Self::Bundle(bundle) => bundle.run(config).await,
            Self::Ssda903(files) => files.run(config).await,
            Self::CinCensus(file) => file.run(config).await,
        }
    }
}
