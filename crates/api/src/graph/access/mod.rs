//! Access in the graph: who asks, the tokens of centres, and the audit.

mod audit;
mod changing;
mod preview;
mod reading;
mod token;
mod viewer;

pub(crate) use audit::AuditEvent;
pub(crate) use changing::AccessMutation;
pub(crate) use reading::AccessQuery;
pub(crate) use token::AccessToken;
pub(crate) use viewer::RateLimit;

use async_graphql::ID;
use service::access::{ScopeName, UnknownScope};
use service::entity::{AccessTokenId, CentreId};
use service::{Error, Result};

use super::global_id::{self, NodeKind};
use crate::loading::Loaders;

/// Returns the scopes that a client named.
fn scopes<C: FromIterator<ScopeName>>(words: &[String]) -> Result<C> {
    words.iter().map(|word| scope(word)).collect()
}

fn scope(word: &str) -> Result<ScopeName> {
    word.parse().map_err(|unknown: UnknownScope| Error::bad_input("scopes", format!("{unknown}.")))
}

/// Returns the centre that a client named by its slug.
fn centre(loaders: &Loaders, field: &'static str, slug: &str) -> Result<CentreId> {
    let centre = loaders.directory.centres.by_key(slug);
    centre.map(|centre| centre.row.id).ok_or_else(|| {
        Error::bad_input(
            field,
            format!(
                "There is no centre '{slug}'. Name it by its slug, as in `centres {{ slug }}`."
            ),
        )
    })
}

/// Returns the token whose global id a client gave.
fn token_id(field: &'static str, id: &ID) -> Result<AccessTokenId> {
    match global_id::parse(id)? {
        (NodeKind::AccessToken, id) => Ok(id.into()),
        _ => Err(Error::bad_input(field, "The id must be an access token's.")),
    }
}
