//! Where the graph tells what a field of an agreement opens: the one table from which every check follows.

use std::collections::BTreeSet;

use entity::{PersonField, StatisticsDimension};
use strum::EnumString;

use crate::error::{Code, Error, Result};

/// A place of the graph that tells of a young person, or that splits them by what it says. Its text is the type and the
/// field or argument, as in the SDL.
#[derive(Clone, Copy, Debug, EnumString, Eq, PartialEq)]
pub enum Path {
    #[strum(serialize = "YoungPerson.id")]
    Id,
    #[strum(serialize = "YoungPerson.pseudonym")]
    Pseudonym,
    #[strum(serialize = "YoungPerson.born")]
    Born,
    #[strum(serialize = "BirthMonth.year")]
    BirthYear,
    #[strum(serialize = "BirthMonth.month")]
    BirthMonth,
    #[strum(serialize = "YoungPerson.sex")]
    Sex,
    #[strum(serialize = "YoungPerson.ethnicity")]
    Ethnicity,
    #[strum(serialize = "YoungPerson.localAuthorities")]
    LocalAuthorities,
    #[strum(serialize = "YoungPerson.episodes")]
    Episodes,
    #[strum(serialize = "Episode.kind")]
    EpisodeKind,
    #[strum(serialize = "Episode.localAuthority")]
    EpisodeAuthority,
    #[strum(serialize = "Episode.startedOn")]
    EpisodeStart,
    #[strum(serialize = "Episode.endedOn")]
    EpisodeEnd,
    #[strum(serialize = "Episode.legalStatus")]
    LegalStatus,
    #[strum(serialize = "Episode.placement")]
    Placement,
    #[strum(serialize = "Episode.provider")]
    Provider,
    #[strum(serialize = "Episode.categoryOfNeed")]
    Need,
    #[strum(serialize = "Episode.categoryOfAbuse")]
    Abuse,
    #[strum(serialize = "Episode.reasonStarted")]
    ReasonStarted,
    #[strum(serialize = "Episode.reasonEnded")]
    ReasonEnded,
    #[strum(serialize = "YoungPerson.participations")]
    Participations,
    #[strum(serialize = "StudyParticipation.study")]
    Study,
    #[strum(serialize = "StudyParticipation.arm")]
    Arm,
    #[strum(serialize = "StudyParticipation.site")]
    Site,
    #[strum(serialize = "StudyParticipation.enrolledOn")]
    Enrolled,
    #[strum(serialize = "YoungPersonFilter.localAuthorities")]
    OfAuthorities,
    #[strum(serialize = "YoungPersonFilter.participatesIn")]
    InStudy,
    #[strum(serialize = "RecordParticipationInput.agreement")]
    RecordOf,
    #[strum(serialize = "RecordParticipationInput.pseudonym")]
    RecordWhom,
    #[strum(serialize = "RecordParticipationInput.study")]
    RecordStudy,
    #[strum(serialize = "RecordParticipationInput.arm")]
    RecordArm,
    #[strum(serialize = "RecordParticipationInput.site")]
    RecordSite,
    #[strum(serialize = "RecordParticipationInput.enrolledOn")]
    RecordEnrolled,
    #[strum(serialize = "StatisticsDimension.LOCAL_AUTHORITY")]
    ByAuthority,
    #[strum(serialize = "StatisticsDimension.REGION")]
    ByRegion,
    #[strum(serialize = "StatisticsDimension.POPULATION")]
    ByPopulation,
    #[strum(serialize = "StatisticsDimension.AGE_BAND")]
    ByAge,
    #[strum(serialize = "StatisticsDimension.SEX")]
    BySex,
    #[strum(serialize = "StatisticsDimension.ETHNIC_GROUP")]
    ByEthnicity,
    #[strum(serialize = "StatisticsDimension.LEGAL_STATUS")]
    ByLegalStatus,
    #[strum(serialize = "StatisticsDimension.PLACEMENT_TYPE")]
    ByPlacement,
    #[strum(serialize = "StatisticsDimension.CATEGORY_OF_NEED")]
    ByNeed,
}

impl Path {
    /// Returns the fields that an agreement must open, all of them, for it to be answered.
    #[must_use]
    pub const fn needs(self) -> &'static [PersonField] {
        use PersonField::{
            Birth, Episodes, Ethnicity, LegalStatus, LocalAuthority, Need, Participation,
            Placement, Reasons, Sex,
        };

        match self {
            Self::Id | Self::Pseudonym | Self::ByPopulation => &[],
            Self::Born | Self::BirthYear | Self::BirthMonth | Self::ByAge => &[Birth],
            Self::Sex | Self::BySex => &[Sex],
            Self::Ethnicity | Self::ByEthnicity => &[Ethnicity],
            Self::LocalAuthorities | Self::OfAuthorities | Self::ByAuthority | Self::ByRegion => {
                &[LocalAuthority]
            }
            Self::Episodes | Self::EpisodeKind | Self::EpisodeStart | Self::EpisodeEnd => {
                &[Episodes]
            }
            Self::EpisodeAuthority => &[Episodes, LocalAuthority],
            Self::LegalStatus => &[Episodes, LegalStatus],
            Self::Placement | Self::Provider => &[Episodes, Placement],
            Self::Need | Self::Abuse => &[Episodes, Need],
            Self::ReasonStarted | Self::ReasonEnded => &[Episodes, Reasons],
            Self::Participations
            | Self::Study
            | Self::Arm
            | Self::Enrolled
            | Self::InStudy
            | Self::RecordOf
            | Self::RecordWhom
            | Self::RecordStudy
            | Self::RecordArm
            | Self::RecordEnrolled => &[Participation],
            Self::Site | Self::RecordSite => &[Participation, LocalAuthority],
            Self::ByLegalStatus => &[LegalStatus],
            Self::ByPlacement => &[Placement],
            Self::ByNeed => &[Need],
        }
    }

    /// Creates a dimension of counts, whether they are broken down by it or restricted to a category of it. The
    /// populations are those that the agreement is about.
    pub(super) const fn of_dimension(dimension: StatisticsDimension) -> Self {
        match dimension {
            StatisticsDimension::LocalAuthority => Self::ByAuthority,
            StatisticsDimension::Region => Self::ByRegion,
            StatisticsDimension::Population => Self::ByPopulation,
            StatisticsDimension::AgeBand => Self::ByAge,
            StatisticsDimension::Sex => Self::BySex,
            StatisticsDimension::EthnicGroup => Self::ByEthnicity,
            StatisticsDimension::LegalStatus => Self::ByLegalStatus,
            StatisticsDimension::PlacementType => Self::ByPlacement,
            StatisticsDimension::CategoryOfNeed => Self::ByNeed,
        }
    }
}

/// The fields that an agreement opens.
#[derive(Clone, Debug)]
pub(super) struct Opened(BTreeSet<PersonField>);

impl Opened {
    pub(super) fn new(fields: impl IntoIterator<Item = PersonField>) -> Self {
        Self(fields.into_iter().collect())
    }

    /// Returns whether the agreement opens a path.
    pub(super) fn opens(&self, path: Path) -> bool {
        self.missing(path).is_none()
    }

    /// Refuses a path that the agreement doesn't open.
    pub(super) fn open(&self, path: Path) -> Result<()> {
        let Some(field) = self.missing(path) else {
            return Ok(());
        };
        Err(Error::new(
            Code::NotInAgreement,
            format!(
                "The agreement doesn't open {field}. Propose one that does, if the purpose needs it."
            ),
        ))
    }

    /// Gives what is found at a path, if the agreement opens it.
    pub(super) fn give<T>(&self, path: Path, found: T) -> Result<T> {
        self.open(path).map(|()| found)
    }

    /// Refuses a path of the input that the agreement doesn't open.
    pub(super) fn open_input(&self, path: Path, field: &str) -> Result<()> {
        self.open(path).map_err(|refusal| Error { field: Some(field.to_owned()), ..refusal })
    }

    fn missing(&self, path: Path) -> Option<PersonField> {
        let mut needs = path.needs().iter().copied();
        needs.find(|field| !self.0.contains(field))
    }
}
