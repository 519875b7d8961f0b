//! `commonground demo`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use service::Space;

use crate::config::Config;
use crate::database;

/// Load the demonstration network; a second time changes nothing
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  commonground demo")]
pub(crate) struct Demo {}

impl Demo {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode> {
        load(&*database::open(config).await?).await?;
        Ok(ExitCode::SUCCESS)
    }
}

pub(super) async fn load(_space: &Space) -> Result<()> {
    Ok(())
}
