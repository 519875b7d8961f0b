//! `commonground import`.

use std::process::ExitCode;
use anyhow::Result;
use clap::Subcommand;
use crate::config::Config;

/// placeholder
#[derive(Debug, Subcommand)]
pub(crate) enum Import { /// bundle
 Bundle }

impl Import { pub(crate) async fn run(self, _config: &Config) -> Result<ExitCode> { Ok(ExitCode::SUCCESS) } }
