//! How an identifier becomes a keyed hash, and is forgotten.
//!
//! The hash is HMAC-SHA-256 under a key that is never in the database. Rotating adds a key: what is stored is
//! hashed once more under the new one, so that nothing need be known again, and an earlier key alone recognises
//! nobody any more.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use entity::{AgreementId, YoungPersonId};
use returns::{ChildId, Identifier, KeyHash, Pseudonyms};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use crate::access::{MasterKey, keyed_hash};
use crate::clock::Source;
use crate::young_people::disclosure::RecordKeySecret;

/// The keys of the pseudonyms, from the first to the present one.
#[derive(Clone)]
pub struct PseudonymKeys {
    keys: Vec<[u8; 32]>,
}

impl std::fmt::Debug for PseudonymKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PseudonymKeys({} …)", self.keys.len())
    }
}

/// A text that is no list of keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "the pseudonym key must be one line or several, each of 32 bytes in base64, as `openssl rand -base64 32` makes them"
)]
pub struct NotPseudonymKeys;

impl PseudonymKeys {
    /// Creates a new key.
    #[must_use]
    pub fn generate(source: &Source) -> Self {
        Self { keys: vec![source.random()] }
    }

    /// Creates a key that follows from the master key, for whoever keeps no other.
    #[must_use]
    pub fn derived_from(master: &MasterKey) -> Self {
        Self { keys: vec![master.derive("pseudonyms")] }
    }

    /// Returns the same keys and a new one after them.
    #[must_use]
    pub fn rotated(&self, source: &Source) -> Self {
        let mut keys = self.keys.clone();
        keys.push(source.random());
        Self { keys }
    }

    /// Returns the text form: a line for each key, the present one last.
    #[must_use]
    pub fn reveal(&self) -> String {
        let lines = self.keys.iter().map(|key| STANDARD.encode(key) + "\n");
        lines.collect()
    }

    fn of_child(&self, authority: &str, id: &str) -> KeyHash {
        self.of_text(b"child id", authority, id)
    }

    fn of_text(&self, kind: &[u8], authority: &str, text: &str) -> KeyHash {
        let parts = [kind, b"\0", authority.as_bytes(), b"\0", text.as_bytes()];
        let mut keys = self.keys.iter();
        let first = keys.next().map_or([0; 32], |key| keyed_hash(key, &parts));
        keys.fold(first, rehash)
    }

    /// Returns the hash of the same identifier for who comes after an adoption. Without the key nobody can tell that
    /// the two are of one identifier.
    #[must_use]
    pub fn after_adoption(&self, hash: &KeyHash) -> KeyHash {
        keyed_hash(&self.newest(), &[b"after adoption", b"\0", hash])
    }

    /// Returns a stored hash under the newest key, where it was made with all but that one.
    #[must_use]
    pub fn renewed(&self, hash: KeyHash) -> KeyHash {
        rehash(hash, &self.newest())
    }

    /// Returns the record key of a person, from 0 to 255: it decides with others' how the cells that count the person
    /// are perturbed. It follows from the person's first hash, so that a return that is erased and loaded again is
    /// answered as before: two answers to one question together would say more than either.
    #[must_use]
    pub fn record_key(&self, hash: &KeyHash) -> i16 {
        let first = self.keys.first().copied().unwrap_or_default();
        let secret = RecordKeySecret::new(keyed_hash(&first, &[b"record keys"]));
        i16::from(secret.record_key(hash))
    }

    /// Returns the key of a cell of counts, named with the edition that it counts: it decides how the count is
    /// perturbed.
    #[must_use]
    pub fn cell_key(&self, cell: &str) -> u64 {
        let first = self.keys.first().copied().unwrap_or_default();
        let hash = keyed_hash(&first, &[b"cell keys", b"\0", cell.as_bytes()]);
        u64::from(hash[0])
    }

    /// Returns the pseudonym of a person under one agreement: 128 bits, of which nobody who holds another agreement's
    /// can tell that they are of the same person.
    #[must_use]
    pub fn under(&self, agreement: AgreementId, person: YoungPersonId) -> String {
        let key = keyed_hash(&self.newest(), &[b"agreement", b"\0", agreement.0.as_bytes()]);
        let hash = keyed_hash(&key, &[person.0.as_bytes()]);
        URL_SAFE_NO_PAD.encode(&hash[..16])
    }

    /// Returns what names the newest key without telling it: a rotation to it is noted under this id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        let hash = keyed_hash(&self.newest(), &[b"id"]);
        uuid::Builder::from_custom_bytes(std::array::from_fn(|at| hash[at])).into_uuid()
    }

    fn newest(&self) -> [u8; 32] {
        self.keys.last().copied().unwrap_or_default()
    }
}

impl Pseudonyms for PseudonymKeys {
    fn hash(&self, identifier: Identifier<'_>) -> KeyHash {
        match identifier {
            Identifier::OfAuthority { authority, id } => self.of_child(authority, id.key()),
            Identifier::PupilNumber(number) => {
                let number: String = number.trim().nfc().collect();
                self.of_text(b"upn", "", &number.to_uppercase())
            }
        }
    }

    fn earlier_hash(&self, authority: &str, id: &ChildId) -> Option<KeyHash> {
        Some(self.of_child(authority, id.earlier()?))
    }
}

fn rehash(hash: KeyHash, key: &[u8; 32]) -> KeyHash {
    keyed_hash(key, &[b"again", b"\0", &hash])
}

impl std::str::FromStr for PseudonymKeys {
    type Err = NotPseudonymKeys;

    fn from_str(text: &str) -> Result<Self, NotPseudonymKeys> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let keys: Vec<[u8; 32]> = lines
            .map(|line| STANDARD.decode(line).ok()?.try_into().ok())
            .collect::<Option<_>>()
            .ok_or(NotPseudonymKeys)?;
        match keys.is_empty() {
            true => Err(NotPseudonymKeys),
            false => Ok(Self { keys }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> PseudonymKeys {
        "rDk2rc4XbjbPQ1khLSxexiIEILfCI+s+9VLkfOOCpec=".parse().unwrap()
    }

    fn child(authority: &str, id: &str) -> KeyHash {
        let id = &ChildId::read(id).unwrap();
        keys().hash(Identifier::OfAuthority { authority, id })
    }

    #[test]
    fn a_plain_id_has_the_hash_that_earlier_versions_stored() {
        let stored = "68eec7d4db18f61c205fee6106bedb19d62d38c6c7b5718b875a8c63a4e83e84";
        let hash = child("E06000001", "ch0001");
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, stored);
        let plain = ChildId::read("ch0001").unwrap();
        assert_eq!(keys().earlier_hash("E06000001", &plain), None);
    }

    #[test]
    fn the_same_identifier_has_the_same_hash_however_it_is_typed() {
        assert_eq!(child("E06000001", "ch0001"), child("E06000001", " CH0001 "));
        assert_eq!(child("E06000001", "\u{c5}sa-7"), child("E06000001", "A\u{30a}sa-7"));
    }

    #[test]
    fn an_identifier_means_something_within_its_authority_and_kind_only() {
        assert_ne!(child("E06000001", "1"), child("E06000002", "1"));
        assert_ne!(
            child("", "U856006112595"),
            keys().hash(Identifier::PupilNumber("U856006112595"))
        );
    }

    #[test]
    fn rotating_needs_no_identifier_and_changes_every_hash() {
        let rotated = keys().rotated(&Source::default());
        let number = Identifier::PupilNumber("U856006112595");
        let before = keys().hash(number);
        assert_ne!(rotated.hash(number), before);
        assert_eq!(rotated.renewed(before), rotated.hash(number));
        let read: PseudonymKeys = rotated.reveal().parse().unwrap();
        assert_eq!(read.hash(number), rotated.hash(number));
    }

    #[test]
    fn pseudonyms_of_two_agreements_differ_and_are_no_plain_hashes() {
        let source = Source::default();
        let (one, other, person) = (source.id(), source.id(), source.id());
        assert_eq!(keys().under(one, person), keys().under(one, person));
        assert_ne!(keys().under(one, person), keys().under(other, person));
        assert_eq!(keys().under(one, person).len(), 22);
    }

    #[test]
    fn keys_are_lines_of_32_bytes_and_do_not_print() {
        assert!("".parse::<PseudonymKeys>().is_err());
        assert!("c2hvcnQ=".parse::<PseudonymKeys>().is_err());
        assert_eq!(format!("{:?}", keys()), "PseudonymKeys(1 …)");
    }
}
