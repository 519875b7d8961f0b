//! What a token grants: a centre and scopes.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::{AccessTokenId, CentreId, IdentityProviderId, SigningKeyId};
use serde::{Serialize, Serializer};
use strum::{Display, EnumMessage, EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use super::AllowedNetworks;

/// The extent of a scope.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reach {
    /// What belongs to the token's own centre, or is open to it.
    Centre,
    /// What belongs to every centre: for those who run the space.
    Space,
    /// Rows about single young people: it takes two administrators to grant.
    Persons,
}

/// A capability and a verb. A token lists the scopes that it grants.
#[derive(
    Clone,
    Copy,
    Debug,
    Display,
    EnumMessage,
    EnumString,
    Eq,
    Hash,
    IntoStaticStr,
    Ord,
    PartialEq,
    PartialOrd,
    VariantArray,
)]
#[strum(parse_err_ty = UnknownScope, parse_err_fn = UnknownScope::new)]
pub enum ScopeName {
    /// Change centres, people, authorities, programmes, partners, vocabularies and standards.
    #[strum(serialize = "network:write")]
    NetworkWrite,
    /// See evidence beyond what is public, as its visibility allows.
    #[strum(serialize = "evidence:read")]
    EvidenceRead,
    /// Contribute and revise the centre's own evidence.
    #[strum(serialize = "evidence:write")]
    EvidenceWrite,
    /// Decide for the network which publications are the same.
    #[strum(serialize = "evidence:review")]
    EvidenceReview,
    /// Begin and lead collaborations; record and answer the feedback that the centre receives.
    #[strum(serialize = "collaboration:write")]
    CollaborationWrite,
    /// Ask for disclosure-controlled counts.
    #[strum(serialize = "young-people:statistics")]
    YoungPeopleStatistics,
    /// Read pseudonymous rows under an agreement.
    #[strum(serialize = "young-people:read")]
    YoungPeopleRead,
    /// Load returns.
    #[strum(serialize = "young-people:contribute")]
    YoungPeopleContribute,
    /// Issue, approve, rotate and revoke the centre's own tokens.
    #[strum(serialize = "tokens:manage")]
    TokensManage,
    /// Issue, approve, rotate and revoke the tokens of every centre.
    #[strum(serialize = "tokens:manage-all")]
    TokensManageAll,
    /// Read who did what for the centre, and to what is the centre's.
    #[strum(serialize = "audit:read")]
    AuditRead,
    /// Read who did what for every centre.
    #[strum(serialize = "audit:read-all")]
    AuditReadAll,
}

impl ScopeName {
    /// Every scope.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the scope as it stands in a token.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns what it allows.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        self.get_documentation().unwrap_or_default()
    }

    /// Returns how far it reaches.
    #[must_use]
    pub const fn reach(self) -> Reach {
        match self {
            Self::NetworkWrite
            | Self::EvidenceReview
            | Self::TokensManageAll
            | Self::AuditReadAll => Reach::Space,
            Self::EvidenceRead
            | Self::EvidenceWrite
            | Self::CollaborationWrite
            | Self::YoungPeopleStatistics
            | Self::TokensManage
            | Self::AuditRead => Reach::Centre,
            Self::YoungPeopleRead | Self::YoungPeopleContribute => Reach::Persons,
        }
    }
}

/// A text that is no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a scope; the scopes are {known}", known = known_scopes())]
pub struct UnknownScope(pub String);

fn known_scopes() -> String {
    ScopeName::ALL.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ")
}

impl UnknownScope {
    fn new(given: &str) -> Self {
        Self(given.to_owned())
    }
}

impl Serialize for ScopeName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The proof of who somebody is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Credential {
    /// An access token of the space's own.
    Token {
        /// Its id.
        id: AccessTokenId,
        /// The key that signed it.
        key: SigningKeyId,
        /// The first of the tokens that led to it by issuing.
        root: Uuid,
    },
    /// An access token of a centre's own identity provider.
    Identity {
        /// The provider.
        provider: IdentityProviderId,
        /// Who it is there, as a pseudonym: the provider's slug and a keyed hash of the subject.
        pseudonym: String,
        /// The same, as what the tokens that it issues descend from.
        root: Uuid,
    },
}

/// The rights that a verified credential grants.
#[derive(Clone, Debug)]
pub struct Grant {
    /// What was verified.
    pub credential: Credential,
    /// What the token is for.
    pub name: String,
    /// The centre for which the bearer asks.
    pub centre: CentreId,
    /// What it allows.
    pub scopes: BTreeSet<ScopeName>,
    /// From where it is accepted.
    pub networks: AllowedNetworks,
    /// Until when it is accepted.
    pub expires_at: DateTime<Utc>,
}

/// Returns the scopes of a record's list; words that are none any more grant nothing.
#[must_use]
pub(super) fn scopes_of(list: &serde_json::Value) -> BTreeSet<ScopeName> {
    let words = list.as_array().into_iter().flatten();
    words.filter_map(|word| word.as_str()?.parse().ok()).collect()
}
