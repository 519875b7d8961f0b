//! What can be wrong with an identity provider, in sentences for those who set it up.

/// A fault of an identity provider.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("{url} can't be read: {cause}")]
    Unreachable { url: String, cause: String },
    #[error(
        "{url} leads elsewhere (status {status}), and is not followed; name the issuer as its own discovery document does"
    )]
    Redirects { url: String, status: u16 },
    #[error("{url} answers with status {status}")]
    Status { url: String, status: u16 },
    #[error("{url} is no {expected}: {cause}")]
    Malformed { url: String, expected: &'static str, cause: String },
    #[error(
        "{url} speaks for the issuer '{found}', not for '{expected}'; both must be the same, letter by letter"
    )]
    OtherIssuer { url: String, expected: String, found: String },
    #[error(
        "{url} says that the keys are at {keys}, which isn't asked: it must be https, and not this machine"
    )]
    KeysElsewhere { url: String, keys: String },
    #[error("{url} has no key that verifies tokens: {reasons}")]
    NoKey { url: String, reasons: String },
    #[error("the reading was broken off: {0}")]
    BrokenOff(String),
}
