//! Who somebody is at a provider, without saying who: what the audit keeps of a subject.

use uuid::Uuid;

use crate::access::MasterKey;
use crate::access::secret::keyed_hash;

/// How many bytes of the hash a pseudonym shows.
const SHOWN: usize = 8;

/// Makes pseudonyms, with a key of its own.
#[derive(Clone)]
pub(super) struct Pseudonyms([u8; 32]);

/// A subject of a provider.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Pseudonym {
    /// For people to read: the provider's slug and part of the hash.
    pub(super) name: String,
    /// The same, as what the tokens that the subject issues descend from.
    pub(super) root: Uuid,
}

impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonyms(…)")
    }
}

impl Pseudonyms {
    pub(super) fn new(master_key: &MasterKey) -> Self {
        Self(master_key.derive("pseudonyms of identities"))
    }

    /// Returns the pseudonym of a subject. It hangs on the issuer and not on what the provider is called here, so
    /// that somebody remains the same when the provider is removed and added again.
    pub(super) fn of(&self, slug: &str, issuer: &str, subject: &str) -> Pseudonym {
        // No issuer holds a zero: where it ends can't be shifted.
        let parts: [&[u8]; 3] = [issuer.as_bytes(), &[0], subject.as_bytes()];
        let hash = keyed_hash(&self.0, &parts);
        let (shown, rest) = hash.split_at(SHOWN);
        let shown: String = shown.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut root = [0; 16];
        root.copy_from_slice(&rest[..16]);
        Pseudonym {
            name: format!("{slug}:{shown}"),
            root: uuid::Builder::from_custom_bytes(root).into_uuid(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Source;

    #[test]
    fn a_subject_has_one_pseudonym_which_does_not_tell_who_it_is() {
        let pseudonyms = Pseudonyms::new(&MasterKey::generate(&Source::default()));
        let of = |issuer, subject| pseudonyms.of("staff", issuer, subject);
        let one = of("https://a.example", "jo@example.org");
        assert_eq!(one, of("https://a.example", "jo@example.org"));
        assert!(one.name.starts_with("staff:") && !one.name.contains("jo"));
        for other in [
            of("https://a.example", "jo@example.com"),
            of("https://b.example", "jo@example.org"),
            of("https://a.examplej", "o@example.org"),
        ] {
            assert!(other.name != one.name && other.root != one.root);
        }
        let elsewhere = Pseudonyms::new(&MasterKey::generate(&Source::default()));
        assert_ne!(elsewhere.of("staff", "https://a.example", "jo@example.org"), one);
    }
}
