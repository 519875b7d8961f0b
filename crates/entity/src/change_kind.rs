//! What sort of thing each kind of change is about.

use crate::ChangeKind;

/// Who a kind of thing concerns.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ChangeClass {
    /// The network, its vocabularies and its standards, which everybody sees.
    Network,
    /// What centres contribute and share with whom they choose.
    Shared,
    /// Tokens, keys, returns and agreements: changes of them are the operator's to see.
    Restricted,
}

impl ChangeKind {
    /// Whom it concerns.
    #[must_use]
    pub const fn class(self) -> ChangeClass {
        match self {
            Self::Centre
            | Self::Person
            | Self::LocalAuthority
            | Self::Engagement
            | Self::Programme
            | Self::Partner
            | Self::EvidenceStandard
            | Self::Intervention
            | Self::Outcome
            | Self::Population => ChangeClass::Network,
            Self::Collaboration
            | Self::Study
            | Self::Publication
            | Self::Finding
            | Self::Rating
            | Self::Feedback => ChangeClass::Shared,
            Self::AccessToken
            | Self::SigningKey
            | Self::IdentityProvider
            | Self::LoadedReturn
            | Self::DataSharingAgreement => ChangeClass::Restricted,
        }
    }

    /// Returns whether the directory holds things of this kind.
    #[must_use]
    pub const fn is_in_directory(self) -> bool {
        matches!(self.class(), ChangeClass::Network) && !matches!(self, Self::Engagement)
    }
}
