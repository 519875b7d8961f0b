//! `commonground migrate`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::config::Config;
use crate::database;

/// Bring the database to the present schema
///
/// `serve` does it too; this is for those who want it as a step of its own.
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  commonground migrate --database-url postgres://user:password@localhost/commonground"
)]
pub(crate) struct Migrate {}

impl Migrate {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode> {
        database::migrate(config).await?;
        tracing::info!("the database schema is up to date");
        Ok(ExitCode::SUCCESS)
    }
}
