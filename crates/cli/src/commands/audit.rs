//! `commonground audit`.

use std::sync::Arc;

use std::io::{BufWriter, Write};
use std::pin::pin;
use std::process::ExitCode;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use clap::Subcommand;
use futures::TryStreamExt;
use service::access::audit::{self, AuditFilter, Checkpoint};
use service::entity::audit_event;
use service::entity::moment::moment;
use service::filter::AnyOf;
use service::network::Directory;
use service::{RequestContext, Space};

use super::{centre_of, sentence};
use crate::config::Config;
use crate::{database, telemetry};

/// Verify and export the audit: who did what
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Verify that no event was altered or removed, and print where the audit ends
    #[command(
        after_help = "Examples:\n  commonground audit verify\n  commonground audit verify --checkpoint 1204:Q0Jj…\n\nKeep what it prints elsewhere: with it a later run sees too whether the end was taken away."
    )]
    Verify {
        /// Where an earlier run said that the audit ended
        #[arg(long, value_name = "NUMBER:HASH")]
        checkpoint: Option<Checkpoint>,
    },
    /// Print the events from the oldest, a JSON object a line
    #[command(
        after_help = "Example:\n  commonground audit export --from 2026-11-01T00:00:00Z --centre foundations > audit.ndjson"
    )]
    Export {
        /// Only what happened at this moment or later
        #[arg(long, value_name = "TIME", value_parser = moment)]
        from: Option<DateTime<Utc>>,
        /// Only what happened before this moment
        #[arg(long, value_name = "TIME", value_parser = moment)]
        before: Option<DateTime<Utc>>,
        /// Only what this centre did, or what was done to its things; a slug
        #[arg(long)]
        centre: Option<String>,
        /// Only these actions, such as token.issue; `token.` stands for all that begin so
        #[arg(long = "action", value_delimiter = ',')]
        actions: Vec<String>,
    },
}

impl Audit {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode> {
        let space = database::open(config).await?;
        let done = match self {
            Self::Verify { checkpoint } => verify(&space, checkpoint.as_ref()).await,
            Self::Export { from, before, centre, actions } => {
                let filter = AuditFilter {
                    from,
                    before,
                    centres: match centre {
                        None => AnyOf::default(),
                        Some(slug) => AnyOf::only(centre_of(&space, &slug).await?),
                    },
                    actions: AnyOf::given(actions),
                    ..AuditFilter::default()
                };
                export(&space, &filter).await
            }
        };
        space.close().await;
        done
    }
}

async fn verify(space: &Arc<Space>, checkpoint: Option<&Checkpoint>) -> Result<ExitCode> {
    let store = space.store();
    let verified =
        audit::verify(store, store.chain(), checkpoint).await.map_err(|no| sentence(&no))?;
    if verified.before_the_chain > 0 {
        tracing::warn!(
            events = verified.before_the_chain,
            "were written before events were chained, and can't be verified"
        );
    }
    if let Some(fault) = verified.fault {
        tracing::error!(holds_until = %verified.end, "the audit does not hold: {fault}");
        return Ok(ExitCode::FAILURE);
    }
    tracing::info!(
        events = verified.events,
        "verified the audit log: nothing was altered or removed"
    );
    telemetry::answer(&verified.end.to_string())?;
    Ok(ExitCode::SUCCESS)
}

async fn export(space: &Arc<Space>, filter: &AuditFilter) -> Result<ExitCode> {
    let operator = RequestContext::of_operator(space);
    let directory = space.directory().await.map_err(|no| sentence(&no))?;
    let mut output = BufWriter::new(telemetry::Answers::new());
    let mut pages = pin!(audit::pages(&operator, filter));
    while let Some(page) = pages.try_next().await.map_err(|no| sentence(&no))? {
        for event in page {
            writeln!(output, "{}", line(&event, &directory))
                .context("Standard output can't be written")?;
        }
        if output.get_ref().are_enough() {
            break;
        }
    }
    output.flush().context("Standard output can't be written")?;
    Ok(ExitCode::SUCCESS)
}

fn line(event: &audit_event::Model, directory: &Directory) -> serde_json::Value {
    let slug = |id| {
        let centre = directory.centres.by_id(id);
        centre.map(|centre| centre.row.slug.as_str())
    };
    serde_json::json!({
        "sequence": event.sequence, "id": event.id, "at": event.at, "action": event.action,
        "outcome": event.outcome, "times": event.times, "detail": event.detail,
        "centre": event.centre_id.and_then(slug), "token": event.token_id,
        "identity": event.identity, "subject_kind": event.subject_kind,
        "subject": event.subject_id, "subject_centre": event.subject_centre_id.and_then(slug),
        "request_id": event.request_id,
    })
}
