//! Revokes tokens: one, one and all that it led to, or a centre's.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::{AccessTokenId, CentreId, access_token};
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::subject;
use crate::access::policy::{self, Action};
use crate::access::scope;
use crate::error::{Error, Result};
use crate::request::RequestContext;
use crate::store::{Revision, Write};
use crate::viewer::Viewer;

/// The revocation of a token: its reason, and what is revoked with it.
#[derive(Clone, Debug)]
pub struct Revocation {
    /// Why; whoever uses the token is told.
    pub reason: String,
    /// Also the tokens that it issued, and those that they issued.
    pub including_issued: bool,
}

impl Revocation {
    fn checked_reason(reason: &str) -> Result<String> {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(Error::bad_input(
                "reason",
                "Say why the token is revoked; its holder is told.",
            ));
        }
        Ok(reason.to_owned())
    }
}

/// Revokes a token: the next request with it is refused, and its open streams end. Gives its record, and
/// those of the others that were revoked with it.
///
/// # Errors
/// `NOT_FOUND` when there is none, or the viewer may not see it; `FORBIDDEN`.
pub async fn revoke(
    context: &RequestContext,
    id: AccessTokenId,
    revocation: Revocation,
) -> Result<(access_token::Model, Vec<access_token::Model>)> {
    let reason = Revocation::checked_reason(&revocation.reason)?;
    let actor = context.viewer().clone();
    context
        .store()
        .write(context.viewer(), "token.revoke", move |write| {
            Box::pin(async move {
                let record = seen_for_writing(write, &actor, id, Action::RevokeToken).await?;
                policy::authorise(&actor, &Action::RevokeToken(record.centre_id))?;
                write.of_centre(record.centre_id);
                let issued = match revocation.including_issued {
                    true => descendants(write, &record).await?,
                    false => Vec::new(),
                };
                for other in &issued {
                    policy::authorise(&actor, &Action::RevokeToken(other.centre_id))?;
                }
                let now = write.source().now();
                let revoked = end(write, record, &reason, now).await?;
                let mut others = Vec::with_capacity(issued.len());
                for other in issued.into_iter().filter(|other| other.revoked_at.is_none()) {
                    others.push(end(write, other, &reason, now).await?);
                }
                Ok((revoked, others))
            })
        })
        .await
}

/// Revokes the tokens of a centre that are still accepted, in an emergency: all but the one that the
/// viewer asks with, unless that is wanted too.
///
/// # Errors
/// `FORBIDDEN`.
pub async fn revoke_all(
    context: &RequestContext,
    centre: CentreId,
    reason: &str,
    including_own: bool,
) -> Result<Vec<access_token::Model>> {
    policy::authorise(context.viewer(), &Action::RevokeToken(centre))?;
    let reason = Revocation::checked_reason(reason)?;
    let own = context.viewer().token().filter(|_| !including_own);
    context
        .store()
        .write(context.viewer(), "token.revoke-all", move |write| {
            Box::pin(async move {
                write.of_centre(centre);
                let now = write.source().now();
                let live = scope::access_tokens()
                    .filter(access_token::Column::CentreId.eq(centre))
                    .filter(access_token::Column::RevokedAt.is_null())
                    .filter(access_token::Column::ExpiresAt.gt(now))
                    .all(write.connection())
                    .await?;
                let mut revoked = Vec::with_capacity(live.len());
                for record in live.into_iter().filter(|record| Some(record.id) != own) {
                    revoked.push(end(write, record, &reason, now).await?);
                }
                Ok(revoked)
            })
        })
        .await
}

/// Returns the record of a token that the viewer may see. Whoever may not is not told that it is there, and
/// whoever may do nothing of the kind is told what they lack.
pub(super) async fn seen_for_writing(
    write: &Write,
    viewer: &Viewer,
    id: AccessTokenId,
    action: impl Fn(CentreId) -> Action,
) -> Result<access_token::Model> {
    let record = scope::access_tokens()
        .filter(access_token::Column::Id.eq(id))
        .one(write.connection())
        .await?;
    if let Some(record) = record
        && policy::authorise(viewer, &Action::ReadTokens(record.centre_id)).is_ok()
    {
        return Ok(record);
    }
    policy::authorise(viewer, &action(viewer.centre().unwrap_or(CentreId(Uuid::nil()))))?;
    Err(Error::not_found("access token"))
}

/// Ends a token, unless it has been revoked.
pub(in crate::access) async fn end(
    write: &mut Write,
    record: access_token::Model,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<access_token::Model> {
    if record.revoked_at.is_some() {
        return Ok(record);
    }
    let revoked = access_token::Model {
        revoked_at: Some(now),
        revocation_reason: Some(reason.to_owned()),
        ..record.clone()
    };
    let revision = Revision::of(subject(&record), record, revoked.clone());
    write.withdraw::<access_token::Entity>(revision).await?;
    Ok(revoked)
}

/// Returns the tokens that a token issued, and those that they issued, level by level.
async fn descendants(
    write: &Write,
    first: &access_token::Model,
) -> Result<Vec<access_token::Model>> {
    let mut found = Vec::new();
    let mut known = BTreeSet::from([Uuid::from(first.id)]);
    let mut level = vec![Uuid::from(first.id)];
    while !level.is_empty() {
        let issued = scope::access_tokens()
            .filter(access_token::Column::IssuedBy.is_in(level))
            .all(write.connection())
            .await?;
        level = issued
            .iter()
            .map(|token| Uuid::from(token.id))
            .filter(|id| known.insert(*id))
            .collect();
        found.extend(issued);
    }
    Ok(found)
}
