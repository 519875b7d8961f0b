//! What a child is recognised by, on its way to a hash.

use crate::child_id::ChildId;

/// A keyed hash by which somebody is recognised.
pub type KeyHash = [u8; 32];

/// What kind of identifier is hashed: the same text of another kind has another hash.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Identifier<'a> {
    /// An authority's own id of a child, which means something within that authority only.
    OfAuthority {
        /// The authority's GSS code.
        authority: &'a str,
        /// The id.
        id: &'a ChildId,
    },
    /// A unique pupil number, which means the same everywhere.
    PupilNumber(&'a str),
}

/// Turns identifiers into keyed hashes: nothing else of them leaves a reader.
pub trait Pseudonyms {
    /// The hash of an identifier.
    fn hash(&self, identifier: Identifier<'_>) -> KeyHash;

    /// The hash of the form in which earlier versions compared an authority's own id, where it was another: returns
    /// that they loaded are recognised by it.
    fn earlier_hash(&self, authority: &str, id: &ChildId) -> Option<KeyHash>;
}
