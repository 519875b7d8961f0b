//! Whose budget a request takes from.

use std::net::{IpAddr, Ipv6Addr};

use service::Viewer;
use service::entity::AccessTokenId;
use uuid::Uuid;

/// One who asks, as far as limits are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Client {
    /// The holder of a token of ours that was verified.
    Token(AccessTokenId),
    /// Somebody of a centre's own identity provider, whatever token they have at the moment.
    Identity(Uuid),
    /// Somebody without one, by address; all who have none are one.
    Address(Option<IpAddr>),
}

impl Client {
    /// Who asks: the viewer's token or identity, or the address if there is none or it was refused.
    ///
    /// Of IPv6 the first 64 bits count: a connection at home has all addresses that begin with them.
    pub(crate) fn of(viewer: Option<&Viewer>, address: Option<IpAddr>) -> Self {
        match viewer.map(|viewer| (viewer.token(), viewer.root())) {
            Some((Some(token), _)) => Self::Token(token),
            Some((None, Some(identity))) => Self::Identity(identity),
            Some((None, None)) | None => Self::Address(address.map(network)),
        }
    }
}

/// The part of an address that stands for one client.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}
