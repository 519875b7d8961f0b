//! Where a token stands, by its record.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::{AccessTokenState, access_token};

use crate::access::grant::{Reach, ScopeName, scopes_of};

/// Returns whether a token with these scopes works only once a second administrator has approved it.
#[must_use]
pub fn needs_approval(scopes: &BTreeSet<ScopeName>) -> bool {
    scopes.iter().any(|scope| scope.reach() == Reach::Persons)
}

/// Returns where a token stands.
#[must_use]
pub fn state(record: &access_token::Model, now: DateTime<Utc>) -> AccessTokenState {
    if record.revoked_at.is_some() {
        AccessTokenState::Revoked
    } else if record.expires_at <= now {
        AccessTokenState::Expired
    } else if record.approved_at.is_none() && needs_approval(&scopes_of(&record.scopes)) {
        AccessTokenState::PendingApproval
    } else {
        AccessTokenState::Active
    }
}
