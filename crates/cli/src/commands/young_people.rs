//! `commonground young-people`.

use std::sync::Arc;

use std::io::Read;
use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;
use serde_json::json;
use service::entity::LoadedReturnId;
use service::page::PageRequest;
use service::young_people::disclosure::{Parameters, PerturbationTable, STANDARD, maximum_entropy};
use service::young_people::{people, returns, rotate, stewards};
use service::{RequestContext, Space};

use super::sentence;
use crate::config::Config;
use crate::{database, secrets, telemetry};

/// How long an authority's id of a child may be.
const LONGEST_ID: u64 = 200;

/// List and erase returns, appoint stewards, and rotate the key of the pseudonyms
#[derive(Debug, Subcommand)]
pub(crate) enum YoungPeople {
    /// List the returns that were loaded, a JSON object a line, the latest first
    #[command(after_help = "Example:\n  commonground young-people returns")]
    Returns,
    /// Erase a return that is in use, on the controller's word; its report stays
    #[command(
        after_help = "Example:\n  commonground young-people erase-return 0199c0de-0000-7000-8000-000000000000"
    )]
    EraseReturn {
        /// Its id, as `returns` prints it
        id: uuid::Uuid,
    },
    /// Erase what an authority's returns tell of one child, on the controller's word
    ///
    /// The authority's own id of the child is read from the standard input, so that it stands in no history of
    /// commands. It is hashed, and kept nowhere.
    #[command(
        after_help = "Example:\n  commonground young-people erase-child --authority E09000007 < id.txt"
    )]
    EraseChild {
        /// The GSS code of the authority
        #[arg(long, value_name = "CODE")]
        authority: String,
    },
    /// Have the holder of a token act for local authorities, in place of those for which it acted
    #[command(
        after_help = "Example:\n  commonground young-people appoint-steward 0199c0de-0000-7000-8000-000000000000 --authority E09000007"
    )]
    AppointSteward {
        /// The id of the token's record, as `token list` prints it
        token: uuid::Uuid,
        /// The GSS codes of the authorities; none to act for none
        #[arg(long = "authority", value_delimiter = ',', value_name = "CODES")]
        authorities: Vec<String>,
    },
    /// Add a key for the pseudonyms, and put what recognises children under it
    ///
    /// Stop all servers first, and give them the new file before they start again: with the old one they recognise
    /// nobody. The file before is kept beside it, with the ending `.before`.
    #[command(after_help = "Example:\n  commonground young-people rotate-pseudonym-key")]
    RotatePseudonymKey,
    /// Print a perturbation table, as CSV of count, cell key and change, which is the form of the ONS's
    #[command(
        after_help = "Example:\n  commonground young-people perturbation-table --variance 12 > table.csv"
    )]
    PerturbationTable {
        /// Counts below it are hidden, and no result lies between 0 and it
        #[arg(long, default_value_t = STANDARD.threshold)]
        threshold: u64,
        /// By how much a count is changed at most
        #[arg(long, default_value_t = STANDARD.greatest_change)]
        greatest_change: u64,
        /// The variance of the change
        #[arg(long, default_value_t = STANDARD.variance)]
        variance: f64,
    },
}

impl YoungPeople {
    pub(crate) async fn run(self, config: &Config) -> Result<ExitCode> {
        if let Self::PerturbationTable { threshold, greatest_change, variance } = self {
            let parameters = Parameters { threshold, greatest_change, variance };
            let table = PerturbationTable::spread(&maximum_entropy(parameters)?);
            table.write(telemetry::Answers::new())?;
            return Ok(ExitCode::SUCCESS);
        }
        let space = database::open(config).await?;
        let done = self.carry_out(&space, config).await;
        space.close().await;
        done.map(|()| ExitCode::SUCCESS)
    }

    async fn carry_out(self, space: &Arc<Space>, config: &Config) -> Result<()> {
        let operator = RequestContext::of_operator(space);
        match self {
            Self::Returns => list(space).await,
            Self::EraseReturn { id } => {
                let erased = returns::erase(&operator, LoadedReturnId::from(id)).await;
                let erased = erased.map_err(|no| sentence(&no))?;
                telemetry::answer(&format!("erased: {} children", erased.children))?;
                Ok(())
            }
            Self::EraseChild { authority } => {
                let mut id = String::new();
                std::io::stdin().take(LONGEST_ID).read_to_string(&mut id)?;
                let erased = people::erase_child(&operator, &authority, id.trim()).await;
                let erased = erased.map_err(|no| sentence(&no))?;
                let rest = match erased.is_forgotten {
                    true => "nothing is kept of the child",
                    false => "another authority's returns tell of the child still",
                };
                telemetry::answer(&format!("erased from {} returns; {rest}", erased.returns))?;
                Ok(())
            }
            Self::AppointSteward { token, authorities } => {
                let places = stewards::appoint(&operator, token.into(), &authorities).await;
                let places = places.map_err(|no| sentence(&no))?;
                telemetry::answer(&format!("the token acts for {} authorities", places.len()))?;
                Ok(())
            }
            Self::RotatePseudonymKey => rotate_key(space, config).await,
            Self::PerturbationTable { .. } => Ok(()),
        }
    }
}

async fn list(space: &Arc<Space>) -> Result<()> {
    let directory = space.directory().await.map_err(|no| sentence(&no))?;
    let mut request = PageRequest::first(service::page::LARGEST_SIZE);
    loop {
        let page = returns::list(&RequestContext::of_operator(space), &request).await;
        let page = page.map_err(|no| sentence(&no))?;
        for (_, row) in &page.items {
            let place = directory.local_authorities.by_id(row.local_authority_id);
            let line = json!({
                "id": row.id,
                "kind": row.kind.as_str(),
                "authority": place.map(|place| place.gss_code.as_str()),
                "year": row.year,
                "state": row.state.as_str(),
                "beganAt": row.began_at,
                "children": row.children,
                "rows": { "read": row.read, "kept": row.kept, "checked": row.checked, "refused": row.refused, "doubtful": row.doubtful },
            });
            telemetry::answer(&line.to_string())?;
        }
        match page.items.last() {
            Some((cursor, _)) if page.has_next => request.after = Some(cursor.clone()),
            _ => return Ok(()),
        }
    }
}

/// Rotates the key of the pseudonyms. The new keys are in a file before the database is under them, and take the place of those before afterwards:
/// whoever is interrupted has both, and the next command ends it.
async fn rotate_key(space: &Arc<Space>, config: &Config) -> Result<()> {
    let file = secrets::pseudonym_key_file(config)?;
    let keys = space.pseudonym_keys().rotated(space.store().source());
    secrets::keep_next_pseudonym_keys(&file, &keys)?;
    let count = rotate::rotate(space, &keys).await.map_err(|no| sentence(&no))?;
    secrets::take_up_next_pseudonym_keys(&file)?;
    telemetry::answer(&format!(
        "{count} hashes are under the new key, which is in {}",
        file.display()
    ))?;
    Ok(())
}
