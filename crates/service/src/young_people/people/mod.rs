//! Rows about young people, for a centre that reads them under an agreement.
//!
//! The audit event of a reading is committed before a row is read; if it can't be written, no row leaves. Pseudonyms
//! are the agreement's own, and so are the order of the list and its cursors: what two recipients hold can't be
//! joined.

mod count;
mod describe;
mod erase;
mod participation;
mod read;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use entity::{AgreementId, EpisodeKind, LocalAuthorityId, PersonField, Sex, StudyId};

pub use count::count;
pub use erase::{Erased, erase_child};
pub use participation::{NewParticipation, participate};
pub use read::{PeopleFilter, list, person, persons};

use crate::error::{Code, Error, Result};

/// What reading rows is called in the audit.
pub const READ: &str = "young-people.read";

/// A young person as an agreement shows them.
#[derive(Clone, Debug)]
pub struct YoungPerson {
    /// The agreement.
    pub agreement: AgreementId,
    /// What they are called under the agreement.
    pub pseudonym: String,
    fields: BTreeSet<PersonField>,
    birth_month: Option<i32>,
    sex: Sex,
    ethnicity: String,
    authorities: Vec<LocalAuthorityId>,
    times: Vec<Time>,
    participations: Vec<Participation>,
}

/// A time in which a person was in touch with social work, as an agreement shows it.
#[derive(Clone, Debug)]
pub struct Time {
    /// Which kind of time.
    pub kind: EpisodeKind,
    /// The authority whose return tells of it.
    pub local_authority: LocalAuthorityId,
    /// The first day.
    pub started_on: NaiveDate,
    /// The last day.
    pub ended_on: Option<NaiveDate>,
    fields: BTreeSet<PersonField>,
    legal_status: Option<String>,
    placement: Option<String>,
    provider: Option<String>,
    need: Option<String>,
    category_of_abuse: Option<String>,
    reason_started: Option<String>,
    reason_ended: Option<String>,
}

/// That a person takes part in a study.
#[derive(Clone, Debug)]
pub struct Participation {
    /// The study.
    pub study: StudyId,
    /// The arm.
    pub arm: String,
    /// The site.
    pub site: Option<LocalAuthorityId>,
    /// When they enrolled.
    pub enrolled_on: NaiveDate,
}

fn open(fields: &BTreeSet<PersonField>, field: PersonField) -> Result<()> {
    match fields.contains(&field) {
        true => Ok(()),
        false => Err(Error::new(
            Code::NotInAgreement,
            format!(
                "The agreement doesn't open {field}. Propose one that does, if the purpose needs it."
            ),
        )),
    }
}

impl YoungPerson {
    /// Year and month of birth.
    ///
    /// # Errors
    /// `NOT_IN_AGREEMENT`.
    pub fn birth(&self) -> Result<Option<(i32, i32)>> {
        open(&self.fields, PersonField::Birth)?;
        Ok(self
            .birth_month
            .map(|months| (months.div_euclid(12), months.rem_euclid(12) + 1)))
    }

    /// Sex as recorded.
    ///
    /// # Errors
    /// `NOT_IN_AGREEMENT`.
    pub fn sex(&self) -> Result<Sex> {
        open(&self.fields, PersonField::Sex)?;
        Ok(self.sex)
    }

    /// Ethnicity, as its code.
    ///
    /// # Errors
    /// `NOT_IN_AGREEMENT`.
    pub fn ethnicity(&self) -> Result<&str> {
        open(&self.fields, PersonField::Ethnicity)?;
        Ok(&self.ethnicity)
    }

    /// The authorities whose returns tell of the person.
    ///
    /// # Errors
    /// `NOT_IN_AGREEMENT`.
    pub fn authorities(&self) -> Result<&[LocalAuthorityId]> {
        open(&self.fields, PersonField::LocalAuthority)?;
        Ok(&self.authorities)
    }

    /// Their times in touch with social work, the earliest first.
    ///
    /// # Errors
    /// `NOT_IN_AGREEMENT`.
    pub fn times(&self) -> Result<&[Time]> {
        open(&self.fields, PersonField::Episodes)?;
        Ok(&self.times)
    }

    /// The studies that they take part in.
    ///
    /// # Errors
    /// `NOT_IN_AGREEMENT`.
    pub fn participations(&self) -> Result<&[Participation]> {
        open(&self.fields, PersonField::Participation)?;
        Ok(&self.participations)
    }
}

macro_rules! opened {
    ($($(#[doc = $doc:literal])* $name:ident $field:ident;)*) => {
        impl Time {$(
            $(#[doc = $doc])*
            ///
            /// # Errors
            /// `NOT_IN_AGREEMENT`.
            pub fn $name(&self) -> Result<Option<&str>> {
                open(&self.fields, PersonField::$field)?;
                Ok(self.$name.as_deref())
            }
        )*}
    };
}

opened! {
    /// The legal status, such as C2.
    legal_status LegalStatus;
    /// The placement, such as U4.
    placement Placement;
    /// Who provides the placement, such as PR1.
    provider Placement;
    /// The category of need, such as N1.
    need Need;
    /// The category of a protection plan, such as NEG.
    category_of_abuse Need;
    /// Why it began, such as S.
    reason_started Reasons;
    /// Why it ended, such as E11.
    reason_ended Reasons;
}
