//! Where the graph tells what a field of an agreement opens: the one table from which every check follows.

use std::collections::BTreeSet;

use entity::{PersonField, StatisticsDimension};

use crate::error::{Code, Error, Result};

macro_rules! paths {
    ($($name:ident $path:literal [$($field:ident),*];)*) => {
        /// A place of the graph that tells of a young person, or that splits them by what it says.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum Path {$(
            #[doc = concat!("`", $path, "`")]
            $name,
        )*}

        impl Path {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The type and the field or argument, as in the SDL.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {$(
                    Self::$name => $path,
                )*}
            }

            /// The fields that an agreement must open, all of them, for it to be answered.
            #[must_use]
            pub const fn needs(self) -> &'static [PersonField] {
                match self {$(
                    Self::$name => &[$(PersonField::$field),*],
                )*}
            }
        }
    };
}

paths! {
    Id "YoungPerson.id" [];
    Pseudonym "YoungPerson.pseudonym" [];
    Born "YoungPerson.born" [Birth];
    BirthYear "BirthMonth.year" [Birth];
    BirthMonth "BirthMonth.month" [Birth];
    Sex "YoungPerson.sex" [Sex];
    Ethnicity "YoungPerson.ethnicity" [Ethnicity];
    LocalAuthorities "YoungPerson.localAuthorities" [LocalAuthority];
    Episodes "YoungPerson.episodes" [Episodes];
    EpisodeKind "Episode.kind" [Episodes];
    EpisodeAuthority "Episode.localAuthority" [Episodes, LocalAuthority];
    EpisodeStart "Episode.startedOn" [Episodes];
    EpisodeEnd "Episode.endedOn" [Episodes];
    LegalStatus "Episode.legalStatus" [Episodes, LegalStatus];
    Placement "Episode.placement" [Episodes, Placement];
    Provider "Episode.provider" [Episodes, Placement];
    Need "Episode.categoryOfNeed" [Episodes, Need];
    Abuse "Episode.categoryOfAbuse" [Episodes, Need];
    ReasonStarted "Episode.reasonStarted" [Episodes, Reasons];
    ReasonEnded "Episode.reasonEnded" [Episodes, Reasons];
    Participations "YoungPerson.participations" [Participation];
    Study "StudyParticipation.study" [Participation];
    Arm "StudyParticipation.arm" [Participation];
    Site "StudyParticipation.site" [Participation, LocalAuthority];
    Enrolled "StudyParticipation.enrolledOn" [Participation];
    OfAuthorities "YoungPersonFilter.localAuthorities" [LocalAuthority];
    InStudy "YoungPersonFilter.participatesIn" [Participation];
    RecordOf "RecordParticipationInput.agreement" [Participation];
    RecordWhom "RecordParticipationInput.pseudonym" [Participation];
    RecordStudy "RecordParticipationInput.study" [Participation];
    RecordArm "RecordParticipationInput.arm" [Participation];
    RecordSite "RecordParticipationInput.site" [Participation, LocalAuthority];
    RecordEnrolled "RecordParticipationInput.enrolledOn" [Participation];
    ByAuthority "StatisticsDimension.LOCAL_AUTHORITY" [LocalAuthority];
    ByRegion "StatisticsDimension.REGION" [LocalAuthority];
    ByPopulation "StatisticsDimension.POPULATION" [];
    ByAge "StatisticsDimension.AGE_BAND" [Birth];
    BySex "StatisticsDimension.SEX" [Sex];
    ByEthnicity "StatisticsDimension.ETHNIC_GROUP" [Ethnicity];
    ByLegalStatus "StatisticsDimension.LEGAL_STATUS" [LegalStatus];
    ByPlacement "StatisticsDimension.PLACEMENT_TYPE" [Placement];
    ByNeed "StatisticsDimension.CATEGORY_OF_NEED" [Need];
}

impl Path {
    /// A dimension of counts, whether they are broken down by it or restricted to a category of it. The populations
    /// are those that the agreement is about.
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

    /// Whether the agreement opens a path.
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

    /// The same of a part of the input.
    pub(super) fn open_input(&self, path: Path, field: &str) -> Result<()> {
        self.open(path).map_err(|refusal| Error { field: Some(field.to_owned()), ..refusal })
    }

    fn missing(&self, path: Path) -> Option<PersonField> {
        let mut needs = path.needs().iter().copied();
        needs.find(|field| !self.0.contains(field))
    }
}
