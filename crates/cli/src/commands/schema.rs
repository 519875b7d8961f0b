//! `commonground schema`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::telemetry;

/// Print the GraphQL schema (SDL); needs no database
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  commonground schema > schema.graphql")]
pub(crate) struct Schema {}

impl Schema {
    pub(crate) fn run(self) -> Result<ExitCode> {
        telemetry::answer(api::sdl().trim_end())?;
        Ok(ExitCode::SUCCESS)
    }
}
