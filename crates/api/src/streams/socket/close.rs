//! How the server closes a socket: the codes of the subprotocol, and why.

use service::{Code, Error};

/// The longest reason that a close frame can carry, in bytes.
const REASON: usize = 123;

/// How the server closes a socket.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Close {
    pub(super) code: u16,
    pub(super) reason: String,
}

impl Close {
    fn new(code: u16, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        reason.truncate(reason.floor_char_boundary(REASON));
        Self { code, reason }
    }

    /// What the client sent is no message of the subprotocol.
    pub(super) fn bad_message(why: &str) -> Self {
        Self::new(4400, format!("Invalid message: {why}"))
    }

    /// An operation before the client has said who it is.
    pub(super) fn unauthorized() -> Self {
        Self::new(4401, "Unauthorized")
    }

    /// The client may not use the socket, or not any more: first our code, then a sentence.
    pub(super) fn refused(refusal: &Error) -> Self {
        let reason = format!("{}: {}", refusal.code.as_str(), refusal.message);
        match refusal.code {
            // Nothing is wrong with the client: it may try again.
            Code::Unavailable | Code::TimedOut | Code::TooManyStreams => Self::new(1013, reason),
            Code::InternalServerError => Self::internal(),
            _ => Self::new(4403, reason),
        }
    }

    /// The client speaks another subprotocol, or none.
    pub(super) fn subprotocol_not_acceptable() -> Self {
        Self::new(4406, "Subprotocol not acceptable: speak graphql-transport-ws")
    }

    /// The client has not said who it is in time.
    pub(super) fn init_timeout() -> Self {
        Self::new(4408, "Connection initialisation timeout")
    }

    /// There is an operation with this id.
    pub(super) fn id_in_use(id: &str) -> Self {
        Self::new(4409, format!("Subscriber for {id} already exists"))
    }

    /// The client has said twice who it is.
    pub(super) fn too_many_inits() -> Self {
        Self::new(4429, "Too many initialisation requests")
    }

    /// Something failed on our side.
    pub(super) fn internal() -> Self {
        Self::new(4500, "Internal server error")
    }

    /// The server stops.
    pub(super) fn going_away() -> Self {
        Self::new(1001, "The server stops")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_cut_to_what_a_frame_can_carry() {
        let close = Close::id_in_use(&"é".repeat(200));
        assert!(close.reason.len() <= REASON && close.reason.starts_with("Subscriber for é"));
    }

    #[test]
    fn the_reason_of_a_refusal_begins_with_its_code() {
        let revoked = Error::new(Code::TokenRevoked, "The token was revoked.");
        let expected = Close::new(4403, "TOKEN_REVOKED: The token was revoked.");
        assert_eq!(Close::refused(&revoked), expected);
    }
}
