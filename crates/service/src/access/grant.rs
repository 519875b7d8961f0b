//! What a token grants: a centre and scopes.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::{AccessTokenId, CentreId};

macro_rules! scopes {
    ($($name:ident $text:literal $meaning:literal;)*) => {
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
        }
    };
}

scopes! {
    NetworkWrite "network:write" "Change centres, people, authorities, programmes, partners, vocabularies and standards.";
    EvidenceRead "evidence:read" "See evidence beyond what is public, as its visibility allows.";
    EvidenceWrite "evidence:write" "Contribute and revise the centre's own evidence.";
    CollaborationWrite "collaboration:write" "Begin and lead collaborations.";
    YoungPeopleStatistics "young-people:statistics" "Ask for disclosure-controlled counts.";
    YoungPeopleRead "young-people:read" "Read pseudonymous rows under an agreement.";
    YoungPeopleContribute "young-people:contribute" "Load returns.";
    TokensManage "tokens:manage" "Issue and revoke the centre's own tokens.";
    TokensManageAll "tokens:manage-all" "Issue and revoke the tokens of every centre.";
    AuditRead "audit:read" "Read who did what.";
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

impl std::fmt::Display for ScopeName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a verified token grants.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The token's id.
    pub id: AccessTokenId,
    /// What the token is for.
    pub name: String,
    /// The centre whose token it is.
    pub centre: CentreId,
    /// What it allows.
    pub scopes: BTreeSet<ScopeName>,
    /// Until when it is accepted.
    pub expires_at: DateTime<Utc>,
}
