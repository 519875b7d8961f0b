//! Relay's global ids: opaque texts that carry the kind of thing and its own id, and of what is a part of a thing, as a
//! version of a study, the thing's id and which part.

use async_graphql::ID;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use service::error::{Code, Error, Result};
use strum::FromRepr;
use uuid::Uuid;

/// The kinds of thing that have a global id. The numbers are in ids that clients keep: never change one, never use one
/// again.
#[derive(Clone, Copy, Debug, Eq, FromRepr, PartialEq)]
#[repr(u8)]
pub(crate) enum NodeKind {
    Centre = 1,
    Person = 2,
    LocalAuthority = 3,
    Engagement = 4,
    Programme = 5,
    Partner = 6,
    EvidenceStandard = 7,
    Intervention = 8,
    Outcome = 9,
    Population = 10,
    Collaboration = 11,
    Study = 12,
    Publication = 13,
    Finding = 14,
    Rating = 15,
    AccessToken = 16,
    Feedback = 17,
    CrosswalkReading = 18,
    Return = 19,
    DataSharingAgreement = 20,
    AuditEvent = 21,
    AgreementRead = 22,
    PossibleDuplicate = 23,
    Revision = 24,
    Change = 25,
    StudyMilestone = 26,
    ReturnProblem = 27,
    YoungPerson = 28,
}

impl NodeKind {
    /// Returns whether it is a part of a thing, so that the thing's id is not enough.
    const fn is_part(self) -> bool {
        matches!(
            self,
            Self::PossibleDuplicate
                | Self::Revision
                | Self::Change
                | Self::StudyMilestone
                | Self::ReturnProblem
                | Self::YoungPerson
        )
    }
}

/// Returns the global id of a thing.
pub(crate) fn global_id(kind: NodeKind, id: impl Into<Uuid>) -> ID {
    part_id(kind, id, &[])
}

/// Returns the global id of a part of a thing.
pub(crate) fn part_id(kind: NodeKind, of: impl Into<Uuid>, part: &[u8]) -> ID {
    let bytes = [&[kind as u8], of.into().as_bytes().as_slice(), part].concat();
    ID(URL_SAFE_NO_PAD.encode(bytes))
}

/// Returns the kind and id of a global id; of a part, its kind and the id of the thing that it is a part of.
///
/// # Errors
/// `BAD_USER_INPUT`.
pub(crate) fn parse(id: &ID) -> Result<(NodeKind, Uuid)> {
    let (kind, of, _) = parse_part(id)?;
    Ok((kind, of))
}

/// Returns the kind and id of a global id, and which part of that thing it names: nothing for the thing itself.
///
/// # Errors
/// `BAD_USER_INPUT`.
pub(crate) fn parse_part(id: &ID) -> Result<(NodeKind, Uuid, Vec<u8>)> {
    let bytes = URL_SAFE_NO_PAD.decode(id.as_bytes()).ok();
    let parsed = bytes.as_deref().and_then(|bytes| {
        let (tag, rest) = bytes.split_first()?;
        let (of, part) = rest.split_at_checked(16)?;
        let kind = NodeKind::from_repr(*tag).filter(|kind| kind.is_part() != part.is_empty())?;
        Some((kind, Uuid::from_slice(of).ok()?, part.to_vec()))
    });
    parsed.ok_or_else(invalid)
}

/// Returns the part of an id, where it has always the same length.
///
/// # Errors
/// `BAD_USER_INPUT`.
pub(crate) fn fixed<const N: usize>(part: &[u8]) -> Result<[u8; N]> {
    part.try_into().map_err(|_| invalid())
}

/// Refuses an id that this graph didn't give.
pub(crate) fn invalid() -> Error {
    Error::new(
        Code::BadUserInput,
        "The id is not one that this graph gave; take it from an `id` field.",
    )
}

/// Returns the id of what takes the place of a thing, which must be of its kind.
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
        assert_eq!(parse(&global_id(NodeKind::Finding, uuid)).unwrap(), (NodeKind::Finding, uuid));
    }

    #[test]
    fn the_id_of_a_part_says_which_and_no_thing_has_parts_by_accident() {
        let uuid = Uuid::from_u128(7);
        let id = part_id(NodeKind::Revision, uuid, &[1, 2]);
        assert_eq!(parse_part(&id).unwrap(), (NodeKind::Revision, uuid, vec![1, 2]));
        for wrong in [part_id(NodeKind::Revision, uuid, &[]), part_id(NodeKind::Study, uuid, &[1])]
        {
            assert_eq!(parse(&wrong).unwrap_err().code, Code::BadUserInput);
        }
    }

    #[test]
    fn what_is_no_id_is_refused_with_a_code() {
        for text in ["", "1", "Study:1", "____", "AAAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(parse(&ID(text.to_owned())).unwrap_err().code, Code::BadUserInput);
        }
    }
}
