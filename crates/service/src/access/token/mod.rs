//! Access tokens: EdDSA JWTs with a record each, issued, approved, rotated, listed, revoked, and verified
//! on every request.
//!
//! A token is text of this form and nothing else is kept of it than its record. What the record says
//! is true: it can end a token early, never make it allow more.

mod approve;
mod authenticate;
mod forecast;
mod issue;
mod list;
mod preview;
mod revoke;
mod rotate;
mod state;
pub(crate) mod still;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{AccessTokenId, CentreId, ChangeKind, access_token};
use serde::{Deserialize, Serialize};

use super::{AllowedNetworks, ScopeName};
use crate::store::Subject;

pub use approve::approve;
pub use authenticate::authenticate;
pub use forecast::{ForecastWeek, forecast};
pub use issue::{is_first, issue, issue_first};
pub use list::{TokenFilter, all, by_ids, count, get, list};
pub use preview::{Preview, PreviewKind, PreviewReason, preview};
pub(in crate::access) use revoke::end;
pub use revoke::{Revocation, revoke, revoke_all};
pub use rotate::{DEFAULT_OVERLAP, Rotation, rotate};
pub use state::{needs_approval, state};
pub use still::still_accepted;

/// Who issues the tokens and whom they are for: `iss` and `aud`.
const ISSUER: &str = "commonground";
/// How long a token is valid when nobody says.
pub const DEFAULT_VALIDITY: TimeDelta = TimeDelta::days(30);

/// A token to be issued.
#[derive(Clone, Debug, Serialize)]
pub struct NewToken {
    pub name: String,
    /// The slug of the centre whose token it is.
    pub centre: String,
    pub scopes: BTreeSet<ScopeName>,
    /// Until when it is accepted; [`DEFAULT_VALIDITY`] from now when nothing is said, or less where
    /// the space allows less.
    pub expires_at: Option<DateTime<Utc>>,
    /// From where it is accepted; from where the issuer's own token is, when none is named.
    pub networks: AllowedNetworks,
}

#[derive(Debug, Deserialize, Serialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: AccessTokenId,
    centre: CentreId,
    scope: String,
}

/// Returns what the log tells of when a token changes.
fn subject(record: &access_token::Model) -> Subject {
    Subject::itself(ChangeKind::AccessToken, record.id)
}
