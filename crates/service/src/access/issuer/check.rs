//! Asks an identity provider now, to say whether its tokens can be verified.

use entity::identity_provider;
use jsonwebtoken::Algorithm;

use super::reading::{self, Location};
use super::{address, register};
use crate::error::{Code, Error, Result};
use crate::space::Space;

/// The documents that an identity provider publishes, as they were found.
#[derive(Clone, Debug)]
pub struct Checked {
    pub provider: identity_provider::Model,
    /// Where its discovery document is.
    pub discovery: String,
    pub keys_at: String,
    pub keys: Vec<CheckedKey>,
}

/// A key of an identity provider.
#[derive(Clone, Debug)]
pub struct CheckedKey {
    /// Its name, if it has one.
    pub kid: Option<String>,
    /// The algorithms that it verifies.
    pub algorithms: Vec<Algorithm>,
    /// Why it verifies none.
    pub unusable: Option<&'static str>,
}

/// Reads the discovery document and the keys of an identity provider that is accepted.
///
/// # Errors
/// `NOT_FOUND`; `ISSUER_UNAVAILABLE` with what is wrong.
pub async fn check(space: &Space, slug: &str) -> Result<Checked> {
    let provider = register::accepted(space.store().connection(), slug).await?;
    let place = Location::from(&provider);
    let answer = space.issuers().timings.answer;
    let published = tokio::task::spawn_blocking(move || reading::read(&place, answer))
        .await
        .map_err(Error::internal)?
        .map_err(|fault| Error::new(Code::IssuerUnavailable, fault.to_string()))?;
    let keys_at = published.at.clone();
    let usable = published.keys.usable.iter().map(|key| CheckedKey {
        kid: Some(key.kid.clone()),
        algorithms: key.algorithms.clone(),
        unusable: None,
    });
    let unusable = published.keys.unusable.iter();
    let unusable = unusable.map(|(kid, reason)| CheckedKey {
        kid: kid.clone(),
        algorithms: Vec::new(),
        unusable: Some(reason),
    });
    let keys = usable.chain(unusable).collect();
    published
        .into_usable()
        .map_err(|fault| Error::new(Code::IssuerUnavailable, fault.to_string()))?;
    Ok(Checked { discovery: address::discovery(&provider.issuer), keys_at, keys, provider })
}
