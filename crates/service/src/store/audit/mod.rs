//! The events of the audit: who did, or tried to do, what, bound together by a chain of keyed hashes.
//!
//! Every write appends one in its own transaction. No event holds a secret, an address or a personal value.

mod chain;

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use entity::{AuditOutcome, CentreId, ChangeKind};
use uuid::Uuid;

use crate::viewer::Viewer;

pub use chain::Chain;

/// Who acts.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Actor {
    /// The token; nothing for the operator, for nobody, and for another issuer's identity.
    pub token: Option<Uuid>,
    /// The identity at a centre's own provider, as a pseudonym.
    pub identity: Option<String>,
    /// The centre.
    pub centre: Option<CentreId>,
}

impl From<&Viewer> for Actor {
    fn from(viewer: &Viewer) -> Self {
        Self {
            token: viewer.token().map(Uuid::from),
            identity: viewer.identity().map(str::to_owned),
            centre: viewer.centre(),
        }
    }
}

/// Something that happened, to be written to the audit.
#[derive(Clone, Debug)]
pub struct Event {
    /// When; of several, the first time.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: Actor,
    /// In which request; of several, the first.
    pub request_id: Option<String>,
    /// What was done, such as `token.issue`.
    pub action: Cow<'static, str>,
    /// To what kind of thing.
    pub kind: Option<ChangeKind>,
    /// To which thing.
    pub subject: Option<Uuid>,
    /// The centre whose thing it is, where it may know of the event although another centre acted.
    pub subject_centre: Option<CentreId>,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// What else is worth knowing.
    pub detail: Option<String>,
    /// How often the same happened.
    pub times: i32,
}
