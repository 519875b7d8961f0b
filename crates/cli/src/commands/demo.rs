//! `commonground demo`.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use rust_embed::Embed;
use service::Space;
use service::interchange::bundle::Options;

use super::import;
use crate::config::Config;
use crate::database;

/// The demonstration network, a part of the binary; sources and licences are in `demo/README.md`.
#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/../../demo/bundle"]
struct Network;

/// Load the demonstration network; a second time changes nothing
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  commonground demo")]
pub(crate) struct Demo {}

impl Demo {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode> {
        let space = database::open(config).await?;
        load(&space).await?;
        space.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

/// Imports the demonstration network.
///
/// # Errors
/// When it can't be unpacked or written.
pub(super) async fn load(space: &Space) -> Result<()> {
    let folder = tempfile::tempdir().context("The demonstration network cannot be unpacked")?;
    for name in Network::iter() {
        if let Some(file) = Network::get(&name) {
            std::fs::write(folder.path().join(name.as_ref()), &file.data)
                .context("The demonstration network cannot be unpacked")?;
        }
    }
    let report = import::load(space, folder.path(), Options::default()).await?;
    if let Some(problem) = report.problems.first() {
        bail!("The demonstration network is damaged: {problem}");
    }
    let total = report.total();
    tracing::info!(
        created = total.created,
        updated = total.updated,
        unchanged = total.unchanged,
        "the demonstration network is loaded"
    );
    Ok(())
}
