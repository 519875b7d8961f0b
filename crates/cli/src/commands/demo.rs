//! `commonground demo`.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::Args;
use rust_embed::Embed;
use service::entity::ReturnKind;
use service::interchange::bundle::Options;
use service::young_people::returns::{self, NewReturn, ReturnFile};
use service::{RequestContext, Space};

use super::{import, sentence};
use crate::config::Config;
use crate::database;

/// The demonstration network, a part of the binary; sources and licences are in `demo/README.md`.
#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/../../demo/bundle"]
struct Network;

/// Synthetic returns about young people, a folder for each authority and year.
#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/../../demo/returns"]
struct Returns;

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
pub(super) async fn load(space: &Arc<Space>) -> Result<()> {
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
    load_returns(space).await
}

/// Loads the synthetic returns that are not there yet.
async fn load_returns(space: &Arc<Space>) -> Result<()> {
    let mut folders: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in Returns::iter() {
        if let Some((folder, _)) = name.rsplit_once('/') {
            folders.entry(folder.to_owned()).or_default().push(name.into_owned());
        }
    }
    for (folder, names) in folders {
        let Some((authority, year)) = folder.split_once('-') else {
            continue;
        };
        let year: i32 = year.parse().context("The demonstration network is damaged")?;
        for (kind, ending) in [(ReturnKind::Ssda903, ".csv"), (ReturnKind::CinCensus, ".xml")] {
            let there = returns::is_current(space, kind, authority, year).await;
            if there.map_err(|refusal| sentence(&refusal))? {
                continue;
            }
            let mut names: Vec<_> = names.iter().filter(|name| name.ends_with(ending)).collect();
            names.sort_by_key(|name| !name.ends_with("header.csv"));
            let files: Vec<_> = names
                .into_iter()
                .filter_map(|name| {
                    let content = Returns::get(name)?.data;
                    Some(Ok(ReturnFile {
                        name: name.clone(),
                        content: Box::new(Cursor::new(content)),
                    }))
                })
                .collect();
            let new = NewReturn {
                kind,
                authority: Some(authority.to_owned()),
                year: Some(year),
                accept_losses: false,
            };
            returns::load(&RequestContext::of_operator(space), new, Box::new(files.into_iter()))
                .await
                .map_err(|refusal| sentence(&refusal.error))?;
        }
    }
    Ok(())
}
