//! `commonground key`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;
use service::Space;
use service::access::{KeyRecord, PUBLISHED_BEFORE};

use super::sentence;
use crate::config::Config;
use crate::{database, telemetry};

/// List, rotate and retire the keys that sign access tokens
#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// List the keys, a JSON object a line, the newest first
    #[command(after_help = "Example:\n  commonground key list")]
    List,
    /// Make a new key; the older ones verify until they are retired
    #[command(after_help = "Example:\n  commonground key rotate")]
    Rotate {
        /// Let it sign at once: for when the present key is no longer to be trusted
        #[arg(long)]
        at_once: bool,
    },
    /// Retire a key: the tokens that it signed stop at the next request
    #[command(
        after_help = "Example:\n  commonground key retire 0199c0de-0000-7000-8000-000000000000 --even-with-tokens"
    )]
    Retire {
        /// The id of the key, as `key list` prints it
        id: uuid::Uuid,
        /// Although tokens that it signed are accepted still
        #[arg(long)]
        even_with_tokens: bool,
    },
}

impl Key {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode> {
        let space = database::open(config).await?;
        let done = self.carry_out(&space).await;
        space.close().await;
        done.map(|()| ExitCode::SUCCESS)
    }

    async fn carry_out(self, space: &Space) -> Result<()> {
        let (keyring, store) = (space.keyring(), space.store());
        match self {
            Self::List => {
                let keys = keyring.list(store).await.map_err(|no| sentence(&no))?;
                for key in &keys {
                    tell(key)?;
                }
            }
            Self::Rotate { at_once } => {
                let key = keyring.rotate(store, at_once).await.map_err(|no| sentence(&no))?;
                tell(&key)?;
                if !at_once {
                    tracing::info!(
                        minutes = PUBLISHED_BEFORE.num_minutes(),
                        "published the new key; it signs from this time on"
                    );
                }
            }
            Self::Retire { id, even_with_tokens } => {
                let stopped = keyring
                    .retire(store, id.into(), even_with_tokens)
                    .await
                    .map_err(|no| sentence(&no))?;
                tracing::info!(%id, tokens = stopped, "retired the key; its tokens are no longer accepted");
            }
        }
        Ok(())
    }
}

fn tell(key: &KeyRecord) -> Result<()> {
    let line = serde_json::json!({
        "id": key.id, "created_at": key.created_at, "signs_from": key.signs_from,
        "signs": key.signs, "retired_at": key.retired_at, "live_tokens": key.live_tokens,
    });
    telemetry::answer(&line.to_string())
}
