//! Cell-key perturbation: the keys of records and of cells.
//!
//! The key of a cell is the sum of its records' keys, so that the same records get the same change in
//! whatever table and however often they are asked for, and other records another.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The secret that the keys of records are derived from. It is never in the database.
///
/// Who knows it and the records' ids knows all changes; with another secret all changes are others, and the
/// two answers to one question together say more than either.
#[derive(Clone)]
pub struct RecordKeySecret([u8; 32]);

impl RecordKeySecret {
    /// The secret of 32 bytes, from chance or derived from the space's master key for this purpose alone.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key of a record, from 0 to 255: the first byte of the HMAC-SHA-256 of its id, which is the same
    /// for the same child in all returns.
    #[must_use]
    pub fn record_key(&self, id: &[u8]) -> u8 {
        self.hash(&[b"record key", id])[0]
    }

    fn hash(&self, parts: &[&[u8]]) -> [u8; 32] {
        // A key shorter than the block is filled up with zeros.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        let mut hash = <Hmac<Sha256> as KeyInit>::new(&block.into());
        for part in parts {
            hash.update(part);
        }
        hash.finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for RecordKeySecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecordKeySecret(…)")
    }
}

/// The records of a cell, as far as its answer depends on them. A database sums both up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// How many they are.
    pub count: u64,
    /// The sum of their keys. Only the remainder modulo 256 counts.
    pub key_sum: u64,
}

impl FromIterator<u8> for Records {
    fn from_iter<T: IntoIterator<Item = u8>>(keys: T) -> Self {
        keys.into_iter().fold(Self::default(), |records, key| Self {
            count: records.count + 1,
            key_sum: records.key_sum + u64::from(key),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_has_the_same_key_as_long_as_the_secret_is_the_same() {
        let secret = RecordKeySecret::new([7; 32]);
        let keys = |secret: &RecordKeySecret| -> Vec<u8> {
            (0..64_u32).map(|id| secret.record_key(&id.to_be_bytes())).collect()
        };
        assert_eq!(keys(&secret), keys(&secret.clone()));
        assert_ne!(keys(&secret), keys(&RecordKeySecret::new([8; 32])));
    }

    #[test]
    fn all_keys_are_about_as_frequent() {
        let secret = RecordKeySecret::new([7; 32]);
        let mut frequencies = [0_u32; 256];
        for id in 0..256 * 256_u32 {
            frequencies[usize::from(secret.record_key(&id.to_be_bytes()))] += 1;
        }
        // Pearson's statistic has a mean of 255 and a standard deviation of 22.6.
        let squares = frequencies.map(|frequency| (f64::from(frequency) - 256.0).powi(2) / 256.0);
        let statistic: f64 = squares.iter().sum();
        assert!((165.0..345.0).contains(&statistic), "{statistic}");
    }

    #[test]
    fn the_secret_does_not_print() {
        assert_eq!(format!("{:?}", RecordKeySecret::new([7; 32])), "RecordKeySecret(…)");
    }
}
