//! Whether what a credential grants is granted still: asked of its record, which can end it early.

use chrono::{DateTime, Utc};
use entity::{
    AccessTokenState, IdentityProviderId, SigningKeyId, access_token, identity_provider,
    signing_key,
};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::state::state;
use crate::access::grant::{Credential, Grant};
use crate::access::scope;
use crate::error::{Code, Error, Result};
use crate::store::Store;

/// Returns until when what a credential granted a while ago is granted, for streams that outlast a request.
///
/// # Errors
/// The refusal that a new request would meet.
pub async fn still_accepted(store: &Store, grant: &Grant) -> Result<DateTime<Utc>> {
    let now = store.source().now();
    if grant.expires_at <= now {
        return Err(expired(grant.expires_at));
    }
    match grant.credential {
        Credential::Token { id, key, .. } => {
            let record = record(store, id.into(), key).await?;
            refuse_unless_active(&record, now)?;
            Ok(Ord::min(grant.expires_at, record.expires_at))
        }
        Credential::Identity { provider, .. } => {
            refuse_if_removed(store, provider).await?;
            Ok(grant.expires_at)
        }
    }
}

/// Refuses what was granted a while ago if the provider has been removed since.
///
/// # Errors
/// `TOKEN_INVALID`; `UNAVAILABLE` when the provider cannot be read.
async fn refuse_if_removed(store: &Store, id: IdentityProviderId) -> Result<()> {
    let provider = scope::identity_providers()
        .filter(identity_provider::Column::Id.eq(id))
        .filter(identity_provider::Column::RemovedAt.is_null())
        .one(store.connection())
        .await?;
    match provider {
        Some(_) => Ok(()),
        None => Err(Error::new(
            Code::TokenInvalid,
            "The identity provider that issued the token is no longer accepted.",
        )),
    }
}

/// Returns the record of a token, unless the key that signed it is retired: read anew at each request, so that
/// what ends a token ends it now.
pub(super) async fn record(
    store: &Store,
    id: Uuid,
    key: SigningKeyId,
) -> Result<access_token::Model> {
    let retired = scope::signing_keys()
        .select_only()
        .expr(Expr::val(1))
        .filter(signing_key::Column::Id.eq(key))
        .filter(signing_key::Column::RetiredAt.is_not_null())
        .into_query();
    scope::access_tokens()
        .filter(access_token::Column::Id.eq(id))
        .filter(Expr::exists(retired).not())
        .one(store.connection())
        .await?
        .ok_or_else(invalid)
}

pub(super) fn refuse_unless_active(record: &access_token::Model, now: DateTime<Utc>) -> Result<()> {
    match state(record, now) {
        AccessTokenState::Active => Ok(()),
        AccessTokenState::Revoked => {
            let on = record.revoked_at.unwrap_or(now);
            let reason = record.revocation_reason.as_deref().unwrap_or_default();
            Err(Error::new(
                Code::TokenRevoked,
                format!("The token was revoked on {}: {reason}", on.format("%-d %B %Y")),
            ))
        }
        AccessTokenState::Expired => Err(expired(record.expires_at)),
        AccessTokenState::PendingApproval => Err(Error::new(
            Code::TokenNotApproved,
            "The token reaches rows about single young people: it works once a second administrator has approved it.",
        )),
    }
}

pub(in crate::access) fn expired(on: DateTime<Utc>) -> Error {
    Error::new(
        Code::TokenExpired,
        format!("The token expired on {}. Ask for a new one.", on.format("%-d %B %Y")),
    )
}

pub(in crate::access) fn invalid() -> Error {
    Error::new(
        Code::TokenInvalid,
        "The access token is damaged, none of this space's, or signed with a key that was retired.",
    )
}
