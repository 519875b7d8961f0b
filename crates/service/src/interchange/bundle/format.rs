//! The format: which files a bundle has, which columns each file has, and what stands in them.
//!
//! Import, export and the test of `docs/bundle.md` read the same description.

use std::collections::HashMap;
use std::sync::LazyLock;

use entity::{
    CrosswalkRelation, EffectMeasure, EngagementKind, EvidenceStrength, NetworkStatus,
    PublicationKind, RatedKind, RiskOfBias, StopReason, StudyDesign, StudyStatus, Visibility,
    Vocabulary,
};

/// The name of the format in `bundle.json`.
pub const FORMAT: &str = "commonground-bundle";
/// The version of the format that this release reads and writes.
pub const FORMAT_VERSION: u64 = 1;

/// A file of a bundle.
#[derive(Debug)]
pub struct Table {
    /// The file's name without its ending.
    pub name: &'static str,
    /// Its own columns.
    own: &'static [Column],
    /// Its columns besides.
    besides: Besides,
    /// For child tables: the columns that name the parent.
    pub parent: &'static [&'static str],
    /// The columns that may refer to another row of the same file.
    pub itself: &'static [&'static str],
}

/// The columns that a file has besides its own.
#[derive(Debug)]
enum Besides {
    /// None.
    Nothing,
    /// Those of all shared things; where `superseded_by` leads.
    Shared(Value),
    /// Those of things of the network that can be withdrawn; where `superseded_by` leads, if something can take their
    /// place.
    Withdrawal(Option<Value>),
}

/// A column of a file.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What stands in it.
    pub value: Value,
    /// Whether it must be filled.
    pub is_required: bool,
    /// Whether a row is recognised by it.
    pub is_key: bool,
}

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
    /// A word of a closed vocabulary.
    Word(&'static [&'static str]),
    /// A list of texts.
    Texts,
    /// A thing.
    One(Target),
    /// A list of things.
    Many(Target),
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

const fn key(name: &'static str, value: Value) -> Column {
    Column { name, value, is_required: true, is_key: true }
}

const fn optional_key(name: &'static str, value: Value) -> Column {
    Column { name, value, is_required: false, is_key: true }
}

const fn required(name: &'static str, value: Value) -> Column {
    Column { name, value, is_required: true, is_key: false }
}

const fn optional(name: &'static str, value: Value) -> Column {
    Column { name, value, is_required: false, is_key: false }
}

const fn plain(name: &'static str, own: &'static [Column]) -> Table {
    Table { name, own, besides: Besides::Nothing, parent: &[], itself: &[] }
}

const fn child(
    name: &'static str,
    parent: &'static [&'static str],
    own: &'static [Column],
) -> Table {
    Table { parent, ..plain(name, own) }
}

const fn leading_on(
    name: &'static str,
    itself: &'static [&'static str],
    own: &'static [Column],
) -> Table {
    Table { itself, ..plain(name, own) }
}

/// Can be withdrawn, and nothing takes its place.
const fn withdrawn(name: &'static str, own: &'static [Column]) -> Table {
    Table { besides: Besides::Withdrawal(None), ..plain(name, own) }
}

/// Can be withdrawn, and another can take its place.
const fn superseded(name: &'static str, by: Target, own: &'static [Column]) -> Table {
    Table {
        besides: Besides::Withdrawal(Some(Value::One(by))),
        ..leading_on(name, &["superseded_by"], own)
    }
}

const fn shared(name: &'static str, superseded_by: Value, own: &'static [Column]) -> Table {
    Table { besides: Besides::Shared(superseded_by), ..leading_on(name, &["superseded_by"], own) }
}

const fn vocabulary(name: &'static str, of: Target, own: &'static [Column]) -> Table {
    Table { itself: &["broader", "superseded_by"], ..superseded(name, of, own) }
}

impl Table {
    /// Its columns in order.
    #[must_use]
    pub fn columns(&self) -> &'static [Column] {
        static OF_ALL: LazyLock<HashMap<&str, Vec<Column>>> = LazyLock::new(|| {
            TABLES.iter().map(|table| (table.name, table.gather_columns())).collect()
        });
        OF_ALL.get(self.name).map_or(&[], Vec::as_slice)
    }

    fn gather_columns(&self) -> Vec<Column> {
        let besides = match self.besides {
            Besides::Nothing => Vec::new(),
            Besides::Shared(superseded_by) => shared_columns(superseded_by),
            Besides::Withdrawal(superseded_by) => withdrawal_columns(superseded_by),
        };
        let is_own = |name| self.own.iter().any(|own| own.name == name);
        let besides = besides.into_iter().filter(|column| !is_own(column.name));
        self.own.iter().copied().chain(besides).collect()
    }

    /// Those of its columns that may refer to another row of the same file.
    pub(super) fn columns_of_itself(&self) -> impl Iterator<Item = Column> {
        let columns = self.columns().iter().copied();
        columns.filter(|column| self.itself.contains(&column.name))
    }

    /// Its own columns, without those that many files have.
    #[must_use]
    pub const fn own_columns(&self) -> &'static [Column] {
        self.own
    }
}

/// The columns that all shared things have.
#[must_use]
pub fn shared_columns(superseded_by: Value) -> Vec<Column> {
    use Target::{Centre, Collaboration};
    let mut columns = vec![
        required("contributed_by", Value::One(Centre)),
        optional("visibility", Value::Word(Visibility::WORDS)),
        optional("shared_with", Value::Many(Collaboration)),
        optional("embargoed_until", Value::Time),
    ];
    columns.extend(withdrawal_columns(Some(superseded_by)));
    columns
}

/// The columns that all things have which can be withdrawn.
#[must_use]
pub fn withdrawal_columns(superseded_by: Option<Value>) -> Vec<Column> {
    let mut columns =
        vec![optional("withdrawn_at", Value::Time), optional("withdrawal_reason", Value::Text)];
    columns.extend(superseded_by.map(|by| optional("superseded_by", by)));
    columns
}

/// The files, in the order in which they are read. A child table is read with its parent.
pub static TABLES: [&Table; 26] = [
    &CENTRES,
    &CENTRE_STATUSES,
    &PEOPLE,
    &PERSON_ROLES,
    &LOCAL_AUTHORITIES,
    &PARTNERS,
    &PROGRAMMES,
    &ENGAGEMENTS,
    &INTERVENTIONS,
    &OUTCOMES,
    &POPULATIONS,
    &TERM_LABELS,
    &STANDARDS,
    &STANDARD_VERSIONS,
    &STANDARD_DIMENSIONS,
    &STANDARD_LEVELS,
    &CROSSWALK,
    &COLLABORATIONS,
    &PUBLICATIONS,
    &PUBLICATION_AUTHORS,
    &STUDIES,
    &STUDY_STATUSES,
    &STUDY_SITES,
    &FINDINGS,
    &RATINGS,
    &FEEDBACK,
];

use Target as To;
use Value::{
    Date, Doi, Many, Number, One, Orcid, PartialDate, Ror, Scores, Slug, Subject, Term, Text,
    Texts, Whole, Within, Word,
};

pub(super) static CENTRES: Table = leading_on(
    "centres",
    &["successor"],
    &[
        key("slug", Slug),
        required("name", Text),
        optional("short_name", Text),
        required("policy_area", Text),
        optional("description", Text),
        optional("founded", PartialDate),
        optional("homepage", Text),
        optional("ror_id", Ror),
        optional("successor", One(To::Centre)),
    ],
);

pub(super) static CENTRE_STATUSES: Table = child(
    "centre_statuses",
    &["centre"],
    &[
        key("centre", One(To::Centre)),
        key("since", PartialDate),
        required("status", Word(NetworkStatus::WORDS)),
        optional("until", PartialDate),
        optional("note", Text),
    ],
);

pub(super) static PEOPLE: Table = superseded(
    "people",
    To::Person,
    &[key("slug", Slug), required("name", Text), optional("orcid", Orcid)],
);

pub(super) static PERSON_ROLES: Table = child(
    "person_roles",
    &["person"],
    &[
        key("person", One(To::Person)),
        key("centre", One(To::Centre)),
        key("title", Text),
        optional_key("since", PartialDate),
        optional("until", PartialDate),
    ],
);

pub(super) static LOCAL_AUTHORITIES: Table = Table {
    itself: &["successors", "superseded_by"],
    ..superseded(
        "local_authorities",
        To::LocalAuthority,
        &[
            key("gss_code", Text),
            required("name", Text),
            optional("official_name", Text),
            required("country", Text),
            optional("region", Text),
            optional("authority_type", Text),
            optional("dfe_number", Text),
            optional("established", PartialDate),
            optional("abolished", PartialDate),
            optional("successors", Many(To::LocalAuthority)),
        ],
    )
};

pub(super) static PARTNERS: Table = superseded(
    "partners",
    To::Partner,
    &[
        key("slug", Slug),
        required("name", Text),
        optional("kind", Text),
        optional("homepage", Text),
    ],
);

pub(super) static PROGRAMMES: Table = superseded(
    "programmes",
    To::Programme,
    &[
        key("slug", Slug),
        required("title", Text),
        optional("summary", Text),
        required("lead_centre", One(To::Centre)),
        optional("partners", Many(To::Partner)),
        optional("started", PartialDate),
        optional("ended", PartialDate),
        optional("homepage", Text),
        optional("studies_stated", Whole),
        optional("partners_stated", Whole),
        optional("local_authorities_stated", Whole),
    ],
);

pub(super) static ENGAGEMENTS: Table = withdrawn(
    "engagements",
    &[
        key("centre", One(To::Centre)),
        key("reference", Text),
        required("local_authority", One(To::LocalAuthority)),
        required("kind", Word(EngagementKind::WORDS)),
        optional("summary", Text),
        optional("started", PartialDate),
        optional("ended", PartialDate),
    ],
);

macro_rules! term_columns {
    ($target:ident) => {
        &[
            key("slug", Slug),
            required("name", Text),
            optional("description", Text),
            optional("broader", One(To::$target)),
            optional("owner", One(To::Centre)),
            optional("synonyms", Texts),
        ]
    };
}

pub(super) static INTERVENTIONS: Table =
    vocabulary("interventions", To::Intervention, term_columns!(Intervention));
pub(super) static OUTCOMES: Table = vocabulary("outcomes", To::Outcome, term_columns!(Outcome));
pub(super) static POPULATIONS: Table =
    vocabulary("populations", To::Population, term_columns!(Population));

pub(super) static TERM_LABELS: Table = child(
    "term_labels",
    &["vocabulary", "term"],
    &[
        key("vocabulary", Word(Vocabulary::WORDS)),
        key("term", Term),
        key("centre", One(To::Centre)),
        required("label", Text),
    ],
);

pub(super) static STANDARDS: Table = superseded(
    "standards",
    To::Standard,
    &[
        key("slug", Slug),
        required("name", Text),
        optional("owner", One(To::Centre)),
        optional("homepage", Text),
        optional("description", Text),
    ],
);

pub(super) static STANDARD_VERSIONS: Table = plain(
    "standard_versions",
    &[
        key("standard", One(To::Standard)),
        key("version", Text),
        required("position", Whole),
        optional("since", PartialDate),
        optional("until", PartialDate),
        optional("note", Text),
    ],
);

pub(super) static STANDARD_DIMENSIONS: Table = plain(
    "standard_dimensions",
    &[
        key("standard", One(To::Standard)),
        key("version", Within(To::Version, &["standard"])),
        key("dimension", Text),
        required("name", Text),
        required("position", Whole),
        optional("description", Text),
    ],
);

pub(super) static STANDARD_LEVELS: Table = plain(
    "standard_levels",
    &[
        key("standard", One(To::Standard)),
        key("version", Within(To::Version, &["standard"])),
        key("dimension", Within(To::Dimension, &["standard", "version"])),
        key("level", Text),
        required("ordinal", Whole),
        required("label", Text),
        optional("description", Text),
        optional("strength", Word(EvidenceStrength::WORDS)),
    ],
);

pub(super) static CROSSWALK: Table = withdrawn(
    "crosswalk",
    &[
        key("from_standard", One(To::Standard)),
        key("from_version", Within(To::Version, &["from_standard"])),
        key("from_dimension", Within(To::Dimension, &["from_standard", "from_version"])),
        key("from_level", Within(To::Level, &["from_standard", "from_version", "from_dimension"])),
        key("to_standard", One(To::Standard)),
        key("to_version", Within(To::Version, &["to_standard"])),
        key("to_dimension", Within(To::Dimension, &["to_standard", "to_version"])),
        key("to_level", Within(To::Level, &["to_standard", "to_version", "to_dimension"])),
        required("relation", Word(CrosswalkRelation::WORDS)),
        required("caveat", Text),
        optional("source", Text),
    ],
);

pub(super) static COLLABORATIONS: Table = shared(
    "collaborations",
    One(To::Collaboration),
    &[
        key("slug", Slug),
        required("title", Text),
        optional("summary", Text),
        required("members", Many(To::Centre)),
        optional("started", PartialDate),
        optional("ended", PartialDate),
    ],
);

pub(super) static PUBLICATIONS: Table = shared(
    "publications",
    One(To::Publication),
    &[
        key("slug", Slug),
        required("title", Text),
        required("kind", Word(PublicationKind::WORDS)),
        optional("abstract", Text),
        optional("doi", Doi),
        optional("published", PartialDate),
        optional("venue", Text),
        optional("language", Text),
        optional("licence", Text),
        optional("url", Text),
    ],
);

pub(super) static PUBLICATION_AUTHORS: Table = child(
    "publication_authors",
    &["publication"],
    &[
        key("publication", One(To::Publication)),
        key("position", Whole),
        required("name", Text),
        optional("orcid", Orcid),
        optional("person", One(To::Person)),
    ],
);

pub(super) static STUDIES: Table = shared(
    "studies",
    One(To::Study),
    &[
        key("slug", Slug),
        required("title", Text),
        optional("summary", Text),
        required("design", Word(StudyDesign::WORDS)),
        required("status", Word(StudyStatus::WORDS)),
        optional("starts_on", Date),
        optional("ends_on", Date),
        optional("registry", Text),
        optional("registration_id", Text),
        optional("registration_url", Text),
        required("lead_centre", One(To::Centre)),
        optional("collaborating_centres", Many(To::Centre)),
        optional("programme", One(To::Programme)),
        optional("partners", Many(To::Partner)),
        optional("interventions", Many(To::Intervention)),
        optional("outcomes", Many(To::Outcome)),
        optional("populations", Many(To::Population)),
        optional("publications", Many(To::Publication)),
    ],
);

pub(super) static STUDY_STATUSES: Table = child(
    "study_statuses",
    &["study"],
    &[
        key("study", One(To::Study)),
        key("on", Date),
        required("status", Word(StudyStatus::WORDS)),
        optional("reason", Text),
        optional("stop_reason", Word(StopReason::WORDS)),
    ],
);

pub(super) static STUDY_SITES: Table = child(
    "study_sites",
    &["study"],
    &[
        key("study", One(To::Study)),
        key("local_authority", One(To::LocalAuthority)),
        optional("step", Whole),
        optional("starts_on", Date),
    ],
);

pub(super) static FINDINGS: Table = shared(
    "findings",
    Within(To::Finding, &["study"]),
    &[
        key("study", One(To::Study)),
        key("reference", Text),
        optional("publication", One(To::Publication)),
        optional("intervention", One(To::Intervention)),
        optional("comparator", Text),
        required("outcome", One(To::Outcome)),
        optional("outcome_detail", Text),
        optional("population", One(To::Population)),
        required("measure", Word(EffectMeasure::WORDS)),
        required("estimate", Number),
        optional("standard_error", Number),
        optional("interval_level", Number),
        optional("interval_lower", Number),
        optional("interval_upper", Number),
        optional("participants_intervention", Whole),
        optional("participants_comparison", Whole),
        optional("participants_total", Whole),
        optional("clusters", Whole),
        optional("time_point", Text),
        optional("subgroup", Text),
        optional("risk_of_bias", Word(RiskOfBias::WORDS)),
    ],
);

pub(super) static RATINGS: Table = shared(
    "ratings",
    Within(To::Rating, &["contributed_by"]),
    &[
        key("contributed_by", One(To::Centre)),
        key("reference", Text),
        required("standard", One(To::Standard)),
        required("version", Within(To::Version, &["standard"])),
        required("subject_kind", Word(RatedKind::WORDS)),
        required("subject", Subject),
        optional("outcome", One(To::Outcome)),
        required("scores", Scores),
        optional("considered_studies", Many(To::Study)),
        optional("considered_publications", Many(To::Publication)),
        optional("rationale", Text),
        optional("rated_on", Date),
    ],
);

pub(super) static FEEDBACK: Table = shared(
    "feedback",
    Within(To::Feedback, &["contributed_by"]),
    &[
        key("contributed_by", One(To::Centre)),
        key("reference", Text),
        optional("study", One(To::Study)),
        optional("programme", One(To::Programme)),
        required("from_role", Text),
        required("text", Text),
        required("received_on", Date),
        optional("answered_on", Date),
        optional("answer", Text),
    ],
);
