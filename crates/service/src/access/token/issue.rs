//! Issues tokens.

use chrono::{DateTime, TimeDelta, Utc};
use entity::access_token;
use jsonwebtoken::{Algorithm, Header};
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::{Claims, DEFAULT_VALIDITY, ISSUER, NewToken, subject};
use crate::access::grant::scopes_of;
use crate::access::policy::{self, Action};
use crate::access::{AllowedNetworks, BearerToken, ScopeName, scope};
use crate::clock::millisecond;
use crate::error::{Code, Error, Result};
use crate::once::Once;
use crate::request::RequestContext;
use crate::space::Space;
use crate::store::Write;
use crate::viewer::Viewer;

/// For how long a request with a key that was sent before is answered with the token again.
const ANSWERED_AGAIN: TimeDelta = TimeDelta::hours(24);

/// Issues a token. It is shown this once and kept nowhere; only whoever sends the same request again, with
/// the same `key`, is given it again, for a day.
///
/// # Errors
/// `FORBIDDEN` when the viewer may not, or lacks a scope or a network that it would grant; `BAD_USER_INPUT`
/// when there is no such centre, no scope, or the expiry lies in the past or too far ahead;
/// `IDEMPOTENCY_KEY_REUSED`, and `CONFLICT` when a day has passed.
pub async fn issue(
    context: &RequestContext,
    new: NewToken,
    key: Option<&str>,
) -> Result<(BearerToken, access_token::Model)> {
    let once =
        key.map(|key| Once::try_new(context.viewer(), key, "token.issue", &new)).transpose()?;
    let record = record(context, new, None).await?;
    let row = record.clone();
    let record = context
        .store()
        .write(context.viewer(), "token.issue", |write| {
            Box::pin(async move {
                let first = match once {
                    None => None,
                    Some(once) => once.claim(write, row.id.into()).await?,
                };
                match first {
                    None => {
                        keep(write, row.clone()).await?;
                        Ok(row)
                    }
                    Some(first) => issued_before(write, first).await,
                }
            })
        })
        .await?;
    let token = sign(context.space(), &record).await?;
    Ok((token, record))
}

async fn issued_before(write: &Write, id: Uuid) -> Result<access_token::Model> {
    let record = scope::access_tokens()
        .filter(access_token::Column::Id.eq(id))
        .one(write.connection())
        .await?
        .ok_or_else(|| Error::not_found("access token"))?;
    if record.created_at + ANSWERED_AGAIN < write.source().now() {
        return Err(Error::new(
            Code::Conflict,
            "The token was issued more than a day ago, and is shown no more. Rotate it, or issue another.",
        ));
    }
    Ok(record)
}

/// Issues a token if there has never been one: of several servers that start at once on an empty
/// space, one gets it.
pub async fn issue_first(context: &RequestContext, new: NewToken) -> Result<Option<BearerToken>> {
    let record = record(context, new, None).await?;
    let token = sign(context.space(), &record).await?;
    let is_first = context
        .store()
        .write(context.viewer(), "token.issue", |write| {
            Box::pin(async move {
                write.alone().await?;
                let there = scope::access_tokens().one(write.connection()).await?;
                if there.is_some() {
                    return Ok(false);
                }
                keep(write, record).await?;
                Ok(true)
            })
        })
        .await?;
    Ok(is_first.then_some(token))
}

/// Returns whether there has never been a token.
pub async fn is_first(space: &Space) -> Result<bool> {
    let connection = space.store().connection();
    Ok(scope::access_tokens().one(connection).await?.is_none())
}

pub(super) async fn keep(write: &mut Write, record: access_token::Model) -> Result<()> {
    write.of_centre(record.centre_id);
    write.insert::<access_token::Entity>(&[(subject(&record), record)]).await
}

/// Returns the record of a token that is still to be kept.
pub(super) async fn record(
    context: &RequestContext,
    new: NewToken,
    replaces: Option<Uuid>,
) -> Result<access_token::Model> {
    let directory = context.directory().await?;
    let centre = directory.centres.by_key(&new.centre).ok_or_else(|| {
        Error::bad_input(
            "centre",
            format!(
                "There is no centre '{}'. Name it by its slug, as in `centres {{ slug }}`.",
                new.centre
            ),
        )
    })?;
    policy::authorise(context.viewer(), &Action::IssueToken(centre.row.id, new.scopes.clone()))?;
    let now = context.now();
    let expires_at = checked_expiry(context.space(), &new, now)?;
    let networks = granted_networks(context.viewer(), new.networks)?;
    let key = context.space().keyring().signs(context.store()).await?;

    let id: Uuid = context.store().source().id();
    Ok(access_token::Model {
        id: id.into(),
        name: new.name.trim().to_owned(),
        centre_id: centre.row.id,
        scopes: new.scopes.iter().map(|scope| scope.as_str()).collect(),
        issued_by: context.viewer().token().map(Uuid::from),
        created_at: now,
        expires_at,
        last_used_at: None,
        revoked_at: None,
        revocation_reason: None,
        key_id: Some(key),
        networks: networks.to_record(),
        root_id: Some(context.viewer().root().unwrap_or(id)),
        issued_by_identity: context.viewer().identity().map(str::to_owned),
        replaces,
        approved_at: None,
        approved_by: None,
        approver: None,
        uses: 0,
        refused_uses: 0,
        last_refused_at: None,
    })
}

/// Returns the token of a record. Ed25519 signs the same in the same way (RFC 8032): asked for twice, it is the
/// same text.
pub(super) async fn sign(space: &Space, record: &access_token::Model) -> Result<BearerToken> {
    let directory = space.directory().await?;
    let centre = directory.centres.by_id(record.centre_id);
    let scopes: Vec<_> = scopes_of(&record.scopes).into_iter().map(ScopeName::as_str).collect();
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: ISSUER.to_owned(),
        sub: centre.map(|centre| centre.row.slug.clone()).unwrap_or_default(),
        iat: record.created_at.timestamp(),
        nbf: record.created_at.timestamp(),
        exp: record.expires_at.timestamp(),
        jti: record.id,
        centre: record.centre_id,
        scope: scopes.join(" "),
    };
    let key = record.key_id.unwrap_or_default();
    let header = Header { kid: Some(key.to_string()), ..Header::new(Algorithm::EdDSA) };
    let signer = space.keyring().signer(space.store(), key).await?;
    let text = jsonwebtoken::encode(&header, &claims, &signer).map_err(Error::internal)?;
    Ok(BearerToken::new(text))
}

/// Restricts a token to the networks from which its issuer's own is accepted.
fn granted_networks(viewer: &Viewer, asked: AllowedNetworks) -> Result<AllowedNetworks> {
    let own = viewer.networks();
    if asked == AllowedNetworks::default() {
        return Ok(own);
    }
    if own.cover(&asked) {
        return Ok(asked);
    }
    Err(Error {
        field: Some("networks".to_owned()),
        refused_action: Some("token.issue"),
        ..Error::new(
            Code::Forbidden,
            format!(
                "Your own token is accepted from {own} only, and can't grant more: name networks within."
            ),
        )
    })
}

fn checked_expiry(space: &Space, new: &NewToken, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    if new.name.trim().is_empty() {
        return Err(Error::bad_input("name", "Say what the token is for, such as `nightly copy`."));
    }
    if new.scopes.is_empty() {
        return Err(Error::bad_input(
            "scopes",
            "Name at least one scope, such as `evidence:read`.",
        ));
    }
    let longest = space.longest_validity();
    let default = now + DEFAULT_VALIDITY.min(longest);
    let expires_at = new.expires_at.map_or(default, millisecond);
    if expires_at <= now {
        return Err(Error::bad_input("expiresAt", "The expiry lies in the past."));
    }
    if expires_at > now + longest {
        return Err(Error::bad_input(
            "expiresAt",
            format!("A token is valid for at most {} days here.", longest.num_days()),
        ));
    }
    Ok(expires_at)
}
