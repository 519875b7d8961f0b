//! Access: what a viewer may do, what they may see, and the tokens that say who they are.

mod grant;
mod keyring;
pub mod policy;
#[cfg(test)]
mod policy_table;
pub mod scope;
mod secret;
pub mod token;

pub use grant::{Grant, ScopeName, UnknownScope};
pub use keyring::{Keyring, PublicKey};
pub use secret::{BearerToken, MasterKey};
