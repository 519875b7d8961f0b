//! Verifies a token as it was sent, against its key and its record.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use entity::moment::moment_of_seconds;
use entity::{SigningKeyId, access_token};
use jsonwebtoken::{Algorithm, Validation};
use uuid::Uuid;

use super::still::{expired, invalid, record, refuse_unless_active};
use super::{Claims, ISSUER};
use crate::access::grant::scopes_of;
use crate::access::issuer::{self, Origin};
use crate::access::{AllowedNetworks, Credential, Grant};
use crate::error::{Code, Error, Result};
use crate::space::Space;

/// Longer texts are no tokens of ours and are not looked at.
const LONGEST: usize = 4096;
/// How far the clocks of two servers may differ: a token may be used a little before it begins.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);

/// Verifies a token as it was sent from an address, and notes its use or its refusal.
///
/// # Errors
/// `TOKEN_INVALID`, `TOKEN_EXPIRED`, `TOKEN_REVOKED`, `TOKEN_NOT_APPROVED`, `TOKEN_WRONG_NETWORK`;
/// `ISSUER_UNAVAILABLE` when it is of an identity provider that can't be asked for its keys;
/// `UNAVAILABLE` when the record cannot be read.
pub async fn authenticate(space: &Space, sent: &str, from: Option<IpAddr>) -> Result<Grant> {
    let now = space.store().source().now();
    match issuer::origin(space, sent, ISSUER).await? {
        Origin::Own => {}
        Origin::Provider(provider) => return issuer::authenticate(space, &provider, sent).await,
        Origin::Elsewhere => {
            space.journal().refused_unknown_token(Code::TokenInvalid, now);
            return Err(invalid());
        }
    }
    let verified = match verified(space, sent).await {
        Ok(verified) => verified,
        Err(refusal) => {
            if refusal.code == Code::TokenInvalid {
                space.journal().refused_unknown_token(refusal.code, now);
            }
            return Err(refusal);
        }
    };
    let (id, centre) = (verified.record.id, verified.record.centre_id);
    match grant(verified, from, now) {
        Ok(grant) => {
            space.journal().used(id, now);
            Ok(grant)
        }
        Err(refusal) => {
            space.journal().refused_token(id, centre, refusal.code, now);
            Err(refusal)
        }
    }
}

/// A token whose signature holds, and its record.
struct Verified {
    claims: Claims,
    key: SigningKeyId,
    record: access_token::Model,
}

async fn verified(space: &Space, sent: &str) -> Result<Verified> {
    let (key, claims) = verified_claims(space, sent).await?;
    let record = record(space.store(), claims.jti.into(), key).await?;
    Ok(Verified { claims, key, record })
}

fn grant(verified: Verified, from: Option<IpAddr>, now: DateTime<Utc>) -> Result<Grant> {
    let Verified { claims, key, record } = verified;
    refuse_unless_active(&record, now)?;
    let expires_at = Ord::min(record.expires_at, moment(claims.exp)?);
    if expires_at <= now {
        return Err(expired(expires_at));
    }
    if moment(claims.nbf)? > now + LEEWAY || record.centre_id != claims.centre {
        return Err(invalid());
    }
    let networks = AllowedNetworks::of_record(record.networks.as_ref())?;
    if !networks.admit(from) {
        return Err(Error::new(
            Code::TokenWrongNetwork,
            "The token is not accepted from the network that this request came from. Use it from where it was issued for, or ask for another.",
        ));
    }
    Ok(Grant {
        credential: Credential::Token {
            id: record.id,
            key,
            root: record.root_id.unwrap_or(record.id.into()),
        },
        name: record.name,
        centre: record.centre_id,
        scopes: scopes_of(&record.scopes),
        networks,
        expires_at,
    })
}

async fn verified_claims(space: &Space, sent: &str) -> Result<(SigningKeyId, Claims)> {
    if sent.len() > LONGEST {
        return Err(invalid());
    }
    let header = jsonwebtoken::decode_header(sent).map_err(|_| invalid())?;
    if header.alg != Algorithm::EdDSA {
        return Err(invalid());
    }
    let kid: SigningKeyId =
        header.kid.and_then(|kid| kid.parse::<Uuid>().ok()).ok_or_else(invalid)?.into();
    let key = space.keyring().verifying(space.store(), kid).await?.ok_or_else(invalid)?;

    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_issuer(&[ISSUER]);
    rules.set_audience(&[ISSUER]);
    rules.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    // The times are compared with the house's own clock, and the record knows the expiry as well.
    rules.validate_exp = false;
    rules.validate_nbf = false;
    let token =
        jsonwebtoken::decode::<Claims>(sent, &key.verifier, &rules).map_err(|_| invalid())?;
    Ok((kid, token.claims))
}

fn moment(seconds: i64) -> Result<DateTime<Utc>> {
    moment_of_seconds(seconds).ok_or_else(invalid)
}
