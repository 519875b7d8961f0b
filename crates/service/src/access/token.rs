//! Access tokens: EdDSA JWTs with a record each, issued, listed, revoked, and verified on every request.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{AccessTokenId, CentreId, ChangeKind, ChangeOperation, SigningKeyId, access_token};
use jsonwebtoken::{Algorithm, Header, Validation};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::policy::{self, Action};
use super::{BearerToken, Grant, ScopeName, scope};
use crate::error::{Code, Error, Result};
use crate::space::Space;
use crate::store::Write;
use crate::viewer::Viewer;

/// Who issues the tokens and whom they are for: `iss` and `aud`.
const ISSUER: &str = "commonground";
/// Longer texts are no tokens of ours and are not looked at.
const LONGEST: usize = 4096;
/// How long a token may be valid at most.
pub const LONGEST_VALIDITY: TimeDelta = TimeDelta::days(366);
/// How long a token is valid when nobody says.
pub const DEFAULT_VALIDITY: TimeDelta = TimeDelta::days(30);

/// A token to be issued.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// The slug of the centre whose token it is.
    pub centre: String,
    /// What it allows.
    pub scopes: BTreeSet<ScopeName>,
    /// Until when it is accepted; [`DEFAULT_VALIDITY`] from now when nothing is said.
    pub expires_at: Option<DateTime<Utc>>,
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

/// Issues a token. It is shown this once and kept nowhere.
///
/// # Errors
/// `FORBIDDEN` when the viewer may not, or lacks a scope that it would grant; `BAD_INPUT` when there
/// is no such centre, no scope, or the expiry lies in the past or too far ahead.
pub async fn issue(
    space: &Space,
    viewer: &Viewer,
    new: NewToken,
) -> Result<(BearerToken, access_token::Model)> {
    let (token, record) = signed(space, viewer, new).await?;
    let row = record.clone();
    space
        .store()
        .write(viewer, "token.issue", |write| {
            Box::pin(async move { keep(write, row).await })
        })
        .await?;
    Ok((token, record))
}

/// Issues a token if there has never been one: of several servers that start at once on an empty
/// space, one gets it.
///
/// # Errors
/// As [`issue`].
pub async fn issue_first(space: &Space, new: NewToken) -> Result<Option<BearerToken>> {
    let operator = Viewer::operator();
    let (token, record) = signed(space, &operator, new).await?;
    let is_first = space
        .store()
        .write(&operator, "token.issue", |write| {
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

async fn keep(write: &mut Write, record: access_token::Model) -> Result<()> {
    let id = record.id;
    access_token::Entity::insert(record.into_active_model())
        .exec_without_returning(write.connection())
        .await?;
    write.created(ChangeKind::AccessToken, id);
    Ok(())
}

/// A token and its record, which is still to be kept.
async fn signed(
    space: &Space,
    viewer: &Viewer,
    new: NewToken,
) -> Result<(BearerToken, access_token::Model)> {
    let directory = space.directory().await?;
    let centre = directory.centres.by_key(&new.centre).ok_or_else(|| {
        Error::bad_input(
            "centre",
            format!(
                "There is no centre '{}'. Name it by its slug, as in `centres {{ slug }}`.",
                new.centre
            ),
        )
    })?;
    policy::authorise(
        viewer,
        &Action::IssueToken(centre.row.id, new.scopes.clone()),
    )?;
    let now = space.store().source().now();
    let expires_at = checked_expiry(&new, now)?;
    let (key, signer) = space.keyring().signing(space.store()).await?;

    let row = access_token::Model {
        id: space.store().source().id(),
        name: new.name.trim().to_owned(),
        centre_id: centre.row.id,
        scopes: new.scopes.iter().map(|scope| scope.as_str()).collect(),
        issued_by: viewer.token().map(Uuid::from),
        created_at: now,
        expires_at,
        last_used_at: None,
        revoked_at: None,
        revocation_reason: None,
    };
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: ISSUER.to_owned(),
        sub: centre.row.slug.clone(),
        iat: now.timestamp(),
        nbf: now.timestamp(),
        exp: expires_at.timestamp(),
        jti: row.id,
        centre: row.centre_id,
        scope: new
            .scopes
            .iter()
            .map(|scope| scope.as_str())
            .collect::<Vec<_>>()
            .join(" "),
    };
    let header = Header {
        kid: Some(key.to_string()),
        ..Header::new(Algorithm::EdDSA)
    };
    let text = jsonwebtoken::encode(&header, &claims, &signer).map_err(Error::internal)?;

    Ok((BearerToken::new(text), row))
}

fn checked_expiry(new: &NewToken, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    if new.name.trim().is_empty() {
        return Err(Error::bad_input(
            "name",
            "Say what the token is for, such as `nightly copy`.",
        ));
    }
    if new.scopes.is_empty() {
        return Err(Error::bad_input(
            "scopes",
            "Name at least one scope, such as `evidence:read`.",
        ));
    }
    let expires_at = new.expires_at.unwrap_or(now + DEFAULT_VALIDITY);
    if expires_at <= now {
        return Err(Error::bad_input(
            "expiresAt",
            "The expiry lies in the past.",
        ));
    }
    if expires_at > now + LONGEST_VALIDITY {
        return Err(Error::bad_input(
            "expiresAt",
            "A token is valid for at most 366 days.",
        ));
    }
    Ok(expires_at)
}

/// The records of a centre's tokens, or of all, newest first.
///
/// # Errors
/// `FORBIDDEN` when the viewer may not see them.
pub async fn list(
    space: &Space,
    viewer: &Viewer,
    centre: Option<CentreId>,
) -> Result<Vec<access_token::Model>> {
    let mut records = scope::access_tokens().order_by_desc(access_token::Column::Id);
    match centre.or_else(|| viewer.centre()) {
        Some(centre) => {
            policy::authorise(viewer, &Action::ReadTokens(centre))?;
            records = records.filter(access_token::Column::CentreId.eq(centre));
        }
        None => policy::authorise(viewer, &Action::ReadAudit)?,
    }
    Ok(records.all(space.store().connection()).await?)
}

/// The record of a token, if the viewer may see it.
///
/// # Errors
/// When the database cannot be read.
pub async fn get(
    space: &Space,
    viewer: &Viewer,
    id: AccessTokenId,
) -> Result<Option<access_token::Model>> {
    let record = scope::access_tokens()
        .filter(access_token::Column::Id.eq(id))
        .one(space.store().connection())
        .await?;
    Ok(record
        .filter(|record| policy::authorise(viewer, &Action::ReadTokens(record.centre_id)).is_ok()))
}

/// Revokes a token: the next request with it is refused.
///
/// # Errors
/// `NOT_FOUND` when there is none, or the viewer may not see it; `FORBIDDEN`.
pub async fn revoke(
    space: &Space,
    viewer: &Viewer,
    id: AccessTokenId,
    reason: &str,
) -> Result<access_token::Model> {
    let reason = reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Error::bad_input(
            "reason",
            "Say why the token is revoked; its holder is told.",
        ));
    }
    let actor = viewer.clone();
    space
        .store()
        .write(viewer, "token.revoke", move |write| {
            Box::pin(async move {
                let record = scope::access_tokens()
                    .filter(access_token::Column::Id.eq(id))
                    .one(write.connection())
                    .await?
                    .ok_or_else(|| Error::not_found("access token"))?;
                // Whoever may not see the record is not told that it is there.
                if policy::authorise(&actor, &Action::ReadTokens(record.centre_id)).is_err() {
                    policy::authorise(
                        &actor,
                        &Action::RevokeToken(actor.centre().unwrap_or(record.centre_id)),
                    )?;
                    return Err(Error::not_found("access token"));
                }
                policy::authorise(&actor, &Action::RevokeToken(record.centre_id))?;
                if record.revoked_at.is_some() {
                    return Ok(record);
                }
                let mut revoked = record.clone().into_active_model();
                revoked.revoked_at = Set(Some(write.source().now()));
                revoked.revocation_reason = Set(Some(reason));
                let revoked = revoked.update(write.connection()).await?;
                write.updated(
                    ChangeKind::AccessToken,
                    id,
                    ChangeOperation::Withdrawn,
                    2,
                    &record,
                )?;
                Ok(revoked)
            })
        })
        .await
}

/// Verifies a token as it was sent, against its key and its record.
///
/// # Errors
/// `TOKEN_INVALID`, `TOKEN_EXPIRED`, `TOKEN_REVOKED`; `UNAVAILABLE` when the record cannot be read.
pub async fn authenticate(space: &Space, sent: &str) -> Result<Grant> {
    let claims = verified_claims(space, sent).await?;
    let record = scope::access_tokens()
        .filter(access_token::Column::Id.eq(claims.jti))
        .one(space.store().connection())
        .await?
        .ok_or_else(invalid)?;
    if let Some(revoked_at) = record.revoked_at {
        let reason = record.revocation_reason.unwrap_or_default();
        return Err(Error::new(
            Code::TokenRevoked,
            format!(
                "The token was revoked on {}: {reason}",
                revoked_at.format("%-d %B %Y")
            ),
        ));
    }
    let now = space.store().source().now();
    let expires_at = record.expires_at.min(moment(claims.exp)?);
    if expires_at <= now {
        return Err(Error::new(
            Code::TokenExpired,
            format!(
                "The token expired on {}. Ask for a new one.",
                expires_at.format("%-d %B %Y")
            ),
        ));
    }
    if moment(claims.nbf)? > now + TimeDelta::seconds(60) || record.centre_id != claims.centre {
        return Err(invalid());
    }
    let scopes: Vec<String> = serde_json::from_value(record.scopes).map_err(Error::internal)?;
    Ok(Grant {
        id: record.id,
        name: record.name,
        centre: record.centre_id,
        scopes: scopes
            .iter()
            .filter_map(|scope| scope.parse().ok())
            .collect(),
        expires_at,
    })
}

async fn verified_claims(space: &Space, sent: &str) -> Result<Claims> {
    if sent.len() > LONGEST {
        return Err(invalid());
    }
    let header = jsonwebtoken::decode_header(sent).map_err(|_| invalid())?;
    if header.alg != Algorithm::EdDSA {
        return Err(invalid());
    }
    let kid: SigningKeyId = header
        .kid
        .and_then(|kid| kid.parse::<Uuid>().ok())
        .ok_or_else(invalid)?
        .into();
    let key = space
        .keyring()
        .verifying(space.store(), kid)
        .await?
        .ok_or_else(invalid)?;

    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_issuer(&[ISSUER]);
    rules.set_audience(&[ISSUER]);
    rules.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    // The times are compared with the house's own clock, and the record knows the expiry as well.
    rules.validate_exp = false;
    rules.validate_nbf = false;
    let token =
        jsonwebtoken::decode::<Claims>(sent, &key.verifier, &rules).map_err(|_| invalid())?;
    Ok(token.claims)
}

fn moment(seconds: i64) -> Result<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0).ok_or_else(invalid)
}

fn invalid() -> Error {
    Error::new(
        Code::TokenInvalid,
        "The access token is damaged, or none of this space's.",
    )
}
