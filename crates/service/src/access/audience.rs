//! Who sees a thing, as a value: for the log, which tells what a change hides, and for history.
//!
//! It is the rule of [`super::scope`] once more, for a state of a thing that is not in the database as it is,
//! or not any more. A test compares the two.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::{CentreId, HiddenFrom, Visibility};

use super::ScopeName;
use crate::viewer::{Viewer, Who};

/// The columns that decide who sees a thing, by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SharingState {
    pub contributed_by: CentreId,
    pub visibility: Visibility,
    /// Until when only the contributing centre sees it.
    pub embargoed_until: Option<DateTime<Utc>>,
}

/// The viewers who see a thing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Audience {
    /// Everybody, also without a token.
    Everybody,
    /// Every centre.
    Network,
    /// Some centres.
    Centres(BTreeSet<CentreId>),
}

/// The viewers who saw a thing and no longer do: those of them who don't see it in another way.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Loss {
    /// Everybody, also without a token.
    Everybody,
    /// Every centre.
    Network,
    /// Some centres.
    Centres(BTreeSet<CentreId>),
}

impl SharingState {
    /// Returns who sees the thing at a time; `members` are the centres of the collaborations that it is shared with.
    pub fn audience(&self, members: &BTreeSet<CentreId>, at: DateTime<Utc>) -> Audience {
        let own = || BTreeSet::from([self.contributed_by]);
        if self.embargoed_until.is_some_and(|until| until > at) {
            return Audience::Centres(own());
        }
        match self.visibility {
            Visibility::Public => Audience::Everybody,
            Visibility::Network => Audience::Network,
            Visibility::Collaboration => Audience::Centres(&own() | members),
            Visibility::Centre => Audience::Centres(own()),
        }
    }
}

impl Audience {
    /// Returns those who are in both.
    pub fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Everybody, other) | (other, Self::Everybody) => other.clone(),
            (Self::Network, other) | (other, Self::Network) => other.clone(),
            (Self::Centres(one), Self::Centres(other)) => Self::Centres(one & other),
        }
    }

    /// Returns who is lost when another audience takes its place.
    pub fn loss(&self, after: &Self) -> Option<Loss> {
        match (self, after) {
            (_, Self::Everybody) | (Self::Network | Self::Centres(_), Self::Network) => None,
            (Self::Everybody, Self::Network | Self::Centres(_)) => Some(Loss::Everybody),
            (Self::Network, Self::Centres(_)) => Some(Loss::Network),
            (Self::Centres(before), Self::Centres(after)) => {
                let lost = before - after;
                (!lost.is_empty()).then_some(Loss::Centres(lost))
            }
        }
    }

    /// Returns whether everybody of another is in it too.
    pub fn includes_all_of(&self, other: &Self) -> bool {
        other.loss(self).is_none()
    }

    /// Returns whether a viewer is in it.
    pub fn includes(&self, viewer: &Viewer) -> bool {
        match (viewer.who(), self) {
            (Who::Operator, _) | (_, Self::Everybody) => true,
            (Who::Anonymous, Self::Network | Self::Centres(_)) => false,
            (Who::Token(_), _) if !viewer.has(ScopeName::EvidenceRead) => false,
            (Who::Token(_), Self::Network) => true,
            (Who::Token(grant), Self::Centres(centres)) => centres.contains(&grant.centre),
        }
    }
}

impl Loss {
    /// Returns the word for it in the log.
    pub const fn word(&self) -> HiddenFrom {
        match self {
            Self::Everybody => HiddenFrom::Everybody,
            Self::Network => HiddenFrom::Network,
            Self::Centres(_) => HiddenFrom::Centres,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn centre(number: u128) -> CentreId {
        CentreId(Uuid::from_u128(number))
    }

    fn audience() -> impl Strategy<Value = Audience> {
        let centres = prop::collection::btree_set((0..4_u128).prop_map(centre), 0..4);
        prop_oneof![
            Just(Audience::Everybody),
            Just(Audience::Network),
            centres.prop_map(Audience::Centres),
        ]
    }

    /// Returns whether a centre, or somebody without a token, is in an audience.
    fn includes(audience: &Audience, who: Option<CentreId>) -> bool {
        match (audience, who) {
            (Audience::Everybody, _) | (Audience::Network, Some(_)) => true,
            (Audience::Centres(centres), Some(centre)) => centres.contains(&centre),
            (Audience::Network | Audience::Centres(_), None) => false,
        }
    }

    fn is_told(loss: Option<&Loss>, who: Option<CentreId>) -> bool {
        match (loss, who) {
            (Some(Loss::Everybody), _) | (Some(Loss::Network), Some(_)) => true,
            (Some(Loss::Centres(centres)), Some(centre)) => centres.contains(&centre),
            (None | Some(Loss::Network | Loss::Centres(_)), _) => false,
        }
    }

    proptest! {
        #[test]
        fn whoever_is_in_both_is_in_their_meeting_and_nobody_else(one in audience(), other in audience()) {
            for who in [None, Some(centre(0)), Some(centre(1)), Some(centre(2)), Some(centre(9))] {
                prop_assert_eq!(includes(&one.and(&other), who), includes(&one, who) && includes(&other, who));
            }
        }

        #[test]
        fn whoever_loses_sight_is_told_and_nobody_who_never_had_it(before in audience(), after in audience()) {
            let loss = before.loss(&after);
            for who in [None, Some(centre(0)), Some(centre(1)), Some(centre(2)), Some(centre(9))] {
                let loses = includes(&before, who) && !includes(&after, who);
                let is_told = is_told(loss.as_ref(), who) && !includes(&after, who);
                prop_assert_eq!(is_told, loses);
            }
        }
    }

    #[test]
    fn under_an_embargo_only_the_contributing_centre_sees_it() {
        let now = DateTime::UNIX_EPOCH;
        let state = SharingState {
            contributed_by: centre(1),
            visibility: Visibility::Public,
            embargoed_until: Some(now + chrono::TimeDelta::seconds(1)),
        };
        let own = Audience::Centres(BTreeSet::from([centre(1)]));
        assert_eq!(state.audience(&BTreeSet::new(), now), own);
        let later = now + chrono::TimeDelta::seconds(1);
        assert_eq!(state.audience(&BTreeSet::new(), later), Audience::Everybody);
    }
}
