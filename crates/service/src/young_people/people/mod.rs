//! Rows about young people, for a centre that reads them under an agreement.
//!
//! The audit event of a reading is committed before a row is read; if it can't be written, no row leaves. Pseudonyms
//! are the agreement's own, and so are the order of the list and its cursors: what two recipients hold can't be
//! joined.

mod count;
mod describe;
mod erase;
mod participation;
mod paths;
mod read;

use chrono::NaiveDate;
use entity::{AgreementId, EpisodeKind, LocalAuthorityId, Sex, StudyId};

pub use count::count;
pub use erase::{Erased, erase_child};
pub use participation::{NewParticipation, participate};
pub use paths::Path;
pub use read::{PeopleFilter, list, person, persons};

use crate::error::Result;

use self::paths::Opened;

/// What reading rows is called in the audit.
pub const READ: &str = "young-people.read";

/// A young person as an agreement shows them.
#[derive(Clone, Debug)]
pub struct YoungPerson {
    pub agreement: AgreementId,
    /// What they are called under the agreement.
    pub pseudonym: String,
    opened: Opened,
    birth_month: Option<i32>,
    sex: Sex,
    ethnicity: String,
    authorities: Vec<LocalAuthorityId>,
    episodes: Vec<Episode>,
    participations: Vec<Participation>,
}

/// An episode in which a person was in touch with social work, as an agreement shows it.
#[derive(Clone, Debug)]
pub struct Episode {
    pub kind: EpisodeKind,
    pub started_on: NaiveDate,
    pub ended_on: Option<NaiveDate>,
    opened: Opened,
    local_authority: LocalAuthorityId,
    legal_status: Option<String>,
    placement: Option<String>,
    provider: Option<String>,
    need: Option<String>,
    category_of_abuse: Option<String>,
    reason_started: Option<String>,
    reason_ended: Option<String>,
}

/// A person's participation in a study.
#[derive(Clone, Debug)]
pub struct Participation {
    pub study: StudyId,
    pub arm: String,
    opened: Opened,
    site: Option<LocalAuthorityId>,
    pub enrolled_on: NaiveDate,
}

impl YoungPerson {
    /// Returns the year and month of birth.
    ///
    /// # Errors
    /// `NOT_IN_AGREEMENT`.
    pub fn birth(&self) -> Result<Option<(i32, i32)>> {
        let month = |months: i32| (months.div_euclid(12), months.rem_euclid(12) + 1);
        self.opened.give(Path::Born, self.birth_month.map(month))
    }

    /// Returns the sex as recorded.
    ///
    /// # Errors
    /// `NOT_IN_AGREEMENT`.
    pub fn sex(&self) -> Result<Sex> {
        self.opened.give(Path::Sex, self.sex)
    }

    /// Returns the code of the ethnicity.
    ///
    /// # Errors
    /// `NOT_IN_AGREEMENT`.
    pub fn ethnicity(&self) -> Result<&str> {
        self.opened.give(Path::Ethnicity, &self.ethnicity)
    }

    /// Returns the authorities whose returns tell of the person.
    ///
    /// # Errors
    /// `NOT_IN_AGREEMENT`.
    pub fn authorities(&self) -> Result<&[LocalAuthorityId]> {
        self.opened.give(Path::LocalAuthorities, &self.authorities)
    }

    /// Returns their times in touch with social work, the earliest first.
    ///
    /// # Errors
    /// `NOT_IN_AGREEMENT`.
    pub fn episodes(&self) -> Result<&[Episode]> {
        self.opened.give(Path::Episodes, &self.episodes)
    }

    /// Returns the studies that they take part in.
    ///
    /// # Errors
    /// `NOT_IN_AGREEMENT`.
    pub fn participations(&self) -> Result<&[Participation]> {
        self.opened.give(Path::Participations, &self.participations)
    }
}

impl Episode {
    /// Returns the authority whose return tells of it.
    ///
    /// # Errors
    /// `NOT_IN_AGREEMENT`.
    pub fn local_authority(&self) -> Result<LocalAuthorityId> {
        self.opened.give(Path::EpisodeAuthority, self.local_authority)
    }

    /// Returns the legal status, such as C2.
    ///
    /// # Errors
    /// `NOT_IN_AGREEMENT`.
    pub fn legal_status(&self) -> Result<Option<&str>> {
        self.opened.give(Path::LegalStatus, self.legal_status.as_deref())
    }

    /// Returns the placement, such as U4.
    ///
    /// # Errors
    /// `NOT_IN_AGREEMENT`.
    pub fn placement(&self) -> Result<Option<&str>> {
        self.opened.give(Path::Placement, self.placement.as_deref())
    }

    /// Returns who provides the placement, such as PR1.
    ///
    /// # Errors
    /// `NOT_IN_AGREEMENT`.
    pub fn provider(&self) -> Result<Option<&str>> {
        self.opened.give(Path::Provider, self.provider.as_deref())
    }

    /// Returns the category of need, such as N1.
    ///
    /// # Errors
    /// `NOT_IN_AGREEMENT`.
    pub fn need(&self) -> Result<Option<&str>> {
        self.opened.give(Path::Need, self.need.as_deref())
    }

    /// Returns the category of a protection plan, such as NEG.
    ///
    /// # Errors
    /// `NOT_IN_AGREEMENT`.
    pub fn category_of_abuse(&self) -> Result<Option<&str>> {
        self.opened.give(Path::Abuse, self.category_of_abuse.as_deref())
    }

    /// Returns why it began, such as S.
    ///
    /// # Errors
    /// `NOT_IN_AGREEMENT`.
    pub fn reason_started(&self) -> Result<Option<&str>> {
        self.opened.give(Path::ReasonStarted, self.reason_started.as_deref())
    }

    /// Returns why it ended, such as E11.
    ///
    /// # Errors
    /// `NOT_IN_AGREEMENT`.
    pub fn reason_ended(&self) -> Result<Option<&str>> {
        self.opened.give(Path::ReasonEnded, self.reason_ended.as_deref())
    }
}

impl Participation {
    /// Returns the site.
    ///
    /// # Errors
    /// `NOT_IN_AGREEMENT`.
    pub fn site(&self) -> Result<Option<LocalAuthorityId>> {
        self.opened.give(Path::Site, self.site)
    }
}
