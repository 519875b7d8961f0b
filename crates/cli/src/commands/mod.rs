//! The commands.

mod client_limits;
mod demo;
mod export;
mod import;
mod migrate;
mod schema;
mod serve;
mod token;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use crate::config::Config;

/// What `commonground` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Serve(serve::Serve),
    Migrate(migrate::Migrate),
    #[command(subcommand)]
    Import(import::Import),
    #[command(subcommand)]
    Export(export::Export),
    #[command(subcommand)]
    Token(token::Token),
    Schema(schema::Schema),
    Demo(demo::Demo),
}

impl Command {
    /// Carries out the command.
    ///
    /// # Errors
    /// A sentence for the person at the terminal.
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode> {
        match self {
            Self::Serve(command) => command.run(config).await,
            Self::Migrate(command) => command.run(config).await,
            Self::Import(command) => command.run(config).await,
            Self::Export(command) => command.run(config).await,
            Self::Token(command) => command.run(config).await,
            Self::Schema(command) => command.run(),
            Self::Demo(command) => command.run(config).await,
        }
    }
}

/// A service's refusal, as a sentence with its code.
fn sentence(refusal: &service::Error) -> anyhow::Error {
    let cause = refusal
        .cause
        .as_ref()
        .map(|cause| format!(" ({cause})"))
        .unwrap_or_default();
    anyhow::anyhow!("{} [{}]{cause}", refusal.message, refusal.code.as_str())
}
