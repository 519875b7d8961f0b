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
    /// The agreement.
    pub agreement: AgreementId,
    /// What they are called under the agreement.
    pub pseudonym: String,
    opened: Opened,
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
    /// The first day.
    pub started_on: NaiveDate,
    /// The last day.
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

/// That a person takes part in a study.
#[derive(Clone, Debug)]
pub struct Participation {
    /// The study.
    pub study: StudyId,
    /// The arm.
    pub arm: String,
    opened: Opened,
    site: Option<LocalAuthorityId>,
    /// When they enrolled.
    pub enrolled_on: NaiveDate,
}

impl YoungPerson {
    /// Year and month of birth.
    ///
    /// # Errors
    /// `NOT_IN_AGREEMENT`.
    pub fn birth(&self) -> Result<Option<(i32, i32)>> {
        self.opened.open(Path::Born)?;
        Ok(self.birth_month.map(|months| (months.div_euclid(12), months.rem_euclid(12) + 1)))
    }
}

macro_rules! opened {
    ($($of:ident {$($(#[doc = $doc:literal])* $name:ident -> $what:ty: $path:ident, $told:expr;)*})*) => {$(
        impl $of {$(
            $(#[doc = $doc])*
            ///
            /// # Errors
            /// `NOT_IN_AGREEMENT`.
            pub fn $name(&self) -> Result<$what> {
                self.opened.open(Path::$path)?;
                let told: fn(&Self) -> $what = $told;
                Ok(told(self))
            }
        )*}
    )*}
}

opened! {
    YoungPerson {
        /// Sex as recorded.
        sex -> Sex: Sex, |person| person.sex;
        /// Ethnicity, as its code.
        ethnicity -> &str: Ethnicity, |person| &person.ethnicity;
        /// The authorities whose returns tell of the person.
        authorities -> &[LocalAuthorityId]: LocalAuthorities, |person| &person.authorities;
        /// Their times in touch with social work, the earliest first.
        times -> &[Time]: Episodes, |person| &person.times;
        /// The studies that they take part in.
        participations -> &[Participation]: Participations, |person| &person.participations;
    }
    Time {
        /// The authority whose return tells of it.
        local_authority -> LocalAuthorityId: EpisodeAuthority, |time| time.local_authority;
        /// The legal status, such as C2.
        legal_status -> Option<&str>: LegalStatus, |time| time.legal_status.as_deref();
        /// The placement, such as U4.
        placement -> Option<&str>: Placement, |time| time.placement.as_deref();
        /// Who provides the placement, such as PR1.
        provider -> Option<&str>: Provider, |time| time.provider.as_deref();
        /// The category of need, such as N1.
        need -> Option<&str>: Need, |time| time.need.as_deref();
        /// The category of a protection plan, such as NEG.
        category_of_abuse -> Option<&str>: Abuse, |time| time.category_of_abuse.as_deref();
        /// Why it began, such as S.
        reason_started -> Option<&str>: ReasonStarted, |time| time.reason_started.as_deref();
        /// Why it ended, such as E11.
        reason_ended -> Option<&str>: ReasonEnded, |time| time.reason_ended.as_deref();
    }
    Participation {
        /// The site.
        site -> Option<LocalAuthorityId>: Site, |participation| participation.site;
    }
}
