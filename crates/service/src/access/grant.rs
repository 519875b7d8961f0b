//! What a token grants: a centre and scopes.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::{AccessTokenId, CentreId, IdentityProviderId, SigningKeyId};
use serde::{Serialize, Serializer};
use uuid::Uuid;

use super::AllowedNetworks;

/// How far a scope reaches.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reach {
    /// What belongs to the token's own centre, or is open to it.
    Centre,
    /// What belongs to every centre: for those who run the space.
    Space,
    /// Rows about single young people: it takes two administrators to grant.
    Persons,
}

macro_rules! scopes {
    ($($name:ident $text:literal $reach:ident $meaning:literal;)*) => {
        /// A capability and a verb. A token lists the scopes that it grants.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum ScopeName {$(#[doc = $meaning] $name,)*}

        impl ScopeName {
            /// Every scope.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The scope as it stands in a token.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What it allows.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }

            /// How far it reaches.
            #[must_use]
            pub const fn reach(self) -> Reach {
                match self { $(Self::$name => Reach::$reach,)* }
            }
        }
    };
}

scopes! {
    NetworkWrite "network:write" Space "Change centres, people, authorities, programmes, partners, vocabularies and standards.";
    EvidenceRead "evidence:read" Centre "See evidence beyond what is public, as its visibility allows.";
    EvidenceWrite "evidence:write" Centre "Contribute and revise the centre's own evidence.";
    EvidenceReview "evidence:review" Space "Decide for the network which publications are the same.";
    CollaborationWrite "collaboration:write" Centre "Begin and lead collaborations; record and answer the feedback that the centre receives.";
    YoungPeopleStatistics "young-people:statistics" Centre "Ask for disclosure-controlled counts.";
    YoungPeopleRead "young-people:read" Persons "Read pseudonymous rows under an agreement.";
    YoungPeopleContribute "young-people:contribute" Persons "Load returns.";
    TokensManage "tokens:manage" Centre "Issue, approve, rotate and revoke the centre's own tokens.";
    TokensManageAll "tokens:manage-all" Space "Issue, approve, rotate and revoke the tokens of every centre.";
    AuditRead "audit:read" Centre "Read who did what for the centre, and to what is the centre's.";
    AuditReadAll "audit:read-all" Space "Read who did what for every centre.";
}

/// A text that is no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a scope; the scopes are {known}", known = known_scopes())]
pub struct UnknownScope(pub String);

fn known_scopes() -> String {
    let names: Vec<_> = ScopeName::ALL.iter().map(|scope| scope.as_str()).collect();
    names.join(", ")
}

impl std::str::FromStr for ScopeName {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL
            .iter()
            .copied()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| UnknownScope(text.to_owned()))
    }
}

impl Serialize for ScopeName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl std::fmt::Display for ScopeName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// What says who somebody is.
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

/// What a verified credential grants.
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

/// The scopes of a record's list; words that are none any more grant nothing.
#[must_use]
pub(super) fn scopes_of(list: &serde_json::Value) -> BTreeSet<ScopeName> {
    let words = list.as_array().into_iter().flatten();
    words.filter_map(|word| word.as_str()?.parse().ok()).collect()
}
