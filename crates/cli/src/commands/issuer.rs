//! `commonground issuer`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use service::Space;
use service::access::issuer::{self, Mapping, NewIssuer};
use service::entity::identity_provider;

use super::sentence;
use crate::config::Config;
use crate::{database, telemetry};

/// Add, check, list and remove the centres' own identity providers
#[derive(Debug, Subcommand)]
pub(crate) enum Issuer {
    Add(Add),
    /// Ask a provider for its keys now, and say what is wrong; a JSON object for each key
    #[command(after_help = "Example:\n  commonground issuer check foundations-sso")]
    Check {
        /// Its short name
        slug: String,
    },
    /// List the providers, a JSON object a line, the newest first
    #[command(after_help = "Example:\n  commonground issuer list")]
    List,
    /// Remove a provider: its tokens stop at the next request
    #[command(
        after_help = "Example:\n  commonground issuer remove foundations-sso --including-issued"
    )]
    Remove {
        /// Its short name
        slug: String,
        /// Also revoke the tokens of this space that its people have issued, and those that descend from them
        #[arg(long)]
        including_issued: bool,
    },
}

/// Accept the access tokens of a centre's own identity provider, for that centre
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  commonground issuer add --slug foundations-sso --centre foundations --issuer https://sso.example.org/realms/staff --audience commonground --claim groups --map analysts=evidence:read --map admins=tokens:manage,audit:read"
)]
pub(crate) struct Add {
    /// A short name for it, which stands in the audit
    #[arg(long)]
    slug: String,
    /// The slug of the centre for which its tokens are accepted
    #[arg(long)]
    centre: String,
    /// Its name of itself, exactly as the `iss` of its tokens has it
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// What the `aud` of its tokens for this space contains
    #[arg(long)]
    audience: String,
    /// The claim that says what the bearer may, such as groups, scope or realm_access.roles
    #[arg(long)]
    claim: String,
    /// What a value of the claim is worth, as in analysts=evidence:read; repeat it for more values
    #[arg(long = "map", required = true, value_name = "VALUE=SCOPES")]
    map: Vec<String>,
    /// A file of certificate authorities in PEM that its address is trusted by, in place of the web's
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

impl Issuer {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode> {
        let space = database::open(config).await?;
        let done = self.carry_out(&space).await;
        space.close().await;
        done.map(|()| ExitCode::SUCCESS)
    }

    async fn carry_out(self, space: &Space) -> Result<()> {
        match self {
            Self::Add(add) => add.carry_out(space).await,
            Self::Check { slug } => check(space, &slug).await,
            Self::List => {
                let providers = issuer::list(space).await.map_err(|no| sentence(&no))?;
                for provider in &providers {
                    tell(space, provider).await?;
                }
                Ok(())
            }
            Self::Remove { slug, including_issued } => {
                let removed = issuer::remove(space, &slug, including_issued)
                    .await
                    .map_err(|no| sentence(&no))?;
                let tokens = removed.tokens;
                match including_issued {
                    true => tracing::info!(
                        slug,
                        tokens,
                        "removed the provider, and revoked the tokens that its users issued"
                    ),
                    false if tokens == 0 => tracing::info!(slug, "removed the provider"),
                    false => tracing::warn!(
                        slug,
                        tokens,
                        "removed the provider; tokens that its users issued are still accepted"
                    ),
                }
                Ok(())
            }
        }
    }
}

impl Add {
    async fn carry_out(self, space: &Space) -> Result<()> {
        let certificates = match &self.ca_file {
            None => None,
            Some(file) => Some(std::fs::read_to_string(file).with_context(|| {
                format!("The file of certificate authorities, {}, cannot be read", file.display())
            })?),
        };
        let new = NewIssuer {
            slug: self.slug,
            centre: self.centre,
            issuer: self.issuer,
            audience: self.audience,
            claim: self.claim,
            mapping: Mapping::try_new(&self.map).map_err(|no| sentence(&no))?,
            certificates,
        };
        let added = issuer::add(space, new).await.map_err(|no| sentence(&no))?;
        tell(space, &added).await?;
        tracing::info!("check that it answers: `commonground issuer check {}`", added.slug);
        Ok(())
    }
}

async fn check(space: &Space, slug: &str) -> Result<()> {
    let checked = issuer::check(space, slug).await.map_err(|no| sentence(&no))?;
    for key in &checked.keys {
        let algorithms: Vec<_> = key.algorithms.iter().map(|one| format!("{one:?}")).collect();
        let line = serde_json::json!({
            "kid": key.kid, "algorithms": algorithms, "unusable": key.unusable,
        });
        telemetry::answer(&line.to_string())?;
    }
    tracing::info!(
        discovery = checked.discovery,
        keys = checked.keys_at,
        audience = checked.provider.audience,
        claim = checked.provider.scope_claim,
        "the provider answers, and its tokens can be verified"
    );
    Ok(())
}

async fn tell(space: &Space, provider: &identity_provider::Model) -> Result<()> {
    let directory = space.directory().await.map_err(|no| sentence(&no))?;
    let centre = directory.centres.by_id(provider.centre_id);
    let line = serde_json::json!({
        "slug": provider.slug, "id": provider.id,
        "centre": centre.map(|centre| centre.row.slug.as_str()),
        "issuer": provider.issuer, "audience": provider.audience,
        "claim": provider.scope_claim, "mapping": provider.mapping,
        "own_certificates": provider.certificates.is_some(),
        "created_at": provider.created_at, "removed_at": provider.removed_at,
    });
    telemetry::answer(&line.to_string())
}
