//! Data-sharing agreements: under which a centre reads rows about young people of some authorities.
//!
//! A party proposes one, and every other party approves it: the recipient centre, and each authority by its
//! steward. It is in force from its first day, if all have approved it, and ends by itself after its last, or when a
//! party ends it. Nothing is decided by a state that somebody must set: it follows from what is written and from the
//! day.

mod decide;
mod list;
mod parties;
mod propose;

use chrono::NaiveDate;
use entity::{
    AgreementId, AgreementState, CentreId, LocalAuthorityId, PersonField, SocialWorkPopulation,
    agreement_controller, data_sharing_agreement,
};

pub use decide::{Decision, approve, end};
pub(in crate::young_people) use list::seen;
pub use list::{by_ids, get, list, reads, reads_by_ids};
pub use propose::{NewAgreement, propose};

use crate::clock::Source;
use crate::error::{Code, Error, Result};

/// An agreement with its parties.
#[derive(Clone, Debug)]
pub struct Agreement {
    pub row: data_sharing_agreement::Model,
    /// The authorities, each with its approval.
    pub controllers: Vec<agreement_controller::Model>,
}

impl Agreement {
    /// Returns the agreement's id.
    #[must_use]
    pub const fn id(&self) -> AgreementId {
        self.row.id
    }

    /// Returns the centre that reads under it.
    #[must_use]
    pub const fn recipient(&self) -> CentreId {
        self.row.recipient_id
    }

    /// Returns the authorities whose young people it is about.
    #[must_use]
    pub fn authorities(&self) -> Vec<LocalAuthorityId> {
        let controllers = self.controllers.iter();
        controllers.map(|controller| controller.local_authority_id).collect()
    }

    /// Returns the populations that it is about.
    #[must_use]
    pub fn populations(&self) -> Vec<SocialWorkPopulation> {
        words(&self.row.populations)
    }

    /// Returns the fields that it opens.
    #[must_use]
    pub fn fields(&self) -> Vec<PersonField> {
        words(&self.row.fields)
    }

    /// Returns whether it has ended by a day: by a party's word, by its last day, or as nothing may be kept any
    /// longer. Agreements of earlier versions may end after that.
    fn has_ended(&self, today: NaiveDate) -> bool {
        let last_day = self.row.ends_on.min(self.row.retention_until);
        self.row.ended_at.is_some() || today > last_day
    }

    /// Returns where it stands on a day.
    #[must_use]
    pub fn state(&self, today: NaiveDate) -> AgreementState {
        let is_approved = self.row.recipient_approved_at.is_some()
            && self.controllers.iter().all(|controller| controller.approved_at.is_some());
        if self.has_ended(today) {
            AgreementState::Ended
        } else if !is_approved {
            AgreementState::Proposed
        } else if today < self.row.starts_on {
            AgreementState::Approved
        } else {
            AgreementState::InForce
        }
    }

    /// Refuses to read rows under it unless it is in force.
    ///
    /// # Errors
    /// `AGREEMENT_NOT_IN_FORCE`.
    pub(super) fn must_be_in_force(&self, source: &Source) -> Result<()> {
        let why = match self.state(source.now().date_naive()) {
            AgreementState::InForce => return Ok(()),
            AgreementState::Proposed => "The agreement waits for the approval of a party.",
            AgreementState::Approved => "The agreement's first day has not come.",
            AgreementState::Ended => "The agreement has ended.",
        };
        Err(Error {
            field: Some("agreement".to_owned()),
            ..Error::new(Code::AgreementNotInForce, format!("{why} No row is given under it."))
        })
    }
}

fn words<V: std::str::FromStr>(list: &serde_json::Value) -> Vec<V> {
    let words = list.as_array().into_iter().flatten();
    words.filter_map(|word| word.as_str()?.parse().ok()).collect()
}
