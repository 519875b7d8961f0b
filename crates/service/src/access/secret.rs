//! Secrets have their own types: none can be printed by accident.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::clock::Source;
use crate::error::{Error, Result};

const NONCE: usize = 24;

/// The key that encrypts the private parts of the signing keys. It is never in the database.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

impl MasterKey {
    /// Creates a new one.
    #[must_use]
    pub fn generate(source: &Source) -> Self {
        Self(source.random())
    }

    /// Returns the text form: 32 bytes in base64.
    #[must_use]
    pub fn reveal(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// Returns a key for another purpose, from which this one can't be found: HMAC-SHA-256 of the purpose, which
    /// is HKDF's expansion (RFC 5869) for a key of this length.
    pub(crate) fn derive(&self, purpose: &str) -> [u8; 32] {
        keyed_hash(&self.0, &[b"commonground ", purpose.as_bytes(), &[1]])
    }

    pub(super) fn encrypt(&self, source: &Source, plain: &[u8]) -> Result<Vec<u8>> {
        let nonce: [u8; NONCE] = source.random();
        let hidden =
            self.cipher().encrypt(&XNonce::from(nonce), plain).map_err(|_| unreadable_key())?;
        Ok([nonce.as_slice(), &hidden].concat())
    }

    pub(super) fn decrypt(&self, stored: &[u8]) -> Result<Vec<u8>> {
        let (nonce, hidden) = stored.split_first_chunk::<NONCE>().ok_or_else(unreadable_key)?;
        self.cipher().decrypt(&XNonce::from(*nonce), hidden).map_err(|_| unreadable_key())
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(self.0))
    }
}

/// Computes the HMAC-SHA-256 (RFC 2104) of some bytes, one after another.
pub(crate) fn keyed_hash(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // A key shorter than the block is filled up with zeros.
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    let mut hash = <Hmac<Sha256> as KeyInit>::new(&block.into());
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into_bytes().into()
}

fn unreadable_key() -> Error {
    Error::internal(std::io::Error::other(
        "the signing key cannot be decrypted: the master key is not the one that it was made with",
    ))
}

impl std::str::FromStr for MasterKey {
    type Err = NotAMasterKey;

    fn from_str(text: &str) -> Result<Self, NotAMasterKey> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| NotAMasterKey)?;
        Ok(Self(bytes.try_into().map_err(|_| NotAMasterKey)?))
    }
}

/// A text that is no master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the master key must be 32 bytes in base64, as `openssl rand -base64 32` makes them")]
pub struct NotAMasterKey;

/// An access token as it is sent: plain once, when it is issued.
#[derive(Clone)]
pub struct BearerToken(String);

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken(…)")
    }
}

impl BearerToken {
    pub(super) const fn new(text: String) -> Self {
        Self(text)
    }

    /// Returns the token, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encrypted_comes_back_with_the_same_key_only() {
        let source = Source::default();
        let key = MasterKey::generate(&source);
        let hidden = key.encrypt(&source, b"private").unwrap();
        assert!(!hidden.windows(7).any(|bytes| bytes == b"private"));
        assert_eq!(key.decrypt(&hidden).unwrap(), b"private");
        assert!(MasterKey::generate(&source).decrypt(&hidden).is_err());
        assert!(key.decrypt(b"short").is_err());
    }

    #[test]
    fn a_secret_does_not_print() {
        let key = MasterKey::generate(&Source::default());
        assert_eq!(format!("{key:?}"), "MasterKey(…)");
        assert_eq!(key.reveal().parse::<MasterKey>().map(|read| read.0), Ok(key.0));
    }
}
