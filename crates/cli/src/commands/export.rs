//! `commonground export`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;
use service::Viewer;
use service::access::token;
use service::interchange::bundle::{Format, export};

use super::sentence;
use crate::config::Config;
use crate::{database, telemetry};

/// Export evidence
#[derive(Debug, Subcommand)]
pub(crate) enum Export {
    /// Export a bundle into a new or empty folder (docs/bundle.md)
    ///
    /// It holds everything, as whoever runs the space sees it, unless you say for whom it is.
    /// Imported into an empty space and exported again, it is the same byte for byte.
    #[command(
        after_help = "Examples:\n  commonground export bundle copy/\n  commonground export bundle copy/ --public\n  commonground export bundle copy/ --token-file token.txt\n  commonground export bundle copy/ --excel"
    )]
    Bundle {
        /// The folder
        folder: PathBuf,
        /// Only what everybody may see
        #[arg(long)]
        public: bool,
        /// Only what the holder of the token in this file may see
        #[arg(long, value_name = "FILE", conflicts_with = "public")]
        token_file: Option<PathBuf>,
        /// For spreadsheets: they know by a mark that it is UTF-8, and calculate nothing in it
        ///
        /// An apostrophe stands before what a spreadsheet would take for a formula. Imported, it gives the same.
        #[arg(long)]
        excel: bool,
    },
}

impl Export {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode> {
        let Self::Bundle { folder, public, token_file, excel } = self;
        let space = database::open(config).await?;
        let viewer = match token_file {
            _ if public => Viewer::anonymous(),
            None => Viewer::operator(),
            Some(file) => {
                let text = tokio::fs::read_to_string(&file).await?;
                let grant = token::authenticate(&space, text.trim(), None).await;
                Viewer::holder(grant.map_err(|refusal| sentence(&refusal))?)
            }
        };
        let format = match excel {
            true => Format::Spreadsheet,
            false => Format::Plain,
        };
        let exported = export(space.store(), &viewer, &folder, format)
            .await
            .map_err(|refusal| sentence(&refusal))?;
        for (table, rows) in exported.tables {
            telemetry::answer(&format!("{rows:>9} {table}"))?;
        }
        space.close().await;
        Ok(ExitCode::SUCCESS)
    }
}
