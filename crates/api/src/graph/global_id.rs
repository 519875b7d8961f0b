//! Relay's global ids: opaque texts that carry the kind of thing and its own id.

use async_graphql::ID;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use service::error::{Code, Error, Result};
use uuid::Uuid;

macro_rules! kinds {
    ($($kind:ident $tag:literal;)*) => {
        /// The kinds of thing that have a global id.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum NodeKind {$($kind,)*}

        impl NodeKind {
            const fn tag(self) -> u8 {
                match self { $(Self::$kind => $tag,)* }
            }

            const fn of_tag(tag: u8) -> Option<Self> {
                match tag { $($tag => Some(Self::$kind),)* _ => None }
            }
        }
    };
}

// The tags are in ids that clients keep: never change one, never use one again.
kinds! {
    Centre 1;
    Person 2;
    LocalAuthority 3;
    Engagement 4;
    Programme 5;
    Partner 6;
    EvidenceStandard 7;
    Intervention 8;
    Outcome 9;
    Population 10;
    Collaboration 11;
    Study 12;
    Publication 13;
    Finding 14;
    Rating 15;
    AccessToken 16;
    Feedback 17;
    CrosswalkReading 18;
    Return 19;
    DataSharingAgreement 20;
}

/// The global id of a thing.
pub(crate) fn global_id(kind: NodeKind, id: impl Into<Uuid>) -> ID {
    let mut bytes = [0; 17];
    bytes[0] = kind.tag();
    bytes[1..].copy_from_slice(id.into().as_bytes());
    ID(URL_SAFE_NO_PAD.encode(bytes))
}

/// The kind and id of a global id.
///
/// # Errors
/// `BAD_USER_INPUT`.
pub(crate) fn parse(id: &ID) -> Result<(NodeKind, Uuid)> {
    let parsed = URL_SAFE_NO_PAD
        .decode(id.as_bytes())
        .ok()
        .and_then(|bytes| {
            let (tag, uuid) = bytes.split_first()?;
            Some((NodeKind::of_tag(*tag)?, Uuid::from_slice(uuid).ok()?))
        });
    parsed.ok_or_else(|| {
        Error::new(
            Code::BadUserInput,
            "The id is not one that this graph gave; take it from an `id` field.",
        )
    })
}

/// The id of what takes the place of a thing, which must be of its kind.
///
/// # Errors
/// `BAD_USER_INPUT`.
pub(crate) fn other_of(kind: NodeKind, other: Option<&ID>) -> Result<Option<Uuid>> {
    let Some(other) = other else { return Ok(None) };
    match parse(other)? {
        (of, other) if of == kind => Ok(Some(other)),
        _ => Err(Error::bad_input(
            "supersededBy",
            "Only a thing of the same kind can take its place.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_comes_back_as_it_went() {
        let uuid = Uuid::from_u128(7);
        assert_eq!(
            parse(&global_id(NodeKind::Finding, uuid)).unwrap(),
            (NodeKind::Finding, uuid)
        );
    }

    #[test]
    fn what_is_no_id_is_refused_with_a_code() {
        for text in ["", "1", "Study:1", "____", "AAAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(
                parse(&ID(text.to_owned())).unwrap_err().code,
                Code::BadUserInput
            );
        }
    }
}
