//! Who asks.

use entity::{AccessTokenId, CentreId};
use uuid::Uuid;

use crate::access::{AllowedNetworks, Credential, Grant, ScopeName};

/// Who asks, and for which request.
#[derive(Clone, Debug)]
pub struct Viewer {
    who: Who,
    request_id: Option<String>,
}

/// The kinds of viewer.
#[derive(Clone, Debug)]
pub enum Who {
    /// Nobody in particular: no token.
    Anonymous,
    /// A centre, through one of its tokens.
    Token(Grant),
    /// The person who runs the space, at the machine's own command line.
    Operator,
}

impl Viewer {
    /// Somebody without a token.
    #[must_use]
    pub const fn anonymous() -> Self {
        Self { who: Who::Anonymous, request_id: None }
    }

    /// The holder of a token that was verified.
    #[must_use]
    pub const fn holder(grant: Grant) -> Self {
        Self { who: Who::Token(grant), request_id: None }
    }

    /// Whoever runs the space, at the machine's own command line: never a request from outside.
    #[must_use]
    pub const fn operator() -> Self {
        Self { who: Who::Operator, request_id: None }
    }

    /// The same viewer within a request.
    #[must_use]
    pub fn in_request(self, request_id: impl Into<String>) -> Self {
        Self { request_id: Some(request_id.into()), ..self }
    }

    /// Which kind of viewer it is.
    #[must_use]
    pub const fn who(&self) -> &Who {
        &self.who
    }

    /// The request, for the log and the audit.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The centre for which the viewer asks.
    #[must_use]
    pub const fn centre(&self) -> Option<CentreId> {
        match &self.who {
            Who::Token(grant) => Some(grant.centre),
            Who::Anonymous | Who::Operator => None,
        }
    }

    /// The token of the space's own that was sent.
    #[must_use]
    pub const fn token(&self) -> Option<AccessTokenId> {
        match &self.who {
            Who::Token(Grant { credential: Credential::Token { id, .. }, .. }) => Some(*id),
            Who::Token(_) | Who::Anonymous | Who::Operator => None,
        }
    }

    /// Who it is at a centre's own identity provider, as a pseudonym.
    #[must_use]
    pub fn identity(&self) -> Option<&str> {
        match &self.who {
            Who::Token(Grant { credential: Credential::Identity { pseudonym, .. }, .. }) => {
                Some(pseudonym)
            }
            Who::Token(_) | Who::Anonymous | Who::Operator => None,
        }
    }

    /// What the tokens that the viewer issues descend from; nothing for the operator.
    #[must_use]
    pub const fn root(&self) -> Option<Uuid> {
        match &self.who {
            Who::Token(Grant {
                credential: Credential::Token { root, .. } | Credential::Identity { root, .. },
                ..
            }) => Some(*root),
            Who::Anonymous | Who::Operator => None,
        }
    }

    /// From where the viewer's token is accepted.
    #[must_use]
    pub fn networks(&self) -> AllowedNetworks {
        match &self.who {
            Who::Token(grant) => grant.networks.clone(),
            Who::Anonymous | Who::Operator => AllowedNetworks::default(),
        }
    }

    /// Whether the viewer holds a scope; the operator holds all.
    #[must_use]
    pub fn has(&self, scope: ScopeName) -> bool {
        match &self.who {
            Who::Anonymous => false,
            Who::Token(grant) => grant.scopes.contains(&scope),
            Who::Operator => true,
        }
    }
}
