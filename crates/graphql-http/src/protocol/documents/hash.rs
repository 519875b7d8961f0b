//! The hash of a document's text.

use sha2::{Digest, Sha256};

/// The SHA-256 of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// That of a text.
    pub(super) fn of(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }

    /// Reads 64 hexadecimal digits; none for anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut hash = [0; 32];
        for (byte, place) in hash.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(text.get(place..place + 2)?, 16).ok()?;
        }
        Some(Self(hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_clients_write_it() {
        let digits = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38";
        assert_eq!(Hash::parse(digits), Some(Hash::of("{__typename}")));
        assert_eq!(Hash::parse(&digits.to_uppercase()), Hash::parse(digits));
        for other in ["", "ecf4", &"g".repeat(64), &"+1".repeat(32), &"é".repeat(32)] {
            assert_eq!(Hash::parse(other), None, "{other}");
        }
    }
}
