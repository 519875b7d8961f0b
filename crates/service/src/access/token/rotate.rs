//! Puts a new token in the place of another, which works on for a while.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{AccessTokenId, AccessTokenState, access_token};

use super::revoke::seen_for_writing;
use super::{NewToken, issue, list, state, subject};
use crate::access::grant::scopes_of;
use crate::access::policy::{self, Action};
use crate::access::{AllowedNetworks, BearerToken};
use crate::error::{Error, Result};
use crate::request::RequestContext;
use crate::store::Revision;

/// How long the old token works on when nobody says.
pub const DEFAULT_OVERLAP: TimeDelta = TimeDelta::hours(24);
/// How long it may work on.
const LONGEST_OVERLAP: TimeDelta = TimeDelta::days(30);

/// A new token, its record, and the record of the one whose place it takes.
#[derive(Debug)]
pub struct Rotation {
    /// The new token, shown this once.
    pub token: BearerToken,
    pub record: access_token::Model,
    /// The old one's.
    pub replaced: access_token::Model,
}

/// Issues a token with the name, centre, scopes and networks of another, which ends after the overlap, or
/// earlier if it would have. The new one is valid as long as the old one was when it was new, unless
/// told otherwise. One that needs an approval needs it anew.
///
/// # Errors
/// `NOT_FOUND`; `FORBIDDEN` as for issuing it; `BAD_USER_INPUT` for a token that has ended, and for an overlap
/// or an expiry out of bounds.
pub async fn rotate(
    context: &RequestContext,
    id: AccessTokenId,
    overlap: TimeDelta,
    expires_at: Option<DateTime<Utc>>,
) -> Result<Rotation> {
    if overlap < TimeDelta::zero() || overlap > LONGEST_OVERLAP {
        return Err(Error::bad_input(
            "overlapMinutes",
            "The overlap lies between nothing and 30 days.",
        ));
    }
    let old = list::get(context, id).await?;
    let Some(old) = old else {
        let centre = context.viewer().centre().unwrap_or_default();
        policy::authorise(context.viewer(), &Action::RevokeToken(centre))?;
        return Err(Error::not_found("access token"));
    };
    let now = context.now();
    if matches!(state(&old, now), AccessTokenState::Expired | AccessTokenState::Revoked) {
        return Err(Error::bad_input("id", "The token has ended; issue a new one."));
    }
    let directory = context.directory().await?;
    let centre = directory.centres.by_id(old.centre_id);
    let lifetime = (old.expires_at - old.created_at).min(context.space().longest_validity());
    let new = NewToken {
        name: old.name.clone(),
        centre: centre.map(|centre| centre.row.slug.clone()).unwrap_or_default(),
        scopes: scopes_of(&old.scopes),
        expires_at: expires_at.or(Some(now + lifetime)),
        networks: AllowedNetworks::of_record(old.networks.as_ref())?,
    };
    let record = issue::record(context, new, Some(id.into())).await?;
    let token = issue::sign(context.space(), &record).await?;
    let (actor, row) = (context.viewer().clone(), record.clone());
    let replaced = context
        .store()
        .write(context.viewer(), "token.rotate", move |write| {
            Box::pin(async move {
                let old = seen_for_writing(write, &actor, id, Action::RevokeToken).await?;
                policy::authorise(&actor, &Action::RevokeToken(old.centre_id))?;
                issue::keep(write, row).await?;
                let expires_at = old.expires_at.min(now + overlap);
                let ending = access_token::Model { expires_at, ..old.clone() };
                let revision = Revision::of(subject(&old), old, ending.clone());
                write.revise::<access_token::Entity>(&[revision]).await?;
                Ok(ending)
            })
        })
        .await?;
    Ok(Rotation { token, record, replaced })
}
