//! `commonground token`.

use std::sync::Arc;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use chrono::TimeDelta;
use clap::Subcommand;
use service::access::token::{self, NewToken, Revocation, TokenFilter};
use service::access::{AllowedNetworks, ScopeName};
use service::entity::{AccessTokenState, access_token};
use service::filter::AnyOf;
use service::{RequestContext, Space};

use super::{centre_of, sentence};
use crate::config::Config;
use crate::{database, telemetry};

/// Issue, approve, rotate, list and revoke access tokens
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
        /// For how long it is accepted, at most 366d unless the configuration says otherwise
        #[arg(long, default_value = "30d", value_parser = humantime::parse_duration)]
        expires_in: Duration,
        /// The networks from which it is accepted, such as 192.0.2.0/24; everywhere when none is named
        #[arg(long = "network", value_delimiter = ',', value_name = "NETWORK")]
        networks: Vec<String>,
    },
    /// Write down a second administrator's approval of a token that reaches rows about young people
    #[command(
        after_help = "Example:\n  commonground token approve 0199c0de-0000-7000-8000-000000000000 --approver 'A. Second, data protection officer'"
    )]
    Approve {
        /// The id of its record, as `token list` prints it
        id: uuid::Uuid,
        /// Who approves it: somebody other than whoever had it issued
        #[arg(long)]
        approver: String,
    },
    /// Issue a new token in the place of another, which works on for a while; print only the token
    #[command(
        after_help = "Example:\n  commonground token rotate 0199c0de-0000-7000-8000-000000000000 --overlap 2d"
    )]
    Rotate {
        /// The id of the record of the old one, as `token list` prints it
        id: uuid::Uuid,
        /// For how long the old one works on, at most 30d
        #[arg(long, default_value = "24h", value_parser = humantime::parse_duration)]
        overlap: Duration,
    },
    /// List the records of tokens, a JSON object a line
    #[command(
        after_help = "Examples:\n  commonground token list --centre education-endowment-foundation\n  commonground token list --unused-for 90d --state active\n  commonground token list --expiring-within 14d"
    )]
    List {
        /// Only those of the centre with this slug
        #[arg(long)]
        centre: Option<String>,
        /// Only those that grant one of these scopes
        #[arg(long = "scope", value_delimiter = ',')]
        scopes: Vec<ScopeName>,
        /// Only those that stand so: active, pending_approval, expired, revoked
        #[arg(long = "state", value_delimiter = ',', value_parser = state)]
        states: Vec<AccessTokenState>,
        /// Only those that were not used for so long
        #[arg(long, value_parser = humantime::parse_duration, value_name = "DURATION")]
        unused_for: Option<Duration>,
        /// Only those that end within this time
        #[arg(long, value_parser = humantime::parse_duration, value_name = "DURATION")]
        expiring_within: Option<Duration>,
    },
    /// Revoke a token: the next request with it is refused, and its open streams end
    #[command(
        after_help = "Example:\n  commonground token revoke 0199c0de-0000-7000-8000-000000000000 --reason 'laptop lost' --including-issued"
    )]
    Revoke {
        /// The id of its record, as `token list` prints it
        id: uuid::Uuid,
        /// Why; whoever uses the token is told
        #[arg(long)]
        reason: String,
        /// Also the tokens that it issued, and those that they issued
        #[arg(long)]
        including_issued: bool,
    },
    /// Revoke all tokens of a centre, in an emergency
    #[command(
        after_help = "Example:\n  commonground token revoke-all --centre education-endowment-foundation --reason 'break-in'"
    )]
    RevokeAll {
        /// The slug of the centre
        #[arg(long)]
        centre: String,
        /// Why; whoever uses one of the tokens is told
        #[arg(long)]
        reason: String,
    },
}

fn state(text: &str) -> Result<AccessTokenState, String> {
    let word = text.to_uppercase().replace('-', "_");
    word.parse().map_err(|unknown: service::entity::UnknownWord| unknown.to_string().to_lowercase())
}

impl Token {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode> {
        let space = database::open(config).await?;
        let done = self.carry_out(&space).await;
        space.close().await;
        done.map(|()| ExitCode::SUCCESS)
    }

    async fn carry_out(self, space: &Arc<Space>) -> Result<()> {
        let operator = RequestContext::of_operator(space);
        match self {
            Self::Issue { name, centre, scopes, expires_in, networks } => {
                let expires_in = delta(expires_in).context("--expires-in is too long")?;
                let new = NewToken {
                    name,
                    centre,
                    scopes: scopes.into_iter().collect(),
                    expires_at: Some(space.store().source().now() + expires_in),
                    networks: AllowedNetworks::try_new(&networks).map_err(|no| sentence(&no))?,
                };
                let (token, record) = token::issue(&operator, new, None)
                    .await
                    .map_err(|refusal| sentence(&refusal))?;
                telemetry::answer(token.reveal())?;
                advise(space, &record);
            }
            Self::Approve { id, approver } => {
                token::approve(&operator, id.into(), Some(&approver))
                    .await
                    .map_err(|refusal| sentence(&refusal))?;
                tracing::info!(%id, "approved the token");
            }
            Self::Rotate { id, overlap } => {
                let overlap = delta(overlap).context("--overlap is too long")?;
                let rotation = token::rotate(&operator, id.into(), overlap, None)
                    .await
                    .map_err(|refusal| sentence(&refusal))?;
                telemetry::answer(rotation.token.reveal())?;
                let until = rotation.replaced.expires_at;
                tracing::info!(%id, %until, "the old token is accepted until then");
                advise(space, &rotation.record);
            }
            Self::List { centre, scopes, states, unused_for, expiring_within } => {
                let now = space.store().source().now();
                let unused_for = unused_for.map(delta).transpose()?;
                let filter = TokenFilter {
                    centres: match centre {
                        None => AnyOf::default(),
                        Some(slug) => AnyOf::only(centre_of(space, &slug).await?),
                    },
                    scopes: AnyOf::given(scopes),
                    states: AnyOf::given(states),
                    unused_since: unused_for.map(|time| now - time),
                    expiring_within: expiring_within.map(delta).transpose()?,
                };
                list(&operator, &filter).await?;
            }
            Self::Revoke { id, reason, including_issued } => {
                let revocation = Revocation { reason, including_issued };
                let (_, issued) = token::revoke(&operator, id.into(), revocation)
                    .await
                    .map_err(|refusal| sentence(&refusal))?;
                tracing::info!(%id, issued = issued.len(), "revoked the token");
            }
            Self::RevokeAll { centre, reason } => {
                let id = centre_of(space, &centre).await?;
                let revoked = token::revoke_all(&operator, id, &reason, true)
                    .await
                    .map_err(|refusal| sentence(&refusal))?;
                tracing::info!(centre, tokens = revoked.len(), "revoked the tokens");
            }
        }
        Ok(())
    }
}

/// Returns a time that can be counted from now, in both directions, without leaving the years that are kept.
fn delta(time: Duration) -> Result<TimeDelta> {
    const LONGEST: TimeDelta = TimeDelta::days(365 * 1000);
    let time = TimeDelta::from_std(time).ok();
    time.filter(|time| *time <= LONGEST).context("Give a time of at most 1000 years")
}

/// Says what must happen before the token works.
fn advise(space: &Arc<Space>, record: &access_token::Model) {
    if token::state(record, space.store().source().now()) == AccessTokenState::PendingApproval {
        tracing::warn!(
            id = %record.id,
            "the token works once a second administrator has approved it: `approveAccessToken`, or `commonground token approve`"
        );
    }
}

async fn list(operator: &RequestContext, filter: &TokenFilter) -> Result<()> {
    let directory = operator.directory().await.map_err(|refusal| sentence(&refusal))?;
    let records = token::all(operator, filter).await.map_err(|refusal| sentence(&refusal))?;
    let now = operator.now();
    for record in records {
        let centre = directory.centres.by_id(record.centre_id);
        let line = serde_json::json!({
            "id": record.id, "name": record.name,
            "centre": centre.map(|centre| centre.row.slug.as_str()),
            "state": token::state(&record, now),
            "scopes": record.scopes, "networks": record.networks, "created_at": record.created_at,
            "expires_at": record.expires_at, "issued_by": record.issued_by, "replaces": record.replaces,
            "approved_at": record.approved_at, "approver": record.approver,
            "last_used_at": record.last_used_at, "uses": record.uses,
            "last_refused_at": record.last_refused_at, "refused_uses": record.refused_uses,
            "revoked_at": record.revoked_at, "revocation_reason": record.revocation_reason,
        });
        telemetry::answer(&line.to_string())?;
    }
    Ok(())
}
