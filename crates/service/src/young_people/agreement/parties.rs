//! As which parties of an agreement somebody acts.

use entity::{CentreId, LocalAuthorityId};

use crate::access::policy::{self, Action};
use crate::error::Result;
use crate::request::RequestContext;
use crate::young_people::stewards;

/// The parties of an agreement for which somebody acts.
pub(super) struct Parties {
    pub(super) is_recipient: bool,
    pub(super) authorities: Vec<LocalAuthorityId>,
}

impl Parties {
    pub(super) fn is_none(&self) -> bool {
        !self.is_recipient && self.authorities.is_empty()
    }

    pub(super) fn approves_for(&self, authority: LocalAuthorityId) -> bool {
        self.authorities.contains(&authority)
    }
}

/// One person never acts as both sides: a token that acts for an authority approves for that, and a centre's other
/// tokens for the centre. The operator proposes and ends, and approves for nobody.
pub(super) async fn parties(
    context: &RequestContext,
    recipient: CentreId,
    authorities: &[LocalAuthorityId],
) -> Result<Parties> {
    let own = stewards::authorities(context).await?;
    let may_contribute = policy::authorise(context.viewer(), &Action::ContributeReturns).is_ok();
    let acts_for: Vec<_> = authorities
        .iter()
        .copied()
        .filter(|authority| may_contribute && own.contains(authority))
        .collect();
    let may_read = policy::authorise(context.viewer(), &Action::ReadYoungPeople(recipient)).is_ok();
    Ok(Parties {
        is_recipient: acts_for.is_empty()
            && may_read
            && context.viewer().centre() == Some(recipient),
        authorities: acts_for,
    })
}
