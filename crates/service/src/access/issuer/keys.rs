//! The public keys that an identity provider publishes, and what each may verify.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{
    AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse,
};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;

/// How long the name of a key may be.
pub(super) const LONGEST_KID: usize = 256;
/// How long an RSA key may be, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

const RSA: &[Algorithm] = &[
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];

/// The keys of a provider.
#[derive(Debug, Default)]
pub(super) struct KeySet {
    /// Those that verify.
    pub(super) usable: Vec<ProviderKey>,
    /// The names of the others, as far as they have one, and why they don't.
    pub(super) unusable: Vec<(Option<String>, &'static str)>,
}

/// A key that verifies.
pub(super) struct ProviderKey {
    /// Its name, the `kid` of its tokens.
    pub(super) kid: String,
    /// The algorithms that it verifies; nothing else is accepted with it, whatever a token says.
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) verifier: DecodingKey,
}

impl std::fmt::Debug for ProviderKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProviderKey")
            .field("kid", &self.kid)
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}

impl KeySet {
    /// Reads the keys of a JWK set (RFC 7517); those that can't be used don't spoil the others.
    pub(super) fn of(keys: &[Value]) -> Self {
        let mut set = Self::default();
        for key in keys {
            match ProviderKey::try_new(key) {
                Ok(key) => set.usable.push(key),
                Err(reason) => {
                    let kid = key["kid"].as_str().map(str::to_owned);
                    set.unusable.push((kid, reason));
                }
            }
        }
        set
    }

    /// Returns the key of this name that verifies this algorithm.
    pub(super) fn find(&self, kid: &str, algorithm: Algorithm) -> Option<&ProviderKey> {
        self.usable.iter().find(|key| key.kid == kid && key.algorithms.contains(&algorithm))
    }
}

impl ProviderKey {
    fn try_new(key: &Value) -> Result<Self, &'static str> {
        let jwk: Jwk = serde_json::from_value(key.clone()).map_err(|_| "it is no JWK")?;
        let kid = jwk.common.key_id.clone().filter(|kid| !kid.is_empty());
        let kid = kid.ok_or("it has no `kid`")?;
        if kid.len() > LONGEST_KID {
            return Err("its `kid` is too long");
        }
        if !matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature)) {
            return Err("its `use` is not `sig`");
        }
        if let Some(operations) = &jwk.common.key_operations
            && !operations.contains(&KeyOperations::Verify)
        {
            return Err("its `key_ops` lack `verify`");
        }
        let fitting = fitting_algorithms(&jwk.algorithm)?;
        let algorithms: Vec<_> = match jwk.common.key_algorithm {
            None => fitting.to_vec(),
            Some(only) => fitting
                .iter()
                .copied()
                .filter(|algorithm| KeyAlgorithm::from(*algorithm) == only)
                .collect(),
        };
        if algorithms.is_empty() {
            return Err("its `alg` is none that is accepted for its type");
        }
        Ok(Self {
            kid,
            algorithms,
            verifier: DecodingKey::from_jwk(&jwk).map_err(|_| "its numbers can't be read")?,
        })
    }
}

/// Returns what a key of this type may verify: signatures only, and none that is made with a secret.
fn fitting_algorithms(key: &AlgorithmParameters) -> Result<&'static [Algorithm], &'static str> {
    match key {
        AlgorithmParameters::RSA(numbers) => {
            let modulus = URL_SAFE_NO_PAD.decode(&numbers.n).unwrap_or_default();
            match RSA_BITS.contains(&bits(&modulus)) {
                true => Ok(RSA),
                false => Err("its modulus has fewer than 2048 bits, or more than 4096"),
            }
        }
        AlgorithmParameters::EllipticCurve(point) => match point.curve {
            EllipticCurve::P256 => Ok(&[Algorithm::ES256]),
            EllipticCurve::P384 => Ok(&[Algorithm::ES384]),
            _ => Err("its curve is neither P-256 nor P-384"),
        },
        AlgorithmParameters::OctetKeyPair(point) => match point.curve {
            EllipticCurve::Ed25519 => Ok(&[Algorithm::EdDSA]),
            _ => Err("its curve is not Ed25519"),
        },
        AlgorithmParameters::OctetKey(_) => Err("it is a shared secret"),
        _ => Err("its type or curve is not known"),
    }
}

fn bits(number: &[u8]) -> usize {
    let first = number.iter().position(|byte| *byte != 0);
    let number = first.map_or(&[][..], |first| &number[first..]);
    let zeros = number.first().map_or(0, |byte| byte.leading_zeros() as usize);
    number.len() * 8 - zeros
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Any public point of Ed25519.
    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn refusal(key: &Value) -> Option<&'static str> {
        ProviderKey::try_new(key).err()
    }

    fn rsa(bytes: usize) -> Value {
        json!({ "kty": "RSA", "kid": "a", "e": "AQAB", "n": URL_SAFE_NO_PAD.encode(vec![0xff; bytes]) })
    }

    #[test]
    fn a_key_verifies_what_fits_its_type_and_nothing_else() {
        let ed = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "a", "x": X });
        assert_eq!(ProviderKey::try_new(&ed).unwrap().algorithms, [Algorithm::EdDSA]);
        assert_eq!(ProviderKey::try_new(&rsa(256)).unwrap().algorithms, RSA);
        let mut only = rsa(256);
        only["alg"] = json!("PS256");
        assert_eq!(ProviderKey::try_new(&only).unwrap().algorithms, [Algorithm::PS256]);
        only["alg"] = json!("HS256");
        assert!(refusal(&only).is_some());
        only["alg"] = json!("RSA-OAEP");
        assert!(refusal(&only).is_some());
    }

    #[test]
    fn a_secret_is_no_key_that_verifies() {
        let secret = json!({ "kty": "oct", "kid": "a", "k": "c2VjcmV0", "alg": "HS256" });
        assert_eq!(refusal(&secret), Some("it is a shared secret"));
    }

    #[test]
    fn an_rsa_key_is_neither_weak_nor_enormous() {
        assert!(refusal(&rsa(128)).is_some());
        assert!(refusal(&rsa(512)).is_none());
        assert!(refusal(&rsa(513)).is_some());
    }

    #[test]
    fn use_and_operations_of_a_key_are_respected() {
        let with = |name: &str, value: Value| {
            let mut key = rsa(256);
            key[name] = value;
            refusal(&key)
        };
        assert_eq!(with("use", json!("sig")), None);
        assert!(with("use", json!("enc")).is_some());
        assert_eq!(with("key_ops", json!(["verify"])), None);
        assert!(with("key_ops", json!(["encrypt"])).is_some());
        assert!(with("kid", json!("")).is_some());
        assert!(with("kid", json!("x".repeat(257))).is_some());
    }

    #[test]
    fn a_key_that_is_not_understood_does_not_spoil_the_others() {
        let keys = [
            json!({ "kty": "EC", "crv": "secp256k1", "kid": "a", "x": "AA", "y": "AA" }),
            json!({ "kty": "AKP", "alg": "ML-DSA-44", "kid": "b", "pub": "AA" }),
            json!("nonsense"),
            rsa(256),
        ];
        let set = KeySet::of(&keys);
        assert_eq!((set.usable.len(), set.unusable.len()), (1, 3));
        assert!(set.find("a", Algorithm::RS256).is_some());
        assert!(set.find("a", Algorithm::ES256).is_none());
        assert!(set.find("b", Algorithm::RS256).is_none());
    }
}
