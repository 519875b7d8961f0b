//! `commonground token`.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use chrono::TimeDelta;
use clap::Subcommand;
use service::Viewer;
use service::access::ScopeName;
use service::access::token::{self, NewToken};

use super::sentence;
use crate::config::Config;
use crate::{database, telemetry};

/// Issue, list and revoke access tokens
#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Issue a token, and print only the token
    #[command(
        after_help = "Example:\n  commonground token issue --name 'nightly copy' --centre education-endowment-foundation --scope evidence:read --expires-in 90d"
    )]
    Issue {
        /// What it is for
        #[arg(long)]
        name: String,
        /// The slug of the centre whose token it is
        #[arg(long)]
        centre: String,
        /// What it allows; repeat it for more, or separate with commas
        #[arg(long = "scope", required = true, value_delimiter = ',')]
        scopes: Vec<ScopeName>,
        /// For how long it is accepted, at most 366d
        #[arg(long, default_value = "30d", value_parser = humantime::parse_duration)]
        expires_in: Duration,
    },
    /// List the records of tokens
    #[command(
        after_help = "Example:\n  commonground token list --centre education-endowment-foundation"
    )]
    List {
        /// Only those of the centre with this slug
        #[arg(long)]
        centre: Option<String>,
    },
    /// Revoke a token: the next request with it is refused
    #[command(
        after_help = "Example:\n  commonground token revoke 0199c0de-0000-7000-8000-000000000000 --reason 'laptop lost'"
    )]
    Revoke {
        /// The id of its record, as `token list` prints it
        id: uuid::Uuid,
        /// Why; whoever uses the token is told
        #[arg(long)]
        reason: String,
    },
}

impl Token {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode> {
        let space = database::open(config).await?;
        let operator = Viewer::operator();
        match self {
            Self::Issue {
                name,
                centre,
                scopes,
                expires_in,
            } => {
                let expires_in =
                    TimeDelta::from_std(expires_in).context("--expires-in is too long")?;
                let expires_at = Some(space.store().source().now() + expires_in);
                let new = NewToken {
                    name,
                    centre,
                    scopes: scopes.into_iter().collect(),
                    expires_at,
                };
                let (token, _) = token::issue(&space, &operator, new)
                    .await
                    .map_err(|refusal| sentence(&refusal))?;
                telemetry::answer(token.reveal())?;
            }
            Self::List { centre } => {
                let directory = space
                    .directory()
                    .await
                    .map_err(|refusal| sentence(&refusal))?;
                let centre = match centre {
                    None => None,
                    Some(slug) => match directory.centres.by_key(&slug) {
                        Some(centre) => Some(centre.row.id),
                        None => bail!("There is no centre '{slug}'."),
                    },
                };
                let records = token::list(&space, &operator, centre)
                    .await
                    .map_err(|refusal| sentence(&refusal))?;
                for record in records {
                    let centre = directory.centres.by_id(record.centre_id);
                    let line = serde_json::json!({
                        "id": record.id, "name": record.name,
                        "centre": centre.map(|centre| centre.row.slug.as_str()),
                        "scopes": record.scopes, "created_at": record.created_at,
                        "expires_at": record.expires_at, "revoked_at": record.revoked_at,
                        "revocation_reason": record.revocation_reason,
                    });
                    telemetry::answer(&line.to_string())?;
                }
            }
            Self::Revoke { id, reason } => {
                token::revoke(&space, &operator, id.into(), &reason)
                    .await
                    .map_err(|refusal| sentence(&refusal))?;
                tracing::info!(%id, "revoked the token");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
