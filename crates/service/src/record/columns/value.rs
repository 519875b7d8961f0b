//! What may stand in a column, and which things it may refer to.

use entity::{RatedKind, Vocabulary};

/// What stands in a column.
#[derive(Clone, Copy, Debug)]
pub enum Value {
    /// Any text.
    Text,
    /// A slug.
    Slug,
    /// A day.
    Date,
    /// A day, a month or a year.
    PartialDate,
    /// A time of RFC 3339.
    Time,
    /// A number.
    Number,
    /// A whole number.
    Whole,
    /// A DOI.
    Doi,
    /// An ORCID iD.
    Orcid,
    /// An id of the Research Organization Registry.
    Ror,
    /// A code of the Office for National Statistics.
    GssCode,
    /// A word of a closed vocabulary.
    Word(&'static [&'static str]),
    /// A list of texts.
    Texts,
    /// A thing.
    One(Target),
    /// A list of things.
    Many(Target),
    /// A thing of the same file.
    Same,
    /// A thing whose name is unique only within what other columns name.
    Within(Target, &'static [&'static str]),
    /// A term of the vocabulary that the column `vocabulary` names.
    Term,
    /// A thing of the kind that the column `subject_kind` names.
    Subject,
    /// Levels of the standard and version that other columns name, as `dimension=level`.
    Scores,
}

impl Value {
    /// Whether it is a list.
    #[must_use]
    pub const fn is_list(self) -> bool {
        matches!(self, Self::Texts | Self::Many(_) | Self::Scores)
    }

    /// The same in a list.
    pub(super) const fn listed(self) -> Self {
        match self {
            Self::Text => Self::Texts,
            Self::One(Target::Level) => Self::Scores,
            Self::One(target) => Self::Many(target),
            other => other,
        }
    }
}

/// What a column refers to.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(missing_docs, reason = "the kinds of thing, by their names")]
pub enum Target {
    Centre,
    Person,
    LocalAuthority,
    Partner,
    Programme,
    Intervention,
    Outcome,
    Population,
    Standard,
    Version,
    Dimension,
    Level,
    Collaboration,
    Publication,
    Study,
    Finding,
    Rating,
    Feedback,
}

impl Target {
    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Centre => "centre",
            Self::Person => "person",
            Self::LocalAuthority => "local authority",
            Self::Partner => "partner",
            Self::Programme => "programme",
            Self::Intervention => "intervention",
            Self::Outcome => "outcome",
            Self::Population => "population",
            Self::Standard => "standard",
            Self::Version => "version of the standard",
            Self::Dimension => "dimension of the standard's version",
            Self::Level => "level of the standard's dimension",
            Self::Collaboration => "collaboration",
            Self::Publication => "publication",
            Self::Study => "study",
            Self::Finding => "finding of the study",
            Self::Rating => "rating of the centre",
            Self::Feedback => "feedback to the centre",
        }
    }

    /// The kind of thing within which names of this kind are unique.
    pub(crate) const fn whole(self) -> Option<Self> {
        match self {
            Self::Level => Some(Self::Dimension),
            Self::Dimension => Some(Self::Version),
            Self::Version => Some(Self::Standard),
            Self::Finding => Some(Self::Study),
            Self::Rating | Self::Feedback => Some(Self::Centre),
            _ => None,
        }
    }

    /// The vocabulary whose terms it names.
    pub(crate) const fn vocabulary(self) -> Option<Vocabulary> {
        match self {
            Self::Intervention => Some(Vocabulary::Intervention),
            Self::Outcome => Some(Vocabulary::Outcome),
            Self::Population => Some(Vocabulary::Population),
            _ => None,
        }
    }
}

impl From<Vocabulary> for Target {
    fn from(vocabulary: Vocabulary) -> Self {
        match vocabulary {
            Vocabulary::Intervention => Self::Intervention,
            Vocabulary::Outcome => Self::Outcome,
            Vocabulary::Population => Self::Population,
        }
    }
}

impl From<RatedKind> for Target {
    fn from(kind: RatedKind) -> Self {
        match kind {
            RatedKind::Study => Self::Study,
            RatedKind::Publication => Self::Publication,
            RatedKind::Intervention => Self::Intervention,
        }
    }
}
