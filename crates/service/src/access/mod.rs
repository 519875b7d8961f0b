//! Access: what a viewer may do, what they may see, and the tokens that say who they are.

pub(crate) mod audience;
pub mod audit;
mod grant;
pub mod issuer;
pub(crate) mod keyring;
mod networks;
pub mod policy;
#[cfg(test)]
mod policy_table;
pub mod presence;
pub mod scope;
pub(crate) mod secret;
pub mod token;

pub(crate) use audience::{Audience, SharingState};
pub use grant::{Credential, Grant, Reach, ScopeName, UnknownScope};
pub use keyring::{KeyRecord, Keyring, PUBLISHED_BEFORE, PublicKey};
pub use networks::AllowedNetworks;
pub(crate) use secret::keyed_hash;
pub use secret::{BearerToken, MasterKey};
