//! Verifies a token of a centre's own identity provider.

use chrono::{DateTime, TimeDelta, Utc};
use entity::identity_provider;
use entity::moment::moment_of_seconds;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use sea_orm::{ColumnTrait, QueryFilter};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::held::KeyError;
use super::keys::LONGEST_KID;
use super::reading::Location;
use super::{Mapping, address};
use crate::access::{AllowedNetworks, Credential, Grant, scope};
use crate::error::{Code, Error, Result};
use crate::space::Space;

/// Longer texts are not looked at. A provider's tokens may be long, as they list groups.
const LONGEST: usize = 16 * 1024;
/// How long a subject may be, in bytes.
const LONGEST_SUBJECT: usize = 255;
/// How far a provider's clock may be ahead of ours.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);

/// The issuer that a token names.
#[derive(Debug)]
pub(in crate::access) enum Origin {
    /// From the space itself, or it says nothing that can be read.
    Own,
    /// From an identity provider that is accepted.
    Provider(Box<identity_provider::Model>),
    Elsewhere,
}

#[derive(Deserialize)]
struct Unverified {
    iss: String,
}

/// Returns where a token says that it comes from: nothing of it is verified yet.
///
/// # Errors
/// `UNAVAILABLE` when the providers cannot be read.
pub(in crate::access) async fn origin(space: &Space, sent: &str, own: &str) -> Result<Origin> {
    if sent.len() > LONGEST {
        return Ok(Origin::Elsewhere);
    }
    let unverified = jsonwebtoken::dangerous::insecure_decode_claims::<Unverified>(sent);
    let Ok(Unverified { iss }) = unverified else {
        return Ok(Origin::Own);
    };
    if iss == own {
        return Ok(Origin::Own);
    }
    if !address::is_conceivable(&iss) {
        return Ok(Origin::Elsewhere);
    }
    let provider = scope::identity_providers()
        .filter(identity_provider::Column::Issuer.eq(iss))
        .filter(identity_provider::Column::RemovedAt.is_null())
        .one(space.store().connection())
        .await?;
    Ok(provider.map_or(Origin::Elsewhere, |provider| Origin::Provider(Box::new(provider))))
}

/// Verifies a token against its provider, and notes its refusal.
///
/// # Errors
/// `TOKEN_INVALID`, `TOKEN_EXPIRED`; `ISSUER_UNAVAILABLE` when the provider's keys can't be had.
pub(in crate::access) async fn authenticate(
    space: &Space,
    provider: &identity_provider::Model,
    sent: &str,
) -> Result<Grant> {
    let now = space.store().source().now();
    let granted = match verified_claims(space, provider, sent).await {
        Ok(claims) => grant(space, provider, &claims, now),
        Err(refusal) => Err(refusal),
    };
    if let Err(refusal) = &granted {
        space.journal().refused_identity(provider.id, provider.centre_id, refusal.code, now);
    }
    granted
}

async fn verified_claims(
    space: &Space,
    provider: &identity_provider::Model,
    sent: &str,
) -> Result<Map<String, Value>> {
    let header = jsonwebtoken::decode_header(sent).map_err(|_| damaged())?;
    let kid = checked_kid(&header)?;
    let issuers = space.issuers();
    let key = issuers
        .held(provider.id)
        .verifying(&Location::from(provider), issuers.timings, kid, header.alg)
        .await
        .map_err(|unfound| match unfound {
            KeyError::NoSuchKey => invalid(
                "The token is signed with a key, or by an algorithm, that its identity provider doesn't publish.",
            ),
            KeyError::Unavailable => Error::new(
                Code::IssuerUnavailable,
                "The identity provider that issued the token can't be asked for its keys at the moment; try again in a while.",
            ),
        })?;
    decoded(provider, sent, &key, header.alg)
}

/// Returns the name of the key in a header that asks for nothing that isn't understood. A key that the header
/// brings along, or an address of one, is not looked at.
fn checked_kid(header: &Header) -> Result<&str> {
    let is_access_token = header.typ.as_deref().is_none_or(|typ| {
        let typ = typ.to_ascii_lowercase();
        matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "at+jwt")
    });
    if !is_access_token {
        return Err(invalid("The token is of another type: an access token is `JWT` or `at+jwt`."));
    }
    if header.crit.is_some() {
        return Err(invalid("The token's header asks for something that isn't understood here."));
    }
    let kid = header.kid.as_deref();
    kid.filter(|kid| !kid.is_empty() && kid.len() <= LONGEST_KID)
        .ok_or_else(|| invalid("The token's header doesn't name its key."))
}

fn decoded(
    provider: &identity_provider::Model,
    sent: &str,
    key: &DecodingKey,
    algorithm: Algorithm,
) -> Result<Map<String, Value>> {
    let mut rules = Validation::new(algorithm);
    rules.set_issuer(&[&provider.issuer]);
    rules.set_audience(&[&provider.audience]);
    rules.set_required_spec_claims(&["iss", "aud", "sub"]);
    // The times are compared with the house's own clock.
    rules.validate_exp = false;
    rules.validate_nbf = false;
    match jsonwebtoken::decode(sent, key, &rules) {
        Ok(token) => Ok(token.claims),
        Err(refusal) => Err(match refusal.kind() {
            ErrorKind::InvalidAudience => invalid(format!(
                "The token is not for this space: its `aud` must contain '{}'.",
                provider.audience
            )),
            ErrorKind::MissingRequiredClaim(claim) => {
                invalid(format!("The token lacks the claim `{claim}`."))
            }
            _ => damaged(),
        }),
    }
}

fn grant(
    space: &Space,
    provider: &identity_provider::Model,
    claims: &Map<String, Value>,
    now: DateTime<Utc>,
) -> Result<Grant> {
    let subject = claims.get("sub").and_then(Value::as_str);
    let subject = subject
        .filter(|subject| !subject.is_empty() && subject.len() <= LONGEST_SUBJECT)
        .ok_or_else(|| invalid("The token's `sub` must be there, and have 255 bytes at most."))?;
    let expires_at =
        moment(claims, "exp")?.ok_or_else(|| invalid("The token lacks the claim `exp`."))?;
    if expires_at <= now {
        return Err(Error::new(
            Code::TokenExpired,
            "The token has expired. Get a new one from your identity provider.",
        ));
    }
    if expires_at > now + space.longest_validity() {
        return Err(invalid(format!(
            "The token is valid for longer than the {} days that are allowed here.",
            space.longest_validity().num_days()
        )));
    }
    for begins in ["nbf", "iat"] {
        if moment(claims, begins)?.is_some_and(|begins| begins > now + LEEWAY) {
            return Err(invalid(format!(
                "The token is not valid yet: its `{begins}` lies in the future."
            )));
        }
    }
    if claims.contains_key("cnf") {
        return Err(invalid(
            "The token is bound to a key of its client, which isn't verified here; ask for one that isn't.",
        ));
    }
    let pseudonyms = &space.issuers().pseudonyms;
    let pseudonym = pseudonyms.of(&provider.slug, &provider.issuer, subject);
    Ok(Grant {
        name: pseudonym.name.clone(),
        credential: Credential::Identity {
            provider: provider.id,
            pseudonym: pseudonym.name,
            root: pseudonym.root,
        },
        centre: provider.centre_id,
        scopes: Mapping::of_record(&provider.mapping).scopes(claims, &provider.scope_claim),
        networks: AllowedNetworks::default(),
        expires_at,
    })
}

/// Returns the moment that a claim names, in seconds (RFC 7519's NumericDate), whole or not.
fn moment(claims: &Map<String, Value>, claim: &str) -> Result<Option<DateTime<Utc>>> {
    let Some(value) = claims.get(claim) else {
        return Ok(None);
    };
    let seconds = value.as_i64().or_else(|| {
        let seconds = value.as_f64()?.floor();
        // Beyond this there are no such moments, and a whole number has no room left.
        #[expect(clippy::cast_possible_truncation, reason = "the bound is far below")]
        (seconds.abs() < 1e15).then_some(seconds as i64)
    });
    seconds
        .and_then(moment_of_seconds)
        .map(Some)
        .ok_or_else(|| invalid(format!("The token's `{claim}` is no moment.")))
}

fn damaged() -> Error {
    invalid("The access token is damaged, or its signature doesn't hold.")
}

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(Code::TokenInvalid, message)
}
