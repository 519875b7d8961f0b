//! Other issuers: a centre's own identity provider, whose access tokens are accepted for that centre.
//!
//! The operator of the space adds a provider with its issuer and with what its groups or roles are worth
//! here ([`Mapping`]). The provider's public keys are found by OpenID Connect Discovery and held in
//! memory; the provider's row is read anew for each token, so that removing it ends its tokens
//! at the next request on every server.

mod address;
mod authenticate;
mod certificates;
mod check;
mod fault;
mod held;
pub(crate) mod issuers;
mod keys;
mod mapping;
mod pseudonym;
mod reading;
mod register;

pub(super) use authenticate::{Origin, authenticate, origin};
pub use check::{Checked, CheckedKey, check};
pub use issuers::{Issuers, Timings};
pub use mapping::Mapping;
pub use register::{NewIssuer, Removed, add, list, remove};
