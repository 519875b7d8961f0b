//! The commands.

mod audit;
mod client_limits;
mod demo;
mod export;
mod import;
mod issuer;
mod key;
mod migrate;
mod schema;
mod serve;
mod token;
mod young_people;

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Subcommand;
use service::Space;
use service::entity::CentreId;

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
    #[command(subcommand)]
    Key(key::Key),
    #[command(subcommand)]
    Issuer(issuer::Issuer),
    #[command(subcommand)]
    Audit(audit::Audit),
    #[command(subcommand)]
    YoungPeople(young_people::YoungPeople),
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
            Self::Key(command) => command.run(config).await,
            Self::Issuer(command) => command.run(config).await,
            Self::Audit(command) => command.run(config).await,
            Self::YoungPeople(command) => command.run(config).await,
            Self::Schema(command) => command.run(),
            Self::Demo(command) => command.run(config).await,
        }
    }
}

/// Returns the centre with this slug.
async fn centre_of(space: &Space, slug: &str) -> Result<CentreId> {
    let directory = space.directory().await.map_err(|no| sentence(&no))?;
    let centre = directory.centres.by_key(slug);
    centre.map(|centre| centre.row.id).with_context(|| format!("There is no centre '{slug}'."))
}

/// Returns a service's refusal, as a sentence with its code.
fn sentence(refusal: &service::Error) -> anyhow::Error {
    let cause = refusal.cause.as_ref().map(|cause| format!(" ({cause})")).unwrap_or_default();
    anyhow::anyhow!("{} [{}]{cause}", refusal.message, refusal.code.as_str())
}
